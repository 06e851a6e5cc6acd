"""Rates adjusted for covariates, always beside the crude ones."""

from collections.abc import Sequence

from evalharness.reporting import groupwording
from evalharness.reporting.cells import (
    EMPTY,
    Remark,
    counted_cell,
    known_cell,
    name_cell,
    number_limits,
    rate_limits,
    shared_notes,
    why,
)
from evalharness.reporting.lookup import Findings
from evalharness.reporting.numbers import level, rate
from evalharness.reporting.tables import Cell, Column, Section, Table
from evalharness.reporting.text import group_label, partition_label
from evalharness.result.rows import AdjustedRow

_MOST_STRATA = 12
_ASSOCIATIONS = "adjusted differences are associations"
_COLUMNS = (
    Column("Group"),
    Column("Crude", numeric=True),
    Column("Crude interval", numeric=True),
    Column("Adjusted", numeric=True),
    Column("Adjusted interval", numeric=True),
    Column("Crude ratio", numeric=True),
    Column("Adjusted ratio", numeric=True),
    Column("Ratio interval", numeric=True),
    Column("Note"),
)


def adjusted_section(findings: Findings, point: str, partition: str, *, key: str) -> Section | None:
    """The adjusted rates of one operating point and partition; None where the plan asked for none."""
    rows = findings.at(findings.result.adjusted, point, partition)
    if not rows:
        return None
    tables = [
        _table(findings, [row for row in rows if _kind(row) == kind], f"{key}-adjusted-{place}")
        for place, kind in enumerate(dict.fromkeys(map(_kind, rows)), 1)
    ]
    lead = (groupwording.ASSOCIATION, groupwording.CRUDE_COUNTS)
    return Section(f"{key}-adjusted", groupwording.ADJUSTED, lead, tables=tuple(tables))


def _kind(row: AdjustedRow) -> tuple[str, str, tuple[str, ...], str]:
    return row.measure, row.method, row.covariates, row.reference


def _table(findings: Findings, rows: Sequence[AdjustedRow], key: str) -> Table:
    first = rows[0]
    shown = [row for row in rows if not findings.conceals(row.measure, row.operating_point, row.group)]
    sentences, own = shared_notes(findings, [Remark(row.adjusted, row.lower, _note(row.note)) for row in shown])
    notes = [
        groupwording.adjusted_for(first.covariates),
        *_reference(findings, first),
        *_empty_strata(findings, rows),
        *sentences,
        *([findings.disclosure.note] if len(shown) < len(rows) else []),
    ]
    measure = groupwording.RATE_NAMES.get(first.measure, findings.measure_name(first.measure))
    table = Table(
        id=key,
        caption=f"{measure}, crude and adjusted, by {partition_label(first.partition)} "
        f"({findings.measure_name(first.method)}; {level(first.level)} intervals)",
        columns=_COLUMNS,
        rows=tuple((*_cells(findings, row), note) for row, note in zip(shown, own, strict=True)),
        notes=tuple(notes),
        collapsed=groupwording.show_rows(len(shown), "group"),
    )
    return table.without_empty_columns("Crude ratio", "Adjusted ratio", "Ratio interval", "Note")


def _note(note: str) -> str:
    """A note without what the section says once."""
    return "; ".join(part for part in note.split("; ") if part.lower() != _ASSOCIATIONS)


def _cells(findings: Findings, row: AdjustedRow) -> tuple[Cell, ...]:
    counted = findings.group_rate(row.measure, row.operating_point, row.group)
    reason = why(findings, _note(row.note))
    hidden = findings.conceals(row.measure, row.operating_point, row.reference)  # its rate would follow from a ratio
    crude, adjusted = (None, None) if hidden else (row.crude_ratio, row.adjusted_ratio)
    return (
        name_cell(row.group),
        counted_cell(row.crude, counted),
        EMPTY if row.crude is None else rate_limits(row.crude_lower, row.crude_upper),
        Cell("undefined", detail=reason, absent=True) if row.adjusted is None else known_cell(row.adjusted, rate),
        EMPTY if row.adjusted is None else rate_limits(row.lower, row.upper),
        known_cell(crude),
        known_cell(adjusted),
        EMPTY if adjusted is None or row.group == row.reference else number_limits(row.ratio_lower, row.ratio_upper),
    )


def _reference(findings: Findings, row: AdjustedRow) -> list[str]:
    if not row.reference or findings.conceals(row.measure, row.operating_point, row.reference):
        return []
    return [groupwording.reference(group_label(row.reference))]


def _empty_strata(findings: Findings, rows: Sequence[AdjustedRow]) -> list[str]:
    strata = dict.fromkeys(stratum for row in rows for stratum in row.empty_strata)
    named = [stratum for stratum in strata if not findings.disclosure.mentions_hidden(stratum)]
    if not named:
        return []
    return [groupwording.empty_strata(named[:_MOST_STRATA], max(len(named) - _MOST_STRATA, 0))]
