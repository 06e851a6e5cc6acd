import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import power_proportions_2indep

from evalharness.planning.samplesize import (
    Dependence,
    Question,
    comparisons_needed,
    effective_mated,
    effective_non_mated,
    mated_comparisons,
    non_mated_comparisons,
    smallest_ratio,
    subjects_for,
)
from tests.support.datasets import examples

INDEPENDENT = Dependence()


def test_d8_comparisons_of_each_group():
    given_, expected = examples()["D8_sample_size"]["inputs"], examples()["D8_sample_size"]["expected"]
    for effect, numbers in ((1, expected["n_per_group_independent"]), (5, expected["n_per_group_DEFF5"])):
        found = [
            comparisons_needed(Question(low, 1 - given_["alpha"], given_["power"]), high / low, design_effect=effect)
            for low, high in given_["cases"]
        ]
        assert found == numbers


def test_d18_design_effects():
    given_, expected = examples()["D18_design_effect"]["inputs"], examples()["D18_design_effect"]["expected"]
    for (comparisons, correlation), effect in zip(given_["cases"], expected["DEFF"], strict=True):
        images = (1 + math.isqrt(1 + 8 * comparisons)) // 2
        if images * (images - 1) // 2 != comparisons:
            continue  # no number of images has so many mated pairs
        effective = effective_mated(100, images, Dependence(correlation=correlation))
        assert mated_comparisons(100, images) / effective == pytest.approx(effect)
    assert mated_comparisons(1, 5) / effective_mated(1, 5, Dependence(correlation=0.1)) == pytest.approx(1.9)


def test_the_power_at_the_answer_is_the_power_asked_for():
    n = comparisons_needed(Question(0.01), 2)
    assert power_proportions_2indep(0.01, 0.01, n, alpha=0.05).power == pytest.approx(0.8, abs=0.002)


def test_the_sample_size_agrees_with_the_arcsine_method():
    effect = 2 * (math.asin(math.sqrt(0.04)) - math.asin(math.sqrt(0.02)))
    other = NormalIndPower().solve_power(effect, alpha=0.05, power=0.8)
    assert comparisons_needed(Question(0.02), 2) == pytest.approx(other, rel=0.03)


def test_a_simulated_test_finds_the_difference_as_often_as_promised():
    n, rng = comparisons_needed(Question(0.1), 1.5), np.random.default_rng(1)
    a, b = rng.binomial(n, 0.1, 4000) / n, rng.binomial(n, 0.15, 4000) / n
    pooled = (a + b) / 2
    z = (b - a) / np.sqrt(2 * pooled * (1 - pooled) / n)
    assert np.mean(np.abs(z) > stats.norm.ppf(0.975)) == pytest.approx(0.8, abs=0.03)


@given(st.floats(1e-6, 0.2), st.floats(1.05, 4.5))
def test_the_smallest_ratio_undoes_the_sample_size(rate, ratio):
    n = comparisons_needed(Question(rate), ratio)
    found = smallest_ratio(Question(rate), higher=n, lower=n)
    assert found <= ratio * (1 + 1e-6)
    assert comparisons_needed(Question(rate), found * (1 + 1e-6)) <= n
    assert comparisons_needed(Question(rate), 1 + (found - 1) * 0.98) > n


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_more_comparisons_never_make_the_smallest_ratio_larger(few, more):
    ratios = [smallest_ratio(Question(0.01), higher=n, lower=10**6) for n in (few, few + more)]
    assert ratios[1] is not None or ratios[0] is None
    if None not in ratios:
        assert 1 < ratios[1] <= ratios[0] * (1 + 1e-6)


def test_groups_too_small_for_any_ratio_have_none():
    assert smallest_ratio(Question(0.5), higher=3, lower=3) is None
    assert smallest_ratio(Question(0.5), higher=0, lower=100) is None


def test_pairs_by_counting():
    for n, m in ((1, 1), (2, 1), (5, 3), (4, 2)):
        who = np.repeat(np.arange(n), m)
        a, b = np.triu_indices(n * m, 1)
        assert mated_comparisons(n, m) == np.sum(who[a] == who[b])
        assert non_mated_comparisons(n, m) == np.sum(who[a] != who[b])


@pytest.mark.parametrize(("n", "m", "rho"), [(6, 1, 0.3), (5, 2, 0.1), (7, 3, 0.5), (4, 2, 0.0)])
def test_the_design_effect_of_pairs_is_that_of_their_correlation_matrix(n, m, rho):
    who = np.repeat(np.arange(n), m)
    a, b = np.triu_indices(n * m, 1)
    a, b = a[who[a] != who[b]], b[who[a] != who[b]]
    member = np.zeros((len(a), n))
    member[np.arange(len(a)), who[a]] = member[np.arange(len(a)), who[b]] = 1
    correlation = rho * member @ member.T
    np.fill_diagonal(correlation, 1)
    effective = len(a) ** 2 / correlation.sum()
    assert effective_non_mated(n, m, Dependence(correlation=rho)) == pytest.approx(max(effective, n // 2))


def test_effective_comparisons_lie_between_the_subjects_and_the_comparisons():
    for dependence in (INDEPENDENT, Dependence(design_effect=1e6), Dependence(correlation=1.0)):
        assert 60 // 2 <= effective_non_mated(60, 2, dependence) <= non_mated_comparisons(60, 2)
        assert 60 <= effective_mated(60, 4, dependence) <= mated_comparisons(60, 4)
    assert effective_mated(60, 1, INDEPENDENT) == 0


@given(st.integers(1, 10**7), st.integers(1, 4), st.floats(0, 0.5))
def test_the_fewest_subjects_are_enough_and_one_less_is_not(needed, images, rho):
    def effective(n):
        return effective_non_mated(n, images, Dependence(correlation=rho))

    n = subjects_for(effective, needed)
    assert effective(n) >= needed
    assert n == 1 or effective(n - 1) < needed


def test_a_number_that_no_group_reaches_is_none():
    assert subjects_for(lambda _: 0.0, 10) is None
