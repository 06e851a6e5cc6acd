"""measure(counts, ...) -> Measurements: every rate of an audit with its interval."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evalharness.counts import Counts, partition_of
from evalharness.records import (
    ALL_GROUPS,
    BoolArray,
    Measure,
    OperatingPoint,
    OperatingPointSpec,
    Partition,
    Policy,
)
from evalharness.statistics.cells import Cell, cells_of, everyone, population_cell
from evalharness.statistics.evidence import dyad_evidence, subject_evidence
from evalharness.statistics.rates import IntervalSettings, Rate, rate_of, undefined
from evalharness.statistics.thresholds import decide, false_matches

FITTED_NOTE = "threshold fitted on the same data: the interval is conditional on it"
HYPOTHETICAL_NOTE = "hypothetical: a threshold of its own for each group"
_UNSEEN = "not observable: precomputed scores come without samples"


@dataclass(frozen=True, slots=True)
class Measurements:
    """All measures of one audit."""

    measures: tuple[Measure, ...]
    operating_points: tuple[OperatingPoint, ...]


@dataclass(frozen=True, slots=True)
class _NamedCell:
    group: str
    other: str
    cell: Cell
    present: int  # subjects with samples in its groups
    empty: bool  # whether one of its groups has no samples
    hypothetical: bool  # whether a threshold per group has a meaning for it


@dataclass(frozen=True, slots=True)
class _NamedGroup:
    group: str
    samples: BoolArray  # (n,) the samples of the group


def measure(
    counts: Counts,
    *,
    partitions: Sequence[Partition],
    specs: Sequence[OperatingPointSpec],
    level: float,
    min_subjects: int,
) -> Measurements:
    """Measure one comparison run.

    For each operating point: the pooled FMR; for each partition the FMR within every group, across every
    two groups, and of every group against any impostor; then FNMR and FRR of all and of every group. At
    the end FTA, which has no operating point. A per-group operating point has rows for the groups of its
    own partition alone.

    Args:
        counts: The comparison run.
        partitions: The plan's partitions, in its order.
        specs: The operating points, in the plan's order.
        level: Two-sided level of the intervals; one-sided where there is no error.
        min_subjects: A group with fewer is listed without an interval.

    Raises:
        PlanError: An operating point names an unknown group or lacks its threshold or target.
    """
    points = tuple(decide(counts, spec, partitions=partitions, level=level) for spec in specs)
    settings = IntervalSettings(level, min_subjects)
    fmr: list[list[Measure]] = [[] for _ in points]
    mated: list[list[Measure]] = [[] for _ in points]
    for partition in (None, *partitions):
        applying = [i for i, point in enumerate(points) if _applies(point, partition, partitions)]
        for named in _cells(counts, partition):
            for i in applying:
                if named.hypothetical or points[i].spec.policy is not Policy.PER_GROUP:
                    fmr[i].append(_fmr_row(counts, points[i], named, settings))
        for i in applying:
            mated[i] += [_mated_row("fnmr", counts, points[i], g, settings) for g in _groups(counts, partition)]
            mated[i] += [_mated_row("frr", counts, points[i], g, settings) for g in _groups(counts, partition)]
    rows = [row for i in range(len(points)) for row in (*fmr[i], *sorted(mated[i], key=lambda row: row.measure))]
    for partition in (None, *partitions):
        rows += [_fta_row(counts, group, settings) for group in _groups(counts, partition)]
    return Measurements(tuple(rows), points)


def _applies(point: OperatingPoint, partition: Partition | None, partitions: Sequence[Partition]) -> bool:
    return point.spec.policy is not Policy.PER_GROUP or partition is partition_of(point.spec, partitions)


def _cells(counts: Counts, partition: Partition | None) -> Iterator[_NamedCell]:
    """Pooled when there is no partition; else within, across and any impostor, one in memory at a time."""
    if partition is None:
        cell = population_cell(counts, everyone(counts))
        empty = not counts.samples
        yield _NamedCell(ALL_GROUPS, ALL_GROUPS, cell, counts.subjects, empty=empty, hypothetical=False)
        return
    cells, names = cells_of(counts, partition), [group.id for group in partition.groups]
    present = [set(counts.subject_of[partition.group_of == g].tolist()) for g in range(len(names))]
    for g, name in enumerate(names):
        yield _NamedCell(name, name, cells.within(g), len(present[g]), empty=not present[g], hypothetical=True)
    for g, h in _cross(names, directed=counts.directed):
        empty, subjects = not (present[g] and present[h]), len(present[g] | present[h])
        yield _NamedCell(names[g], names[h], cells.across(g, h), subjects, empty=empty, hypothetical=False)
    for g, name in enumerate(names):
        cell = cells.any_impostor(g)
        yield _NamedCell(name, ALL_GROUPS, cell, len(present[g]), empty=not present[g], hypothetical=True)


def _cross(names: Sequence[str], *, directed: bool) -> Iterator[tuple[int, int]]:
    """Pairs of two groups, by name: unordered once; with a pair list both ways, the probe's group first."""
    order = sorted(range(len(names)), key=lambda g: names[g])
    for i, g in enumerate(order):
        for h in order if directed else order[i + 1 :]:
            if g != h:
                yield g, h


def _groups(counts: Counts, partition: Partition | None) -> Iterator[_NamedGroup]:
    if partition is None:
        yield _NamedGroup(ALL_GROUPS, np.ones(counts.samples, dtype=np.bool_))
        return
    for g, group in enumerate(partition.groups):
        yield _NamedGroup(group.id, partition.group_of == g)


def _fmr_row(counts: Counts, point: OperatingPoint, named: _NamedCell, settings: IntervalSettings) -> Measure:
    cell, threshold = named.cell, _threshold(point, named.group)
    if isinstance(threshold, str):
        rate = undefined(threshold, subjects=named.present)
    elif not cell.dyads.total:
        rate = undefined(_no_comparisons(named), subjects=named.present)
    else:
        at, subject = false_matches(counts, cell, threshold), counts.subject_of
        evidence = dyad_evidence(cell, subject[counts.tail.probe[at]], subject[counts.tail.reference[at]])
        rate = rate_of(evidence, settings)
    if cell.not_completed:
        rate = replace(rate, notes=(*rate.notes, f"{cell.not_completed} comparisons not completed"))
    if counts.excluded and named.group == ALL_GROUPS:
        rate = replace(rate, notes=(*rate.notes, _left_out(counts.excluded)))
    return _row("fmr", rate, counts, point, (named.group, named.other), settings)


def _left_out(comparisons: int) -> str:
    return f"{comparisons} comparisons left out of all rates: dataset fault on a side"


def _no_comparisons(named: _NamedCell) -> str:
    if named.empty:
        return "no samples"
    if named.group == named.other and named.present < 2:
        return "fewer than 2 subjects"
    return "no completed non-mated comparisons" if named.cell.not_completed else "no non-mated comparisons"


def _mated_row(
    measure_id: str, counts: Counts, point: OperatingPoint, group: _NamedGroup, settings: IntervalSettings
) -> Measure:
    """FNMR over completed, or FRR over attempted mated comparisons."""
    mated, threshold = counts.mated, _threshold(point, group.group)
    attempted = group.samples[mated.probe]
    if not counts.directed:
        attempted = attempted | group.samples[mated.reference]
    trials = attempted if measure_id == "frr" else attempted & mated.completed
    if isinstance(threshold, str):
        rate = undefined(threshold, subjects=_present(counts, group))
    elif not trials.any():
        reason = "no completed mated comparisons" if attempted.any() else "no mated comparisons"
        rate = undefined(reason, subjects=_present(counts, group))
    else:
        errors = ~(mated.completed & (mated.scores >= threshold))
        rate = rate_of(subject_evidence(counts.subject_of[mated.probe[trials]], errors[trials]), settings)
    return _row(measure_id, rate, counts, point, (group.group, ""), settings)


def _fta_row(counts: Counts, group: _NamedGroup, settings: IntervalSettings) -> Measure:
    acquisition = counts.acquisition
    if acquisition is None:
        rate = undefined(_UNSEEN, subjects=_present(counts, group))
    elif not (trials := group.samples & acquisition.attempted).any():
        rate = undefined("no samples", subjects=_present(counts, group))
    else:
        rate = rate_of(subject_evidence(counts.subject_of[trials], ~acquisition.enrolled[trials]), settings)
    return _row("fta", rate, counts, None, (group.group, ""), settings)


def _present(counts: Counts, group: _NamedGroup) -> int:
    return len(np.unique(counts.subject_of[group.samples]))


def _threshold(point: OperatingPoint, group: str) -> float | str:
    """The threshold that applies to a group, or the reason why there is none."""
    key = group if point.spec.policy is Policy.PER_GROUP else ALL_GROUPS
    return point.thresholds[key] if key in point.thresholds else point.unresolved[key]


def _row(
    measure_id: str,
    rate: Rate,
    counts: Counts,
    point: OperatingPoint | None,
    names: tuple[str, str],
    settings: IntervalSettings,
) -> Measure:
    """One row of metrics.csv; the threshold in the system's own unit."""
    threshold = None if point is None else _threshold(point, names[0])
    notes = list(rate.notes)
    if point is not None and point.spec.policy is not Policy.VENDOR and rate.interval is not None:
        notes.append(FITTED_NOTE)
    if point is not None and point.spec.policy is Policy.PER_GROUP:
        notes.append(HYPOTHETICAL_NOTE)
    return Measure(
        measure=measure_id,
        operating_point="" if point is None else point.spec.name,
        policy="" if point is None else point.spec.policy.value,
        threshold=counts.score_kind.from_similarity(threshold) if isinstance(threshold, float) else None,
        group=names[0],
        other_group=names[1],
        errors=rate.errors,
        trials=rate.trials,
        subjects=rate.subjects,
        value=rate.value,
        lower=None if rate.interval is None else rate.interval.lower,
        upper=None if rate.interval is None else rate.interval.upper,
        level=settings.level,
        note="; ".join(notes),
        effective_trials=rate.effective_trials,
    )
