from dataclasses import replace

import numpy as np
import pytest

from evalharness.statistics.differentials.simultaneous import sidak_quantile, simultaneous_limits, single_level
from evalharness.statistics.intervals import clopper_pearson
from tests.support.datasets import examples
from tests.support.grouprates import group_rates


def test_d19_quantiles():
    expected = examples()["D19_simultaneous_z"]["expected"]
    assert sidak_quantile(10, level=0.95) == pytest.approx(expected["z_sidak"])
    assert sidak_quantile(1, level=0.95) == pytest.approx(expected["z_pointwise"])
    assert sidak_quantile(10, level=0.95) < expected["z_bonferroni"]


def test_without_replicates_the_level_is_that_of_sidak():
    assert single_level(group_rates([50] * 10, [1000] * 10), level=0.95) == pytest.approx(0.95**0.1)


def test_independent_replicates_agree_with_sidak_and_dependent_ones_need_less():
    rng = np.random.default_rng(1)
    independent = 0.05 * np.exp(0.1 * rng.standard_normal((8000, 10)))
    common = 0.05 * np.exp(0.1 * rng.standard_normal((8000, 1)) + 0.01 * rng.standard_normal((8000, 10)))
    levels = [
        single_level(group_rates([50] * 10, [1000] * 10, replicates=replicates), level=0.95)
        for replicates in (independent, common)
    ]
    assert levels[0] == pytest.approx(0.95**0.1, abs=0.0015)
    assert 0.95 <= levels[1] < 0.97


@pytest.mark.parametrize("replicates", [np.full((500, 3), np.nan), np.full((500, 3), 0.05), np.zeros((500, 3))])
def test_useless_replicates_leave_the_level_of_sidak(replicates):
    rates = group_rates([50] * 3, [1000] * 3, replicates=replicates)
    assert single_level(rates, level=0.95) == pytest.approx(0.95 ** (1 / 3))


def test_few_errors_leave_the_level_of_sidak():
    replicates = 0.05 * np.exp(0.1 * np.random.default_rng(1).standard_normal((2000, 1)) * np.ones(3))
    assert single_level(group_rates([3, 50, 50], [60, 1000, 1000], replicates=replicates), level=0.95) == pytest.approx(
        0.95 ** (1 / 3)
    )


def test_all_limits_hold_together():
    rng, truth = np.random.default_rng(1), np.geomspace(0.005, 0.08, 8)
    trials, held = np.full(8, 3000), 0
    for _ in range(300):
        lower, upper = simultaneous_limits(group_rates(rng.binomial(trials, truth), trials, clusters=10**6), level=0.95)
        held += bool(((lower <= truth) & (truth <= upper)).all())
    assert 0.93 <= held / 300 <= 1.0


def test_limits_lie_outside_those_of_single_groups_and_near_the_exact_ones():
    rates = group_rates([0, 1, 40, 900, 1000], [1000] * 5)
    lower, upper = simultaneous_limits(rates, level=0.95)
    assert (lower <= rates.lower).all()
    assert (upper >= rates.upper).all()
    assert (lower[0], upper[4]) == (0.0, 1.0)
    level = 0.95 ** (1 / 5)
    assert upper[0] == pytest.approx(1 - (1 - level) ** (1 / 1000))
    for group, errors in ((1, 1), (2, 40), (3, 900)):
        exact = clopper_pearson(errors, 1000, level=level)
        assert lower[group] <= exact.lower * 1.02
        assert upper[group] >= exact.upper * 0.98
    assert lower[4] == pytest.approx(clopper_pearson(1000, 1000, level=level).lower)


def test_groups_without_limits_of_their_own_get_exact_ones():
    rates = group_rates([0, 10, 20, 20], [20] * 4)
    bare = replace(rates, lower=np.full(4, np.nan), upper=np.full(4, np.nan))
    lower, upper = simultaneous_limits(bare, level=0.95)
    exact = clopper_pearson(10, 20, level=0.95 ** (1 / 4))
    assert (lower[1], upper[1]) == (exact.lower, exact.upper)
    assert np.isfinite([lower, upper]).all()
