"""How much the rates of groups differ: the measures of one operating point and partition as tables."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from evalharness.reporting import groupwording, wording
from evalharness.reporting.cells import (
    EMPTY,
    SUPPRESSED,
    equal_cell,
    folded,
    known_cell,
    number_limits,
    rate_limits,
    shared_notes,
    why,
)
from evalharness.reporting.lookup import RATES, Findings
from evalharness.reporting.numbers import level, number, rate
from evalharness.reporting.rates import notes_in_words
from evalharness.reporting.tables import Cell, Column, Section, Table
from evalharness.reporting.text import group_label, partition_label
from evalharness.result.rows import DifferentialRow

_COLUMNS = (
    Column("Value", numeric=True),
    Column("Interval", numeric=True),
    Column("If rates were equal", numeric=True),
    Column("As far by chance", numeric=True),
    Column("Note"),
)
_OPTIONAL = ("Interval", "If rates were equal", "As far by chance", "Note")


def differential_section(findings: Findings, point: str, partition: str, *, key: str) -> Section | None:
    """The measures over groups; None where the result has none here.

    Args:
        findings: The result.
        point: Name of the operating point; empty for failures to acquire.
        partition: Its id.
        key: What the ids of the section begin with.
    """
    rows = findings.at(findings.result.differentials, point, partition)
    if not rows:
        return None
    tables = []
    for kind in sorted(dict.fromkeys(_kind(row) for row in rows), key=lambda kind: kind != "fmr"):
        mine = [row for row in rows if _kind(row) == kind]
        over_all = [row for row in mine if not row.group]
        if over_all:
            tables.append(_measures(findings, over_all, kind, f"{key}-{kind or 'blend'}-differ"))
        tables += _ratios(findings, [row for row in mine if row.group], kind, f"{key}-{kind or 'blend'}-ratio")
    tables = _several_ratios_folded(tables)
    sentences = [groupwording.EQUAL_RATES] if any(row.floor is not None for row in rows) else []
    sentences += [groupwording.BOUND] if any(row.bound is not None for row in rows) else []
    sentences += [groupwording.SEPARATE] if any(not _kind(row) for row in rows) else []
    return Section(f"{key}-differ", groupwording.DIFFERENTIALS, tuple(sentences), tables=tuple(tables))


def _several_ratios_folded(tables: Sequence[Table]) -> list[Table]:
    """The same tables; ratios to reference groups are folded away where they fill more than one."""
    ratios = [table for table in tables if "-ratio-" in table.id]
    if len(ratios) < 2:
        return list(tables)
    return [replace(t, collapsed=groupwording.show_rows(len(t.rows), "ratio")) if t in ratios else t for t in tables]


def withheld(findings: Findings, row: DifferentialRow) -> bool:
    """Whether a measure rests on the rate of a group that is withheld: of one at an end, or of one that it names."""
    return findings.conceals(row.measure, row.operating_point, row.highest, row.lowest, row.group, row.reference)


def _kind(row: DifferentialRow) -> str:
    """The rate that a measure is over; empty for a blend of several."""
    kind = row.measure.partition(".")[0]
    return kind if kind in RATES else ""


def _title(kind: str) -> str:
    return groupwording.RATE_NAMES.get(kind, groupwording.BLEND)


def _measures(findings: Findings, rows: Sequence[DifferentialRow], kind: str, key: str) -> Table:
    shown = [row for row in rows if not withheld(findings, row)]
    sentences, notes = shared_notes(findings, shown)
    own = dict(zip(map(id, shown), notes, strict=True))
    blank = (SUPPRESSED, *(EMPTY for _ in _OPTIONAL))
    body = tuple(
        (
            Cell(findings.measure_name(row.measure)),
            *((*_numbers(findings, row, sentences), own[id(row)]) if id(row) in own else blank),
        )
        for row in rows
    )
    below = [_ends(shown), *_left_out(findings, rows), *sentences]
    below += [groupwording.ENDS_WITHHELD, findings.disclosure.note] if len(shown) < len(rows) else []
    table = Table(
        id=key,
        caption=f"{_title(kind)}, by {partition_label(rows[0].partition)} ({level(rows[0].level)} intervals)",
        columns=(Column("Measure"), *_COLUMNS),
        rows=body,
        notes=tuple(filter(None, below)),
        collapsed="" if kind else groupwording.show_rows(len(rows), "measure"),
    )
    return table.without_empty_columns(*_OPTIONAL)


def _numbers(findings: Findings, row: DifferentialRow, said: Sequence[str]) -> tuple[Cell, Cell, Cell, Cell]:
    proportion = _is_proportion(findings, row.measure)
    form = rate if proportion else number
    beside = [groupwording.at_least(number(row.bound))] if row.bound is not None else []
    beside += [groupwording.smoothed(form(row.smoothed))] if row.smoothed is not None else []
    equal = equal_cell(row.floor, row.floor_upper, form), known_cell(row.p_equal, rate)
    if row.value is None:
        reason = "; ".join(filter(None, [why(findings, row.note, said), *beside]))
        return Cell("undefined", detail=reason, absent=True), EMPTY, *equal
    value = Cell(form(row.value), detail="; ".join(beside), numeric=True)
    return value, (rate_limits if proportion else number_limits)(row.lower, row.upper), *equal


def _is_proportion(findings: Findings, measure: str) -> bool:
    """Whether a measure is in the unit of a rate, as a difference of rates is; else the result's catalogue says so."""
    units = (row.unit for row in findings.result.catalogue if row.id == measure)
    return measure.endswith(".difference") or any(unit.startswith("proportion") for unit in units)


def _ends(rows: Sequence[DifferentialRow]) -> str:
    """The highest and the lowest group, where all measures agree on them."""
    ends = {(row.highest, row.lowest) for row in rows if row.highest or row.lowest}
    if len(ends) != 1:
        return ""
    highest, lowest = ends.pop()
    return groupwording.ends(*(group_label(name) if name else "" for name in (highest, lowest)))


def _left_out(findings: Findings, rows: Sequence[DifferentialRow]) -> Iterator[str]:
    reasons = {info.group: info.reason for row in rows for info in row.left_out}
    hidden = [group for group in reasons if findings.disclosure.hides_size(group)]
    named = [
        f"“{group_label(group)}” ({_reason(findings, group, reason)})"
        for group, reason in reasons.items()
        if group not in hidden
    ]
    named += [groupwording.withheld_groups(len(hidden))] if hidden else []
    if named:
        yield groupwording.left_out(named)


def _reason(findings: Findings, group: str, reason: str) -> str:
    """Of a group whose size alone is public, no more than that it is small."""
    if findings.disclosure.hides(group):
        return wording.TOO_SMALL
    return findings.said(notes_in_words(reason)) or "no reason given"


def _ratios(findings: Findings, rows: Sequence[DifferentialRow], kind: str, key: str) -> Iterator[Table]:
    """One table for each reference group and measure: every other group over it."""
    pairs = dict.fromkeys((row.measure, row.reference) for row in rows)
    for place, (measure, reference) in enumerate(pairs, 1):
        mine = [row for row in rows if (row.measure, row.reference) == (measure, reference)]
        shown = [row for row in mine if not withheld(findings, row)]
        sentences, notes = shared_notes(findings, shown)
        if len(shown) < len(mine):
            sentences.append(findings.disclosure.note)
        over = group_label(reference) if not findings.disclosure.hides(reference) else wording.WITHHELD
        table = Table(
            id=f"{key}-{place}",
            caption=f"{_title(kind)}: each group over “{over}” ({level(mine[0].level)} intervals)",
            columns=(Column("Group"), Column("Ratio", numeric=True), *_COLUMNS[1:]),
            rows=tuple(
                (Cell(group_label(row.group)), *_numbers(findings, row, sentences), note)
                for row, note in zip(shown, notes, strict=True)
            ),
            notes=tuple(sentences),
            collapsed=folded(len(shown), "ratios"),
        )
        yield table.without_empty_columns(*_OPTIONAL)
