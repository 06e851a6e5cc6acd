"""Both readings of doubtful labels: the rates as labelled beside those with the recorded decisions."""

from collections.abc import Iterator
from dataclasses import dataclass

from evalharness.reporting import groupwording, wording
from evalharness.reporting.cells import folded
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
    points = {point.name: point for point in reading.operating_points}
    return ReadingView(
        title=reading.name,
        facts=tuple(_facts(reading)),
        tables=tuple(
            _table(findings, decided, point, points[point.name], f"{key}-{place}")
            for place, point in enumerate(findings.result.operating_points, 1)
            if point.name in points
        ),
    )


def _facts(reading: Reading) -> Iterator[Fact]:
    yield Fact("File of decisions", f"sha256 {reading.decisions_sha256}", code=True)
    said = ", ".join(f"{name}: {count(number)}" for name, number in reading.decisions.items())
    yield Fact("Decisions applied", said or "none")


def _table(
    labelled: Findings, decided: Findings, point: OperatingPointInfo, other: OperatingPointInfo, key: str
) -> Table:
    groups = [ALL, *(group.id for part in labelled.result.population.partitions for group in part.groups)]
    body = tuple(
        (
            Cell(wording.TOGETHER if group == ALL else group_label(group)),
            *(_cell(found, measure, point.name, group) for measure, _ in _MEASURES for found in (labelled, decided)),
        )
        for group in groups
    )
    notes = [groupwording.thresholds(_threshold(point), _threshold(other))]
    if any(cell.text == wording.WITHHELD for row in body for cell in row):
        notes.append(labelled.disclosure.note)
    return Table(
        id=key,
        caption=f"{point.name}: rates in both readings",
        columns=(
            Column("Group"),
            *(
                Column(f"{title} {reading}", numeric=True)
                for _, title in _MEASURES
                for reading in ("as labelled", "with decisions")
            ),
        ),
        rows=body,
        notes=tuple(notes),
        total=True,
        collapsed=folded(len(body), "rows"),
    )


def _cell(findings: Findings, measure: str, point: str, group: str) -> Cell:
    row = findings.group_rate(measure, point, group)
    cell = rate_cell(row, hidden=findings.disclosure.withholds(row, group))
    return cell if cell.absent or row is None else Cell(cell.text, f"{cell.detail}; {_limits(row)}", numeric=True)


def _limits(row: MeasureRow) -> str:
    if row.lower is None or row.upper is None:
        return "no interval"
    return interval(row.lower, row.upper)


def _threshold(point: OperatingPointInfo) -> str:
    if len(point.thresholds) == 1:
        return threshold(next(iter(point.thresholds.values())))
    return "one for each group" if point.thresholds else "none"
