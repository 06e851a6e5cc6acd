"""One rate with its interval: a value and its uncertainty come from the same trials, in one function."""

from dataclasses import dataclass, replace

import numpy as np

from evalharness.records import BoolArray, FloatArray, IntArray
from evalharness.statistics.cells import Cell
from evalharness.statistics.intervals import Interval, clopper_pearson, t_quantile, wilson, zero_error_upper
from evalharness.statistics.variance import PlugIn, dyad_variance, subject_variance

FEWEST_SUBJECTS = 3  # below, a variance between subjects cannot be estimated
_FEW_ERRORS = 3.0  # below, Wilson's lower limit is too high at tiny rates


@dataclass(frozen=True, slots=True)
class IntervalSettings:
    """What an interval is asked to be."""

    level: float
    min_subjects: int  # fewer: the rate is listed without an interval


@dataclass(frozen=True, slots=True)
class Evidence:
    """The errors of a set of trials, and what their uncertainty rests on."""

    errors: int
    trials: int  # at least 1
    subjects: int  # distinct subjects that took part
    clusters: int  # G
    disjoint: float  # effective trials cannot sink below
    plug_in: PlugIn


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate; ``value`` is None, with the reason in ``notes``, where there were no trials."""

    errors: int | None
    trials: int | None
    subjects: int | None
    value: float | None = None
    interval: Interval | None = None
    effective_trials: float | None = None
    notes: tuple[str, ...] = ()


def undefined(reason: str, *, subjects: int) -> Rate:
    """A rate that does not exist; ``subjects`` are those present."""
    return Rate(None, None, subjects, notes=(reason,))


def dyad_evidence(cell: Cell, first: IntArray, second: IntArray) -> Evidence:
    """Evidence of an FMR: false matches between subjects ``first[i]`` and ``second[i]``.

    Args:
        cell: The comparisons, at least one.
        first: (errors,) subject of one side of each false match.
        second: (errors,) subject of the other side.
    """
    plug_in = dyad_variance(cell.dyads, first, second)
    return Evidence(len(first), cell.dyads.total, cell.subjects, cell.clusters, float(cell.disjoint), plug_in)


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
    plug_in = subject_variance(trials, wrong)
    return Evidence(int(wrong.sum()), total, len(trials), len(trials), floor, plug_in)


def rate_of(evidence: Evidence, settings: IntervalSettings) -> Rate:
    """The rate and its interval, by the method ``clustered-wilson`` of the catalogue.

    Args:
        evidence: Errors and trials.
        settings: Level, and how many subjects an interval needs.

    Returns:
        The rate; without an interval where fewer than three subjects, or fewer than the plan's
        ``min_subjects``, are on a side.
    """
    errors, trials = evidence.errors, evidence.trials
    rate = Rate(errors, trials, evidence.subjects, value=errors / trials)
    needed = max(FEWEST_SUBJECTS, settings.min_subjects)
    if evidence.clusters < needed:
        side = "" if evidence.clusters == evidence.subjects else " on a side"
        return replace(rate, notes=(f"fewer than {needed} subjects{side}: no interval",))
    if errors in (0, trials):
        return _one_sided(rate, evidence, settings.level)
    return _two_sided(rate, evidence, settings.level)


def effective_trials(evidence: Evidence) -> float:
    """n_eff = p(1-p)/Var with the guarded variance, not below the number of disjoint dyads or subjects.

    Without an error, or without anything else, the variance says nothing: the floor remains.
    """
    if evidence.errors in (0, evidence.trials) or evidence.clusters < 2:
        return evidence.disjoint
    value = evidence.errors / evidence.trials
    variance = evidence.plug_in.guarded(value, evidence.trials, clusters=evidence.clusters)
    return max(value * (1 - value) / variance, evidence.disjoint)


def _one_sided(rate: Rate, evidence: Evidence, level: float) -> Rate:
    """No error, or nothing else: the bound if comparisons that share a subject all agree, as published."""
    worst = zero_error_upper(evidence.disjoint, level=level)
    optimistic = zero_error_upper(evidence.trials, level=level)
    if evidence.errors == 0:
        interval, note = Interval(0.0, worst), f"optimistic upper {optimistic!r}"
    else:
        interval, note = Interval(1 - worst, 1.0), f"optimistic lower {1 - optimistic!r}"
    return replace(rate, interval=interval, effective_trials=evidence.disjoint, notes=(note,))


def _two_sided(rate: Rate, evidence: Evidence, level: float) -> Rate:
    value = evidence.errors / evidence.trials
    n = effective_trials(evidence)
    limits = wilson(value, n, quantile=t_quantile(level, degrees=evidence.clusters - 1))
    lower, upper = limits.lower, limits.upper
    if min(evidence.errors, value * n) < _FEW_ERRORS:
        lower = min(lower, clopper_pearson(value * n, n, level=level).lower)
    if min(evidence.trials - evidence.errors, (1 - value) * n) < _FEW_ERRORS:
        upper = max(upper, clopper_pearson(value * n, n, level=level).upper)
    return replace(rate, interval=Interval(min(lower, value), max(upper, value)), effective_trials=n)
