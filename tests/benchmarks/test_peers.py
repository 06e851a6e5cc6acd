"""The fast forms of other tools' methods against slow ones; the packages themselves are compared in each full run."""

import numpy as np
import pytest

from benchmarks.validation import peers
from benchmarks.validation.drawing import draw
from benchmarks.validation.effects import Effect
from benchmarks.validation.observed import Observed, observe
from benchmarks.validation.population import Population
from evalharness.statistics.intervals import wilson

POPULATION = Population(subjects=(9, 7), fmr=(0.2, 0.1), effect=Effect.MILD, images=2, fnmr=(0.3,))
Z = 1.959963984540054


def groups(number):
    counts = draw(POPULATION, cut=0.0, rng=np.random.default_rng([2, number]))
    return observe(counts, POPULATION, 0.0)


def cimat_by_loops(group):
    """The package's formula with every comparison in both directions."""
    n, cell = group.subjects, group.images**2
    errors = np.zeros((n, n))
    for a, b in zip(group.first, group.second, strict=True):
        errors[a, b] += 1
        errors[b, a] += 1
    rate = errors.sum() / (n * (n - 1) * cell)
    variances = covariances = 0.0
    for i in range(n):
        centred = [errors[i, j] - rate * cell for j in range(n) if j != i]
        variances += sum(y * y for y in centred)
        covariances += sum(x * y for k, x in enumerate(centred) for m, y in enumerate(centred) if k != m)
    variance = (2 * variances + 4 * max(covariances, 0)) / (n * (n - 1) * cell) ** 2
    return wilson(rate, rate * (1 - rate) / variance, quantile=Z)


def test_cimat_of_false_matches_is_its_loops():
    compared = 0
    for number in range(10):
        for group, limits in zip(groups(number), peers.cimat(groups(number), mated=False), strict=True):
            if len(group.first):
                expected = cimat_by_loops(group)
                assert limits[1:] == pytest.approx([expected.lower, expected.upper], rel=1e-9)
                compared += 1
    assert compared > 15


@pytest.mark.parametrize(("errors", "lower"), [(0, 0.0), (1, -np.log(0.95) / 7)])
def test_cimat_of_few_false_non_matches(errors, lower):
    mated = np.array([errors, 0, 0, 0, 0, 0, 0])
    group = Observed(7, 2, np.array([], dtype=int), np.array([], dtype=int), mated)
    value, low, upper = peers.cimat([group], mated=True)[0]
    assert value == pytest.approx(errors / 7)
    assert low == pytest.approx(lower)
    assert upper == pytest.approx(wilson(errors / 7, 7, quantile=Z).upper)


def test_cimat_without_a_false_match_counts_each_comparison_twice():
    group = Observed(5, 1, np.array([], dtype=int), np.array([], dtype=int), np.zeros(5, dtype=int))
    assert peers.cimat([group], mated=False)[0, 2] == pytest.approx(wilson(0.0, 20, quantile=Z).upper)


def test_pairs_are_taken_as_independent():
    found = peers.pairs_wilson(groups(1), mated=False)
    expected = wilson(len(groups(1)[0].first) / 144, 144, quantile=Z)
    assert found[0, 1:] == pytest.approx([expected.lower, expected.upper])


def test_row_replicates_are_those_of_drawn_rows():
    errors, trials = np.array([6, 3]), np.array([40, 25])
    wrong, group = np.repeat([1, 0, 1, 0], [6, 34, 3, 22]), np.repeat([0, 1], [40, 25])
    rng = np.random.default_rng(5)
    slow = []
    for _ in range(4000):
        rows = rng.integers(0, 65, 65)
        slow.append([wrong[rows][group[rows] == g].mean() for g in (0, 1)])
    fast = peers.row_replicates(errors, trials, replicates=20_000, rng=rng)
    assert fast.mean(axis=0) == pytest.approx(np.mean(slow, axis=0), abs=0.006)
    assert fast.std(axis=0) == pytest.approx(np.std(slow, axis=0), rel=0.05)


def test_the_turned_ratio_is_highest_by_lowest():
    rates, ratio = peers.row_bootstrap(groups(1), mated=False, rng=np.random.default_rng(1))
    assert ratio[0] == pytest.approx(rates[:, 0].max() / rates[:, 0].min())
    assert 1 <= ratio[1] < ratio[2]


def test_no_error_at_all_gives_no_ratio():
    empty = np.array([], dtype=int)
    group = Observed(5, 1, empty, empty, np.zeros(5, dtype=int))
    rates, ratio = peers.row_bootstrap([group, group], mated=False, rng=np.random.default_rng(1))
    assert np.isnan(ratio).all()
    assert rates.tolist() == [[0.0, 0.0, 0.0]] * 2


def test_a_ratio_of_independent_pairs_is_the_worked_one():
    def group(errors):
        return Observed(100, 1, np.zeros(errors, dtype=int), np.ones(errors, dtype=int), np.zeros(100, dtype=int))

    found = peers.pairs_ratio([group(5), group(20)])
    half = Z * np.sqrt((1 - 5 / 4950) / 5 + (1 - 20 / 4950) / 20)
    assert found == pytest.approx([4.0, 4 * np.exp(-half), 4 * np.exp(half)])
    assert np.isnan(peers.pairs_ratio([group(0), group(3)])).all()
