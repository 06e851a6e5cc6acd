"""The harness's measures over groups, one draw at a time; parts that a version does not have are left out.

``differentials``, ``worst`` and ``hypotheses`` are looked up by name, so that the study also runs on a version of the
harness without them, and its document says which lines are missing.
"""

import importlib
from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from evalharness.records import FloatArray, Partition
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.rows import Differential, GroupEstimate, TestOutcome

from .cases import (
    FLOOR,
    FLOOR_UPPER,
    FMR,
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

_STATISTICS = "evalharness.statistics"
_PARTS = {
    "measures over groups": (f"{_STATISTICS}.differentials", "differentials"),
    "simultaneous intervals": (f"{_STATISTICS}.worst", "group_estimates"),
    "tests": (f"{_STATISTICS}.hypotheses", "tests_of"),
}
_NAMES = {"max_min": MAX_MIN, "max_geomean": MAX_GEOMEAN, "gini_corrected": GINI}


def absent() -> list[str]:
    """Parts of the harness that this version does not have."""
    return [name for name in _PARTS if _part(name) is None]


def answers(measured: Measured, partition: Partition, *, asked: str, rng: np.random.Generator) -> Found:
    """Everything that is asked about one rate of the groups of one draw, by measure and group."""
    rates = group_rates(measured, partition, asked=asked)
    found: Found = {}
    for row in cast(Sequence[Differential], _called("measures over groups", rates, rng=rng)):
        found |= _of_differential(row)
    for group in cast(Sequence[GroupEstimate], _called("simultaneous intervals", rates)):
        found[TOGETHER, _number(group.group)] = _limits(group.value, group.lower, group.upper)
    for test in cast(Sequence[TestOutcome], _called("tests", rates, rng=rng)):
        found |= _of_test(test)
    return found


def group_rates(measured: Measured, partition: Partition, *, asked: str) -> GroupRates:
    """The FMR (within) or FNMR of each group, as measures over groups take it."""
    for rates in measured.groups:
        if rates.measure == asked and rates.partition == partition.id:
            return rates
    rows = [measured.rates[asked, group.id] for group in partition.groups]
    subjects = np.array([row.subjects for row in rows], dtype=np.int64)
    disjoint = (subjects // 2 if asked == FMR else subjects).astype(np.float64)
    return GroupRates(
        measure=asked,
        operating_point=rows[0].operating_point,
        partition=partition.id,
        groups=tuple(row.group for row in rows),
        attributes=tuple(tuple(value or "" for _, value in group.values) for group in partition.groups),
        errors=np.array([row.errors for row in rows], dtype=np.int64),
        trials=np.array([row.trials for row in rows], dtype=np.int64),
        clusters=subjects,
        effective_trials=np.array([row.effective_trials for row in rows], dtype=np.float64),
        disjoint=disjoint,
        lower=np.array([row.lower for row in rows], dtype=np.float64),
        upper=np.array([row.upper for row in rows], dtype=np.float64),
        level=LEVEL,
    )


def _part(name: str) -> Callable[..., object] | None:
    module, function = _PARTS[name]
    try:
        return cast("Callable[..., object] | None", getattr(importlib.import_module(module), function, None))
    except ModuleNotFoundError:
        return None


def _called(name: str, rates: GroupRates, **rng: np.random.Generator) -> object:
    """The rows of one part; none where it is absent."""
    function = _part(name)
    if function is None:
        return ()
    settings = importlib.import_module(f"{_STATISTICS}.differentials").GroupSettings(
        level=LEVEL, references=(group_id(0),)
    )
    return function(rates, settings=settings, **rng)


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
