import numpy as np
import pytest
from scipy.special import logit

from evalharness.statistics.evidence import subject_evidence
from evalharness.statistics.rescaling import factor, rescaled
from evalharness.statistics.spread import spread_of

EVIDENCE = subject_evidence(np.repeat(np.arange(40), 5), np.arange(200) % 9 == 0)  # 23 of 200
RATE = EVIDENCE.errors / EVIDENCE.trials


def replicates(seed, spread):
    return np.clip(RATE * np.exp(np.random.default_rng(seed).normal(0, spread, 3000)), 0, 0.9)


@pytest.mark.parametrize("spread", [0.05, 0.2, 0.5])
def test_replicates_take_the_variance_of_the_interval(spread):
    held = replicates(1, spread)
    found = rescaled(EVIDENCE, held, held, of_threshold=1.0)
    assert np.var(logit(found.rates)) == pytest.approx(spread_of(EVIDENCE).total)
    assert found.variance == pytest.approx(spread_of(EVIDENCE).total)
    assert np.array_equal(np.argsort(found.rates), np.argsort(held))
    assert found.undefined == 0


def test_what_fitting_anew_adds_takes_the_factor_of_those_that_set_the_threshold():
    held, moved = replicates(2, 0.2), replicates(3, 0.3)
    found = rescaled(EVIDENCE, held, moved, of_threshold=0.5)
    own = factor(EVIDENCE, held)
    expected = logit(RATE) + own * (logit(held) - logit(RATE)) + 0.5 * (logit(moved) - logit(held))
    assert logit(found.rates) == pytest.approx(expected)


def test_no_errors_and_no_trials_are_defined():
    none = subject_evidence(np.arange(10), np.zeros(10, np.bool_))
    found = rescaled(none, np.zeros(3), np.array([0.0, np.nan, 0.1]), of_threshold=1.0)
    assert (found.rates.tolist(), found.variance, found.undefined) == ([0.0, 0.0, 0.1], 0.0, 1)
    assert factor(none, np.zeros(3)) == 1.0
    some = rescaled(EVIDENCE, np.array([np.nan, 0.0, 1.0]), np.array([np.nan, 0.0, 1.0]), of_threshold=1.0)
    assert some.rates[0] == pytest.approx(RATE)
    assert 0 < some.rates[1] < RATE < some.rates[2] < 1
    same = np.full(4, RATE)
    assert rescaled(EVIDENCE, same, same, of_threshold=1.0).rates == pytest.approx(same)
