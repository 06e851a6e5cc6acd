"""One rate with its interval: a value and its uncertainty come from the same trials, in one function."""

from dataclasses import dataclass, replace

from evalharness.statistics.evidence import Evidence, dyad_evidence, subject_evidence
from evalharness.statistics.intervals import Interval, zero_error_upper
from evalharness.statistics.spread import effective_trials, logit_limits

__all__ = [
    "FEWEST_SUBJECTS",
    "Evidence",
    "IntervalSettings",
    "Rate",
    "dyad_evidence",
    "effective_trials",
    "rate_of",
    "subject_evidence",
    "undefined",
]

FEWEST_SUBJECTS = 3  # below, a variance between subjects cannot be estimated


@dataclass(frozen=True, slots=True)
class IntervalSettings:
    """What an interval is asked to be."""

    level: float
    min_subjects: int  # fewer: the rate is listed without an interval


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


def rate_of(evidence: Evidence, settings: IntervalSettings, *, refitted: float = 0.0) -> Rate:
    """The rate and its interval, by the method ``interval`` of the catalogue.

    Args:
        evidence: Errors and trials.
        settings: Level, and how many subjects an interval needs.
        refitted: Variance of the logit of the rate when a fitted threshold is fitted anew in each replicate of a
            bootstrap; the limits are those of the larger variance.

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
    return _two_sided(rate, evidence, settings.level, refitted)


def _one_sided(rate: Rate, evidence: Evidence, level: float) -> Rate:
    """No error, or nothing else: the bound if comparisons that share a subject all agree, as published."""
    worst = zero_error_upper(evidence.disjoint, level=level)
    optimistic = zero_error_upper(evidence.trials, level=level)
    if evidence.errors == 0:
        interval, note = Interval(0.0, worst), f"optimistic upper {optimistic!r}"
    else:
        interval, note = Interval(1 - worst, 1.0), f"optimistic lower {1 - optimistic!r}"
    return replace(rate, interval=interval, effective_trials=evidence.disjoint, notes=(note,))


def _two_sided(rate: Rate, evidence: Evidence, level: float, refitted: float) -> Rate:
    limits = logit_limits(evidence, level=level, refitted=refitted)
    return replace(rate, interval=limits, effective_trials=effective_trials(evidence))
