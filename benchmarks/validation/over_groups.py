"""The harness's measures over groups, one draw at a time."""

import numpy as np

from evalharness.records import FloatArray, Partition
from evalharness.statistics.differentials import GroupSettings, differentials
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.hypotheses import tests_of
from evalharness.statistics.rows import Differential, TestOutcome
from evalharness.statistics.worst import group_estimates

from .cases import (
    FLOOR,
    FLOOR_UPPER,
    GINI,
    MAX_GEOMEAN,
    MAX_MIN,
    OMNIBUS,
    P_EQUAL,
    TO_REFERENCE,
    TOGETHER,
    TWO_GROUPS,
    group_id,
)
from .harness import LEVEL, Measured

Found = dict[tuple[str, int], FloatArray]

_NAMES = {"max_min": MAX_MIN, "max_geomean": MAX_GEOMEAN, "gini_corrected": GINI}


def answers(measured: Measured, partition: Partition, *, asked: str, rng: np.random.Generator) -> Found:
    """Everything that is asked about one rate of the groups of one draw, by measure and group."""
    rates = group_rates(measured, partition, asked=asked)
    settings = GroupSettings(level=LEVEL, references=(group_id(0),))
    found: Found = {}
    for row in differentials(rates, settings=settings, rng=rng):
        found |= _of_differential(row)
    for group in group_estimates(rates, settings=settings):
        found[TOGETHER, _number(group.group)] = _limits(group.value, group.lower, group.upper)
    for test in tests_of(rates, settings=settings, rng=rng):
        found |= _of_test(test)
    return found


def group_rates(measured: Measured, partition: Partition, *, asked: str) -> GroupRates:
    """The FMR (within) or FNMR of each group, as measures over groups take it."""
    return next(rates for rates in measured.groups if (rates.measure, rates.partition) == (asked, partition.id))


def _of_test(row: TestOutcome) -> Found:
    """The test over all groups, and those of the first group against each other one."""
    if row.p_value is None:
        return {}
    if row.test == "equal_rates":
        return {(OMNIBUS, 0): _number_only(row.p_value)}
    if row.test == "two_groups" and row.group == group_id(0):
        return {(TWO_GROUPS, _number(row.other_group)): _number_only(row.p_value)}
    return {}


def _of_differential(row: Differential) -> Found:
    if row.reference:
        return {(TO_REFERENCE, _number(row.group)): _limits(row.value, row.lower, row.upper)}
    name = _NAMES.get(row.measure.partition(".")[2])
    if name is None:
        return {}
    beside = ((P_EQUAL, row.p_equal), (FLOOR, row.floor), (FLOOR_UPPER, row.floor_upper))
    found: Found = {(f"{word} of {name}", 0): _number_only(value) for word, value in beside if value is not None}
    return found | {(name, 0): _limits(row.value, row.lower, row.upper)}


def _limits(value: float | None, lower: float | None, upper: float | None) -> FloatArray:
    """(3,) where one limit is missing there is none on that side; where both are, there is no interval."""
    if lower is None and upper is None:
        return np.array([value, None, None], dtype=np.float64)
    low, high = (-np.inf if lower is None else lower), (np.inf if upper is None else upper)
    return np.array([value, low, high], dtype=np.float64)


def _number_only(value: float) -> FloatArray:
    return np.array([value, np.nan, np.nan])


def _number(group: str) -> int:
    return int(group.removeprefix("group="))
