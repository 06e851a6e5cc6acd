"""Rows of a result: a group's crude rate and its adjusted one, side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evalharness.records import Measure
from evalharness.statistics.adjustment.estimates import FEW_ERRORS, Ratio
from evalharness.statistics.adjustment.groups import Adjusting, GroupData
from evalharness.statistics.intervals import Interval
from evalharness.statistics.rates import FEWEST_SUBJECTS, IntervalSettings, rate_of
from evalharness.statistics.rows import Adjusted

ASSOCIATION = "adjusted differences are associations"
MOST_EMPTY = 20  # strata listed by name
_UNKNOWN = "samples whose label is missing are not known to share a group"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a method found for one group."""

    value: float | None
    interval: Interval | None = None
    ratio: Ratio | None = None
    errors: int = 0
    reference_errors: int = 0
    empty: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Crude:
    """A rate as it was measured."""

    value: float | None = None
    lower: float | None = None
    upper: float | None = None


def crude_of(rows: Iterable[Measure], *, measure: str, operating_point: str) -> dict[str, Crude]:
    """The crude rates of groups, for FMR within the group, from measured rows."""
    chosen = (row for row in rows if (row.measure, row.operating_point) == (measure, operating_point))
    inside = (row for row in chosen if measure != "fmr" or row.other_group == row.group)
    return {row.group: Crude(row.value, row.lower, row.upper) for row in inside}


@dataclass(frozen=True, slots=True)
class Frame:
    """What all rows of one measure share."""

    measure: str
    work: Adjusting
    settings: IntervalSettings
    reference: GroupData | None
    measured: Mapping[str, Crude] = field(default_factory=dict)  # by group; where there is none it is made here

    def may_have_interval(self, clusters: int) -> bool:
        """Whether there are enough subjects for limits."""
        return clusters >= max(FEWEST_SUBJECTS, self.settings.min_subjects)

    def row(self, group: GroupData, outcome: Outcome, *, method: str) -> Adjusted:
        """One row; a ratio stands only where both rates do."""
        crude = self._crude(group)
        limited = outcome.ratio if group is not self.reference else None
        return Adjusted(
            measure=self.measure,
            operating_point=self.work.point.spec.name,
            partition=self.work.partition.id,
            group=group.group,
            method=method,
            covariates=tuple(covariate.id for covariate in self.work.strata.covariates),
            reference="" if self.reference is None else self.reference.group,
            crude=crude.value,
            crude_lower=crude.lower,
            crude_upper=crude.upper,
            adjusted=outcome.value,
            lower=None if outcome.interval is None else outcome.interval.lower,
            upper=None if outcome.interval is None else outcome.interval.upper,
            crude_ratio=self._crude_ratio(crude),
            adjusted_ratio=None if outcome.ratio is None else outcome.ratio.value,
            ratio_lower=None if limited is None else limited.lower,
            ratio_upper=None if limited is None else limited.upper,
            level=self.settings.level,
            empty_strata=_shortened(outcome.empty),
            note="; ".join(self._notes(group, outcome)),
        )

    def _crude(self, group: GroupData) -> Crude:
        if group.group in self.measured:
            return self.measured[group.group]
        if group.crude is None:
            return Crude()
        rate = rate_of(group.crude, self.settings)
        limits = rate.interval
        return Crude(rate.value) if limits is None else Crude(rate.value, limits.lower, limits.upper)

    def _crude_ratio(self, crude: Crude) -> float | None:
        base = None if self.reference is None else self._crude(self.reference)
        return crude.value / base.value if base is not None and base.value and crude.value else None

    def _notes(self, group: GroupData, outcome: Outcome) -> list[str]:
        notes = [*([group.reason] if group.reason else []), *outcome.notes]
        if group.left_out:
            notes.append(f"{group.left_out} comparisons without a stratum are left out: a covariate label is missing")
        if outcome.value is None:
            return notes
        if outcome.interval is None:
            notes.append(f"fewer than {max(FEWEST_SUBJECTS, self.settings.min_subjects)} subjects: no interval")
        if outcome.ratio is None:
            notes.append("no ratio: a group has no errors, or there is no reference to compare with")
        elif group is not self.reference and min(outcome.errors, outcome.reference_errors) < FEW_ERRORS:
            notes.append(f"unstable ratio: fewer than {FEW_ERRORS} errors in a group")
        return [*notes, ASSOCIATION]


def without_rate(group: GroupData) -> Outcome | None:
    """The outcome of a group that has none whatever the method; None where it may have one."""
    if group.reason:
        return Outcome(None)
    return None if group.known else Outcome(None, notes=(_UNKNOWN,))


def _shortened(names: tuple[str, ...]) -> tuple[str, ...]:
    more = len(names) - MOST_EMPTY
    return names if more <= 0 else (*names[:MOST_EMPTY], f"... and {more} more")
