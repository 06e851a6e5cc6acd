import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evalharness.statistics.distributions import Distribution, d_prime, kolmogorov_smirnov, overlap, wasserstein
from tests.support.datasets import examples

SCORES = st.lists(st.floats(-5, 5).map(lambda x: round(x, 2)), min_size=1, max_size=15)


def of(scores):
    return Distribution.of(np.array(scores, dtype=float))


def test_f1_two_short_lists():
    given_, expected = examples()["F1_distribution_shift"]["inputs"], examples()["F1_distribution_shift"]["expected"]
    a, b = of(given_["A"]), of(given_["B"])
    assert kolmogorov_smirnov(a, b) == expected["KS"]
    assert wasserstein(a, b) == pytest.approx(expected["wasserstein1"], abs=1e-12)
    assert d_prime(a, b) == pytest.approx(expected["d_prime_sample_sd"], abs=1e-9)
    edges = np.arange(0.05, 0.6, 0.1)
    assert overlap(a, b, edges=edges) == pytest.approx(expected["overlap_histogram_width_0_1"])


def test_f2_decidability():
    expected = examples()["F2_decidability"]["expected"]["d_prime"]
    # ddof 1: two values 0.1 * sqrt(2) apart have the standard deviation 0.1
    half = 0.1 / np.sqrt(2)
    assert d_prime(of([0.7 - half, 0.7 + half]), of([0.3 - half, 0.3 + half])) == pytest.approx(expected)


@given(SCORES, SCORES)
def test_distances_against_scipy_and_loops(a, b):
    apart = [abs(np.mean(np.array(a) <= x) - np.mean(np.array(b) <= x)) for x in (*a, *b)]
    assert kolmogorov_smirnov(of(a), of(b)) == pytest.approx(max(apart), abs=1e-12)
    assert wasserstein(of(a), of(b)) == pytest.approx(stats.wasserstein_distance(a, b), abs=1e-9)
    assert 0 <= overlap(of(a), of(b)) <= 1 + 1e-12
    assert overlap(of(a), of(a)) == pytest.approx(1)


@given(SCORES)
def test_moments_and_quantiles_against_numpy(scores):
    d = of(scores)
    assert d.total == len(scores)
    assert d.mean == pytest.approx(np.mean(scores), abs=1e-9)
    if len(scores) > 1:
        assert d.standard_deviation == pytest.approx(np.std(scores, ddof=1), abs=1e-9)
    for q in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert d.quantile(q) == np.quantile(scores, q, method="inverted_cdf")
        assert d.quantile(q) in scores
    assert d.mirrored().mean == pytest.approx(-d.mean, abs=1e-9)


def test_a_shift_moves_the_area_by_its_size():
    a = of([0.0, 1.0, 3.0])
    assert wasserstein(a, of([0.5, 1.5, 3.5])) == pytest.approx(0.5)


def test_bins_stand_at_their_middle():
    d = Distribution.binned(np.array([0.0, 1.0, 2.0, 3.0]), np.array([2, 0, 1]))
    assert (d.values.tolist(), d.weights.tolist(), d.total) == ([0.5, 2.5], [2, 1], 3)


def test_what_does_not_exist_is_none():
    assert of([]) is None
    assert of([1.0, 1e200]) is None
    assert Distribution.binned(np.array([0.0, 1.0]), np.array([0])) is None
    assert of([1.0]).standard_deviation is None
    assert d_prime(of([1.0]), of([1.0, 2.0])) is None
    assert d_prime(of([1.0, 1.0]), of([2.0, 2.0])) is None
    assert overlap(of([1.0]), of([1.0])) == 1.0
