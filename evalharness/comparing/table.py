"""The comparison on a terminal: plain text, no colour, readable at 60 columns."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from evalharness.comparing.record import ComparedRate, ComparedSpread, Comparison, Side
from evalharness.reporting.columns import Line, aligned, least_width, wrapped
from evalharness.reporting.numbers import compact_counts, level, plain_rate, threshold
from evalharness.reporting.text import group_label, one_line, partition_label

_NARROWEST = 60
_NAMES = {"fmr": "FMR within group", "fnmr": "FNMR", "frr": "FRR", "fta": "FTA (failure to acquire)"}
_SPREADS = {"log_max_geomean": "log(max / geometric mean)", "gini_corrected": "corrected Gini"}


def comparison_table(comparison: Comparison, *, width: int) -> str:
    """Everything that a comparison found.

    Args:
        comparison: What ``compare_runs`` gave.
        width: Columns of the terminal; below 60 it is taken as 60.

    Returns:
        Lines of at most ``width`` columns, without control characters.
    """
    width = max(width, _NARROWEST)
    lines = [*_head(comparison, width)]
    for name, rows in groupby(comparison.rates, key=lambda row: row.operating_point):
        lines += ["", *_point_head(comparison, name, width), *_rates(list(rows), width)]
        lines += _spreads([row for row in comparison.spreads if row.operating_point == name], width)
    lines += ["", *_foot(comparison, width)]
    return "\n".join(lines) + "\n"


def _head(comparison: Comparison, width: int) -> Iterator[str]:
    yield from wrapped(f"first: {_system(comparison.first)}", width)
    yield from wrapped(f"second: {_system(comparison.second)}", width)
    yield from wrapped(f"on the same comparisons of {comparison.dataset}", width)
    if comparison.synthetic:
        yield from wrapped("Synthetic faces: says nothing about how people are treated.", width)


def _system(side: Side) -> str:
    version = "" if side.version == "not stated" else f" {side.version}"
    return f"{side.system}{version} (run {side.run})"


def _point_head(comparison: Comparison, name: str, width: int) -> Iterator[str]:
    if not name:
        return
    both = (_thresholds(found.get(name, {})) for found in (comparison.thresholds_first, comparison.thresholds_second))
    yield from wrapped(f"{name}: thresholds {next(both)} (first) and {next(both)} (second)", width)


def _thresholds(found: dict[str, float]) -> str:
    if len(found) == 1:
        return threshold(next(iter(found.values())))
    return "one for each group" if found else "none"


def _rates(rows: Sequence[ComparedRate], width: int) -> Iterator[str]:
    for measure in dict.fromkeys(row.measure for row in rows):
        own = [row for row in rows if row.measure == measure]
        if len({row.note for row in own}) == 1 and all(row.first is None and row.second is None for row in own):
            yield from wrapped(f"{_NAMES[measure]}: n/a for every group: {own[0].note}", width)
            continue
        yield from _table(_NAMES[measure], own, width)
        yield from _reasons(own, width)


def _table(title: str, rows: Sequence[ComparedRate], width: int) -> Iterator[str]:
    """In one table where it fits; else without counts; else the ratios in a table of their own."""
    for counted in (True, False):
        table = _lines(title, rows, counted=counted)
        if least_width(table) <= width:
            yield from aligned(table, width)
            return
    for columns in (slice(1, 4), slice(4, None)):
        yield from aligned([(line[0], *line[columns]) if len(line) > 1 else line for line in table], width)


def _lines(title: str, rows: Sequence[ComparedRate], *, counted: bool) -> list[Line]:
    table: list[Line] = [(title, "first", "second", "first - second", "first / second", "p (Holm)")]
    for partition, members in groupby(rows, key=lambda row: row.partition):
        if partition:
            table.append((f"by {partition_label(one_line(partition))}",))
        table += [_line(row, counted=counted) for row in members]
    return table


def _line(row: ComparedRate, *, counted: bool) -> Line:
    return (
        f"  {one_line(group_label(row.group))}",
        _rate(row.first, row.errors_first, row.trials if counted else None),
        _rate(row.second, row.errors_second, row.trials if counted else None),
        _with_limits(signed(row.difference), signed(row.lower), signed(row.upper)),
        _with_limits(_ratio(row.ratio), _ratio(row.ratio_lower), _ratio(row.ratio_upper)),
        "n/a" if row.p_holm is None else f"{row.p_holm:.2g}",
    )


def _rate(value: float | None, errors: int | None, trials: int | None) -> str:
    if value is None:
        return "n/a"
    if errors is None or trials is None:
        return plain_rate(value)
    return f"{compact_counts(errors, trials)}: {plain_rate(value)}"


def signed(value: float | None) -> str:
    """A difference of proportions with its sign.

    >>> signed(-0.00128), signed(0.0), signed(None)
    ('-0.13%', '0', '')
    """
    if value is None:
        return ""
    if value == 0:
        return "0"
    return f"{'-' if value < 0 else '+'}{plain_rate(abs(value))}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _with_limits(value: str, lower: str, upper: str) -> str:
    if not value:
        return "n/a"
    return f"{value} [{lower}, {upper}]" if lower and upper else value


def _reasons(rows: Sequence[ComparedRate], width: int) -> Iterator[str]:
    """Why a number is missing or rough; groups with the same reason share a line."""
    noted = [(row.note, one_line(group_label(row.group))) for row in rows]
    for note in dict.fromkeys(note for note, _ in noted if note):
        yield from wrapped(f"{_rows_with(note, noted)}: {note}", width, indent="    ")


def _rows_with(note: str, noted: Sequence[tuple[str, str]]) -> str:
    """The groups that have a note, or those that have not where they are fewer."""
    named = [group for text, group in noted if text == note]
    others = [group for text, group in noted if text != note]
    if len(others) >= len(named):
        return "; ".join(named)
    return f"every row but {'; '.join(others)}" if others else "every row"


def _spreads(rows: Sequence[ComparedSpread], width: int) -> Iterator[str]:
    if rows:
        yield "How much the rates of the groups differ"
    for row in rows:
        measure, _, name = row.measure.partition(".")
        where = f"{measure.upper()} by {partition_label(one_line(row.partition))}, {_SPREADS[name]}"
        if row.first is None or row.second is None or row.difference is None:
            yield from wrapped(f"{where}: n/a ({row.note})", width, indent="  ")
            continue
        limits = f" [{row.lower:+.2f}, {row.upper:+.2f}]" if row.lower is not None and row.upper is not None else ""
        text = f"{where}: {row.first:.2f} and {row.second:.2f}, difference {row.difference:+.2f}{limits}"
        text += f": {row.verdict}" if row.verdict else ""
        yield from wrapped(f"{text}{f' ({row.note})' if row.note else ''}", width, indent="  ")


def _foot(comparison: Comparison, width: int) -> Iterator[str]:
    for line in comparison.left_out:
        yield from wrapped(f"not compared: {line}", width)
    yield from wrapped(
        f"[{level(comparison.level)} interval]  n/a: undefined, the reason stands below its table", width
    )
    for note in comparison.notes:
        yield from wrapped(note, width)
