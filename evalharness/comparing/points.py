"""The operating points that two runs share, and the groups in which they are compared."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from evalharness.comparing.aligning import Aligned
from evalharness.comparing.runs import AuditedRun
from evalharness.counts import Counts
from evalharness.records import ALL_GROUPS, BoolArray, Partition
from evalharness.result import OperatingPointInfo
from evalharness.statistics.cells import Cell, cells_of, everyone, population_cell

_PER_GROUP = "per-group"


@dataclass(frozen=True, slots=True)
class SharedPoint:
    """An operating point with the same name and policy in both; each run has its own threshold."""

    first: OperatingPointInfo
    second: OperatingPointInfo

    @property
    def name(self) -> str:
        """Its name in both plans."""
        return self.first.name

    def applies(self, partition: Partition | None) -> bool:
        """A threshold for each group has a meaning for the groups of its own partition alone."""
        return self.first.policy != _PER_GROUP or (partition is not None and partition.id == self.first.reference)

    def thresholds(self, group: str, counts: tuple[Counts, Counts]) -> tuple[float, float] | str:
        """Both thresholds for a group, as similarities; or why there is none."""
        key = group if self.first.policy == _PER_GROUP else ALL_GROUPS
        found = []
        for which, point, side in zip(("first", "second"), (self.first, self.second), counts, strict=True):
            if key not in point.thresholds:
                return f"the {which} has no threshold: {point.unresolved.get(key, 'none was stored')}"
            found.append(side.score_kind.to_similarity(point.thresholds[key]))
        return found[0], found[1]


@dataclass(frozen=True, slots=True)
class ComparedGroup:
    """One group, with its comparisons that both systems completed."""

    id: str
    known: bool
    samples: BoolArray = field(repr=False)  # (n,)
    cells: tuple[Cell, Cell] = field(repr=False)  # the same comparisons; each with the places in its own tail


def shared_points(first: AuditedRun, second: AuditedRun) -> tuple[tuple[SharedPoint, ...], tuple[str, ...]]:
    """The points to compare, in the order of the first, and sentences about those that are left out."""
    others = {point.name: point for point in second.result.operating_points}
    points, left_out = [], []
    for point in first.result.operating_points:
        other = others.pop(point.name, None)
        if other is None:
            left_out.append(f"{point.name}: only the first has it")
        elif _meaning(point) != _meaning(other):
            left_out.append(f"{point.name}: {_meaning(point)} in the first, {_meaning(other)} in the second")
        else:
            points.append(SharedPoint(point, other))
    return tuple(points), (*left_out, *(f"{name}: only the second has it" for name in others))


def _meaning(point: OperatingPointInfo) -> str:
    parts = (point.policy, point.target_fmr, point.impostors, point.reference)
    return " ".join(part for part in parts if part)


def groups_of(aligned: Aligned, partition: Partition | None) -> Iterator[ComparedGroup]:
    """All samples when there is no partition, else each of its groups with the comparisons within it."""
    first, second = aligned.joint
    if partition is None:
        cells = (population_cell(first, everyone(first)), population_cell(second, everyone(second)))
        yield ComparedGroup(ALL_GROUPS, True, np.ones(first.samples, dtype=np.bool_), cells)
        return
    one, other = cells_of(first, partition), cells_of(second, partition)
    for number, group in enumerate(partition.groups):
        cells = (one.within(number), other.within(number))
        yield ComparedGroup(group.id, group.known, partition.group_of == number, cells)
