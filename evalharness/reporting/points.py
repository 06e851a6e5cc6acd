"""The part of a report on one operating point: its policy, its thresholds, its rates as tables and figures."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evalharness.reporting import wording
from evalharness.reporting.figures import Axis, FigureRow, Mark, forest
from evalharness.reporting.lookup import Findings
from evalharness.reporting.matrix import matrix_table
from evalharness.reporting.numbers import count, interval, one_in, rate, threshold
from evalharness.reporting.rates import fmr_table, fnmr_table, notes_in_words
from evalharness.reporting.svg import inline_svg
from evalharness.reporting.tables import Cell, Column, Fact, Figure, Table
from evalharness.reporting.text import group_label, partition_label, shortened
from evalharness.result import MeasureRow, OperatingPointInfo, PartitionInfo

_DESCRIBED = 12  # groups that an image's description spells out; the table has them all


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

    title: str
    rates: PartitionRates | None
    absence: str = ""


@dataclass(frozen=True, slots=True)
class PointView:
    """One operating point."""

    id: str
    title: str
    hypothetical: bool
    facts: tuple[Fact, ...]
    thresholds: Table
    warnings: tuple[str, ...]
    differentials: Table | None
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
        differentials=differential_table(findings, point.name, key=key),
        partitions=tuple(
            _partition_view(findings, point, partition, f"{key}-{place}")
            for place, partition in enumerate(findings.result.population.partitions, 1)
        ),
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
    value = _target_rate(point)
    if value is None:
        return point.target_fmr or ""
    return ", ".join(filter(None, [rate(value), one_in(value)]))


def _target_rate(point: OperatingPointInfo) -> float | None:
    try:
        value = float(point.target_fmr or "")
    except ValueError:
        return None
    return value if 0 < value <= 1 else None


def _threshold_table(findings: Findings, point: OperatingPointInfo, key: str) -> Table:
    names = list(dict.fromkeys([*point.thresholds, *point.unresolved]))
    hides = findings.disclosure.hides
    notes = (wording.suppressed(findings.disclosure.floor),) if hides(*names, point.reference or "") else ()
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
        rows=tuple(
            (Cell(group_label(name)), *(_withheld(4) if hides(name) else _threshold_cells(findings, point, name)))
            for name in names
        ),
        notes=notes,
    )


def _withheld(number: int) -> Iterator[Cell]:
    return (Cell(wording.WITHHELD, absent=True) for _ in range(number))


def _threshold_cells(findings: Findings, point: OperatingPointInfo, name: str) -> Iterator[Cell]:
    if name in point.thresholds:
        yield Cell(threshold(point.thresholds[name]), numeric=True)
    else:
        yield Cell("none", detail=notes_in_words(point.unresolved[name]), absent=True)
    if findings.disclosure.hides(point.reference or ""):  # what set the threshold would tell the group's size
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


def differential_table(findings: Findings, point: str, *, key: str) -> Table | None:
    """Measures between groups, if the result has any."""
    hides = findings.disclosure.hides
    rows = [row for row in findings.differentials(point) if not hides(row.group, row.other_group)]
    if not rows:
        return None
    names = {row.id: row.name for row in findings.result.catalogue}
    return Table(
        id=f"{key}-differentials",
        caption=wording.DIFFERENTIALS,
        columns=(
            Column("Measure"),
            Column("Groups"),
            Column("Value", numeric=True),
            Column("Interval", numeric=True),
            Column("Note"),
        ),
        rows=tuple((Cell(names.get(row.measure, row.measure)), *_differential(row)) for row in rows),
    )


def _differential(row: MeasureRow) -> Iterator[Cell]:
    yield Cell(partition_label(row.group) if "=" not in row.group else group_label(row.group))
    if row.value is None:
        yield Cell("undefined", absent=True)
    else:
        yield Cell(threshold(row.value), numeric=True)
    limits = row.lower is not None and row.upper is not None
    yield Cell(f"{row.lower:.3g} to {row.upper:.3g}" if limits else "none", numeric=limits, absent=not limits)
    yield Cell(notes_in_words(row.note))


def _partition_view(findings: Findings, point: OperatingPointInfo, partition: PartitionInfo, key: str) -> PartitionView:
    title = f"By {partition_label(partition.id)}"
    absence = _absence(findings, point, partition)
    if absence:
        return PartitionView(title, None, absence)
    rates = PartitionRates(
        false_matches=fmr_table(findings, point, partition, key=key),
        false_match_figure=_fmr_figure(findings, point, partition, key),
        false_non_matches=fnmr_table(findings, point, partition, key=key),
        false_non_match_figure=_fnmr_figure(findings, point, partition, key),
        matrix=matrix_table(findings, point, partition, key=key),
    )
    return PartitionView(title, rates)


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


_Finder = Callable[[str], Sequence[MeasureRow | None]]


def _fmr_figure(findings: Findings, point: OperatingPointInfo, partition: PartitionInfo, key: str) -> Figure:
    target = _target_rate(point)
    rows = _figure_rows(findings, partition, lambda name: [findings.row("fmr", point.name, name, name)])
    axis = Axis("False match rate within the group", logarithmic=True, target=target)
    caption = _caption(rows, axis)
    title = f"False match rate within each group by {partition_label(partition.id)}, {point.name}"
    return _figure(rows, axis, key=f"{key}-fmr-figure", title=title, caption=caption)


def _fnmr_figure(findings: Findings, point: OperatingPointInfo, partition: PartitionInfo, key: str) -> Figure:
    names = [group.id for group in partition.groups]
    frr = [findings.row("frr", point.name, name) for name in names]
    fnmr = [findings.row("fnmr", point.name, name) for name in names]
    both = any(a and b and a.value is not None and a.errors != b.errors for a, b in zip(frr, fnmr, strict=True))
    measures = ("fnmr", "frr") if both else ("fnmr",)
    rows = _figure_rows(findings, partition, lambda name: [findings.row(m, point.name, name) for m in measures])
    series = ("FNMR", "FRR") if both else ()
    axis = Axis("False non-match rate" + (" and false rejection rate" if both else ""), False, series=series)
    caption = _caption(rows, axis)
    title = f"{axis.label} by {partition_label(partition.id)}, {point.name}"
    return _figure(rows, axis, key=f"{key}-fnmr-figure", title=title, caption=caption)


def _figure_rows(findings: Findings, partition: PartitionInfo, found: _Finder) -> list[FigureRow]:
    rows = []
    for group in partition.groups:
        label = group_label(group.id)
        if findings.disclosure.hides(group.id):
            rows.append(FigureRow(label, (), wording.WITHHELD))
            continue
        marks = tuple(
            Mark(row.value, row.lower, row.upper, series)
            for series, row in enumerate(found(group.id))
            if row is not None and row.value is not None
        )
        rows.append(FigureRow(label, marks, "" if marks else "undefined"))
    return rows


def _caption(rows: Sequence[FigureRow], axis: Axis) -> str:
    """How to read a figure: only the signs that occur in it."""
    marks = [mark for row in rows for mark in row.marks]
    zero = wording.FIGURE_NO_ERROR_LOG if axis.logarithmic else wording.FIGURE_NO_ERROR
    said = {
        wording.FIGURE_LOG if axis.logarithmic else wording.FIGURE: True,
        zero: any(mark.value == 0 and mark.upper is not None for mark in marks),
        wording.FIGURE_NO_INTERVAL: any(mark.upper is None for mark in marks),
        wording.TWO_SERIES: bool(axis.series),
        wording.FIGURE_TARGET: axis.target is not None,
    }
    return " ".join(sentence for sentence, holds in said.items() if holds)


def _figure(rows: Sequence[FigureRow], axis: Axis, *, key: str, title: str, caption: str) -> Figure:
    if not rows:
        return Figure(key, "", "")
    said = [f"{shortened(row.label, 60)}: {_said(row)}" for row in rows[:_DESCRIBED]]
    rest = len(rows) - len(said)
    description = "; ".join([*said, *([f"and {rest} more groups in the table"] if rest else [])])
    return Figure(key, caption, inline_svg(forest(rows, axis), prefix=key, title=title, description=description))


def _said(row: FigureRow) -> str:
    if not row.marks:
        return row.absence
    return ", ".join(
        f"{rate(mark.value)} ({interval(mark.lower, mark.upper)})"
        if mark.lower is not None and mark.upper is not None
        else f"{rate(mark.value)} (no interval)"
        for mark in row.marks
    )
