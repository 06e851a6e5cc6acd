"""Error trade-off curves and score shifts of each partition: what does not depend on one operating point."""

from collections.abc import Iterator, Sequence

from evalharness.reporting import groupwording
from evalharness.reporting.cells import Remark, counted, folded, shared_notes, why
from evalharness.reporting.detfigure import MOST_CURVES, DetCurve, DetPlot, Point, corner, det_figure
from evalharness.reporting.lookup import ALL, Findings
from evalharness.reporting.numbers import interval, rate
from evalharness.reporting.rates import rate_cell
from evalharness.reporting.shifts import shift_tables
from evalharness.reporting.svg import inline_svg
from evalharness.reporting.tables import Cell, Column, Figure, Section, Table
from evalharness.reporting.text import group_label, partition_label, shortened
from evalharness.result import MeasureRow, OperatingPointInfo
from evalharness.result.rows import CurveInfo

MOST_FIGURES = 4  # of one partition


def tradeoff_sections(findings: Findings) -> list[Section]:
    """One section for each partition that has a curve or a score shift; one for all samples where no other has."""
    result = findings.result
    if not (result.curves or result.score_shifts) or findings.disclosure.hides(ALL):
        return []
    names = [partition.id for partition in result.population.partitions]
    used = {row.partition for row in result.curves} | {row.partition for row in result.score_shifts}
    found = [_section(findings, name, f"tradeoff-{place}") for place, name in enumerate(names, 1) if name in used]
    return found or [_section(findings, "", "tradeoff-all")]


def tradeoff_lead(findings: Findings) -> list[str]:
    """How to read these sections."""
    curves = [groupwording.CURVES_LEAD, groupwording.EER_NOTE] if findings.result.curves else []
    return [*curves, *([groupwording.SHIFT_NOTE] if findings.result.score_shifts else [])]


def _section(findings: Findings, partition: str, key: str) -> Section:
    curves = [row for row in findings.result.curves if row.partition == partition]
    shown = [row for row in curves if not findings.conceals_anywhere(row.group)]
    points = [point for point in findings.result.operating_points if not point.hypothetical and point.thresholds]
    tables = [_points_table(findings, shown, points, f"{key}-points")] if shown else []
    notes = [findings.disclosure.note] if len(shown) < len(curves) else []
    drawn = [row for row in shown if _points(row)]
    rest = len(drawn) - MOST_FIGURES * MOST_CURVES
    notes += [groupwording.curves_left_out(rest)] if rest > 0 else []
    return Section(
        id=key,
        title=f"By {partition_label(partition)}" if partition else "All samples",
        figures=tuple(_figures(findings, drawn, points, partition, key)),
        tables=(*tables, *shift_tables(findings, partition, key=key)),
        notes=tuple(notes),
    )


def _points(row: CurveInfo) -> tuple[Point, ...]:
    """The points of a curve at which both rates are defined."""
    return tuple((x, y) for x, y in zip(row.fmr, row.fnmr, strict=False) if x is not None and y is not None)


def _figures(
    findings: Findings, curves: Sequence[CurveInfo], points: Sequence[OperatingPointInfo], partition: str, key: str
) -> Iterator[Figure]:
    together = next((_points(row) for row in findings.result.curves if not row.partition), ()) if partition else ()
    drawn = [
        DetCurve(_name(row.group), _points(row), tuple(_sign(findings, point, row.group) for point in points))
        for row in curves
    ]
    everything = [point for curve in drawn for point in (*curve.points, *filter(None, curve.signs))]
    begin = corner([*everything, *together])
    for start in range(0, min(len(drawn), MOST_FIGURES * MOST_CURVES), MOST_CURVES):
        some = tuple(drawn[start : start + MOST_CURVES])
        plot = DetPlot(some, together, tuple(point.name for point in points), begin)
        name = f"{key}-curves-{start // MOST_CURVES + 1}"
        title = f"Error trade-off of each group, by {partition_label(partition) or 'all samples'}"
        svg = inline_svg(det_figure(plot), prefix=name, title=title, description=_described(plot))
        yield Figure(name, _caption(plot), svg)


def _name(group: str) -> str:
    return "all samples" if group in ("", ALL) else group_label(group)


def _sign(findings: Findings, point: OperatingPointInfo, group: str) -> Point | None:
    """The rates of a group at an operating point, as the tables of rates have them."""
    x, y = _rates(findings, point, group)
    return None if x is None or y is None or x.value is None or y.value is None else (x.value, y.value)


def _rates(findings: Findings, point: OperatingPointInfo, group: str) -> tuple[MeasureRow | None, MeasureRow | None]:
    name = group or ALL
    return findings.group_rate("fmr", point.name, name), findings.group_rate("fnmr", point.name, name)


def _caption(plot: DetPlot) -> str:
    zeros = any(min(point) <= 0 for curve in plot.curves for point in (*curve.points, *filter(None, curve.signs)))
    said = [groupwording.CURVE_AXES]
    said += [groupwording.CURVE_ZERO] if zeros else []
    said += [groupwording.CURVE_ALL] if plot.together else []
    return " ".join(said)


def _described(plot: DetPlot) -> str:
    """The curves in words: the rates at each operating point."""
    return "; ".join(f"{shortened(curve.label, 60)}: {_at_signs(plot, curve)}" for curve in plot.curves)


def _at_signs(plot: DetPlot, curve: DetCurve) -> str:
    said = [
        f"at {shortened(name, 40)} FMR {rate(sign[0])}, FNMR {rate(sign[1])}"
        for name, sign in zip(plot.sign_names, curve.signs, strict=True)
        if sign is not None
    ]
    return ", ".join(said) or "no operating point with both rates"


def _points_table(
    findings: Findings, curves: Sequence[CurveInfo], points: Sequence[OperatingPointInfo], key: str
) -> Table:
    shared, own = shared_notes(findings, [Remark(row.eer_lower, row.eer_lower, row.note) for row in curves])
    return Table(
        id=key,
        caption=groupwording.CURVE_POINTS,
        columns=(
            Column("Group"),
            *(Column(f"{point.name}: FMR, FNMR", numeric=True) for point in points),
            Column("EER", numeric=True),
            Column("Note"),
        ),
        rows=tuple(
            (
                Cell(_name(row.group)),
                *(_both(*_rates(findings, point, row.group)) for point in points),
                _eer(row),
                Cell(why(findings, row.note)) if row.eer_lower is None else note,
            )
            for row, note in zip(curves, own, strict=True)
        ),
        notes=tuple(shared),
        collapsed=folded(len(curves), "groups"),
    ).without_empty_column("Note")


def _both(fmr: MeasureRow | None, fnmr: MeasureRow | None) -> Cell:
    """Both rates of a sign in a figure, with their counts."""
    cells = [rate_cell(row, hidden=False) for row in (fmr, fnmr)]
    beside = (counted(row) for row in (fmr, fnmr) if row is not None)
    return Cell(", ".join(cell.text for cell in cells), detail="; ".join(filter(None, beside)), numeric=True)


def _eer(row: CurveInfo) -> Cell:
    if row.eer_lower is None or row.eer_upper is None:
        return Cell("undefined", absent=True)
    if row.eer_lower == row.eer_upper:
        return Cell(rate(row.eer_lower), numeric=True)
    return Cell(interval(row.eer_lower, row.eer_upper), numeric=True)
