"""The scores of each group, as far as a comparison run kept them: what curves and score shifts are drawn from.

Mated scores are all there. Of the non-mated scores within a group the tail holds those at or above its cut, one by
one; below it there are histograms, where the engine made them, and otherwise nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from evalharness.counts import Counts, Histograms
from evalharness.records import ALL_GROUPS, BoolArray, FloatArray, IntArray, Partition
from evalharness.statistics.cells import Cell, cells_of, everyone, population_cell


@dataclass(frozen=True, slots=True)
class GroupScores:
    """The completed comparisons of one group: mated, and non-mated with both samples in the group."""

    group: str
    known: bool  # False: samples whose label is missing; they are not known to share a group
    subjects: int  # with samples in the group
    mated: FloatArray = field(repr=False)  # (m,) similarity, ascending
    tail: FloatArray = field(repr=False)  # (t,) similarity, ascending: all non-mated scores >= cut
    cut: float
    trials: int  # completed non-mated comparisons
    edges: FloatArray = field(repr=False)  # (bins + 1,) similarity; (0,) without a histogram
    histogram: IntArray = field(repr=False)  # (bins,) non-mated comparisons; (0,) without one

    @property
    def complete(self) -> bool:
        """Whether every non-mated score is in the tail."""
        return len(self.tail) == self.trials

    @property
    def binned(self) -> bool:
        """Whether non-mated scores below the cut are known by bin."""
        return len(self.histogram) > 0

    def fnmr(self, thresholds: FloatArray) -> FloatArray:
        """(k,) share of mated scores below each threshold; at least one mated score is needed."""
        return np.asarray(np.searchsorted(self.mated, thresholds, side="left") / len(self.mated), dtype=np.float64)

    def fmr(self, thresholds: FloatArray) -> tuple[FloatArray, BoolArray]:
        """FMR at each threshold, and whether it is known; at least one non-mated comparison is needed.

        Args:
            thresholds: (k,) ascending; below the cut they must be edges of the histogram, or outside its range.

        Returns:
            (k,) rates, that never increase with the threshold, and (k,) whether they are known: at or above the cut,
            and below it where there is a histogram. A rate that is not known is 0 and means nothing.
        """
        matches = len(self.tail) - np.searchsorted(self.tail, thresholds, side="left")
        known = np.full(len(thresholds), self.complete) | (thresholds >= self.cut)
        if self.binned and not known.all():
            beyond = np.concatenate([np.cumsum(self.histogram[::-1])[::-1], [0]])
            nearest = np.searchsorted(self.edges, thresholds + (self.edges[1] - self.edges[0]) / 2, side="right") - 1
            below = beyond[np.clip(nearest, 0, len(beyond) - 1)]
            matches = np.where(known, matches, below)
            matches = np.maximum.accumulate(matches[::-1])[::-1]  # an edge score may stand one bin off
            known = np.ones_like(known)
        return np.where(known, matches / self.trials, 0.0), known


def group_scores(counts: Counts, partition: Partition | None) -> Iterator[GroupScores]:
    """The scores of every group of a partition, in its order; of all samples together where there is none."""
    if partition is None:
        everybody = np.ones(counts.samples, dtype=np.bool_)
        cell = population_cell(counts, everyone(counts))
        yield _group(counts, cell, everybody, name=ALL_GROUPS, known=True)
        return
    cells = cells_of(counts, partition)
    for g, group in enumerate(partition.groups):
        yield _group(counts, cells.within(g), partition.group_of == g, name=group.id, known=group.known)


def largest_group(counts: Counts, partition: Partition) -> int | None:
    """The known group with most subjects, the first of several; None where no group is known or has samples."""
    sizes = np.zeros(len(partition.groups), dtype=np.int64)
    for g, group in enumerate(partition.groups):
        sizes[g] = len(np.unique(counts.subject_of[partition.group_of == g])) if group.known else 0
    return int(np.argmax(sizes)) if sizes.any() else None


def mated_of(counts: Counts, samples: BoolArray) -> BoolArray:
    """(m,) the mated comparisons of a group: with a sample in it; where roles are known, with its probe in it."""
    mated = counts.mated
    inside = samples[mated.probe]
    return inside if counts.directed else inside | samples[mated.reference]


def _group(counts: Counts, cell: Cell, samples: BoolArray, *, name: str, known: bool) -> GroupScores:
    chosen = mated_of(counts, samples) & counts.mated.completed
    edges, histogram = _histogram(counts.histograms, samples)
    return GroupScores(
        group=name,
        known=known,
        subjects=len(np.unique(counts.subject_of[samples])),
        mated=np.sort(counts.mated.scores[chosen]),
        tail=np.sort(counts.tail.scores[cell.tail]),
        cut=counts.tail.cut,
        trials=cell.dyads.total,
        edges=edges,
        histogram=histogram,
    )


def _histogram(histograms: Histograms | None, samples: BoolArray) -> tuple[FloatArray, IntArray]:
    """Edges and counts of the comparisons within some samples; empty where the codes do not tell these apart."""
    nothing = np.zeros(0), np.zeros(0, dtype=np.int64)
    if histograms is None:
        return nothing
    inside = np.bincount(histograms.code_of[samples], minlength=histograms.codes) > 0
    outside = np.bincount(histograms.code_of[~samples], minlength=histograms.codes) > 0
    if bool(np.any(inside & outside)):
        return nothing
    codes = np.flatnonzero(inside)
    return histograms.edges, histograms.counts[np.ix_(codes, codes)].sum(axis=(0, 1))
