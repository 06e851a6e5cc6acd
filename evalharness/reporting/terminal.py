"""The table that a run prints: plain text, no colour, readable at 60 columns."""

import unicodedata
from collections.abc import Iterator, Sequence

from evalharness.reporting.lookup import ALL, Findings
from evalharness.reporting.numbers import counts, level, plain_rate, threshold
from evalharness.reporting.text import group_label, one_line, partition_label
from evalharness.result import AuditResult, MeasureRow, OperatingPointInfo

_WITH_COUNTS = 110  # columns from which counts fit beside the rates
_NARROWEST = 60

_Line = tuple[str, ...]


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
    title = f"{result.system.name} {result.system.version} on {result.dataset.name}"
    lines = [_fit(one_line(title), width).rstrip()]
    if result.dataset.synthetic:
        lines.append("Synthetic faces: says nothing about how people are treated.")
    for point in result.operating_points:
        lines += ["", *_point_lines(findings, point, width)]
    lines += ["", *_acquisition_lines(findings, width)]
    note = f"[{level(result.audit.interval_level)} interval]  n/a: undefined, the reason is in metrics.csv"
    return "\n".join([*lines, "", note]) + "\n"


def _point_lines(findings: Findings, point: OperatingPointInfo, width: int) -> Iterator[str]:
    if len(point.thresholds) == 1:
        where = f"threshold {threshold(next(iter(point.thresholds.values())))}"
    else:
        where = "a threshold per group" if point.thresholds else "no threshold could be found"
    yield _fit(f"{one_line(point.name)}: {where}", width).rstrip()
    if point.hypothetical:
        yield "HYPOTHETICAL: a what-if, never an operational result"
    roomy = width >= _WITH_COUNTS
    table: list[_Line] = [("group", "subjects", "FMR within group", "FNMR")]
    if not point.hypothetical:
        table.append(_line(findings, point, ALL, findings.result.population.subjects, roomy))
    for partition in findings.result.population.partitions:
        if point.hypothetical and partition.id != point.reference:
            continue  # its groups have no threshold at this point
        table.append((f"by {partition_label(one_line(partition.id))}",))
        table += [_line(findings, point, group.id, group.subjects, roomy) for group in partition.groups]
    yield from _aligned(table, width)


def _line(findings: Findings, point: OperatingPointInfo, group: str, subjects: int, roomy: bool) -> _Line:
    return (
        _group(group),
        str(subjects),
        _with_interval(findings.row("fmr", point.name, group, group), roomy),
        _with_interval(findings.row("fnmr", point.name, group), roomy),
    )


def _acquisition_lines(findings: Findings, width: int) -> Iterator[str]:
    """FTA has no threshold, so it stands once, below the operating points."""
    yield "failure to acquire (FTA)"
    groups = [(ALL, findings.result.population.samples)]
    groups += [(g.id, g.samples) for p in findings.result.population.partitions for g in p.groups]
    roomy = width >= _WITH_COUNTS
    table: list[_Line] = [("group", "samples", "FTA")]
    table += [(_group(g), str(samples), _with_interval(findings.row("fta", "", g), roomy)) for g, samples in groups]
    yield from _aligned(table, width)


def _group(group: str) -> str:
    return f"  {one_line(group_label(group))}"


def _value(row: MeasureRow | None, roomy: bool) -> str:
    if row is None or row.value is None:
        return "n/a"
    number = plain_rate(row.value)
    if roomy and row.errors is not None and row.trials is not None:
        return f"{counts(row.errors, row.trials)}: {number}"
    return number


def _with_interval(row: MeasureRow | None, roomy: bool) -> str:
    shown = _value(row, roomy)
    if row is None or row.value is None or row.lower is None or row.upper is None:
        return shown
    return f"{shown} [{plain_rate(row.lower)}, {plain_rate(row.upper)}]"


def _aligned(table: Sequence[_Line], width: int) -> Iterator[str]:
    """Numbers right-aligned in columns as wide as they need; the group takes what is left, or a line of its own."""
    full = [line for line in table if len(line) > 1]
    numbers = [max(_columns(line[i]) for line in full) for i in range(1, len(full[0]))]
    names = max(_columns(line[0]) for line in full)
    first = max(min(names, width - sum(numbers) - 2 * len(numbers)), 8)
    for line in table:
        if len(line) == 1:
            yield _fit(line[0], width).rstrip()
            continue
        name = line[0]
        if _columns(name) > first:  # a line of its own, rather than a name that could be two groups
            yield _fit(name, width).rstrip()
            name = ""
        cells = [" " * (size - _columns(cell)) + cell for cell, size in zip(line[1:], numbers, strict=True)]
        yield "  ".join([_fit(name, first), *cells])


def _columns(text: str) -> int:
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _fit(text: str, width: int) -> str:
    """The text in exactly ``width`` columns, cut with an ellipsis where it is longer."""
    if _columns(text) <= width:
        return text + " " * (width - _columns(text))
    kept, used = [], 0
    for character in text:
        if used + _width(character) > width - 1:
            break
        kept.append(character)
        used += _width(character)
    return "".join(kept) + "…" + " " * (width - 1 - used)
