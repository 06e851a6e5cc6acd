import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.errors import DatasetError, PlanError, RunError, SystemInputError
from evalharness.records import Comparator, Enrolment, PairList, ScoreKind, SystemIdentity
from evalharness.tasks.verification import TailBudget, count, count_scores
from tests.support.datasets import (
    make_enrolment,
    make_partition,
    make_samples,
    make_scores,
    per_group,
    pooled,
    vendor,
)

TWO_PASSES = TailBudget(keep_all=0, most=10_000)


def listing(pairs):
    """{unordered pair: score} of a tail or of mated comparisons."""
    ends = zip(pairs.probe.tolist(), pairs.reference.tolist(), strict=True)
    found = dict(zip((tuple(sorted(p)) for p in ends), pairs.scores.tolist(), strict=True))
    assert len(found) == len(pairs)
    return found


def line(*places):
    """Templates on a line: their distances are easy to read."""
    return [[float(place), 1.0] for place in places]


def test_all_pairs_are_split_into_mated_and_tail():
    samples = make_samples("aabbc")
    counts = count(samples, make_enrolment(line(0, 1, 3, 7, 20)), specs=[vendor(5)], partitions=[])
    assert listing(counts.mated) == {(0, 1): -1.0, (2, 3): -4.0}
    assert counts.mated.completed.all()
    across_a = {(0, 2): -3.0, (0, 3): -7.0, (0, 4): -20.0, (1, 2): -2.0, (1, 3): -6.0, (1, 4): -19.0}
    assert listing(counts.tail) == {**across_a, (2, 4): -17.0, (3, 4): -13.0}
    assert counts.tail.cut == -np.inf
    assert counts.listed is None
    assert counts.excluded == 0
    assert counts.score_kind is ScoreKind.DISTANCE


def test_a_second_pass_keeps_what_the_thresholds_need_and_the_score_at_them():
    samples = make_samples("aabbc")
    enrolment = make_enrolment(line(0, 1, 3, 7, 20))
    counts = count(samples, enrolment, specs=[vendor(3)], partitions=[], budget=TWO_PASSES)
    assert counts.tail.cut == -3.0
    assert listing(counts.tail) == {(0, 2): -3.0, (1, 2): -2.0}
    counts = count(samples, enrolment, specs=[pooled("0.25")], partitions=[], budget=TWO_PASSES)
    assert counts.tail.cut == -20.0  # 2 of 8 may match; replicates of a bootstrap reach deeper than the third score
    assert len(counts.tail) == 8


def test_a_small_group_that_comes_last_gets_its_scores():
    samples = make_samples("abcdef")
    groups = make_partition("g", ["x", "x", "x", "y", "y", "y"])
    enrolment = make_enrolment(line(0, 1, 2, 100, 200, 400))
    counts = count(samples, enrolment, specs=[per_group("0.4", "g")], partitions=[groups], budget=TWO_PASSES)
    assert counts.tail.cut == -300.0  # all three scores of group y
    assert listing(counts.tail)[4, 5] == -200.0


def test_failures_are_attempted_and_faults_are_not():
    samples = make_samples("aaabb")
    enrolment = make_enrolment(line(0, 1, 2, 3, 4), failed=[1], faulty=[4])
    counts = count(samples, enrolment, specs=[vendor(5)], partitions=[])
    pairs = zip(counts.mated.probe, counts.mated.reference, counts.mated.completed, strict=True)
    assert sorted((int(p), int(r), bool(c)) for p, r, c in pairs) == [(0, 1, False), (0, 2, True), (1, 2, False)]
    assert set(listing(counts.tail)) == {(0, 3), (2, 3)}
    assert counts.acquisition.attempted.tolist() == [True, True, True, True, False]
    assert counts.acquisition.enrolled.tolist() == [True, False, True, True, False]
    assert counts.excluded == 4
    assert counts.mated_subjects.tolist() == [True, False]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), comparator=st.sampled_from(Comparator))
def test_one_pass_two_passes_and_a_pair_list_of_all_pairs_agree(data, comparator):
    n = data.draw(st.integers(2, 12))
    subjects = data.draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    templates = data.draw(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=n, max_size=n))
    state = data.draw(st.lists(st.sampled_from("eeeefx"), min_size=n, max_size=n))
    enrolment = make_enrolment(
        templates,
        comparator=comparator,
        failed=[i for i in range(n) if state[i] == "f"],
        faulty=[i for i in range(n) if state[i] == "x"],
    )
    samples = make_samples(subjects)
    groups = make_partition("g", data.draw(st.lists(st.sampled_from(["x", "y", None]), min_size=n, max_size=n)))
    threshold = 1.0 if comparator is Comparator.EUCLIDEAN else 0.9
    specs = [vendor(threshold), pooled("0.2"), pooled("0.3", "within-group"), per_group("0.4", "g")]
    whole = count(samples, enrolment, specs=specs, partitions=[groups])
    cut = count(samples, enrolment, specs=specs, partitions=[groups], budget=TWO_PASSES)
    assert listing(cut.mated) == listing(whole.mated)
    assert listing(cut.tail) == {p: s for p, s in listing(whole.tail).items() if s >= cut.tail.cut}
    first, second = np.triu_indices(n, 1)
    listed = count(samples, enrolment, specs=specs, partitions=[groups], pairs=PairList(second, first))
    assert listing(listed.tail) == listing(whole.tail)
    assert listing(listed.mated) == listing(whole.mated)
    assert (listed.directed, listed.excluded) == (True, whole.excluded)


def test_a_pair_list_keeps_its_roles_and_counts_what_it_leaves_out():
    samples = make_samples("aabbc")
    enrolment = make_enrolment(line(0, 1, 3, 7, 20), failed=[2], faulty=[4])
    pairs = PairList(np.array([1, 3, 0, 2, 4]), np.array([0, 0, 2, 3, 0]))
    counts = count(samples, enrolment, specs=[vendor(5)], partitions=[], pairs=pairs)
    assert (counts.mated.probe.tolist(), counts.mated.reference.tolist()) == ([1, 2], [0, 3])
    assert counts.mated.completed.tolist() == [True, False]
    assert (counts.listed.probe.tolist(), counts.listed.reference.tolist()) == ([3, 0], [0, 2])
    assert counts.listed.completed.tolist() == [True, False]
    assert listing(counts.tail) == {(0, 3): -7.0}
    assert (counts.directed, counts.complete) == (True, False)
    assert counts.excluded == 1
    assert counts.mated_subjects.tolist() == [True, True, False]


def test_bad_templates_lists_and_enrolments_are_refused():
    samples = make_samples("ab")
    with pytest.raises(SystemInputError, match="s1: zero norm"):
        count(samples, make_enrolment([[1, 1], [0, 0]]), specs=[], partitions=[])
    twice = PairList(np.array([0, 1]), np.array([1, 0]))
    with pytest.raises(DatasetError, match=r"pair list: .*\n  row 2: \(s1, s0\) occurs twice"):
        count(samples, make_enrolment([[1, 1], [2, 2]]), specs=[], partitions=[], pairs=twice)
    with pytest.raises(RunError, match="not those of the index"):
        count(samples, make_enrolment([[1, 1]]), specs=[], partitions=[])
    identity = SystemIdentity("x", "X", "1", ScoreKind.SIMILARITY, None)
    blind = Enrolment(identity, np.ones(2, np.bool_), np.ones((2, 1), np.float32), {}, {})
    with pytest.raises(RunError, match="system X: has no comparator"):
        count(samples, blind, specs=[], partitions=[])


def test_an_unknown_group_is_refused_before_comparing():
    with pytest.raises(PlanError, match="partition g is not among"):
        count(make_samples("ab"), make_enrolment([[0], [0]]), specs=[per_group("0.1", "g")], partitions=[])


def test_a_budget_that_is_too_small_is_a_clear_error():
    budget = TailBudget(keep_all=0, most=1)
    samples, enrolment = make_samples("abcd"), make_enrolment(line(0, 1, 3, 7))
    ties = make_enrolment(line(0, 0, 0, 0))
    with pytest.raises(PlanError, match="more than 2 non-mated scores reach the lowest of their thresholds"):
        count(samples, ties, specs=[pooled("0.2")], partitions=[], budget=TailBudget(keep_all=0, most=2))
    with pytest.raises(PlanError, match="needs the 4 highest scores; at most 1"):
        count(samples, enrolment, specs=[pooled("0.5")], partitions=[], budget=budget)


SCORES = [(0, 1, 0.9), (2, 0, 0.2), (0, 3, None), (1, 2, 0.3), (3, 1, 0.1), (2, 3, None)]


def test_a_score_file_gives_the_same_record():
    samples = make_samples("aabb")
    counts = count_scores(samples, make_scores(SCORES), score_kind=ScoreKind.SIMILARITY)
    assert listing(counts.mated) == {(0, 1): 0.9, (2, 3): 0.0}
    assert counts.mated.completed.tolist() == [True, False]
    assert listing(counts.tail) == {(0, 2): 0.2, (1, 2): 0.3, (1, 3): 0.1}
    assert counts.listed.completed.tolist() == [True, False, True, True]
    assert counts.acquisition is None
    assert (counts.directed, counts.complete) == (False, False)
    whole = count_scores(samples, make_scores(SCORES), score_kind=ScoreKind.DISTANCE, comparisons="all-pairs")
    assert (whole.directed, whole.complete) == (False, True)
    assert whole.score_kind is ScoreKind.DISTANCE
    assert listing(whole.tail) == listing(counts.tail)


def test_missing_pairs_are_counted_and_named():
    samples = make_samples("aabb")
    with pytest.raises(SystemInputError) as caught:
        count_scores(samples, make_scores(SCORES[2:]), score_kind=ScoreKind.SIMILARITY, comparisons="all-pairs")
    assert "each of the 6 pairs of 4 samples once; 2 are missing, the first of them (s0, s1), (s0, s2)." in str(
        caught.value
    )
    none = make_scores([])
    with pytest.raises(SystemInputError, match=r"6 are missing, the first of them \(s0, s1\), .*, \(s1, s3\)\. Add"):
        count_scores(samples, none, score_kind=ScoreKind.SIMILARITY, comparisons="all-pairs")


def test_a_pair_list_takes_its_rows_from_the_score_file():
    samples = make_samples("aabb")
    wanted = PairList(np.array([0, 3, 1]), np.array([2, 2, 3]))
    counts = count_scores(samples, make_scores(SCORES), score_kind=ScoreKind.SIMILARITY, comparisons=wanted)
    assert (counts.listed.probe.tolist(), counts.listed.reference.tolist()) == ([0, 1], [2, 3])
    assert counts.tail.scores.tolist() == [0.2, 0.1]
    assert counts.mated.completed.tolist() == [False]
    assert (counts.directed, counts.complete) == (True, False)
    for rows in (SCORES[1:2], []):
        with pytest.raises(SystemInputError, match=r"no score for \d pairs of the pair list: rows .*3"):
            count_scores(samples, make_scores(rows), score_kind=ScoreKind.SIMILARITY, comparisons=wanted)


def test_bad_score_files_are_refused():
    samples = make_samples("aabb")
    with pytest.raises(SystemInputError, match=r"score file: .*\n.*occurs twice"):
        count_scores(samples, make_scores([(0, 1, 0.5), (1, 0, 0.5)]), score_kind=ScoreKind.SIMILARITY)
    broken = make_scores([(0, 1, 0.5), (1, 2, math.nan), (1, 3, math.inf)])
    with pytest.raises(SystemInputError, match="the scores of rows 2, 3 are NaN or infinite"):
        count_scores(samples, broken, score_kind=ScoreKind.SIMILARITY)
    many = make_scores([(0, 1 + i, math.nan) for i in range(150)])
    with pytest.raises(SystemInputError, match=r"rows 1, 2, .*, 100, \.\.\. are NaN"):
        count_scores(make_samples(range(151)), many, score_kind=ScoreKind.SIMILARITY)
