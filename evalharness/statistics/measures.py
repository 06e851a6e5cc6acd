"""measure(counts, ...) -> Measurements: every rate of an audit with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from evalharness.counts import Counts
from evalharness.records import BoolArray, Measure, OperatingPoint, OperatingPointSpec, Partition, Policy
from evalharness.statistics.calibration import restrict
from evalharness.statistics.drawing import Draws
from evalharness.statistics.grouping import Member, group_rates
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.rates import IntervalSettings
from evalharness.statistics.setrates import (
    CALIBRATED_NOTE,
    FITTED_NOTE,
    HYPOTHETICAL_NOTE,
    REFITTED_NOTE,
    Audit,
    Found,
)
from evalharness.statistics.sets import named_cells, named_groups
from evalharness.statistics.thresholds import applies, decide

__all__ = [
    "CALIBRATED_NOTE",
    "FITTED_NOTE",
    "HYPOTHETICAL_NOTE",
    "REFITTED_NOTE",
    "MeasureSettings",
    "Measurements",
    "measure",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureSettings:
    """How sure the rates of an audit are to be, and by what means."""

    level: float  # two-sided level of the intervals; one-sided where there is no error
    min_subjects: int  # a group with fewer is listed without an interval
    seed: int = 0  # of the subject bootstrap
    replicates: int = 0  # of the subject bootstrap; 0: none
    calibration: BoolArray | None = field(default=None, repr=False)  # (subjects,) who sets fitted thresholds alone


@dataclass(frozen=True, slots=True)
class Measurements:
    """All measures of one audit."""

    measures: tuple[Measure, ...]
    operating_points: tuple[OperatingPoint, ...]
    group_rates: tuple[GroupRates, ...] = ()


def measure(
    counts: Counts,
    *,
    partitions: Sequence[Partition],
    specs: Sequence[OperatingPointSpec],
    settings: MeasureSettings,
) -> Measurements:
    """Measure one comparison run.

    For each operating point: the pooled FMR; for each partition the FMR within every group, across every
    two groups, and of every group against any impostor; FAR of the same sets but those across two groups; then FNMR
    and FRR of all and of every group. At the end FTA, which has no operating point. A per-group operating point has
    rows for the groups of its own partition alone.

    With calibration subjects, fitted thresholds are set by comparisons among them, and every rate is measured on
    comparisons among the other subjects.

    Args:
        counts: The comparison run.
        partitions: The plan's partitions, in its order.
        specs: The operating points, in the plan's order.
        settings: How sure.

    Raises:
        PlanError: An operating point names an unknown group or lacks its threshold or target.
    """
    points, measured = _decided(counts, partitions, specs, settings)
    draws = None
    if settings.replicates:
        rng = np.random.default_rng(settings.seed)
        refit = settings.calibration is None
        draws = Draws(measured, partitions, points, refit=refit, replicates=settings.replicates, rng=rng)
    audit = Audit(
        measured,
        points,
        IntervalSettings(settings.level, settings.min_subjects),
        draws,
        settings.calibration is not None,
    )
    found, rates = [_Found() for _ in points], _Collected()
    for partition in (None, *partitions):
        for i in (i for i, point in enumerate(points) if applies(point, partition, partitions)):
            _at_a_point(audit, partition, i, found[i], rates)
    rows = [row for each in found for row in (*each.fmr, *each.far, *each.fnmr, *each.frr)]
    for partition in (None, *partitions):
        members = [audit.fta(group, partition) for group in named_groups(measured, partition)]
        rows += [member.row for member in members]
        rates.add(audit, partition, "fta", members)
    return Measurements(tuple(rows), points, tuple(rates.rates))


def _decided(
    counts: Counts, partitions: Sequence[Partition], specs: Sequence[OperatingPointSpec], settings: MeasureSettings
) -> tuple[tuple[OperatingPoint, ...], Counts]:
    """The operating points, and the comparisons that are measured."""
    mask = settings.calibration
    if mask is None:
        return tuple(decide(counts, spec, partitions=partitions, level=settings.level) for spec in specs), counts
    fitting, measured = restrict(counts, mask), restrict(counts, ~mask)
    return tuple(
        decide(
            measured if spec.policy is Policy.VENDOR else fitting,
            spec,
            partitions=partitions,
            level=settings.level,
            partial=True,
        )
        for spec in specs
    ), measured


@dataclass(slots=True)
class _Found:
    """The rows of one operating point."""

    fmr: list[Measure] = field(default_factory=list)
    far: list[Measure] = field(default_factory=list)
    fnmr: list[Measure] = field(default_factory=list)
    frr: list[Measure] = field(default_factory=list)


@dataclass(slots=True)
class _Collected:
    rates: list[GroupRates] = field(default_factory=list)

    def add(self, audit: Audit, partition: Partition | None, measure_id: str, found: Sequence[Found]) -> None:
        if partition is not None and found:
            members = [Member(f.row, f.evidence, f.replicates) for f in found]
            self.rates.append(group_rates(measure_id, partition, members, level=audit.settings.level))


def _at_a_point(audit: Audit, partition: Partition | None, i: int, rows: _Found, rates: _Collected) -> None:
    """All rows of a partition (None: pooled) at an operating point."""
    within = []
    for named in named_cells(audit.counts, partition):
        if not named.hypothetical and audit.points[i].spec.policy is Policy.PER_GROUP:
            continue
        found = audit.fmr(named, partition, i)
        rows.fmr.append(found.row)
        if named.within:
            within.append(found)
        if not named.across:
            rows.far.append(audit.far(named, partition, i))
    rates.add(audit, partition, "fmr", within)
    groups = list(named_groups(audit.counts, partition))
    fnmr = [audit.mated("fnmr", group, partition, i) for group in groups]
    frr = [audit.mated("frr", group, partition, i) for group in groups]
    rows.fnmr += [found.row for found in fnmr]
    rows.frr += [found.row for found in frr]
    rates.add(audit, partition, "fnmr", fnmr)
    rates.add(audit, partition, "frr", frr)
