"""Thresholds fitted on some subjects, rates measured on the others."""

from dataclasses import replace

import numpy as np

from evalharness.counts import Acquisition, Counts, ListedPairs, MatedComparisons, Tail
from evalharness.records import BoolArray, IntArray, Partition


def split_subjects(
    subject_of: IntArray, partition: Partition | None, *, share: float, rng: np.random.Generator
) -> BoolArray:
    """Draw calibration subjects, the same share of every group.

    A subject belongs to the group of its first sample. Of n subjects of a group, share x n are drawn, rounded at
    random so that the expected share is exact also where groups are small.

    Args:
        subject_of: (samples,) subject of each sample, numbered from 0 without gaps.
        partition: Whose groups are split alike; None: all together.
        share: Of subjects, above 0 and below 1.
        rng: Where all randomness comes from.

    Returns:
        (subjects,) whether a subject sets fitted thresholds; the others are measured.
    """
    if not 0 < share < 1:
        raise ValueError(f"calibration share: found {share}, expected a number above 0 and below 1")
    subjects, first = np.unique(subject_of, return_index=True)
    chosen = np.zeros(len(subjects), dtype=np.bool_)
    group = np.zeros(len(subjects), dtype=np.int64) if partition is None else partition.group_of[first]
    for g in np.unique(group).tolist():
        own = rng.permutation(subjects[group == g])
        chosen[own[: int(np.floor(share * len(own) + rng.random()))]] = True
    return chosen


def restrict(counts: Counts, subjects: BoolArray) -> Counts:
    """The comparisons among some subjects, all numbers of samples and subjects unchanged.

    Sums that were made while streaming cannot be divided, so histograms and streamed thresholds are left out.

    Args:
        counts: The comparison run.
        subjects: (subjects,) who stays.
    """
    stays = subjects[counts.subject_of]
    mated, tail, listed, acquisition = counts.mated, counts.tail, counts.listed, counts.acquisition
    kept = stays[mated.probe]
    high = stays[tail.probe] & stays[tail.reference]
    if listed is not None:
        pairs = stays[listed.probe] & stays[listed.reference]
        listed = ListedPairs(listed.probe[pairs], listed.reference[pairs], listed.completed[pairs])
    if acquisition is not None:
        acquisition = Acquisition(acquisition.attempted & stays, acquisition.enrolled & stays)
    return replace(
        counts,
        acquisition=acquisition,
        mated=MatedComparisons(mated.probe[kept], mated.reference[kept], mated.scores[kept], mated.completed[kept]),
        tail=Tail(tail.probe[high], tail.reference[high], tail.scores[high], tail.cut),
        listed=listed,
        histograms=None,
        streamed=(),
    )
