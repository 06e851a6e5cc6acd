"""Which non-mated comparisons set a threshold."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from evalharness.errors import PlanError
from evalharness.records import (
    ALL_GROUPS,
    BoolArray,
    Group,
    IntArray,
    OperatingPointSpec,
    Partition,
    Policy,
)


@dataclass(frozen=True, slots=True)
class Population:
    """The non-mated comparisons that set a threshold: both sides are members and share a code."""

    member: BoolArray = field(repr=False)  # (n samples,)
    code: IntArray = field(repr=False)  # (n samples,)

    def contains(self, first: NDArray[np.integer], second: NDArray[np.integer]) -> BoolArray:
        """Whether comparisons of samples ``first[i]`` and ``second[i]`` belong; shapes broadcast."""
        same = self.code[first] == self.code[second]
        return np.asarray(same & self.member[first] & self.member[second], dtype=np.bool_)


def allowed_errors(target: Decimal, trials: int) -> int:
    """floor(target x trials) in exact arithmetic, the target as it is written.

    >>> allowed_errors(Decimal("0.29"), 100), int(0.29 * 100)
    (29, 28)
    """
    return int(Fraction(target) * trials)


def populations(spec: OperatingPointSpec, partitions: Sequence[Partition], *, samples: int) -> Mapping[str, Population]:
    """The comparisons that set each threshold of an operating point, by threshold key.

    The key is ``all`` unless the policy is per-group; then it is the group's id. A vendor threshold is
    set by nobody: its population is that on which the attained FMR is reported. Samples whose label is
    missing are not known to share a group: within-group and per-group populations leave them out.

    Args:
        spec: The operating point.
        partitions: The plan's partitions; the first one serves ``impostors: within-group`` by default.
        samples: Number of samples in the index.

    Raises:
        PlanError: The operating point lacks its threshold or target, or names a partition or group that
            the plan does not have.
    """
    _check(spec)
    everyone = np.ones(samples, dtype=np.bool_)
    one = np.zeros(samples, dtype=np.int64)
    if spec.policy is Policy.REFERENCE:
        if spec.group is None:
            raise PlanError(f"operating point {spec.name!r}: policy 'reference' needs a group.")
        partition, index = _find_group(spec.name, spec.group, partitions)
        return {ALL_GROUPS: Population(partition.group_of == index, one)}
    if spec.policy is Policy.PER_GROUP:
        partition = _find_partition(spec, partitions)
        groups = enumerate(partition.groups)
        return {g.id: Population((partition.group_of == i) & np.bool_(g.known), one) for i, g in groups}
    if spec.policy is Policy.POOLED and spec.impostors == "within-group":
        partition = _find_partition(spec, partitions)
        known = np.array([group.known for group in partition.groups], dtype=np.bool_)
        return {ALL_GROUPS: Population(known[partition.group_of], partition.group_of)}
    return {ALL_GROUPS: Population(everyone, one)}


def _check(spec: OperatingPointSpec) -> None:
    """Refuse an operating point without what its policy needs."""
    where = f"operating point {spec.name!r}"
    if spec.policy is Policy.VENDOR:
        if spec.threshold is None or not math.isfinite(spec.threshold):
            raise PlanError(f"{where}: threshold is {spec.threshold}; policy 'vendor' needs a finite number.")
    elif spec.fmr is None or not (spec.fmr.is_finite() and 0 < spec.fmr < 1):
        raise PlanError(f"{where}: fmr is {spec.fmr}; policy '{spec.policy}' needs a rate above 0 and below 1.")


def partition_of(spec: OperatingPointSpec, partitions: Sequence[Partition]) -> Partition:
    """The partition to whose groups a per-group operating point applies."""
    return _find_partition(spec, partitions)


def _find_partition(spec: OperatingPointSpec, partitions: Sequence[Partition]) -> Partition:
    if not spec.partition and spec.policy is Policy.POOLED and partitions:
        return partitions[0]
    for partition in partitions:
        if set(partition.attributes) == set(spec.partition):
            return partition
    wanted = "*".join(spec.partition) or "(none)"
    raise PlanError(
        f"operating point {spec.name!r}: partition {wanted} is not among the plan's groups: "
        f"{', '.join(p.id for p in partitions) or '(none)'}. Name one of these, or add it to 'groups'."
    )


def _find_group(name: str, group: Group, partitions: Sequence[Partition]) -> tuple[Partition, int]:
    wanted = dict(group.values)
    for partition in partitions:
        if set(partition.attributes) != set(wanted):
            continue
        for index, candidate in enumerate(partition.groups):
            if dict(candidate.values) == wanted:
                return partition, index
        known = ", ".join(candidate.id for candidate in partition.groups)
        raise PlanError(f"operating point {name!r}: no group {group.id}; {partition.id} has: {known}.")
    raise PlanError(
        f"operating point {name!r}: the attributes of reference group {group.id} are not among the plan's groups: "
        f"{', '.join(p.id for p in partitions) or '(none)'}. Add them to 'groups'."
    )
