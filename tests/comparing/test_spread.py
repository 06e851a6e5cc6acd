"""How much groups differ, in two systems: the measures by hand, the covariance by loops, the interval by its claims."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.comparing.spread import LogRates, gini_corrected, log_max_geomean, log_rates, spread_interval
from evalharness.comparing.trials import SubjectTrials


def gini_by_loops(rates):
    k, total = len(rates), sum(rates)
    raw = sum(abs(a - b) for a in rates for b in rates) / (2 * k * total)
    return k / (k - 1) * raw


@given(rates=st.lists(st.floats(1e-6, 1), min_size=2, max_size=9))
def test_measures_by_loops(rates: list[float]) -> None:
    found = np.array(rates)
    assert math.isclose(gini_corrected(found), gini_by_loops(rates), abs_tol=1e-12)
    geometric = math.exp(sum(map(math.log, rates)) / len(rates))
    assert math.isclose(log_max_geomean(found), math.log(max(rates) / geometric), abs_tol=1e-12)
    assert gini_corrected(found * 0.5) == pytest.approx(gini_corrected(found))
    assert gini_corrected(np.stack([found, found[::-1]])).shape == (2,)


def trials(rng, subjects, share):
    subject = np.repeat(subjects, 3)
    first, second = rng.random((2, len(subject))) < share
    first[0] = second[-1] = True
    return SubjectTrials(subject, (first, second))


def test_the_covariance_of_log_rates_by_loops() -> None:
    rng = np.random.default_rng(1)
    groups = [trials(rng, np.arange(6), 0.4), trials(rng, np.arange(4, 12), 0.3)]  # subjects 4 and 5 are in both
    found = log_rates(groups, subjects=12)
    assert found.rates.shape == (2, 2)
    assert found.rates[1, 0] == groups[0].errors[1].mean()
    assert found.degrees == 5
    moves = []
    for system, group in itertools.product((0, 1), groups):
        wrong = group.errors[system]
        parts = [wrong[group.subject == i].sum() / wrong.sum() - (group.subject == i).mean() for i in range(12)]
        g = len(np.unique(group.subject))
        variance = max(sum(p * p for p in parts), (1 - wrong.mean()) / wrong.sum()) * g / (g - 1)
        moves.append(np.array(parts) * math.sqrt(variance / sum(p * p for p in parts)))
    expected = [[sum(a * b) for b in moves] for a in moves]
    np.testing.assert_allclose(found.covariance, expected, atol=1e-12)
    assert abs(found.covariance[0, 1]) > 1e-6  # by the shared subjects


def rates(first, second, sd, correlation):
    groups = len(first)
    block = np.eye(groups) * sd**2
    covariance = np.block([[block, block * correlation], [block * correlation, block]])
    return LogRates(np.array([first, second]), covariance, degrees=200)


def limits(found, measure=log_max_geomean, seed=1):
    return spread_interval(found, measure, level=0.95, draws=4000, rng=np.random.default_rng(seed))


def test_systems_that_move_together_are_told_apart_better() -> None:
    first, second = [0.01, 0.02, 0.1], [0.01, 0.02, 0.06]
    alone, together = (limits(rates(first, second, 0.2, r)) for r in (0.0, 0.95))
    assert together.upper - together.lower < 0.6 * (alone.upper - alone.lower)
    assert alone.lower < 0 < together.lower
    value = log_max_geomean(np.array(first)) - log_max_geomean(np.array(second))
    assert alone.lower < value < alone.upper


def test_turning_the_systems_turns_the_interval() -> None:
    one, other = (
        limits(rates([0.01, 0.02], [0.03, 0.01], 0.1, 0.0)),
        limits(rates([0.03, 0.01], [0.01, 0.02], 0.1, 0.0)),
    )
    assert math.isclose(one.lower, -other.upper, abs_tol=0.03)
    assert math.isclose(one.upper, -other.lower, abs_tol=0.03)


def test_the_same_seed_gives_the_same_limits() -> None:
    found = rates([0.01, 0.02], [0.03, 0.01], 0.1, 0.5)
    assert limits(found) == limits(found)
    assert limits(found) != limits(found, seed=2)


@pytest.mark.parametrize("measure", [log_max_geomean, gini_corrected])
def test_equal_groups_measured_with_unequal_noise_are_not_called_different(measure) -> None:
    """The noisier system shows more spread by chance; percentiles of the draws would call it different each time."""
    rng, wrong = np.random.default_rng(3), 0
    noise = np.diag([0.1**2] * 8 + [0.4**2] * 8)
    for _ in range(60):
        logs = rng.normal(size=16) * np.sqrt(np.diag(noise)) - 4
        found = LogRates(np.exp(logs).reshape(2, 8), noise, degrees=500)
        interval = spread_interval(found, measure, level=0.95, draws=500, rng=rng)
        wrong += not interval.lower <= 0 <= interval.upper
    assert wrong <= 6
