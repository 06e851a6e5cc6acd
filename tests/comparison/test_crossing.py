"""Streamed thresholds where a subject's samples lie in several combinations of groups, against a whole tail."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.comparison import CompareOptions, crossing
from evalharness.counts import StreamedPoint
from evalharness.errors import PlanError
from evalharness.records import Comparator
from evalharness.statistics.cells import cells_of, everyone, population_cell
from evalharness.statistics.streamed import streamed_errors, streamed_point
from evalharness.statistics.thresholds import errors_at
from evalharness.tasks.verification import TailBudget, count
from tests.support.datasets import make_enrolment, make_partition, make_samples, vendor


def both(rng, n, *, subjects, comparator=Comparator.COSINE, failed=(), groups="xy", ages="abc", threshold=None):
    """The same run with its matches in a whole tail and counted in the stream; subjects change groups."""
    samples = make_samples(rng.integers(0, subjects, size=n).tolist())
    vectors = np.round(rng.normal(size=(n, 3)) * 2).astype(np.float32)
    vectors[~vectors.any(axis=1)] = 1
    enrolment = make_enrolment(vectors, comparator=comparator, failed=failed)
    partitions = [
        make_partition("g", rng.choice(list(groups), size=n).tolist()),
        make_partition("age", [None if v == "c" else v for v in rng.choice(list(ages), size=n).tolist()]),
    ]
    threshold = (0.0 if comparator is Comparator.COSINE else 4.0) if threshold is None else threshold
    arguments = {"specs": [vendor(threshold)], "partitions": partitions, "options": CompareOptions(workers=1, block=7)}
    whole = count(samples, enrolment, **arguments)
    streamed = count(samples, enrolment, **arguments, budget=TailBudget(keep_all=0, most=1))
    return whole, streamed, partitions, comparator.score_kind.to_similarity(threshold)


def assert_equal_errors(whole, streamed, partitions, threshold):
    """Of everybody, and of every cell of every partition."""
    all_samples = np.ones(whole.samples, dtype=bool)
    cells = [(population_cell(whole, everyone(whole)), (all_samples, all_samples))]
    for partition in partitions:
        found, groups = cells_of(whole, partition), range(len(partition.groups))
        sides = [partition.group_of == g for g in groups]
        cells += [(found.within(g), (sides[g], sides[g])) for g in groups]
        cells += [(found.any_impostor(g), (sides[g], all_samples)) for g in groups]
        cells += [(found.across(g, h), (sides[g], sides[h])) for g in groups for h in groups if g < h]
    for cell, sides in cells:
        one, other = (errors_at(counts, cell, threshold, sides=sides) for counts in (whole, streamed))
        assert one.per_subject.tolist() == other.per_subject.tolist()
        assert (one.squares, one.products) == (other.squares, other.products)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    n=st.integers(4, 40),
    subjects=st.integers(2, 12),
    comparator=st.sampled_from(Comparator),
    failed=st.lists(st.integers(0, 3), max_size=2, unique=True),
    at_once=st.sampled_from([1, 5, 1024]),
)
def test_sums_over_whole_dyads_are_those_of_a_whole_tail(seed, n, subjects, comparator, failed, at_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crossing, "_AT_ONCE", at_once)
        whole, streamed, partitions, threshold = both(
            np.random.default_rng(seed), n, subjects=subjects, comparator=comparator, failed=failed
        )
    assert whole.streamed == ()
    if len(streamed.streamed):
        assert_equal_errors(whole, streamed, partitions, threshold)


def test_mixed_terms_are_kept_where_a_subject_has_several_codes_and_nowhere_else():
    whole, streamed, partitions, threshold = both(np.random.default_rng(3), 60, subjects=15)
    (point,) = streamed.streamed
    assert len(point.mixed) > 0
    assert_equal_errors(whole, streamed, partitions, threshold)
    without = StreamedPoint(point.threshold, point.code_of, point.codes, point.errors, point.squares, point.products)
    sides = (np.ones(60, dtype=bool),) * 2
    found, split = (streamed_errors(streamed, each, sides) for each in (point, without))
    assert split.squares < found.squares  # what split dyads gave
    assert streamed_point(streamed, threshold) is point
    _, alone, _, _ = both(np.random.default_rng(3), 60, subjects=15, groups="x", ages="a")
    assert len(alone.streamed) == 1
    assert len(alone.streamed[0].mixed) == 0


def test_too_many_pairs_of_groups_within_subjects_are_refused(monkeypatch):
    monkeypatch.setattr(crossing, "_MOST_KINDS", 3)
    with pytest.raises(PlanError, match=r"the samples of one subject lie in \d+ different pairs of groups \(at most 3"):
        both(np.random.default_rng(3), 60, subjects=15)


def test_mixed_sums_that_do_not_fit_are_refused():
    sums = np.zeros((2, 2), dtype=np.int64)
    code_of = np.array([0, 1])
    for mixed in ([[0, 1, 2, 0, 1, 1]], [[0, -1, 1, 0, 1, 1]], [[0, 1]]):
        with pytest.raises(ValueError, match="mixed sums"):
            StreamedPoint(0.5, code_of, 2, sums, sums, sums, np.array(mixed))
