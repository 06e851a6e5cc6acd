"""Rates of groups on random halves of the subjects, at a threshold that stays as it is."""

import numpy as np

from evalharness.counts import Counts
from evalharness.records import BoolArray, FloatArray, IntArray, OperatingPoint, Partition
from evalharness.statistics.cells import cells_of
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.sets import NamedGroup, named_groups
from evalharness.statistics.thresholds import false_matches, threshold_key
from evalharness.statistics.worst.halves import Halves, subject_halves

_AT_ONCE = 4_000_000  # subjects of errors looked up at a time


def halves_of(
    counts: Counts, partition: Partition, point: OperatingPoint | None, *, rates: GroupRates, first: BoolArray
) -> Halves | None:
    """The rates of each split half, for the groups of ``rates`` in their order.

    A comparison of two subjects belongs to a half if both do: the comparisons between the halves are left out.

    Args:
        counts: The comparison run that was measured.
        partition: Whose groups.
        point: The operating point; None for FTA.
        rates: The groups' rates on all subjects.
        first: (splits, subjects) who is in the first half.

    Returns:
        None where errors cannot be told apart by subject: a threshold that was counted while streaming.
    """
    groups = [group for group in named_groups(counts, partition) if group.group in rates.groups]
    if rates.measure != "fmr":
        sums = [_sums(counts, point, group, rates.measure) for group in groups]
        return subject_halves(np.array([e for e, _ in sums]), np.array([t for _, t in sums]), first=first)
    assert point is not None  # only FTA has none
    if any(point.thresholds[threshold_key(point, group.group)] < counts.tail.cut for group in groups):
        return None
    weights = np.concatenate([first, ~first]).astype(np.int64)
    columns = [_within(counts, partition, point, group, weights) for group in groups]
    found = np.array(columns).T
    return list(zip(found[: len(first)], found[len(first) :], strict=True))


def _within(
    counts: Counts, partition: Partition, point: OperatingPoint, group: NamedGroup, weights: IntArray
) -> FloatArray:
    """(2 splits,) FMR within a group on either half; not a number without comparisons."""
    g = [each.id for each in partition.groups].index(group.group)
    cell = cells_of(counts, partition).within(g)
    at = false_matches(counts, cell, point.thresholds[threshold_key(point, group.group)])
    one, other = counts.subject_of[counts.tail.probe[at]], counts.subject_of[counts.tail.reference[at]]
    errors = np.zeros(len(weights))
    for start in range(0, len(at), max(1, _AT_ONCE // len(weights))):
        part = slice(start, start + max(1, _AT_ONCE // len(weights)))
        errors += (weights[:, one[part]] * weights[:, other[part]]).sum(axis=1)
    trials, _ = cell.dyads.resampled(weights)
    return np.where(trials > 0, errors / np.maximum(trials, 1), np.nan)


def _sums(counts: Counts, point: OperatingPoint | None, group: NamedGroup, measure: str) -> tuple[IntArray, IntArray]:
    """(S,) errors and trials of each subject: FTA, FNMR or FRR."""
    subjects, subject_of = counts.subjects, counts.subject_of
    if point is None:
        assert counts.acquisition is not None  # without it there is no FTA
        tried = group.samples & counts.acquisition.attempted
        wrong, owner = ~counts.acquisition.enrolled, subject_of
    else:
        mated, tried = counts.mated, group.mated(counts)
        if measure == "fnmr":
            tried = tried & mated.completed
        threshold = point.thresholds[threshold_key(point, group.group)]
        wrong, owner = ~(mated.completed & (mated.scores >= threshold)), subject_of[mated.probe]
    return (
        np.bincount(owner[tried & wrong], minlength=subjects),
        np.bincount(owner[tried], minlength=subjects),
    )
