"""False matches between every two groups of a partition: a table with counts, shaded; a list where it grows large."""

from evalharness.reporting import wording
from evalharness.reporting.lookup import ALL, Findings
from evalharness.reporting.numbers import count, counts, rate
from evalharness.reporting.rates import rate_cell
from evalharness.reporting.tables import Cell, Column, Table
from evalharness.reporting.text import group_label, partition_label
from evalharness.result import MeasureRow, OperatingPointInfo, PartitionInfo

_OPEN_UP_TO = 6  # groups; a larger matrix is folded away
_MATRIX_UP_TO = 14  # groups; beyond, pairs with errors are listed
_SHADES = (0.5, 0.2, 0.05, 0.0)  # of the highest rate: darkest first


def matrix_table(findings: Findings, point: OperatingPointInfo, partition: PartitionInfo, *, key: str) -> Table | None:
    """The matrix of one partition; None where there is only one group, so nothing is between groups."""
    size = len(partition.groups)
    if size < 2:
        return None
    if size > _MATRIX_UP_TO:
        return _pair_list(findings, point, partition, key)
    names = [group.id for group in partition.groups]
    cells = {(group, other): findings.cell(point.name, group, other) for group in names for other in [*names, ALL]}
    cells = {pair: row for pair, row in cells.items() if not findings.disclosure.withholds(row, *pair)}
    top = max((row.value for row in cells.values() if row is not None and row.value is not None), default=0.0)
    body = tuple(
        (Cell(group_label(group)), *(_matrix_cell(cells, group, other, top) for other in [*names, ALL]))
        for group in names
    )
    notes = [wording.MATRIX_NOTE]
    if len(cells) < len(names) * (len(names) + 1):
        notes.append(findings.disclosure.note)
    return Table(
        id=f"{key}-matrix",
        caption=f"False match rate between groups, by {partition_label(partition.id)}",
        columns=(
            Column("Group"),
            *(Column(group_label(name), numeric=True) for name in names),
            Column(wording.ANY_OTHER, numeric=True),
        ),
        rows=body,
        notes=tuple(notes),
        collapsed=f"Show the {size} by {size} table" if size > _OPEN_UP_TO else "",
        wide=True,
    )


def _matrix_cell(cells: dict[tuple[str, str], MeasureRow | None], group: str, other: str, top: float) -> Cell:
    if (group, other) not in cells:
        return rate_cell(None, hidden=True)
    row = cells[group, other]
    if row is None or row.value is None or row.errors is None or row.trials is None:
        return rate_cell(row, hidden=False)
    return Cell(rate(row.value), counts(row.errors, row.trials), numeric=True, shade=_shade(row.value, top))


def _shade(value: float, top: float) -> int:
    if value == 0 or top == 0:
        return 0
    return next(len(_SHADES) - place for place, share in enumerate(_SHADES) if value > share * top)


def _pair_list(findings: Findings, point: OperatingPointInfo, partition: PartitionInfo, key: str) -> Table:
    names = {group.id for group in partition.groups}
    pairs = [
        row
        for row in findings.result.measures
        if (row.measure, row.operating_point) == ("fmr", point.name)
        and row.group != row.other_group
        and {row.group, row.other_group} <= names
        and not findings.disclosure.withholds(row, row.group, row.other_group)
    ]
    erring = sorted((row for row in pairs if row.value), key=lambda row: -(row.value or 0.0))
    notes = [wording.pairs_left_out(len(pairs) - len(erring))]
    if findings.disclosure.hides(*names):
        notes.append(findings.disclosure.note)
    return Table(
        id=f"{key}-matrix",
        caption=f"False match rate between groups, by {partition_label(partition.id)}: pairs of groups with errors",
        columns=(Column("Group"), Column("Other group"), Column("FMR", numeric=True)),
        rows=tuple(
            (Cell(group_label(row.group)), Cell(group_label(row.other_group)), rate_cell(row, hidden=False))
            for row in erring
        ),
        notes=tuple(notes),
        collapsed=f"Show {count(len(erring))} pairs of groups",
    )
