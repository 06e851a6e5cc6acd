import math
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from evalharness.statistics.dyads import ListedDyads
from evalharness.statistics.hypotheses import paired_difference, paired_dyadic_difference
from evalharness.statistics.variance import dyad_variance, subject_variance


def ints(*values):
    return np.array(values, dtype=np.int64)


def test_one_trial_a_subject_is_the_paired_t_test():
    a, b = ints(1, 1, 0, 0, 1, 0, 1, 0, 0, 0), ints(0, 1, 0, 0, 0, 0, 1, 0, 1, 0)
    found = paired_difference(a, b, np.ones(10, np.int64))
    expected = ttest_1samp(a - b, 0.0)
    assert found.difference == pytest.approx(0.1)
    assert found.p_value() == pytest.approx(expected.pvalue)
    assert found.limits(0.95) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert found.clusters == 10


def test_shared_errors_leave_the_standard_error():
    a, b, trials = ints(4, 0, 0, 1), ints(4, 0, 0, 0), ints(4, 4, 4, 4)
    found = paired_difference(a, b, trials)
    assert found.difference == 1 / 16
    assert found.standard_error == pytest.approx(math.sqrt(3 * 0.25**2 + 0.75**2) / 16)
    unpaired = math.sqrt(subject_variance(trials, a).variance + subject_variance(trials, b).variance)
    assert found.standard_error < unpaired / 4


def test_against_a_system_without_errors_it_is_the_plug_in_variance():
    errors, trials = ints(0, 1, 2, 0), ints(3, 3, 6, 1)
    found = paired_difference(errors, ints(0, 0, 0, 0), trials)
    assert found.standard_error**2 == pytest.approx(subject_variance(trials, errors).variance)


def test_no_trial_one_subject_and_two_systems_that_agree():
    assert paired_difference(ints(0, 0), ints(0, 0), ints(0, 0)) is None
    one = paired_difference(ints(1), ints(0), ints(2))
    assert (one.difference, one.limits(0.95), one.p_value()) == (0.5, None, None)
    assert one.corrected_error == math.inf
    same = paired_difference(ints(1, 0, 1), ints(1, 0, 1), ints(2, 2, 2))
    assert (same.difference, same.standard_error, same.p_value()) == (0.0, 0.0, None)
    assert same.limits(0.95) == (0.0, 0.0)


def brute(errors_a, errors_b, pairs, subjects):
    """The variance as a double sum over comparisons that share a subject."""
    change = {pair: errors_a.get(pair, 0) - errors_b.get(pair, 0) for pair in pairs}
    mean = sum(change.values()) / len(pairs)
    rest = {pair: value - mean for pair, value in change.items()}
    own = sum(value**2 for value in rest.values())
    covariance = sum(rest[p] * rest[q] for p in pairs for q in pairs if p != q and set(p) & set(q))
    return mean, math.sqrt(own + max(0.0, covariance)) / len(pairs)


def test_dyadic_difference_equals_the_double_sum():
    rng = np.random.default_rng(3)
    pairs = list(combinations(range(9), 2))
    dyads = ListedDyads.of(ints(*(p for p, _ in pairs)), ints(*(q for _, q in pairs)), subjects=9)
    for share in (0.1, 0.5):
        chosen = [[pair for pair in pairs if rng.random() < share] for _ in "ab"]
        arrays = [np.array(list(zip(*c, strict=True)), np.int64).reshape(2, -1) for c in chosen]
        found = paired_dyadic_difference(dyads, matches_a=arrays[0], matches_b=arrays[1])
        mean, error = brute(*(dict.fromkeys(c, 1) for c in chosen), pairs, 9)
        assert (found.difference, found.standard_error) == (pytest.approx(mean), pytest.approx(error))
        assert found.clusters == 9


def test_dyadic_difference_from_nothing_is_the_variance_of_a_rate():
    pairs = list(combinations(range(5), 2))
    dyads = ListedDyads.of(ints(*(p for p, _ in pairs)), ints(*(q for _, q in pairs)), subjects=5)
    wolf = np.array([[0, 0, 0, 0], [1, 2, 3, 4]])
    found = paired_dyadic_difference(dyads, matches_a=wolf, matches_b=np.empty((2, 0), np.int64))
    assert found.standard_error**2 == pytest.approx(dyad_variance(dyads, wolf[0], wolf[1]).variance)
    assert found.standard_error**2 == pytest.approx(0.048)
    empty = ListedDyads.of(ints(), ints(), subjects=3)
    none = np.empty((2, 0), np.int64)
    assert paired_dyadic_difference(empty, matches_a=none, matches_b=none) is None
