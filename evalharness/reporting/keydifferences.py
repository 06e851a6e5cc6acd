"""The two key results on differences: the largest ratio between groups, and the worst group with shared limits."""

from collections.abc import Iterator

from evalharness.reporting import groupwording
from evalharness.reporting.cells import number_limits
from evalharness.reporting.differences import withheld
from evalharness.reporting.lookup import ALL, RATES, Findings
from evalharness.reporting.numbers import interval, level, number, rate
from evalharness.reporting.rates import described
from evalharness.reporting.text import group_label, partition_label
from evalharness.result.rows import DifferentialRow, WorstGroupRow

RATIO = "max_min"  # the measure that names two groups: what comes after the rate in its id


def difference_sentences(findings: Findings, point: str) -> Iterator[str]:
    """At most one entry of two sentences on one operating point, where the result has what they say."""
    if findings.disclosure.hides(ALL):
        return
    ratio = _ratio(findings, point)
    worst = _worst(findings, point, ratio)
    said = [_ratio_sentence(ratio)] if ratio is not None else []
    said += [_worst_sentence(findings, worst)] if worst is not None else []
    if said:
        yield " ".join(said)


def _ratio(findings: Findings, point: str) -> DifferentialRow | None:
    """The largest ratio, or else bound of one, of the first partition of the plan that has either.

    Which partition that is does not depend on the numbers: the largest ratio of all tends to be that of the smallest
    groups. For the same reason an intersection of attributes counts only where no attribute alone has a ratio.
    """
    places = {partition.id: place for place, partition in enumerate(findings.result.population.partitions)}
    rows = [
        row
        for row in findings.result.differentials
        if row.operating_point == point
        and row.measure in {f"{name}.{RATIO}" for name in RATES}
        and (row.value is not None or row.bound is not None)
        and not withheld(findings, row)
    ]

    def weight(row: DifferentialRow) -> tuple[bool, int, bool, float]:
        place = places.get(row.partition, len(places))
        return "*" not in row.partition, -place, row.value is not None, row.value or row.bound or 0.0

    return max(rows, key=weight, default=None)


def _ratio_sentence(row: DifferentialRow) -> str:
    by, name = partition_label(row.partition), _rate_name(row.measure)
    if row.value is None:
        assert row.bound is not None
        return groupwording.least_ratio(by, name, bound=number(row.bound), shows=row.bound >= 1)
    limits = "no interval"
    if row.lower is not None:
        limits = f"{level(row.level)} interval {number_limits(row.lower, row.upper).text}"
    highest, lowest = (group_label(group) if group else "" for group in (row.highest, row.lowest))
    return groupwording.largest_ratio(
        by,
        name,
        ends=(highest, lowest),
        value=number(row.value),
        limits=limits,
        equal=_equal(row.floor, row.floor_upper, row.level),
    )


def _equal(mean: float | None, upper: float | None, level: float) -> str:
    if mean is None:
        return ""
    return f"{number(mean)} on average" + (groupwording.no_more(number(upper), level) if upper is not None else "")


def _worst(findings: Findings, point: str, ratio: DifferentialRow | None) -> WorstGroupRow | None:
    """The worst group of the partition and rate that the ratio is of, or else the first that may be named."""
    rows = [
        row
        for row in findings.result.worst_groups
        if row.operating_point == point
        and row.group
        and None not in (row.value, row.lower, row.upper)
        and not findings.conceals(row.measure, point, row.group)
    ]
    if ratio is not None:
        wanted = (ratio.measure.partition(".")[0], ratio.partition)
        rows = [row for row in rows if (row.measure, row.partition) == wanted] or rows
    return rows[0] if rows else None


def _worst_sentence(findings: Findings, row: WorstGroupRow) -> str:
    assert row.value is not None
    assert row.lower is not None
    assert row.upper is not None
    counted = findings.group_rate(row.measure, row.operating_point, row.group)
    same = counted is not None and counted.value == row.value
    said = described(counted, limits=False) if counted is not None and same else rate(row.value)
    equal = ""
    if row.equal_mean is not None:
        upper = groupwording.no_more(rate(row.equal_upper), row.level) if row.equal_upper is not None else ""
        equal = f"{rate(row.equal_mean)} on average{upper}"
    return groupwording.worst_group(
        partition_label(row.partition),
        _rate_name(row.measure),
        groups=row.groups,
        described=f"“{group_label(row.group)}”, {said}",
        limits=interval(row.lower, row.upper),
        equal=equal,
    )


def _rate_name(measure: str) -> str:
    name = groupwording.RATE_NAMES.get(measure.partition(".")[0], measure)
    return name[:1].lower() + name[1:]
