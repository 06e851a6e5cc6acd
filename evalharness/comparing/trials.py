"""Which trials of a group count for a measure, and on which of them each system errs."""

from dataclasses import dataclass, field

import numpy as np

from evalharness.comparing.aligning import Aligned, pair_codes
from evalharness.comparing.paired import PairedEvidence, dyad_pairs, subject_pairs
from evalharness.comparing.points import ComparedGroup
from evalharness.counts import Counts
from evalharness.records import BoolArray, IntArray
from evalharness.statistics.cells import Cell

UNSEEN = "not observable: precomputed scores come without samples"


@dataclass(frozen=True, slots=True)
class SubjectTrials:
    """Trials that each belong to one subject."""

    subject: IntArray = field(repr=False)  # (m,), at least one
    errors: tuple[BoolArray, BoolArray] = field(repr=False)  # (m,) of each system

    def evidence(self) -> PairedEvidence:
        """What a comparison of the two systems rests on."""
        return subject_pairs(self.subject, *self.errors)


@dataclass(frozen=True, slots=True)
class DyadTrials:
    """Comparisons of two subjects: all in a cell, of which the false matches are listed."""

    cell: Cell = field(repr=False)
    false_matches: tuple[IntArray, IntArray] = field(repr=False)  # pairs of samples, of each system
    subject_of: IntArray = field(repr=False)

    def evidence(self) -> PairedEvidence:
        """What a comparison of the two systems rests on."""
        codes = len(self.subject_of)
        return dyad_pairs(self.cell, *self.false_matches, subject_of=self.subject_of, codes=codes)

    def subjects_of(self, system: int) -> tuple[IntArray, IntArray]:
        """(errors,) each: the two subjects of every false match of one system."""
        codes, found = len(self.subject_of), self.false_matches[system]
        return self.subject_of[found // codes], self.subject_of[found % codes]


Trials = SubjectTrials | DyadTrials


def trials_of(measure: str, aligned: Aligned, group: ComparedGroup, thresholds: tuple[float, float]) -> Trials | str:
    """The trials of one measure in one group, or why there are none.

    Args:
        measure: ``fmr``, ``fnmr`` or ``frr``.
        aligned: Both runs.
        group: The group.
        thresholds: Of the first and of the second, as similarities.
    """
    if measure == "fmr":
        return _non_mated(aligned, group, thresholds)
    return _mated(measure, aligned, group, thresholds)


def acquisition_trials(aligned: Aligned, group: ComparedGroup) -> Trials | str:
    """The trials of FTA: samples that were given to both systems."""
    first, second = aligned.first.acquisition, aligned.second.acquisition
    if first is None or second is None:
        return UNSEEN
    at = np.flatnonzero(group.samples & first.attempted & second.attempted)
    if not len(at):
        return "no samples"
    return SubjectTrials(aligned.first.subject_of[at], (~first.enrolled[at], ~second.enrolled[at]))


def _non_mated(aligned: Aligned, group: ComparedGroup, thresholds: tuple[float, float]) -> Trials | str:
    if not group.cells[0].dyads.total:
        return "no non-mated comparisons that both completed"
    found = []
    for which, counts, cell, threshold in zip(("first", "second"), aligned.joint, group.cells, thresholds, strict=True):
        if threshold < counts.tail.cut:
            return f"the {which} counted its matches at this threshold without keeping which pairs they are"
        at = cell.tail[counts.tail.scores[cell.tail] >= threshold]
        found.append(_sample_codes(counts, at))
    return DyadTrials(group.cells[0], (found[0], found[1]), aligned.first.subject_of)


def _sample_codes(counts: Counts, at: IntArray) -> IntArray:
    return pair_codes(counts, counts.tail.probe[at], counts.tail.reference[at])


def _mated(measure: str, aligned: Aligned, group: ComparedGroup, thresholds: tuple[float, float]) -> Trials | str:
    first, second = aligned.first.mated, aligned.second.mated
    attempted = group.samples[first.probe]
    if not aligned.first.directed:
        attempted = attempted | group.samples[first.reference]
    if measure == "fnmr":
        at = np.flatnonzero(attempted & first.completed & second.completed)
        reason = "no mated comparisons that both completed"
    else:
        at, reason = np.flatnonzero(attempted), "no mated comparisons"
    if not len(at):
        return reason
    wrong = [
        ~(side.completed[at] & (side.scores[at] >= threshold))
        for side, threshold in zip((first, second), thresholds, strict=True)
    ]
    return SubjectTrials(aligned.first.subject_of[first.probe[at]], (wrong[0], wrong[1]))
