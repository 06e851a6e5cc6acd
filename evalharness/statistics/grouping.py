"""The rates of a partition's groups side by side, for measures over groups."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalharness.records import Measure, Partition
from evalharness.statistics.evidence import Evidence
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.rescaling import Rescaled
from evalharness.statistics.rows import LeftOut
from evalharness.statistics.sharing import trial_parts

UNKNOWN_LABEL = "its label is missing"


@dataclass(frozen=True, slots=True)
class Member:
    """One group's rate."""

    row: Measure
    evidence: Evidence | None  # None: no trials, or no threshold
    replicates: Rescaled | None


def group_rates(measure: str, partition: Partition, members: Sequence[Member], *, level: float) -> GroupRates:
    """The groups with known labels, an interval and so enough subjects; the others are listed with the reason.

    Args:
        measure: fmr, fnmr, frr or fta.
        partition: Whose groups.
        members: One for each group, in the partition's order.
        level: Of the limits.
    """
    taken: list[tuple[int, Measure, Evidence]] = []
    left_out: list[LeftOut] = []
    for at, (group, member) in enumerate(zip(partition.groups, members, strict=True)):
        if not group.known:
            left_out.append(LeftOut(group=group.id, reason=UNKNOWN_LABEL))
        elif member.evidence is None or member.row.lower is None:
            left_out.append(LeftOut(group=group.id, reason=member.row.note))
        else:
            taken.append((at, member.row, member.evidence))
    replicates = [members[at].replicates for at, _, _ in taken]
    resampled = [each.rates for each in replicates if each is not None]
    complete = len(resampled) == len(taken) > 0
    names = [partition.groups[at].values for at, _, _ in taken]
    effective = np.array([row.effective_trials for _, row, _ in taken], dtype=np.float64)
    parts = trial_parts([evidence for _, _, evidence in taken], effective, dyads=measure == "fmr")
    return GroupRates(
        measure=measure,
        operating_point=members[0].row.operating_point,
        partition=partition.id,
        groups=tuple(row.group for _, row, _ in taken),
        attributes=tuple(tuple(str(value) for _, value in values) for values in names),
        errors=np.array([evidence.errors for _, _, evidence in taken], dtype=np.int64),
        trials=np.array([evidence.trials for _, _, evidence in taken], dtype=np.int64),
        clusters=np.array([evidence.clusters for _, _, evidence in taken], dtype=np.int64),
        effective_trials=effective,
        disjoint=np.array([evidence.disjoint for _, _, evidence in taken], dtype=np.float64),
        lower=np.array([row.lower for _, row, _ in taken], dtype=np.float64),
        upper=np.array([row.upper for _, row, _ in taken], dtype=np.float64),
        level=level,
        own_trials=parts.own,
        covariance=parts.covariance,
        degrees=parts.degrees,
        replicates=np.column_stack(resampled) if complete else None,
        left_out=tuple(left_out),
    )
