"""Which rates a figure shows: from the measures of a result to a figure with its words."""

from collections.abc import Callable, Sequence

from evalharness.reporting import wording
from evalharness.reporting.figures import Axis, FigureRow, Mark, forest
from evalharness.reporting.lookup import Findings
from evalharness.reporting.numbers import interval, rate
from evalharness.reporting.svg import inline_svg
from evalharness.reporting.tables import Figure
from evalharness.reporting.text import group_label, partition_label, shortened
from evalharness.result import MeasureRow, OperatingPointInfo, PartitionInfo

_DESCRIBED = 12  # groups that an image's description spells out; the table has them all

_Finder = Callable[[str], Sequence[MeasureRow | None]]


def fmr_figure(findings: Findings, point: OperatingPointInfo, partition: PartitionInfo, *, key: str) -> Figure:
    """False match rate within each group, on a logarithmic axis."""
    target = target_rate(point)
    rows = _figure_rows(findings, partition, lambda name: [findings.row("fmr", point.name, name, name)])
    axis = Axis("False match rate within the group", logarithmic=True, target=target)
    caption = _caption(rows, axis)
    title = f"False match rate within each group by {partition_label(partition.id)}, {point.name}"
    return _figure(rows, axis, key=key, title=title, caption=caption)


def fnmr_figure(findings: Findings, point: OperatingPointInfo, partition: PartitionInfo, *, key: str) -> Figure:
    """False non-match rate of each group; with the false rejection rate where the two differ.

    There is no figure where no group has an error: the limits stand in the table.
    """
    names = [group.id for group in partition.groups]
    frr = [findings.row("frr", point.name, name) for name in names]
    fnmr = [findings.row("fnmr", point.name, name) for name in names]
    both = any(a and b and a.value is not None and a.errors != b.errors for a, b in zip(frr, fnmr, strict=True))
    measures = ("fnmr", "frr") if both else ("fnmr",)
    rows = _figure_rows(findings, partition, lambda name: [findings.row(m, point.name, name) for m in measures])
    if not any(mark.value for row in rows for mark in row.marks):
        return Figure(key, "", "")
    series = ("FNMR", "FRR") if both else ()
    axis = Axis("False non-match rate" + (" and false rejection rate" if both else ""), False, series=series)
    caption = _caption(rows, axis)
    title = f"{axis.label} by {partition_label(partition.id)}, {point.name}"
    return _figure(rows, axis, key=key, title=title, caption=caption)


def _figure_rows(findings: Findings, partition: PartitionInfo, found: _Finder) -> list[FigureRow]:
    rows = []
    for group in partition.groups:
        label = group_label(group.id)
        if findings.disclosure.hides(group.id):
            rows.append(FigureRow(label, (), wording.WITHHELD))
            continue
        measured = found(group.id)
        marks = tuple(
            Mark(row.value, row.lower, row.upper, series)
            for series, row in enumerate(measured)
            if row is not None and row.value is not None and not findings.disclosure.withholds(row)
        )
        few = any(map(findings.disclosure.withholds, measured))
        rows.append(FigureRow(label, marks, "" if marks else wording.WITHHELD if few else "undefined"))
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


def target_rate(point: OperatingPointInfo) -> float | None:
    """The target of a fitted policy as a number; None where there is none."""
    try:
        value = float(point.target_fmr or "")
    except ValueError:
        return None
    return value if 0 < value <= 1 else None
