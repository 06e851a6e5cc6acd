"""Both readings of doubtful labels: the rates as labelled beside those with the recorded decisions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evalharness.reporting import groupwording, wording
from evalharness.reporting.cells import counted
from evalharness.reporting.lookup import ALL, Findings
from evalharness.reporting.numbers import count, interval, threshold
from evalharness.reporting.rates import rate_cell
from evalharness.reporting.tables import Cell, Column, Fact, Table
from evalharness.reporting.text import group_label
from evalharness.result import MeasureRow, OperatingPointInfo
from evalharness.result.model import Reading

_MEASURES = (("fmr", "FMR"), ("fnmr", "FNMR"))


@dataclass(frozen=True, slots=True)
class ReadingView:
    """One file of decisions with the rates in both readings."""

    title: str
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]


def reading_views(findings: Findings) -> list[ReadingView]:
    """The readings of a result beside the labelled one."""
    return [_view(findings, reading, f"reading-{place}") for place, reading in enumerate(findings.result.readings, 1)]


def _view(findings: Findings, reading: Reading, key: str) -> ReadingView:
    decided = Findings.of(findings.result.model_copy(update={"measures": reading.measures}))
    others = {point.name: point for point in reading.operating_points}
    points = [point for point in findings.result.operating_points if point.name in others]
    return ReadingView(
        title=reading.name,
        facts=tuple(_facts(reading)),
        tables=(
            _together(findings, decided, points, key),
            *(
                _groups(findings, decided, point, others[point.name], f"{key}-{place}")
                for place, point in enumerate(points, 1)
            ),
        )
        if points
        else (),
    )


def _facts(reading: Reading) -> Iterator[Fact]:
    yield Fact("File of decisions", f"sha256 {reading.decisions_sha256}", code=True)
    said = ", ".join(f"{name}: {count(number)}" for name, number in reading.decisions.items())
    yield Fact("Decisions applied", said or "none")


def _together(labelled: Findings, decided: Findings, points: Sequence[OperatingPointInfo], key: str) -> Table:
    """All groups together at every operating point."""
    rows = tuple((Cell(point.name), *_cells(labelled, decided, point.name, ALL)) for point in points)
    return Table(
        id=f"{key}-all",
        caption="All groups together in both readings",
        columns=(Column("Operating point"), *_columns()),
        rows=rows,
        notes=_withheld(labelled, rows),
    )


def _groups(
    labelled: Findings, decided: Findings, point: OperatingPointInfo, other: OperatingPointInfo, key: str
) -> Table:
    """Every group at one operating point."""
    groups = dict.fromkeys(group.id for part in labelled.result.population.partitions for group in part.groups)
    rows = tuple((Cell(group_label(group)), *_cells(labelled, decided, point.name, group)) for group in groups)
    return Table(
        id=key,
        caption=f"{point.name}, every group in both readings",
        columns=(Column("Group"), *_columns()),
        rows=rows,
        notes=(groupwording.thresholds(_threshold(point), _threshold(other)), *_withheld(labelled, rows)),
        collapsed=groupwording.show(f"{len(rows):,} groups"),
    )


def _columns() -> Iterator[Column]:
    for _, title in _MEASURES:
        yield Column(f"{title} as labelled", numeric=True)
        yield Column(f"{title} with decisions", numeric=True)


def _withheld(findings: Findings, rows: Sequence[tuple[Cell, ...]]) -> tuple[str, ...]:
    blank = any(cell.absent and cell.text == wording.WITHHELD for row in rows for cell in row)
    return (findings.disclosure.note,) if blank else ()


def _cells(labelled: Findings, decided: Findings, point: str, group: str) -> Iterator[Cell]:
    return (_cell(found, measure, point, group) for measure, _ in _MEASURES for found in (labelled, decided))


def _cell(findings: Findings, measure: str, point: str, group: str) -> Cell:
    row = findings.group_rate(measure, point, group)
    cell = rate_cell(row, hidden=findings.disclosure.withholds(row, group))
    if cell.absent or row is None:
        return cell
    return Cell(cell.text, "; ".join(filter(None, [counted(row), _limits(row)])), numeric=True)


def _limits(row: MeasureRow) -> str:
    if row.lower is None or row.upper is None:
        return "no interval"
    return interval(row.lower, row.upper)


def _threshold(point: OperatingPointInfo) -> str:
    if len(point.thresholds) == 1:
        return threshold(next(iter(point.thresholds.values())))
    return "one for each group" if point.thresholds else "none"
