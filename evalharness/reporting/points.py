"""The part of a report on one operating point: its policy, its thresholds, its rates as tables and figures."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from evalharness.reporting import groupwording, wording
from evalharness.reporting.between import between_groups, said_once
from evalharness.reporting.cells import EMPTY, number_cell, number_limits
from evalharness.reporting.lookup import Findings
from evalharness.reporting.matrix import matrix_table
from evalharness.reporting.numbers import count, one_in, rate, threshold
from evalharness.reporting.plots import fmr_figure, fnmr_figure, target_rate
from evalharness.reporting.rates import fmr_table, fnmr_table, interval_cell, notes_in_words, rate_cell
from evalharness.reporting.tables import Cell, Column, Fact, Figure, Section, Table
from evalharness.reporting.text import group_label, partition_label
from evalharness.result import MeasureRow, OperatingPointInfo, PartitionInfo


@dataclass(frozen=True, slots=True)
class PartitionRates:
    """Rates of one operating point in one partition."""

    false_matches: Table
    false_match_figure: Figure
    false_non_matches: Table
    false_non_match_figure: Figure
    matrix: Table | None


@dataclass(frozen=True, slots=True)
class PartitionView:
    """One partition at one operating point: its rates, or why there are none."""

    id: str
    by: str
    rates: PartitionRates | None
    absence: str = ""
    sections: tuple[Section, ...] = ()
    collapsed: str = ""  # not empty: folded away under this sentence

    @property
    def title(self) -> str:
        """The heading above everything on this partition."""
        return f"By {self.by}"


@dataclass(frozen=True, slots=True)
class PointView:
    """One operating point."""

    id: str
    title: str
    hypothetical: bool
    facts: tuple[Fact, ...]
    thresholds: Table
    warnings: tuple[str, ...]
    further: Table | None
    partitions: tuple[PartitionView, ...]


def point_view(findings: Findings, point: OperatingPointInfo, *, key: str) -> PointView:
    """Everything that a report says of an operating point."""
    return PointView(
        id=key,
        title=point.name,
        hypothetical=point.hypothetical,
        facts=tuple(_facts(point)),
        thresholds=_threshold_table(findings, point, key),
        warnings=_warnings(findings, point),
        further=further_table(findings, point.name, key=key),
        partitions=tuple(_partition_views(findings, point, key)),
    )


def _facts(point: OperatingPointInfo) -> Iterator[Fact]:
    target = _target(point)
    reference = point.reference or ""
    said = group_label(reference) if "=" in reference else partition_label(reference)
    words = wording.policy(point.policy, target=target or "?", impostors=point.impostors or "", reference=said)
    yield Fact("Policy", f"{point.policy}: {words}")
    if target:
        yield Fact("Target false match rate", target)


def _target(point: OperatingPointInfo) -> str:
    value = target_rate(point)
    if value is None:
        return point.target_fmr or ""
    return ", ".join(filter(None, [rate(value), one_in(value)]))


def _threshold_table(findings: Findings, point: OperatingPointInfo, key: str) -> Table:
    names = list(dict.fromkeys([*point.thresholds, *point.unresolved]))
    hides = findings.disclosure.hides
    rows = tuple(
        (Cell(group_label(name)), *(_withheld(4) if hides(name) else _threshold_cells(findings, point, name)))
        for name in names
    )
    withheld = any(cell.text == wording.WITHHELD for row in rows for cell in row[1:])
    return Table(
        id=f"{key}-thresholds",
        caption="Threshold, and the false match rate attained on the comparisons that it is judged by",
        columns=(
            Column("For"),
            Column("Threshold", numeric=True),
            Column("FMR attained", numeric=True),
            Column("Comparisons", numeric=True),
            Column("Subjects", numeric=True),
        ),
        rows=rows,
        notes=(findings.disclosure.note,) if withheld else (),
    )


def _withheld(number: int) -> Iterator[Cell]:
    return (Cell(wording.WITHHELD, absent=True) for _ in range(number))


def _threshold_cells(findings: Findings, point: OperatingPointInfo, name: str) -> Iterator[Cell]:
    if name in point.thresholds:
        yield Cell(threshold(point.thresholds[name]), numeric=True)
    else:
        yield Cell("none", detail=notes_in_words(point.unresolved[name]), absent=True)
    few = 0 < point.impostor_subjects.get(name, 0) < findings.disclosure.floor
    if few or findings.disclosure.hides(point.reference or ""):  # what set the threshold would tell of the group
        yield from _withheld(3)
        return
    attained = point.attained_fmr.get(name)
    if attained is None:
        yield Cell("undefined", absent=True)
    else:
        yield Cell(rate(attained), detail=one_in(attained), numeric=True)
    for numbers in (point.impostor_comparisons, point.impostor_subjects):
        known = numbers.get(name)
        yield Cell("not reported", absent=True) if known is None else Cell(count(known), numeric=True)


def _warnings(findings: Findings, point: OperatingPointInfo) -> tuple[str, ...]:
    shown = [notes_in_words(text) for text in point.warnings if not findings.disclosure.mentions_hidden(text)]
    withheld = [wording.WITHHELD_WARNING] if len(shown) < len(point.warnings) else []
    return (*shown, *withheld)


def further_table(findings: Findings, point: str, *, key: str) -> Table | None:
    """Measures that this version has no table for, if the result has any."""
    withholds = findings.disclosure.withholds
    rows = [row for row in findings.further(point) if not withholds(row, row.group, row.other_group)]
    if not rows:
        return None
    return Table(
        id=f"{key}-further",
        caption=wording.FURTHER,
        columns=(
            Column("Measure"),
            Column("Groups"),
            Column("Value", numeric=True),
            Column("Interval", numeric=True),
            Column("Note"),
        ),
        rows=tuple((Cell(findings.measure_name(row.measure)), *_further(row)) for row in rows),
    )


def _further(row: MeasureRow) -> Iterator[Cell]:
    yield Cell(partition_label(row.group) if "=" not in row.group else group_label(row.group))
    if row.trials is not None:  # a rate
        yield rate_cell(row, hidden=False)
        yield interval_cell(row, hidden=False)
    else:
        yield number_cell(row.value)
        yield EMPTY if row.value is None else number_limits(row.lower, row.upper)
    yield Cell(notes_in_words(row.note))


def _partition_views(findings: Findings, point: OperatingPointInfo, key: str) -> Iterator[PartitionView]:
    places = list(enumerate(findings.result.population.partitions, 1))
    views = [_partition_view(findings, point, partition, f"{key}-{place}") for place, partition in places]
    between = said_once(
        between_groups(findings, point.name, partition.id, key=f"{key}-{place}") if view.rates else ()
        for (place, partition), view in zip(places, views, strict=True)
    )
    for view, sections in zip(views, between, strict=True):
        yield replace(view, sections=sections)


def _partition_view(findings: Findings, point: OperatingPointInfo, partition: PartitionInfo, key: str) -> PartitionView:
    by = partition_label(partition.id)
    absence = _absence(findings, point, partition)
    if absence:
        return PartitionView(key, by, None, absence)
    rates = PartitionRates(
        false_matches=fmr_table(findings, point, partition, key=key),
        false_match_figure=fmr_figure(findings, point, partition, key=f"{key}-fmr-figure"),
        false_non_matches=fnmr_table(findings, point, partition, key=key),
        false_non_match_figure=fnmr_figure(findings, point, partition, key=f"{key}-fnmr-figure"),
        matrix=matrix_table(findings, point, partition, key=key),
    )
    return PartitionView(key, by, rates, collapsed=groupwording.show(f"rates by {by}") if point.hypothetical else "")


def _absence(findings: Findings, point: OperatingPointInfo, partition: PartitionInfo) -> str:
    """The one reason why no group of a partition has any rate; empty if some have, or reasons differ."""
    rows = [
        row
        for group in partition.groups
        for row in (
            findings.row("fmr", point.name, group.id, group.id),
            findings.row("fnmr", point.name, group.id),
            findings.row("frr", point.name, group.id),
        )
        if row is not None
    ]
    if any(row.value is not None for row in rows):
        return ""
    reasons = {notes_in_words(row.note) for row in rows}
    if not reasons:
        return wording.NOT_AT_THIS_POINT
    return wording.every_group_undefined(reasons.pop()) if len(reasons) == 1 else ""
