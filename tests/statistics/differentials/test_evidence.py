from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from evalharness.statistics.differentials.evidence import Draws, Evidence
from evalharness.statistics.differentials.shapes import shapes
from tests.support.grouprates import group_rates


@pytest.mark.parametrize(
    ("truth", "trials"), [(0.01, 300), (0.01, 3000), (0.3, 40), (0.001, 990), (1e-6, 10_000), (0.9, 25), (0.5, 1)]
)
def test_draws_are_nearly_binomial(truth, trials):
    draws = Draws.of(1, 200_000, np.random.default_rng(1))
    errors = np.rint(draws.rates(np.array([truth]), np.array([float(trials)]))[0] * trials).astype(int)
    shares = np.bincount(errors, minlength=trials + 1) / len(errors)
    assert np.abs(shares - binom.pmf(np.arange(trials + 1), trials, truth)).max() < 0.02
    assert errors.mean() == pytest.approx(trials * truth, rel=0.03, abs=2e-3)
    assert errors.var() == pytest.approx(trials * truth * (1 - truth), rel=0.06, abs=2e-3)


def test_draws_follow_effective_trials_that_are_not_whole():
    draws = Draws.of(2, 100_000, np.random.default_rng(1))
    rates = draws.rates(np.array([0.02, 0.0]), np.array([1234.5, 0.7]))
    assert rates[0].std() == pytest.approx(np.sqrt(0.02 * 0.98 / 1234.5), rel=0.02)
    assert not rates[1].any()


def test_rates_along_a_departure_keep_the_number_of_errors():
    evidence = Evidence.of(group_rates([10, 5, 1], [1000, 2000, 300]))
    assert evidence.total == 16
    for size in (0.0, 0.5, 3.0, 12.0):
        rates = evidence.rates_along(size * np.array([1.0, 0.0, -1.0]))
        assert float(rates @ evidence.trials) == pytest.approx(16)
        if size < 12:
            odds = rates / (1 - rates)
            assert np.log(odds[0] / odds[2]) == pytest.approx(2 * size)
    assert evidence.rates_along(np.zeros(3)).tolist() == pytest.approx([16 / 3300] * 3)


def test_effective_trials_below_one_or_not_a_number_count_as_one():
    evidence = Evidence.of(group_rates([1, 1, 1], [2, 2, 2], effective=[0.2, np.nan, 2.0]))
    assert evidence.trials.tolist() == [1.0, 1.0, 2.0]


def test_no_error_and_nothing_but_errors_keep_half_an_error_away():
    assert Evidence.of(group_rates([0, 0], [10, 10])).total == 0.5
    assert Evidence.of(group_rates([10, 10], [10, 10])).total == 19.5


def test_four_shapes_of_a_spread():
    evidence = Evidence.of(group_rates([10, 20, 80, 90], [1000] * 4))
    observed, blocks, highest, ends = shapes(evidence)
    assert observed.argsort().tolist() == [0, 1, 2, 3]
    assert blocks.tolist() == [0, 0, 1, 1]
    assert highest.tolist() == [0, 0, 0, 1]
    assert ends.tolist() == [0, 0.5, 0.5, 1]


def test_shapes_of_two_groups_are_one_and_equal_groups_have_some():
    assert len(shapes(Evidence.of(group_rates([10, 20], [1000, 1000])))) == 1
    assert all(np.ptp(shape) == 1 for shape in shapes(Evidence.of(group_rates([10] * 5, [1000] * 5))))


def london(**fields):
    """Four groups of a small audit: few subjects each, some of whom take part in most errors."""
    shared = {
        "own_trials": np.array([3447.0, 81.7, 48.8, 42.4]),
        "covariance": np.array([0.018, 0.122, 0.084, 0.306]),
        "clusters": [69, 13, 10, 9],
        **fields,
    }
    return group_rates([32, 98, 11, 33], [9384, 312, 180, 144], effective=[3447, 25.9, 48.8, 15.7], **shared)


def test_effective_trials_follow_the_assumed_rate():
    evidence = Evidence.of(london(disjoint=[34, 6, 5, 4]))
    assert evidence.trials[1] == pytest.approx(25.9, abs=0.3)  # as observed, at 31 %
    assert evidence.trials_at(np.full(4, 0.01))[1] == pytest.approx(1 / (1 / 81.7 + 0.122 * 0.01 * 0.99))
    assert evidence.trials_at(np.full(4, 0.01))[1] == pytest.approx(74.4, abs=0.1)
    crowded = replace(evidence.parts, covariance=np.full(4, 1e6))
    assert crowded.at(np.full(4, 0.5)).tolist() == [34, 6, 5, 4]
    plain = Evidence.of(group_rates([10, 20], [100, 100]))
    assert plain.trials_at(np.array([0.5, 0.5])).tolist() == [100, 100]


def test_the_common_rate_weighs_groups_by_what_they_are_worth_at_it():
    evidence = Evidence.of(london(disjoint=np.ones(4)))
    common = evidence.rates_along(np.zeros(4))
    assert np.ptp(common) == 0
    weights = evidence.trials_at(common)
    assert common[0] == pytest.approx(np.average(evidence.rates, weights=weights), rel=1e-3)
    assert 0.01 < common[0] < 0.03


def test_rates_drawn_towards_the_common_one():
    anchor = Evidence.of(group_rates([0, 10], [50, 950])).anchor
    assert anchor.common.tolist() == pytest.approx([0.01, 0.01])
    steady = anchor.steadied(np.array([[0.0, 0.01, 0.1], [0.0, 0.01, 0.1]]))
    assert steady[0].tolist() == pytest.approx([0.5 / 100, 0.01, 5.5 / 100])  # half an error at 1 %: 50 trials
    assert steady[1].tolist() == pytest.approx([0.5 / 1000, 0.01, 95.5 / 1000])


def test_unusable_parts_are_replaced():
    rates = replace(london(), own_trials=np.array([np.nan, 0.1, np.inf, 5.0]), covariance=np.array([np.nan, -1, 0, 0]))
    parts = Evidence.of(rates).parts
    assert parts.own.tolist() == [1.0, 1.0, 1e15, 5.0]
    assert parts.covariance.tolist() == [0.0, 0.0, 0.0, 0.0]
    assert (parts.least <= parts.own).all()
