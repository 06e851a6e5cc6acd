"""Rates that have nothing to tell of differences: those without any error, and one that repeats another."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from evalharness.reporting import groupwording
from evalharness.reporting.lookup import RATES, Findings
from evalharness.reporting.numbers import rate
from evalharness.reporting.text import partition_label
from evalharness.result import MeasureRow
from evalharness.result.rows import DifferentialRow

_DIFFERENCE = "difference"  # the one measure that is defined without errors: what comes after the rate in its id


@dataclass(frozen=True, slots=True)
class Silent:
    """Rates that are left out of the tables of one operating point and partition, and the sentences instead."""

    rates: frozenset[str]
    sentences: tuple[str, ...]


def silent_rates(findings: Findings, point: str, partition: str) -> Silent:
    """What one sentence can say instead of tables of nothing but "undefined", or of the same numbers twice.

    Only groups that may be shown count: what became of the others does not follow from these sentences.

    Args:
        findings: The result.
        point: Name of the operating point; empty for failures to acquire.
        partition: Its id.
    """
    errorless = error_free(findings, point, partition)
    sentences = [_nothing_to_compare(findings, point, partition, errorless)] if errorless else []
    repeated = "frr" not in errorless and _frr_is_fnmr(findings, point, partition)
    if repeated:
        sentences.append(groupwording.frr_is_fnmr(partition_label(partition)))
    return Silent(frozenset([*errorless, *(["frr"] if repeated else [])]), tuple(sentences))


def without(findings: Findings, rates: Collection[str], point: str, partition: str) -> Findings:
    """The same findings with the rows on differences of one operating point and partition, less those of rates."""
    names = ("differentials", "group_estimates", "worst_groups", "tests", "adjusted")
    kept = {
        name: tuple(
            row
            for row in findings.at(getattr(findings.result, name), point, partition)
            if row.measure.partition(".")[0] not in rates
        )
        for name in names
    }
    return replace(findings, result=findings.result.model_copy(update=kept))


def error_free(findings: Findings, point: str, partition: str) -> list[str]:
    """The rates of which no compared group that may be shown has an error, where no measure over them is defined."""
    rows = findings.at(findings.result.differentials, point, partition)
    return [name for name in RATES if _is_error_free(findings, point, name, _of(rows, name))]


def _of(rows: Sequence[DifferentialRow], name: str) -> list[DifferentialRow]:
    return [row for row in rows if row.measure.partition(".")[0] == name]


def _is_error_free(findings: Findings, point: str, name: str, rows: Sequence[DifferentialRow]) -> bool:
    open_rows = [row for row in rows if not findings.conceals(name, point, row.highest, row.lowest, row.group)]
    ratios = [row for row in open_rows if not row.measure.endswith(_DIFFERENCE)]
    if not rows or any(row.value is not None or row.bound is not None for row in ratios):
        return False
    shown = list(_shown(findings, point, name, {group for row in rows for group in row.groups}))
    return bool(shown) and all(row.value == 0 for row in shown)


def _shown(findings: Findings, point: str, name: str, groups: Collection[str]) -> Iterator[MeasureRow]:
    for group in groups:
        row = findings.group_rate(name, point, group)
        if row is not None and not findings.conceals(name, point, group):
            yield row


def _nothing_to_compare(findings: Findings, point: str, partition: str, rates: Sequence[str]) -> str:
    rows = findings.at(findings.result.differentials, point, partition)
    groups = {group for name in rates for row in _of(rows, name) for group in row.groups}
    limits = {}
    if not any(findings.conceals(name, point, group) for name in rates for group in groups):
        limits = {
            name: rate(row.upper)
            for name in rates
            for row in _of(rows, name)
            if row.measure == f"{name}.{_DIFFERENCE}" and row.upper is not None
        }
    return groupwording.nothing_to_compare(partition_label(partition), rates, limits)


def _frr_is_fnmr(findings: Findings, point: str, partition: str) -> bool:
    """Whether both rates of every group that may be shown agree in counts, value and interval."""
    groups = [
        group.id
        for part in findings.result.population.partitions
        if part.id == partition
        for group in part.groups
        if not findings.conceals("", point, group.id) and not findings.conceals("frr", point, group.id)
    ]
    pairs = [(findings.row("fnmr", point, group), findings.row("frr", point, group)) for group in groups]
    known = [(fnmr, frr) for fnmr, frr in pairs if fnmr is not None and frr is not None]
    return any(fnmr.value is not None for fnmr, _ in known) and all(
        (fnmr.errors, fnmr.trials, fnmr.value, fnmr.lower, fnmr.upper)
        == (frr.errors, frr.trials, frr.value, frr.lower, frr.upper)
        for fnmr, frr in known
    )
