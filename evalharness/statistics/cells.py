"""Sets of non-mated comparisons: within a group, across two, any impostor of a group, pooled.

Groups are those of samples, because a label such as an age band may differ between two samples of one
subject. A comparison belongs to the unordered pair of its samples' groups; with a pair list, whose probe
and reference are roles, to its probe's group first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from evalharness.counts import Counts, ListedPairs, Population
from evalharness.records import BoolArray, IntArray, Partition
from evalharness.statistics.dyads import AllPairsDyads, Dyads, ListedDyads, disjoint_dyads


@dataclass(frozen=True, slots=True)
class Cell:
    """One set of non-mated comparisons, with what the uncertainty of its FMR rests on."""

    dyads: Dyads
    not_completed: int
    clusters: int  # subjects on the smaller side: G of the small-sample guards
    disjoint: int  # dyads without a common subject: n_eff cannot sink below
    tail: IntArray = field(repr=False)  # which entries of the tail lie in the cell
    attempted: Dyads | None = None  # with comparisons that were not completed; None: all were

    @property
    def subjects(self) -> int:
        """Distinct subjects that took part in a completed comparison."""
        return int(np.count_nonzero(self.dyads.per_subject))


class GroupIndex:
    """Pairs of samples, sorted once by the groups of their two samples."""

    def __init__(self, first: IntArray, second: IntArray, *, groups: int, directed: bool) -> None:
        """``first`` and ``second`` are the groups of the two samples of each pair."""
        if not directed:
            first, second = np.minimum(first, second), np.maximum(first, second)
        self._groups, self._directed = groups, directed
        code = first * groups + second
        self._order = np.argsort(code, kind="stable")
        self._bounds = np.searchsorted(code[self._order], np.arange(groups * groups + 1))

    def across(self, g: int, h: int) -> IntArray:
        """Positions of the pairs of groups ``g`` and ``h``; within a group when they are the same."""
        a, b = (g, h) if self._directed else (min(g, h), max(g, h))
        code = a * self._groups + b
        return self._order[self._bounds[code] : self._bounds[code + 1]]

    def touching(self, g: int) -> IntArray:
        """Positions of the pairs with a sample (directed: the probe) in group ``g``."""
        return np.concatenate([self.across(g, h) for h in range(self._groups)])


class AllPairsCells:
    """The cells of one partition when all pairs of enrolled samples were compared."""

    def __init__(self, counts: Counts, partition: Partition) -> None:
        assert counts.acquisition is not None
        size = (len(partition.groups), counts.subjects)
        acquisition, group_of = counts.acquisition, partition.group_of
        self._enrolled = _samples_per(group_of, counts.subject_of, acquisition.enrolled, size)
        self._attempted = _samples_per(group_of, counts.subject_of, acquisition.attempted, size)
        tail = counts.tail
        self._tail = GroupIndex(group_of[tail.probe], group_of[tail.reference], groups=size[0], directed=False)

    def within(self, g: int) -> Cell:
        """Comparisons of two samples of group ``g``."""
        dyads, tried = self._dyads(lambda u: _signed((1, u[g])))
        subjects = int(np.count_nonzero(dyads.per_subject))
        return _cell(dyads, tried, subjects, subjects // 2, self._tail.across(g, g))

    def across(self, g: int, h: int) -> Cell:
        """Comparisons of a sample of ``g`` with one of another group ``h``."""
        dyads, tried = self._dyads(lambda u: _signed((1, u[g] + u[h]), (-1, u[g]), (-1, u[h])))
        subjects = int(np.count_nonzero(dyads.per_subject))
        smaller = int(np.count_nonzero(self._enrolled[[g, h]], axis=1).min())
        return _cell(dyads, tried, smaller, min(smaller, subjects // 2), self._tail.across(g, h))

    def any_impostor(self, g: int) -> Cell:
        """Comparisons of a sample of ``g`` with any sample of another subject."""
        dyads, tried = self._dyads(lambda u: _signed((1, u.sum(axis=0)), (-1, u.sum(axis=0) - u[g])))
        subjects = int(np.count_nonzero(dyads.per_subject))
        own = int(np.count_nonzero(self._enrolled[g]))
        return _cell(dyads, tried, own, min(own, subjects // 2), self._tail.touching(g))

    def _dyads(self, build: Callable[[IntArray], AllPairsDyads]) -> tuple[AllPairsDyads, AllPairsDyads]:
        return build(self._enrolled), build(self._attempted)


class ListedCells:
    """The cells of one partition when the comparisons are listed one by one."""

    def __init__(self, counts: Counts, partition: Partition) -> None:
        assert counts.listed is not None
        self._counts, self._pairs, self._group_of = counts, counts.listed, partition.group_of
        size, tail, directed = len(partition.groups), counts.tail, counts.directed
        first, second = self._group_of[self._pairs.probe], self._group_of[self._pairs.reference]
        self._index = GroupIndex(first, second, groups=size, directed=directed)
        first, second = self._group_of[tail.probe], self._group_of[tail.reference]
        self._tail = GroupIndex(first, second, groups=size, directed=directed)

    def within(self, g: int) -> Cell:
        """Comparisons of two samples of group ``g``."""
        return _one_sided(self._counts, self._pairs, self._index.across(g, g), self._tail.across(g, g))

    def across(self, g: int, h: int) -> Cell:
        """Comparisons of a sample of ``g`` (directed: the probe) with one of another group ``h``."""
        return self._two_sided(self._index.across(g, h), self._tail.across(g, h), g)

    def any_impostor(self, g: int) -> Cell:
        """Comparisons of a sample (directed: a probe) of ``g`` with any sample of another subject."""
        return self._two_sided(self._index.touching(g), self._tail.touching(g), g)

    def _two_sided(self, at: IntArray, tail: IntArray, g: int) -> Cell:
        """A cell with samples of ``g`` on one side; roles know no other sides than theirs."""
        cell = _one_sided(self._counts, self._pairs, at, tail)
        if self._counts.directed:
            return cell
        done = at[self._pairs.completed[at]]
        probe, reference = self._pairs.probe[done], self._pairs.reference[done]
        of_probe, of_reference = self._group_of[probe] == g, self._group_of[reference] == g
        own = np.concatenate([probe[of_probe], reference[of_reference]])
        other = np.concatenate([reference[of_probe], probe[of_reference]])
        sides = [len(np.unique(self._counts.subject_of[side])) for side in (own, other)]
        return replace(cell, clusters=min(cell.clusters, *sides))


def cells_of(counts: Counts, partition: Partition) -> AllPairsCells | ListedCells:
    """The cells of a partition, whichever way the comparisons were chosen."""
    return AllPairsCells(counts, partition) if counts.listed is None else ListedCells(counts, partition)


def population_cell(counts: Counts, population: Population) -> Cell:
    """The comparisons of a population: pooled, or those that set a threshold."""
    tail = np.flatnonzero(population.contains(counts.tail.probe, counts.tail.reference))
    if counts.listed is not None:
        at = np.flatnonzero(population.contains(counts.listed.probe, counts.listed.reference))
        return _one_sided(counts, counts.listed, at, tail)
    assert counts.acquisition is not None
    codes, code = np.unique(population.code, return_inverse=True)
    size = (len(codes), counts.subjects)
    enrolled = _samples_per(code, counts.subject_of, population.member & counts.acquisition.enrolled, size)
    attempted = _samples_per(code, counts.subject_of, population.member & counts.acquisition.attempted, size)
    signs = np.ones(len(codes), dtype=np.int64)
    dyads, tried = AllPairsDyads(signs, enrolled), AllPairsDyads(signs, attempted)
    subjects = int(np.count_nonzero(dyads.per_subject))
    return _cell(dyads, tried, subjects, _disjoint_within(enrolled), tail)


def _cell(dyads: Dyads, attempted: Dyads, clusters: int, disjoint: int, tail: IntArray) -> Cell:
    lost = attempted.total - dyads.total
    return Cell(dyads, lost, clusters, disjoint, tail, attempted if lost else None)


def _disjoint_within(enrolled: IntArray) -> int:
    """Disjoint dyads within groups, given the samples of each subject in each group (groups, subjects).

    Pairs of subjects that are in one group alone can be made in all groups at once; where subjects have
    samples in several, the largest group by itself may hold more.
    """
    alone = enrolled[:, np.count_nonzero(enrolled, axis=0) == 1]
    largest = int(np.max(np.count_nonzero(enrolled, axis=1), initial=0)) // 2
    return max(largest, int(np.sum(np.count_nonzero(alone, axis=1) // 2)))


def everyone(counts: Counts) -> Population:
    """All comparisons."""
    return Population(np.ones(counts.samples, dtype=np.bool_), np.zeros(counts.samples, dtype=np.int64))


def _one_sided(counts: Counts, pairs: ListedPairs, at: IntArray, tail: IntArray) -> Cell:
    """A cell of listed comparisons whose two sides are drawn from the same people.

    Unless every pair was attempted, a few probes against many references are as few clusters as there
    are probes; one more where a subject is on both sides, as in a triangle a-b, a-c, b-c. Without roles
    the subject with more partners stands for the probe, whichever column it is in.
    """
    done = at[pairs.completed[at]]
    probe, reference = counts.subject_of[pairs.probe[done]], counts.subject_of[pairs.reference[done]]
    dyads = ListedDyads.of(probe, reference, subjects=counts.subjects)
    clusters = int(np.count_nonzero(dyads.per_subject))
    if not counts.complete:
        sides = (probe, reference) if counts.directed else dyads.hubs_first()
        probes, references = (np.unique(side) for side in sides)
        both = len(np.intersect1d(probes, references)) > 0
        clusters = min(clusters, min(len(probes), len(references)) + int(both))
    if len(at) == len(done):
        return Cell(dyads, 0, clusters, disjoint_dyads(dyads), tail)
    ends = (counts.subject_of[pairs.probe[at]], counts.subject_of[pairs.reference[at]])
    attempted = ListedDyads.of(*ends, subjects=counts.subjects)
    return Cell(dyads, len(at) - len(done), clusters, disjoint_dyads(dyads), tail, attempted)


def _signed(*terms: tuple[int, IntArray]) -> AllPairsDyads:
    signs = np.array([sign for sign, _ in terms], dtype=np.int64)
    return AllPairsDyads(signs, np.stack([vector for _, vector in terms]))


def _samples_per(group: IntArray, subject: IntArray, mask: BoolArray, size: tuple[int, int]) -> IntArray:
    """(groups, subjects) number of samples in ``mask``."""
    flat = group[mask] * size[1] + subject[mask]
    return np.bincount(flat, minlength=size[0] * size[1]).reshape(size)
