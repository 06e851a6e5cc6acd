"""Rates as cells and tables: counts beside every rate, a reason where there is none."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from evalharness.reporting import wording
from evalharness.reporting.lookup import ALL, Findings
from evalharness.reporting.numbers import count, counts, interval, level, one_in, rate
from evalharness.reporting.tables import Cell, Column, Table
from evalharness.reporting.text import group_label, partition_label
from evalharness.result import GroupInfo, MeasureRow, OperatingPointInfo, PartitionInfo

_OPTIMISTIC = re.compile(r"optimistic (?:upper|lower) ([0-9][0-9.e-]{0,40})(?:; )?")
_LONG_NUMBER = re.compile(r"(?<![\w.])[0-9]+\.[0-9]{4,}(?:e-[0-9]{1,3})?(?![\w.])")
_NOTE = "Note"


def described(row: MeasureRow, *, limits: bool = True) -> str:
    """A defined rate with its counts, for a sentence; with its interval unless ``limits`` is off."""
    assert row.value is not None
    number = ", ".join(filter(None, [rate(row.value) if row.value else "", one_in(row.value)]))
    parts = filter(None, [number, _limits(row) if limits else ""])
    return f"{_counted(row)} ({'; '.join(parts)})"


def _limits(row: MeasureRow) -> str:
    if row.lower is not None and row.upper is not None:
        return f"{level(row.level)} interval {interval(row.lower, row.upper)}"
    return "no interval"


def _counted(row: MeasureRow) -> str:
    return counts(row.errors, row.trials) if row.errors is not None and row.trials is not None else "a share"


def rate_cell(row: MeasureRow | None, *, hidden: bool) -> Cell:
    """The rate with its counts below it."""
    if hidden:
        return Cell(wording.WITHHELD, absent=True)
    if row is None:
        return Cell("not reported", absent=True)
    if row.value is None:
        return Cell("undefined", detail=notes_in_words(row.note), absent=True)
    below = [_counted(row)] if row.trials is not None else []
    return Cell(rate(row.value), detail=" · ".join([*below, *filter(None, [one_in(row.value)])]), numeric=True)


def interval_cell(row: MeasureRow | None, *, hidden: bool) -> Cell:
    """The interval of a rate; empty where there is no rate."""
    if hidden or row is None or row.value is None:
        return Cell("")
    if row.lower is None or row.upper is None:
        return Cell("none", absent=True)
    limit = _independent_limit(row)
    detail = wording.optimistic(limit) if limit else ""
    return Cell(interval(row.lower, row.upper), detail=detail, numeric=True)


def notes_in_words(note: str) -> str:
    """A note, reason or warning with its long numbers rounded; the optimistic limit stands with the interval."""
    return _LONG_NUMBER.sub(lambda match: f"{float(match[0]):.3g}", _OPTIMISTIC.sub("", note)).removesuffix("; ")


def _independent_limit(row: MeasureRow) -> str:
    """The limit if trials were independent; empty where none is noted, or where it is the published one."""
    found = _OPTIMISTIC.search(row.note)
    try:
        limit = rate(float(found[1])) if found else ""
    except ValueError:  # the pattern also fits 1.2.3
        return ""
    published = {rate(bound) for bound in (row.lower, row.upper) if bound is not None}
    return "" if limit in published else limit


class Noted(Protocol):
    """A row of a result with a value, a limit and a note."""

    @property
    def value(self) -> float | None:
        """The number, where there is one."""

    @property
    def lower(self) -> float | None:
        """Its lower limit, where there is one."""

    @property
    def note(self) -> str:
        """What is to be said of it."""


def split_notes(rows: Sequence[Noted]) -> tuple[list[str], list[str]]:
    """Notes that every rate with an interval shares, and for each row what is left of its own.

    A note of several parts joins them with ``; ``. The note of an undefined rate is its reason, shown with it.
    """
    parts = [row.note.split("; ") if row.note and row.value is not None else [] for row in rows]
    defined = [own for own, row in zip(parts, rows, strict=True) if row.lower is not None]
    shared = [part for part in defined[0] if all(part in own for own in defined)] if len(defined) > 1 else []
    return shared, ["; ".join(part for part in own if part not in shared) for own in parts]


def fmr_table(findings: Findings, point: OperatingPointInfo, partition: PartitionInfo, *, key: str) -> Table:
    """False match rate within each group of a partition, and of all comparisons together."""
    level_text = level(findings.result.audit.interval_level)
    return _rate_table(
        findings,
        partition,
        measures=[("FMR", [findings.row("fmr", point.name, group, group) for group in _names(partition)])],
        together=wording.ANY_TWO,
        key=f"{key}-fmr",
        caption=f"False match rate within each group, by {partition_label(partition.id)} ({level_text} intervals)",
    )


def fnmr_table(findings: Findings, point: OperatingPointInfo, partition: PartitionInfo, *, key: str) -> Table:
    """False non-match rate and false rejection rate of each group of a partition."""
    level_text = level(findings.result.audit.interval_level)
    names = _names(partition)
    return _rate_table(
        findings,
        partition,
        measures=[
            ("FNMR", [findings.row("fnmr", point.name, group) for group in names]),
            ("FRR", [findings.row("frr", point.name, group) for group in names]),
        ],
        key=f"{key}-fnmr",
        caption=f"False non-match and false rejection rates, by {partition_label(partition.id)} "
        f"({level_text} intervals)",
    )


def fta_table(findings: Findings, partition: PartitionInfo, *, key: str) -> Table:
    """Failure-to-acquire rate of each group of a partition."""
    level_text = level(findings.result.audit.interval_level)
    return _rate_table(
        findings,
        partition,
        measures=[("FTA", [findings.row("fta", "", group) for group in _names(partition)])],
        key=f"{key}-fta",
        caption=f"Failure-to-acquire rate, by {partition_label(partition.id)} ({level_text} intervals)",
    )


_Measured = tuple[str, Sequence[MeasureRow | None]]


def _rate_table(
    findings: Findings,
    partition: PartitionInfo,
    *,
    measures: Sequence[_Measured],
    key: str,
    caption: str,
    together: str = wording.TOGETHER,
) -> Table:
    columns = [Column("Group"), Column("Subjects", numeric=True)]
    for title, _ in measures:
        columns += [Column(title, numeric=True), Column(f"{title} interval", numeric=True)]
    names = _names(partition)
    found = [[rows[place] for _, rows in measures] for place in range(len(names))]
    hides = findings.disclosure.withholds
    shown = [row for name, rows in zip(names, found, strict=True) for row in rows if row and not hides(row, name)]
    withheld = any(hides(row, name) for name, rows in zip(names, found, strict=True) for row in rows)
    shared, own = split_notes(shown)
    left = dict(zip(map(id, shown), own, strict=True))
    body = [
        (
            Cell(together if name == ALL else group_label(name)),
            _subjects(findings, partition, place, rows),
            *(cell for row in rows for cell in _measure_cells(findings, name, row)),
            Cell(notes_in_words("; ".join(_distinct(left.get(id(row), "") for row in rows)))),
        )
        for place, (name, rows) in enumerate(zip(names, found, strict=True))
        if name != ALL or any(rows)
    ]
    table = Table(
        id=key,
        caption=caption,
        columns=(*columns, Column(_NOTE)),
        rows=tuple(body),
        notes=(*_table_notes(shown, shared), *([findings.disclosure.note] if withheld else [])),
        total=any(found[0]),
    )
    return table.without_empty_column(_NOTE)


def _measure_cells(findings: Findings, name: str, row: MeasureRow | None) -> tuple[Cell, Cell]:
    hidden = findings.disclosure.withholds(row, name)
    return rate_cell(row, hidden=hidden), interval_cell(row, hidden=hidden)


def _table_notes(shown: Sequence[MeasureRow], shared: Sequence[str]) -> Iterator[str]:
    yield from filter(None, (notes_in_words(f"{part[:1].upper()}{part[1:]}.") for part in shared))
    if any(map(_independent_limit, shown)):
        yield wording.OPTIMISTIC_NOTE


def _subjects(findings: Findings, partition: PartitionInfo, place: int, rows: Sequence[MeasureRow | None]) -> Cell:
    """Distinct subjects that took part; where no row says so or that is withheld, those of the group."""
    name = _names(partition)[place]
    if findings.disclosure.hides_size(name):
        return Cell(wording.WITHHELD, absent=True)
    open_rows = [row for row in rows if row is not None and not findings.disclosure.withholds(row, name)]
    known = next((row.subjects for row in open_rows if row.subjects is not None), None)
    if known is None:
        known = partition.groups[place - 1].subjects if place else findings.result.population.subjects
    return Cell(count(known), numeric=True)


def _names(partition: PartitionInfo) -> list[str]:
    return [ALL, *(group.id for group in partition.groups)]


def _distinct(notes: Iterable[str]) -> Iterator[str]:
    return iter(dict.fromkeys(note for note in notes if note))


def comparable(findings: Findings, group: GroupInfo) -> bool:
    """Whether a sentence may set a group beside another: labelled, large enough and not withheld."""
    return group.known and group.adequate and not findings.disclosure.hides(group.id)
