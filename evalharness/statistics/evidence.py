"""The errors of a set of trials, and what their uncertainty rests on."""

from dataclasses import dataclass

import numpy as np

from evalharness.records import BoolArray, FloatArray, IntArray
from evalharness.statistics.cells import Cell
from evalharness.statistics.variance import (
    DyadErrors,
    Jackknife,
    PlugIn,
    dyad_jackknife,
    dyad_plug_in,
    subject_jackknife,
    subject_variance,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The errors of a set of trials, and what their uncertainty rests on."""

    errors: int
    trials: int  # at least 1
    subjects: int  # distinct subjects that took part
    clusters: int  # G
    disjoint: float  # effective trials cannot sink below
    plug_in: PlugIn
    jackknife: Jackknife | None = None  # where some trials are errors and some are none
    weighted: "WeightedRate | None" = None  # where trials have unequal weights

    @property
    def value(self) -> float:
        """The rate."""
        return self.errors / self.trials if self.weighted is None else self.weighted.value

    @property
    def equal(self) -> float:
        """Trials of equal weight that would tell as much if all were independent."""
        return self.trials if self.weighted is None else self.weighted.kish


@dataclass(frozen=True, slots=True)
class WeightedRate:
    """A rate over trials with weights, neither 0 nor 1 unless all trials with a weight agree."""

    value: float
    kish: float  # (sum w)^2 / sum w^2 over trials


def dyad_evidence(cell: Cell, first: IntArray, second: IntArray) -> Evidence:
    """Evidence of an FMR: false matches between subjects ``first[i]`` and ``second[i]``.

    Args:
        cell: The comparisons, at least one.
        first: (errors,) subject of one side of each false match.
        second: (errors,) subject of the other side.
    """
    return evidence_of(cell, DyadErrors.of(cell.dyads, first, second))


def evidence_of(cell: Cell, errors: DyadErrors) -> Evidence:
    """Evidence of an FMR from the counts of its false matches."""
    plug_in, total, trials = dyad_plug_in(cell.dyads, errors), errors.total, cell.dyads.total
    jackknife = dyad_jackknife(cell.dyads, errors) if 0 < total < trials else None
    return Evidence(total, trials, cell.subjects, cell.clusters, float(cell.disjoint), plug_in, jackknife)


def subject_evidence(subject: IntArray, errors: BoolArray) -> Evidence:
    """Evidence of FNMR, FRR or FTA: trials that each belong to one subject.

    Args:
        subject: (m,) subject of each trial, at least one.
        errors: (m,) whether the trial is an error.
    """
    _, own, trials = np.unique(subject, return_inverse=True, return_counts=True)
    wrong = np.bincount(own[errors], minlength=len(trials))
    squares: FloatArray = trials.astype(np.float64) ** 2
    total = len(subject)
    floor = total**2 / float(squares.sum())
    found, people = int(wrong.sum()), len(trials)
    jackknife = subject_jackknife(trials, wrong) if 0 < found < total else None
    return Evidence(found, total, people, people, floor, subject_variance(trials, wrong), jackknife)
