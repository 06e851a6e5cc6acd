"""The worst group with what the choice of the worst does to the number, and every group with shared limits."""

from collections.abc import Sequence

from evalharness.reporting import groupwording
from evalharness.reporting.cells import (
    EMPTY,
    SUPPRESSED,
    counted_cell,
    equal_cell,
    known_cell,
    name_cell,
    rate_limits,
    shared_notes,
    why,
)
from evalharness.reporting.lookup import Findings
from evalharness.reporting.numbers import level, rate
from evalharness.reporting.rates import notes_in_words
from evalharness.reporting.tables import Cell, Column, Section, Table
from evalharness.reporting.text import group_label, partition_label
from evalharness.result.rows import GroupEstimateRow, WorstGroupRow


def worst_section(findings: Findings, point: str, partition: str, *, key: str) -> Section | None:
    """The worst groups of one operating point and partition; None where the result names none."""
    worst = findings.at(findings.result.worst_groups, point, partition)
    estimates = findings.at(findings.result.group_estimates, point, partition)
    if not worst and not estimates:
        return None
    tables = [_worst_table(findings, worst, key)] if worst else []
    for measure in dict.fromkeys(row.measure for row in estimates):
        mine = [row for row in estimates if row.measure == measure]
        tables.append(_estimate_table(findings, mine, f"{key}-{len(tables)}-all-groups"))
    lead = (groupwording.WORST_LEAD,) if worst else ()
    return Section(f"{key}-worst", groupwording.WORST, lead, tables=tuple(tables))


def _worst_table(findings: Findings, rows: Sequence[WorstGroupRow], key: str) -> Table:
    """One column a rate, one row a question: read downwards, every line takes something off the first."""
    shown = [row for row in rows if not findings.conceals(row.measure, row.operating_point, row.group)]
    sentences = [_remark(findings, row) for row in shown if row.note and row.value is not None]
    if len(shown) < len(rows):
        sentences.append(findings.disclosure.note)
    blank = (SUPPRESSED, *(EMPTY for _ in groupwording.WORST_LINES[1:]))
    columns = [_worst_cells(findings, row) if row in shown else blank for row in rows]
    lines = zip(groupwording.WORST_LINES, *columns, strict=True)
    return Table(
        id=f"{key}-worst-groups",
        caption=f"Highest rate by {partition_label(rows[0].partition)} "
        f"({level(rows[0].level)} limits for all groups at once)",
        columns=(
            Column(groupwording.WORST_HEAD),
            *(Column(groupwording.RATE_NAMES.get(row.measure, row.measure), numeric=True) for row in rows),
        ),
        rows=tuple((Cell(name), *cells) for name, *cells in lines if any(cell.text for cell in cells)),
        notes=tuple(sentences),
    )


def _remark(findings: Findings, row: WorstGroupRow) -> str:
    return f"{groupwording.RATE_NAMES.get(row.measure, row.measure)}: {findings.said(notes_in_words(row.note))}."


def _worst_cells(findings: Findings, row: WorstGroupRow) -> tuple[Cell, ...]:
    """The answers to ``WORST_LINES`` for one rate."""
    counted = findings.group_rate(row.measure, row.operating_point, row.group)
    name = group_label(row.group) if row.group else "none"
    return (
        Cell(name, detail=groupwording.of_groups(row.groups), absent=not row.group),
        counted_cell(row.value, counted, why=why(findings, row.note)),
        EMPTY if row.value is None else rate_limits(row.lower, row.upper),
        known_cell(row.shrunken, rate),
        equal_cell(row.equal_mean, row.equal_upper, rate),
        known_cell(row.p_equal, rate),
        known_cell(row.split_half, rate),
        known_cell(row.split_agreement, rate),
    )


def _estimate_table(findings: Findings, rows: Sequence[GroupEstimateRow], key: str) -> Table:
    shown = [row for row in rows if not findings.conceals(row.measure, row.operating_point, row.group)]
    sentences, notes = shared_notes(findings, shown)
    if len(shown) < len(rows):
        sentences.append(findings.disclosure.note)
    measure = rows[0].measure
    table = Table(
        id=key,
        caption=f"{groupwording.RATE_NAMES.get(measure, measure)} by {partition_label(rows[0].partition)} "
        f"({level(rows[0].level)} limits for all groups at once)",
        columns=(
            Column("Group"),
            Column("Observed", numeric=True),
            Column("Interval", numeric=True),
            Column("Shrunken", numeric=True),
            Column("Note"),
        ),
        rows=tuple(
            (
                name_cell(row.group),
                counted_cell(
                    row.value,
                    findings.group_rate(row.measure, row.operating_point, row.group),
                    why=why(findings, row.note),
                ),
                EMPTY if row.value is None else rate_limits(row.lower, row.upper),
                known_cell(row.shrunken, rate),
                note,
            )
            for row, note in zip(shown, notes, strict=True)
        ),
        notes=tuple(sentences),
        collapsed=groupwording.show_rows(len(shown), "group"),
    )
    return table.without_empty_columns("Shrunken", "Note")
