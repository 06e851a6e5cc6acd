import numpy as np
import pytest
from scipy.stats import permutation_test

from evalharness.statistics.hypotheses import permute_subjects
from tests.support.datasets import examples


def rng():
    return np.random.default_rng(1)


def test_d11_six_subjects_cannot_give_less_than_one_tenth():
    example = examples()["D11_permutation"]
    first, second = (np.array(example["inputs"][f"subject_rates_{name}"]) for name in "AB")
    found = permute_subjects(first, second, simulations=100, rng=rng())
    assert found.difference == pytest.approx(example["expected"]["observed"])
    assert found.arrangements == example["expected"]["n_permutations"]
    assert found.p_value == example["expected"]["p_two_sided"]
    assert found.exact


def test_all_arrangements_agree_with_scipy():
    first, second = rng().random(6), rng().random(5) + 0.1
    found = permute_subjects(first, second, simulations=100, rng=rng())
    outside = permutation_test(
        (first, second), lambda a, b: abs(a.mean() - b.mean()), vectorized=False, alternative="greater"
    )
    assert found.p_value == pytest.approx(outside.pvalue)


def test_many_subjects_are_permuted_at_random():
    first, second = rng().binomial(1, 0.5, 60) / 1.0, rng().binomial(1, 0.02, 80) / 1.0
    found = permute_subjects(first, second, simulations=199, rng=rng())
    assert not found.exact
    assert (found.p_value, found.arrangements) == (1 / 200, 199)


def test_random_arrangements_have_the_right_size():
    source = rng()
    p_values = [
        permute_subjects(source.random(20), source.random(25), simulations=99, rng=source).p_value for _ in range(400)
    ]
    assert np.mean(np.array(p_values) <= 0.05) == pytest.approx(0.05, abs=0.03)


def test_an_empty_group_and_equal_rates():
    assert permute_subjects(np.array([]), np.array([0.1]), simulations=10, rng=rng()) is None
    assert permute_subjects(np.zeros(3), np.zeros(3), simulations=10, rng=rng()).p_value == 1.0
