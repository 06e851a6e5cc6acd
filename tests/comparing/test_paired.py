"""Paired differences and ratios against explicit loops, and the score interval against its definition."""

import itertools
import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from evalharness.comparing.paired import (
    PairedErrors,
    PairedEvidence,
    difference_interval,
    dyad_pairs,
    p_no_difference,
    ratio_interval,
    subject_pairs,
    tango_score,
)
from evalharness.counts import Counts
from evalharness.records import ScoreKind
from evalharness.statistics.cells import everyone, population_cell
from evalharness.tasks.verification import count, count_scores
from tests.support.datasets import make_enrolment, make_samples, make_scores, vendor

FLAGS = st.lists(st.booleans(), min_size=6, max_size=6)


def paired_variance_by_loops(trials, first, second, units):
    """Every pair of trials that share a unit, one by one; ``units`` holds the subjects of each trial."""
    n = len(trials)
    mean = sum(a - b for a, b in zip(first, second, strict=True)) / n
    own, shared = 0.0, 0.0
    by_unit = defaultdict(list)
    for i in range(n):
        by_unit[units[i]].append((first[i] - second[i]) - mean)
    sums = {unit: sum(values) for unit, values in by_unit.items()}
    own = sum(value**2 for value in sums.values())
    shared = sum(sums[u] * sums[v] for u, v in itertools.permutations(sums, 2) if set(u) & set(v))
    return own / n**2, shared / n**2


def evidence(b, c, n, both=3):
    errors = PairedErrors(n, b + both, c + both, b, c)
    return PairedEvidence(errors, 10**6, 10**6, 1.0, errors.independent_variance, errors.independent_log_variance)


def test_the_pairing_takes_out_what_both_systems_share() -> None:
    # Four subjects with four trials each. Both fail everything of the first subject; the first system fails once more.
    subject = np.repeat(np.arange(4), 4)
    second = subject == 0
    first = second.copy()
    first[4] = True
    found = subject_pairs(subject, first, second)
    assert (found.errors.first, found.errors.second) == (5, 4)
    assert (found.errors.only_first, found.errors.only_second) == (1, 0)
    assert found.errors.difference == 1 / 16
    assert found.errors.ratio == 1.25
    # d = 0, 1, 0, 0 and D m = 1/4 each: (3 / 16 + 9 / 16) / 256.
    assert math.isclose(found.variance, max(0.75 / 256, (1 / 16 - 1 / 256) / 16))
    unpaired = sum(np.var([4, 1, 0, 0]) * 4 + np.var([4, 0, 0, 0]) * 4 for _ in "x") / 256
    assert math.sqrt(found.variance) < 0.4 * math.sqrt(unpaired)
    assert (found.subjects, found.clusters, found.disjoint) == (4, 4, 4.0)


@settings(max_examples=60)
@given(
    subjects=st.lists(st.integers(0, 4), min_size=3, max_size=14), seed=st.integers(0, 2**32), share=st.floats(0.1, 0.9)
)
def test_subjects_against_loops(subjects: list[int], seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.random((2, len(subjects))) < share
    found = subject_pairs(np.array(subjects), first, second)
    own, shared = paired_variance_by_loops(
        subjects, first.astype(int), second.astype(int), [(subject,) for subject in subjects]
    )
    assert shared == 0
    independent = np.mean((first.astype(int) - second.astype(int) - found.errors.difference) ** 2) / len(subjects)
    assert math.isclose(found.variance, max(own, independent), abs_tol=1e-15)
    assert math.isclose(found.errors.independent_variance, independent, abs_tol=1e-15)
    assert found.errors.difference == pytest.approx(first.mean() - second.mean(), abs=1e-15)


def counts_of(scores, subjects) -> Counts:
    return count_scores(make_samples(subjects), make_scores(scores), score_kind=ScoreKind.SIMILARITY)


def all_pairs_counts(subjects) -> Counts:
    enrolment = make_enrolment([[float(i), 1.0] for i in range(len(subjects))])
    return count(make_samples(subjects), enrolment, specs=[vendor(0.5)], partitions=[])


@settings(max_examples=60)
@given(
    subjects=st.lists(st.integers(0, 4), min_size=4, max_size=9).filter(lambda s: len(set(s)) > 2),
    seed=st.integers(0, 2**32),
    share=st.floats(0.05, 0.9),
    listed=st.booleans(),
)
def test_dyads_against_loops(subjects: list[int], seed: int, share: float, listed: bool) -> None:
    rng, n = np.random.default_rng(seed), len(subjects)
    pairs = [(i, j) for i, j in itertools.combinations(range(n), 2) if subjects[i] != subjects[j]]
    if listed:
        pairs = [pairs[i] for i in sorted(rng.choice(len(pairs), size=max(2, len(pairs) // 2), replace=False))]
    counts = counts_of([(i, j, 0.0) for i, j in pairs], subjects) if listed else all_pairs_counts(subjects)
    first, second = (rng.random((2, len(pairs))) < share).astype(int)
    codes = np.array([i * n + j for i, j in pairs])
    cell = population_cell(counts, everyone(counts))
    found = dyad_pairs(cell, codes[first == 1], codes[second == 1], subject_of=counts.subject_of, codes=n)
    numbers = counts.subject_of.tolist()
    units = [tuple(sorted((numbers[i], numbers[j]))) for i, j in pairs]
    own, shared = paired_variance_by_loops(pairs, first, second, units)
    independent = np.var(first - second) / len(pairs)
    assert math.isclose(found.variance, max(own + max(0.0, shared), independent), abs_tol=1e-14)
    assert (found.errors.trials, found.errors.first, found.errors.second) == (len(pairs), first.sum(), second.sum())
    assert found.errors.only_first == sum((first == 1) & (second == 0))
    if found.errors.ratio is None:
        assert found.log_variance is None
        return
    scaled_first, scaled_second = first / first.sum(), second / second.sum()
    own, shared = paired_variance_by_loops(pairs, scaled_first, scaled_second, units)
    independent = float(np.sum((scaled_first - scaled_second) ** 2))
    expected = max((own + max(0.0, shared)) * len(pairs) ** 2, independent)
    assert math.isclose(found.log_variance, expected, abs_tol=1e-12)


@pytest.mark.parametrize(("b", "c", "n"), [(12, 2, 50), (1, 0, 40), (30, 45, 1000), (0, 7, 60)])
def test_tangos_statistic_by_its_definition(b: int, c: int, n: int) -> None:
    """Maximise the likelihood under p_first - p_second = delta by search, then take the score there."""
    for delta in (-0.3, -0.05, 0.01, 0.2):

        def loss(q: float, delta: float = delta) -> float:
            probabilities = (q + delta, q, 1 - 2 * q - delta)
            return -sum(k * math.log(p) for k, p in zip((b, c, n - b - c), probabilities, strict=True) if k)

        low, high = max(0.0, -delta), (1 - delta) / 2
        q = optimize.minimize_scalar(
            loss, bounds=(low + 1e-13, high - 1e-13), method="bounded", options={"xatol": 1e-12}
        ).x
        expected = (b - c - n * delta) / math.sqrt(n * (2 * q + delta * (1 - delta)))
        assert math.isclose(tango_score(b, c, n, delta), expected, rel_tol=1e-4)


@given(b=st.integers(0, 40), c=st.integers(0, 40), more=st.integers(0, 10**9), level=st.sampled_from([0.8, 0.95]))
def test_limits_hold_the_difference_and_turn_with_the_systems(b: int, c: int, more: int, level: float) -> None:
    n = b + c + 3 + more
    limits, turned = (difference_interval(e, level=level) for e in (evidence(b, c, n), evidence(c, b, n)))
    assert -1 <= limits.lower <= (b - c) / n <= limits.upper <= 1
    assert limits.lower < limits.upper
    assert math.isclose(turned.lower, -limits.upper, rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(turned.upper, -limits.lower, rel_tol=1e-9, abs_tol=1e-12)
    assert p_no_difference(evidence(b, c, n)) == pytest.approx(p_no_difference(evidence(c, b, n)))


def test_no_discordant_trial_leaves_an_interval_and_no_ratio_limits() -> None:
    subject = np.repeat(np.arange(30), 2)
    wrong = subject < 3
    found = subject_pairs(subject, wrong, wrong)
    limits = difference_interval(found, level=0.95)
    n, z = 30.0, stats.t.ppf(0.975, 29)  # the floor: one trial for each subject
    assert math.isclose(limits.upper, z * z / (n + z * z), rel_tol=1e-9)
    assert math.isclose(limits.lower, -limits.upper, rel_tol=1e-9)
    assert ratio_interval(found, level=0.95) is None
    assert p_no_difference(found) == 1.0


def test_the_ratio_interval_by_hand() -> None:
    # Sixty errors of the first alone, both with forty more, one trial a subject: logs of 100 / 40.
    found = subject_pairs(np.arange(1000), np.arange(1000) < 100, np.arange(1000) < 40)
    variance = 60 / 100**2 + 40 * (1 / 100 - 1 / 40) ** 2
    half = stats.t.ppf(0.975, 999) * math.sqrt(variance * 1000 / 999)
    limits = ratio_interval(found, level=0.95)
    assert limits is not None
    assert math.isclose(limits.lower, 2.5 * math.exp(-half), rel_tol=1e-9)
    assert math.isclose(limits.upper, 2.5 * math.exp(half), rel_tol=1e-9)


def test_where_the_test_is_less_sure_the_ratio_interval_takes_its_standard_error() -> None:
    # Two errors of the first alone, both with four more: logs of 6 / 4, and an exact p-value.
    found = subject_pairs(np.arange(10), np.arange(10) < 6, np.arange(10) < 4)
    p_value = p_no_difference(found)
    half = stats.t.ppf(0.975, 9) * math.log(1.5) / stats.t.ppf(1 - p_value / 2, 9)
    limits = ratio_interval(found, level=0.95)
    assert limits is not None
    assert math.isclose(limits.upper, 1.5 * math.exp(half), rel_tol=1e-9)


@given(st.integers(1, 40), st.integers(1, 40))
def test_the_ratio_interval_leaves_1_out_only_where_the_test_rejects(b: int, c: int) -> None:
    found = evidence(b, c, 1000)
    limits = ratio_interval(found, level=0.95)
    assert limits is not None
    if p_no_difference(found) > 0.05 + 1e-9:
        assert limits.lower < 1 < limits.upper


def test_few_discordant_trials_have_the_exact_p_value() -> None:
    assert p_no_difference(evidence(5, 0, 1000)) == pytest.approx(stats.binomtest(5, 5).pvalue, rel=1e-4)
    assert p_no_difference(evidence(9, 2, 1000)) == pytest.approx(stats.binomtest(9, 11).pvalue, rel=1e-4)
    clustered = PairedEvidence(PairedErrors(100, 5, 0, 5, 0), 20, 20, 1.0, 0.002, None)
    assert p_no_difference(clustered) > stats.binomtest(5, 5).pvalue


def test_a_billion_trials_without_a_difference() -> None:
    errors = PairedErrors(10**11, 0, 0, 0, 0)
    found = PairedEvidence(errors, 1000, 1000, 500.0, 0.0, None)
    limits = difference_interval(found, level=0.95)
    z = stats.t.ppf(0.975, 999)
    assert math.isclose(limits.upper, z * z / (500 + z * z), rel_tol=1e-9)
