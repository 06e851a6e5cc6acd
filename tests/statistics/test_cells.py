"""What the uncertainty of a cell rests on, by hand: subjects on the smaller side, and disjoint dyads."""

import numpy as np
import pytest

from evalharness.counts import Population, populations
from evalharness.records import PairList, ScoreKind
from evalharness.statistics.cells import cells_of, everyone, population_cell
from evalharness.tasks.verification import count, count_scores
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
