"""What the uncertainty of a cell rests on, by hand: subjects on the smaller side, and disjoint dyads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.counts import Population, populations
from evalharness.records import PairList, ScoreKind
from evalharness.statistics.cells import cells_of, everyone, population_cell
from evalharness.tasks.verification import count, count_scores
from tests.support import brute
from tests.support.datasets import make_enrolment, make_partition, make_samples, make_scores, pooled


def all_pairs(subjects, labels, *, failed=(), listed=False):
    """Counts of all pairs, from templates or from a score file, and the partition."""
    samples, partition = make_samples(subjects), make_partition("g", labels)
    n = len(subjects)
    if listed:
        pairs = [(i, j, 0.5) for i in range(n) for j in range(i + 1, n)]
        scores = make_scores(pairs)
        return count_scores(samples, scores, score_kind=ScoreKind.SIMILARITY, comparisons="all-pairs"), partition
    enrolment = make_enrolment([[float(i), 1.0] for i in range(n)], failed=failed)
    return count(samples, enrolment, specs=[], partitions=[partition]), partition


def rests_on(cell):
    return cell.dyads.total, cell.subjects, cell.clusters, cell.disjoint


@pytest.mark.parametrize("listed", [False, True])
def test_two_subjects_against_ten(listed):
    counts, partition = all_pairs("abcdefghijkl", "x" * 2 + "y" * 10, listed=listed)
    cells = cells_of(counts, partition)
    assert rests_on(cells.within(0)) == (1, 2, 2, 1)
    assert rests_on(cells.within(1)) == (45, 10, 10, 5)
    assert rests_on(cells.across(0, 1)) == rests_on(cells.across(1, 0)) == (20, 12, 2, 2)
    assert rests_on(cells.any_impostor(0)) == (21, 12, 2, 2)
    assert rests_on(cells.any_impostor(1)) == (65, 12, 10, 6)
    assert rests_on(population_cell(counts, everyone(counts))) == (66, 12, 12, 6)


@pytest.mark.parametrize("listed", [False, True])
def test_subjects_with_samples_in_both_groups(listed):
    """Three subjects, each with a sample in x and one in y: one disjoint dyad, whatever the cell."""
    counts, partition = all_pairs("aabbcc", "xyxyxy", listed=listed)
    cells = cells_of(counts, partition)
    assert rests_on(cells.across(0, 1)) == (6, 3, 3, 1)
    assert rests_on(cells.any_impostor(0)) == (9, 3, 3, 1)
    assert cells.across(0, 1).dyads.sum_of_squares == 12


@pytest.mark.parametrize("listed", [False, True])
def test_the_population_within_groups(listed):
    counts, partition = all_pairs("abcdefg", ["x"] * 3 + ["y"] * 3 + [None], listed=listed)
    within = populations(pooled("0.1", "within-group"), [partition], samples=7)["all"]
    assert rests_on(population_cell(counts, within)) == (6, 6, 6, 2)
    nobody = Population(np.zeros(7, np.bool_), np.zeros(7, np.int64))
    assert rests_on(population_cell(counts, nobody)) == (0, 0, 0, 0)


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize(
    ("subjects", "labels", "disjoint"),
    [
        ("abbcdef", "xxyyzzz", 2),  # a-b or b-c, and d-e: the three groups' own floors add up to 3
        ("abcd" * 2, "xxxxyyyy", 2),  # the same four in both groups
        ("abcdaefgh", "xxxxyyyyy", 4),  # a in both: two dyads in x, two in y
        ("abcde", "xxxyy", 2),  # nobody in two groups: floors add up
    ],
)
def test_dyads_of_several_groups_are_disjoint_though_subjects_are_in_two(subjects, labels, disjoint, listed):
    counts, partition = all_pairs(subjects, labels, listed=listed)
    within = populations(pooled("0.1", "within-group"), [partition], samples=len(subjects))["all"]
    inside = [(i, j) for i in range(len(subjects)) for j in range(i) if labels[i] == labels[j]]
    edges = {tuple(sorted((subjects[i], subjects[j]))) for i, j in inside if subjects[i] != subjects[j]}
    assert population_cell(counts, within).disjoint <= brute.matching(frozenset(edges)) == disjoint


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.sampled_from("xyz")), min_size=2, max_size=12))
def test_the_floor_within_groups_is_never_too_high(people):
    subjects, labels = [str(s) for s, _ in people], [g for _, g in people]
    counts, partition = all_pairs(subjects, labels)
    within = populations(pooled("0.1", "within-group"), [partition], samples=len(subjects))["all"]
    inside = [(i, j) for i in range(len(subjects)) for j in range(i) if labels[i] == labels[j]]
    edges = {tuple(sorted((subjects[i], subjects[j]))) for i, j in inside if subjects[i] != subjects[j]}
    best = brute.matching(frozenset(edges))
    assert min(best, 1) <= population_cell(counts, within).disjoint <= best


def test_failed_samples_take_no_part_and_are_counted():
    counts, partition = all_pairs("aabbc", "xxxxy", failed=[0, 4])
    cells = cells_of(counts, partition)
    assert rests_on(cells.within(0)) == (2, 2, 2, 1)
    assert cells.within(0).not_completed == 2
    assert rests_on(cells.across(0, 1)) == (0, 0, 0, 0)
    assert cells.across(0, 1).not_completed == 4
    assert cells.any_impostor(1).not_completed == 4
    assert population_cell(counts, everyone(counts)).not_completed == 6


def test_the_tail_of_a_cell_are_its_own_comparisons():
    counts, partition = all_pairs("abcd", "xxyy")
    cells, label = cells_of(counts, partition), "xxyy"
    for cell, wanted in (
        (cells.within(0), {"xx"}),
        (cells.across(1, 0), {"xy"}),
        (cells.any_impostor(1), {"xy", "yy"}),
    ):
        at = cell.tail
        ends = zip(counts.tail.probe[at].tolist(), counts.tail.reference[at].tolist(), strict=True)
        found = ["".join(sorted(label[i] + label[j])) for i, j in ends]
        assert set(found) == wanted
        assert len(found) == cell.dyads.total


def test_a_few_probes_against_many_references_are_few_clusters():
    samples, partition = make_samples("abcdefgh"), make_partition("g", "xxxxyyyy")
    enrolment = make_enrolment([[float(i), 1.0] for i in range(8)])
    star = PairList(np.array([0, 0, 0, 0, 0]), np.array([1, 2, 3, 4, 5]))
    counts = count(samples, enrolment, specs=[], partitions=[partition], pairs=star)
    assert rests_on(population_cell(counts, everyone(counts))) == (5, 6, 1, 1)
    cells = cells_of(counts, partition)
    assert rests_on(cells.within(0)) == (3, 4, 1, 1)
    assert rests_on(cells.across(0, 1)) == (2, 3, 1, 1)
    assert rests_on(cells.across(1, 0)) == (0, 0, 0, 0)
    assert rests_on(cells.any_impostor(0)) == (5, 6, 1, 1)
    assert rests_on(cells.any_impostor(1)) == (0, 0, 0, 0)
    triangle = PairList(np.array([0, 0, 1]), np.array([1, 2, 2]))
    counts = count(samples, enrolment, specs=[], partitions=[partition], pairs=triangle)
    assert rests_on(population_cell(counts, everyone(counts))) == (3, 3, 3, 1)


def cells_of_scores(dyads, labels="xxxxyyyy"):
    """Cells of a score file without roles: one sample for each of eight subjects."""
    samples, partition = make_samples("abcdefgh"), make_partition("g", labels)
    scores = make_scores([(i, j, 0.5) for i, j in dyads])
    counts = count_scores(samples, scores, score_kind=ScoreKind.SIMILARITY)
    return population_cell(counts, everyone(counts)), cells_of(counts, partition)


@pytest.mark.parametrize("turn", [(), (1, 3), (0, 1, 2, 3, 4)])
def test_a_star_of_a_score_file_is_one_cluster_whichever_column_its_centre_is_in(turn):
    star = [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5)]
    pooled_cell, cells = cells_of_scores([(b, a) if n in turn else (a, b) for n, (a, b) in enumerate(star)])
    assert rests_on(pooled_cell) == (5, 6, 1, 1)
    assert rests_on(cells.within(0)) == (3, 4, 1, 1)
    assert rests_on(cells.across(0, 1)) == rests_on(cells.across(1, 0)) == (2, 3, 1, 1)
    assert rests_on(cells.any_impostor(0)) == (5, 6, 1, 1)
    assert rests_on(cells.any_impostor(1)) == (2, 3, 1, 1)


def test_a_score_file_that_happens_to_hold_all_pairs_counts_every_subject():
    whole = [(i, j) for i in range(8) for j in range(i)]
    pooled_cell, cells = cells_of_scores(whole, "xxxyyyyy")
    assert rests_on(pooled_cell) == (28, 8, 8, 4)
    assert rests_on(cells.within(1)) == (10, 5, 5, 2)
    assert rests_on(cells.across(0, 1)) == (15, 8, 3, 3)
    assert rests_on(cells.any_impostor(0)) == (18, 8, 3, 3)


def test_the_same_comparisons_of_a_pair_list_rest_on_the_same_subjects():
    """All samples in one group: within it, any impostor and pooled are one set. e plays both roles."""
    samples, partition = make_samples("abcdefgh"), make_partition("g", "x" * 8)
    enrolment = make_enrolment([[float(i), 1.0] for i in range(8)])
    pairs = PairList(np.array([0, 1, 2, 3, 4, 0]), np.array([4, 5, 6, 7, 5, 5]))
    counts = count(samples, enrolment, specs=[], partitions=[partition], pairs=pairs)
    cells = cells_of(counts, partition)
    assert rests_on(cells.within(0)) == rests_on(cells.any_impostor(0)) == (6, 8, 5, 4)
    assert rests_on(population_cell(counts, everyone(counts))) == (6, 8, 5, 4)
