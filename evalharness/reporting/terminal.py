"""The table that a run prints: plain text, no colour, readable at 60 columns."""

from collections.abc import Callable, Iterator
from itertools import chain

from evalharness.reporting import wording
from evalharness.reporting.columns import aligned, fit, least_width, side_by_side, wrapped
from evalharness.reporting.lookup import ALL, Findings
from evalharness.reporting.numbers import compact_counts, counts, level, plain_rate, threshold
from evalharness.reporting.plaindifferences import difference_lines
from evalharness.reporting.rates import notes_in_words
from evalharness.reporting.text import group_label, one_line, partition_label
from evalharness.result import AuditResult, MeasureRow, OperatingPointInfo

_NARROWEST = 60

_Line = tuple[str, ...]
_Counted = Callable[[int, int], str]
_Style = tuple[_Counted | None, _Counted | None]
_STYLES: tuple[_Style, ...] = (
    (counts, counts),
    (compact_counts, compact_counts),
    (compact_counts, None),
    (None, None),
)
"""How FMR and FNMR show their counts, the fullest first; the first that fits the terminal is taken."""


def summary_table(result: AuditResult, *, width: int) -> str:
    """The main rates of every operating point and group.

    Args:
        result: What an audit found. Nothing is withheld: the table is for the one who ran it.
        width: Columns of the terminal; below 60 it is taken as 60.

    Returns:
        Lines of at most ``width`` columns, without control characters.
    """
    findings = Findings.of(result)
    width = max(width, _NARROWEST)
    lines = [*_head(result, width)]
    tables, counted = _rate_tables(findings, width)
    for point, table in zip(result.operating_points, tables, strict=True):
        lines += ["", *_point_head(point, width), *side_by_side(table, width)]
    between = list(difference_lines(result, width))
    lines += ["", *between] if between else []
    lines += ["", *_acquisition_lines(findings, width)]
    lines += ["", f"[{level(result.audit.interval_level)} interval]  n/a: undefined, the reason is in metrics.csv"]
    if not counted:
        lines.append("errors and trials: in metrics.csv, or on a wider terminal")
    return "\n".join(lines) + "\n"


def _head(result: AuditResult, width: int) -> Iterator[str]:
    system = wording.name_and_version(result.system.name, result.system.version)
    yield fit(one_line(f"{system} on {result.dataset.name}"), width).rstrip()
    if result.dataset.synthetic:
        yield "Synthetic faces: says nothing about how people are treated."
    faults = sum(result.population.faults.values())
    if faults:
        yield from wrapped(wording.unusable(faults, result.population.samples), width)


def _point_head(point: OperatingPointInfo, width: int) -> Iterator[str]:
    """The threshold, or for each one that could not be found the reason with its bound."""
    if len(point.thresholds) == 1:
        where = f"threshold {threshold(next(iter(point.thresholds.values())))}"
    else:
        where = "a threshold per group" if point.thresholds else "no threshold could be found"
    yield fit(f"{one_line(point.name)}: {where}", width).rstrip()
    if point.hypothetical:
        yield "HYPOTHETICAL: a what-if, never an operational result"
    for group, reason in point.unresolved.items():
        yield from wrapped(f"none for {group_label(group)}: {notes_in_words(reason)}", width, indent="  ")


def _rate_tables(findings: Findings, width: int) -> tuple[list[list[_Line]], bool]:
    """The rates of every operating point in the fullest style that all have room for; whether it shows counts."""
    for style in _STYLES:
        tables = [list(_rate_lines(findings, point, style)) for point in findings.result.operating_points]
        if max(map(least_width, tables), default=0) <= width:
            break
    return tables, style != _STYLES[-1]


def _rate_lines(findings: Findings, point: OperatingPointInfo, style: _Style) -> Iterator[_Line]:
    def line(group: str, subjects: int) -> _Line:
        fmr = _with_interval(findings.row("fmr", point.name, group, group), style[0])
        fnmr = _with_interval(findings.row("fnmr", point.name, group), style[1])
        return _group(group), str(subjects), fmr, fnmr

    yield "group", "subjects", "FMR within group", "FNMR"
    if not point.hypothetical:
        yield line(ALL, findings.result.population.subjects)
    for partition in findings.result.population.partitions:
        if point.hypothetical and partition.id != point.reference:
            continue  # its groups have no threshold at this point
        yield (f"by {partition_label(one_line(partition.id))}",)
        yield from (line(group.id, group.subjects) for group in partition.groups)


def _acquisition_lines(findings: Findings, width: int) -> Iterator[str]:
    """FTA has no threshold, so it stands once, below the operating points."""
    yield "failure to acquire (FTA)"
    if not findings.result.population.acquisition_observable:
        yield from wrapped(wording.UNOBSERVED, width, indent="  ")
        return
    groups = (group.id for partition in findings.result.population.partitions for group in partition.groups)
    rows = [(group, findings.row("fta", "", group)) for group in chain([ALL], groups)]
    table: list[_Line] = [("group", "failures/trials", "FTA")]
    table += [(_group(group), _trials(row), _with_interval(row, None)) for group, row in rows]
    yield from aligned(table, width)


def _group(group: str) -> str:
    return f"  {one_line(group_label(group))}"


def _trials(row: MeasureRow | None) -> str:
    """Failures and the samples that they are counted among: those without a fault of the dataset."""
    if row is None or row.trials is None:
        return "n/a"
    return compact_counts(row.errors or 0, row.trials)


def _value(row: MeasureRow | None, counted: _Counted | None) -> str:
    if row is None or row.value is None:
        return "n/a"
    number = plain_rate(row.value)
    if counted and row.errors is not None and row.trials is not None:
        return f"{counted(row.errors, row.trials)}: {number}"
    return number


def _with_interval(row: MeasureRow | None, counted: _Counted | None) -> str:
    shown = _value(row, counted)
    if row is None or row.value is None or row.lower is None or row.upper is None:
        return shown
    return f"{shown} [{plain_rate(row.lower)}, {plain_rate(row.upper)}]"
