"""Hypothesis tests as tables: over all groups, then pair by pair, and equivalence where a margin was declared."""

from collections.abc import Iterator, Sequence

from evalharness.reporting import groupwording
from evalharness.reporting.cells import (
    EMPTY,
    Remark,
    known_cell,
    number_cell,
    number_limits,
    shared_notes,
    why,
)
from evalharness.reporting.lookup import Findings
from evalharness.reporting.numbers import level
from evalharness.reporting.tables import Cell, Column, Section, Table
from evalharness.reporting.text import group_label, partition_label
from evalharness.result.rows import TestRow

MOST_PAIRS = 120  # of one test and rate: all pairs of 16 groups

_EQUIVALENCE = "equivalence"


def hypothesis_section(findings: Findings, point: str, partition: str, *, key: str) -> Section | None:
    """The tests of one operating point and partition; None where the result has none."""
    rows = findings.at(findings.result.tests, point, partition)
    if not rows:
        return None
    over_all = [row for row in rows if not row.group]
    tables = [_over_all(findings, over_all, f"{key}-over-all")] if over_all else []
    pairs = [row for row in rows if row.group]
    for place, (test, measure) in enumerate(dict.fromkeys((row.test, row.measure) for row in pairs), 1):
        mine = [row for row in pairs if (row.test, row.measure) == (test, measure)]
        tables.append(_pairs(findings, mine, f"{key}-pairs-{place}"))
    lead = [groupwording.TESTS_LEAD]
    lead += [groupwording.EQUIVALENCE_LEAD] if any(_EQUIVALENCE in row.test for row in rows) else []
    return Section(f"{key}-tests", groupwording.TESTS, tuple(lead), tables=tuple(tables))


def _over_all(findings: Findings, rows: Sequence[TestRow], key: str) -> Table:
    table = Table(
        id=key,
        caption=f"All groups by {partition_label(rows[0].partition)} at once",
        columns=(
            Column("Test"),
            Column("Rate"),
            Column("Statistic", numeric=True),
            Column("p-value", numeric=True),
            Column("Verdict"),
            Column("Note"),
        ),
        rows=tuple(
            (
                Cell(findings.measure_name(row.test)),
                Cell(groupwording.RATE_NAMES.get(row.measure, findings.measure_name(row.measure))),
                known_cell(row.statistic),
                number_cell(row.p_value, why=why(findings, row.note)),
                _verdict(findings, row),
                EMPTY if row.p_value is None else Cell(why(findings, row.note)),
            )
            for row in rows
        ),
    )
    return table.without_empty_columns("Statistic", "Verdict", "Note")


def _pairs(findings: Findings, rows: Sequence[TestRow], key: str) -> Table:
    open_rows = [
        row for row in rows if not findings.conceals(row.measure, row.operating_point, row.group, row.other_group)
    ]
    shown = open_rows
    if len(open_rows) > MOST_PAIRS:
        shown = sorted(open_rows, key=lambda row: 2.0 if row.p_value is None else row.p_value)[:MOST_PAIRS]
    first = rows[0]
    measure = groupwording.RATE_NAMES.get(first.measure, findings.measure_name(first.measure))
    sentences, own = _pair_notes(findings, shown)
    notes = [
        *([groupwording.HOLM] if any(row.p_holm is not None for row in shown) else []),
        *([groupwording.most_shown(len(shown), len(open_rows) - len(shown))] if len(shown) < len(open_rows) else []),
        *sentences,
        *([findings.disclosure.note] if len(open_rows) < len(rows) else []),
    ]
    table = Table(
        id=key,
        caption=f"{findings.measure_name(first.test)}, by {partition_label(first.partition)}: {measure} "
        f"({level(first.level)} intervals)",
        columns=(
            Column("Groups"),
            Column("Ratio", numeric=True),
            Column("Interval", numeric=True),
            Column("p-value", numeric=True),
            Column("Holm", numeric=True),
            Column("Benjamini-Hochberg", numeric=True),
            Column("Verdict"),
            Column("Note"),
        ),
        rows=tuple((*_pair(findings, row, sentences), note) for row, note in zip(shown, own, strict=True)),
        notes=tuple(notes),
        collapsed=groupwording.show(f"{len(shown):,} pair{'s' if len(shown) != 1 else ''} of groups"),
    )
    return table.without_empty_columns("p-value", "Holm", "Benjamini-Hochberg", "Verdict", "Note")


def _pair(findings: Findings, row: TestRow, said: Sequence[str]) -> Iterator[Cell]:
    undefined = row.p_value is None and row.estimate is None
    yield Cell(group_label(row.group), detail=f"over {group_label(row.other_group)}")
    yield number_cell(row.estimate, why=why(findings, row.note, said) if undefined else "")
    yield EMPTY if row.estimate is None and row.lower is None else number_limits(row.lower, row.upper)
    yield known_cell(row.p_value)
    yield known_cell(row.p_holm)
    yield known_cell(row.p_bh)
    yield _verdict(findings, row)


def _verdict(findings: Findings, row: TestRow) -> Cell:
    """What a test found; none where there was nothing to test."""
    tested = row.p_value is not None or row.estimate is not None
    return Cell(findings.said(row.verdict)) if tested else EMPTY


def _pair_notes(findings: Findings, rows: Sequence[TestRow]) -> tuple[list[str], list[Cell]]:
    """Notes as of other rows; the reason of a test that gave neither a ratio nor a p-value stands with it."""
    found = [(row.p_value if row.estimate is None else row.estimate, row.note) for row in rows]
    return shared_notes(findings, [Remark(value, value, note) for value, note in found])
