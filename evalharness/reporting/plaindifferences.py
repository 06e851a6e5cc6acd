"""The terminal's short block on differences between groups: the first partition at the first operating point."""

from collections.abc import Iterator
from dataclasses import replace

from evalharness.reporting.columns import Line, aligned, fit, wrapped
from evalharness.reporting.lookup import Disclosure, Findings
from evalharness.reporting.numbers import plain_number
from evalharness.reporting.silent import error_free
from evalharness.reporting.text import group_label, one_line, partition_label
from evalharness.result import AuditResult
from evalharness.result.rows import DifferentialRow

_RATES = {"fmr": "FMR", "fnmr": "FNMR"}
_MEASURES = {"max_min": "max/min", "max_geomean": "max/geomean", "gini_corrected": "corrected Gini"}


def difference_lines(result: AuditResult, width: int) -> Iterator[str]:
    """Ratio or its bound, and dispersion with what equal rates would show; no lines where the result has none.

    Args:
        result: What an audit found; nothing is withheld.
        width: Columns of the terminal.
    """
    place = _place(result)
    if place is None:
        return
    rows = [row for row in result.differentials if (row.operating_point, row.partition) == place]
    everything = replace(Findings.of(result), disclosure=Disclosure(0, frozenset(), sizes_public=True))
    silent = [kind for kind in error_free(everything, *place) if kind in _RATES]
    table: list[Line] = [("measure", "value", "if equal rates")]
    table += [
        (f"  {rate} {measure}", _value(row), _equal(row))
        for kind, rate in _RATES.items()
        if kind not in silent
        for name, measure in _MEASURES.items()
        for row in rows
        if row.measure == f"{kind}.{name}" and not row.group
    ]
    if len(table) == 1 and not silent:
        return
    point, partition = place
    yield fit(f"differences by {partition_label(one_line(partition))} at {one_line(point)}", width).rstrip()
    if len(table) > 1:
        yield from aligned(table, width)
    yield from (f"  {_RATES[kind]}: no errors" for kind in silent)
    left_out = dict.fromkeys(group_label(info.group) for row in rows for info in row.left_out)
    if left_out:
        yield from wrapped(f"left out: {'; '.join(left_out)}", width, indent="  ")


def _place(result: AuditResult) -> tuple[str, str] | None:
    """The first operating point that is no what-if, and the first partition, as far as there are both."""
    points = [point.name for point in result.operating_points if not point.hypothetical]
    partitions = [partition.id for partition in result.population.partitions]
    return (points[0], partitions[0]) if points and partitions else None


def _value(row: DifferentialRow) -> str:
    if row.value is None:
        return f"at least {plain_number(row.bound)}" if row.bound is not None else "n/a"
    if row.lower is None:
        return plain_number(row.value)
    upper = plain_number(row.upper) if row.upper is not None else "none"
    return f"{plain_number(row.value)} [{plain_number(row.lower)}, {upper}]"


def _equal(row: DifferentialRow) -> str:
    if row.floor is None:
        return ""
    upper = f", {100 * row.level:g}% below {plain_number(row.floor_upper)}" if row.floor_upper is not None else ""
    return f"{plain_number(row.floor)}{upper}"
