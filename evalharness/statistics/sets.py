"""Which sets of comparisons and samples are measured, and what each is called."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from evalharness.counts import Counts
from evalharness.records import ALL_GROUPS, BoolArray, IntArray, Partition
from evalharness.statistics.cells import Cell, cells_of, everyone, population_cell


@dataclass(frozen=True, slots=True)
class NamedCell:
    """A set of non-mated comparisons: within a group, across two, any impostor of a group, pooled."""

    group: str
    other: str
    cell: Cell
    sides: tuple[BoolArray, BoolArray] = field(repr=False)  # (n samples,) each: who is on either side
    present: int  # subjects with samples in its groups
    empty: bool  # whether one of its groups has no samples
    hypothetical: bool  # whether a threshold per group has a meaning for it

    @property
    def across(self) -> bool:
        """Whether the set joins two groups."""
        return self.other not in (self.group, ALL_GROUPS)

    @property
    def within(self) -> bool:
        """Whether the set lies within one group."""
        return self.other == self.group != ALL_GROUPS


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """The samples of a group, or all."""

    group: str
    known: bool
    samples: BoolArray = field(repr=False)  # (n,) the samples of the group

    def mated(self, counts: Counts) -> BoolArray:
        """(mated comparisons,) those attempted in the group: with a sample in it; of a pair list, the probe."""
        attempted = self.samples[counts.mated.probe]
        if counts.directed:
            return attempted
        return np.asarray(attempted | self.samples[counts.mated.reference], dtype=np.bool_)


def named_cells(counts: Counts, partition: Partition | None) -> Iterator[NamedCell]:
    """Pooled when there is no partition; else within, across and any impostor, one in memory at a time."""
    everybody = np.ones(counts.samples, dtype=np.bool_)
    if partition is None:
        cell = population_cell(counts, everyone(counts))
        empty, sides = not counts.samples, (everybody, everybody)
        yield NamedCell(ALL_GROUPS, ALL_GROUPS, cell, sides, counts.subjects, empty=empty, hypothetical=False)
        return
    cells, names = cells_of(counts, partition), [group.id for group in partition.groups]
    samples = [partition.group_of == g for g in range(len(names))]
    present = [set(counts.subject_of[own].tolist()) for own in samples]
    for g, name in enumerate(names):
        empty, sides = not present[g], (samples[g], samples[g])
        yield NamedCell(name, name, cells.within(g), sides, len(present[g]), empty=empty, hypothetical=True)
    for g, h in _cross(names, directed=counts.directed):
        empty, subjects, sides = not (present[g] and present[h]), len(present[g] | present[h]), (samples[g], samples[h])
        yield NamedCell(names[g], names[h], cells.across(g, h), sides, subjects, empty=empty, hypothetical=False)
    for g, name in enumerate(names):
        empty, sides = not present[g], (samples[g], everybody)
        yield NamedCell(name, ALL_GROUPS, cells.any_impostor(g), sides, len(present[g]), empty=empty, hypothetical=True)


def _cross(names: Sequence[str], *, directed: bool) -> Iterator[tuple[int, int]]:
    """Pairs of two groups, by name: unordered once; with a pair list both ways, the probe's group first."""
    order = sorted(range(len(names)), key=lambda g: names[g])
    for i, g in enumerate(order):
        for h in order if directed else order[i + 1 :]:
            if g != h:
                yield g, h


def named_groups(counts: Counts, partition: Partition | None) -> Iterator[NamedGroup]:
    """All samples when there is no partition; else those of each group."""
    if partition is None:
        yield NamedGroup(ALL_GROUPS, known=True, samples=np.ones(counts.samples, dtype=np.bool_))
        return
    for g, group in enumerate(partition.groups):
        yield NamedGroup(group.id, known=group.known, samples=partition.group_of == g)


def joint_codes(partitions: Sequence[Partition], *, samples: int) -> IntArray:
    """(samples,) one number for each combination of groups, one of every partition."""
    code = np.zeros(samples, dtype=np.int64)
    for partition in partitions:
        _, code = np.unique(code * max(len(partition.groups), 1) + partition.group_of, return_inverse=True)
    return np.asarray(code, dtype=np.int64)
