"""The worst group with what the choice of the worst does to the number, and every group with shared limits."""

from collections.abc import Sequence

from evalharness.reporting import groupwording
from evalharness.reporting.cells import (
    EMPTY,
    SUPPRESSED,
    counted_cell,
    equal_cell,
    folded,
    known_cell,
    name_cell,
    rate_limits,
    shared_notes,
    why,
)
from evalharness.reporting.lookup import Findings
from evalharness.reporting.numbers import level, rate
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
    shown = [row for row in rows if not findings.conceals(row.measure, row.operating_point, row.group)]
    sentences, notes = shared_notes(findings, shown)
    own = dict(zip(map(id, shown), notes, strict=True))
    if len(shown) < len(rows):
        sentences.append(findings.disclosure.note)
    table = Table(
        id=f"{key}-worst-groups",
        caption=f"Highest rate by {partition_label(rows[0].partition)} "
        f"({level(rows[0].level)} limits for all groups at once)",
        columns=(
            Column("Rate"),
            Column("Worst group"),
            Column("Observed", numeric=True),
            Column("Interval", numeric=True),
            Column("Shrunken", numeric=True),
            Column("If rates were equal", numeric=True),
            Column("Split-half", numeric=True),
            Column("Note"),
        ),
        rows=tuple(
            (
                Cell(groupwording.RATE_NAMES.get(row.measure, row.measure)),
                *(_worst_cells(findings, row, own[id(row)]) if id(row) in own else (SUPPRESSED, *[EMPTY] * 6)),
            )
            for row in rows
        ),
        notes=tuple(sentences),
    )
    return table.without_empty_columns("Shrunken", "If rates were equal", "Split-half", "Note")


def _worst_cells(findings: Findings, row: WorstGroupRow, note: Cell) -> tuple[Cell, ...]:
    counted = findings.group_rate(row.measure, row.operating_point, row.group)
    agreement = groupwording.agreement(rate(row.split_agreement)) if row.split_agreement is not None else ""
    name = group_label(row.group) if row.group else "none"
    return (
        Cell(name, detail=groupwording.of_groups(row.groups), absent=not row.group),
        counted_cell(row.value, counted, why=why(findings, row.note)),
        EMPTY if row.value is None else rate_limits(row.lower, row.upper),
        known_cell(row.shrunken, rate),
        equal_cell(row.equal_mean, row.equal_upper, row.p_equal, rate),
        known_cell(row.split_half, rate, agreement),
        note,
    )


def _estimate_table(findings: Findings, rows: Sequence[GroupEstimateRow], key: str) -> Table:
    shown = [row for row in rows if not findings.conceals(row.measure, row.operating_point, row.group)]
    sentences, notes = shared_notes(findings, shown)
    if len(shown) < len(rows):
        sentences.append(findings.disclosure.note)
    measure = rows[0].measure
    table = Table(
        id=key,
        caption=f"{groupwording.RATE_NAMES.get(measure, measure)} of every group, by "
        f"{partition_label(rows[0].partition)} ({level(rows[0].level)} limits for all groups at once)",
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
        collapsed=folded(len(shown), "groups") or groupwording.show("every group"),
    )
    return table.without_empty_columns("Shrunken", "Note")
