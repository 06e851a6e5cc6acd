"""Counts: everything that the statistics may see of a comparison run.

The record keeps what rates and their uncertainty need, and never n^2 scores: every attempted mated
comparison, the *tail* (completed non-mated comparisons with a score at or above a cut that lies below
every operating point) and the structure from which the number of comparisons of any two subjects
follows. Template vectors, images and names of people are not in it.
"""

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
    FloatArray,
    Group,
    IntArray,
    OperatingPointSpec,
    Partition,
    Policy,
    ScoreKind,
    frozen,
)

IndexArray = NDArray[np.int32]


def _freeze(record: object, *names: str) -> None:
    """Make arrays of a record read-only and check that they have one common length."""
    for name in names:
        object.__setattr__(record, name, frozen(getattr(record, name)))
    lengths = {name: len(getattr(record, name)) for name in names}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"{type(record).__name__}: arrays of one length expected, found {lengths}")


@dataclass(frozen=True, slots=True)
class MatedComparisons:
    """Every attempted comparison of two samples of one subject."""

    probe: IntArray  # (m,) sample index
    reference: IntArray  # (m,)
    scores: FloatArray = field(repr=False)  # (m,) similarity; meaningless where not completed
    completed: BoolArray = field(repr=False)  # (m,) False where a side gave no template or no score

    def __post_init__(self) -> None:
        _freeze(self, "probe", "reference", "scores", "completed")

    def __len__(self) -> int:
        return len(self.probe)


@dataclass(frozen=True, slots=True)
class Tail:
    """All completed non-mated comparisons with ``score >= cut``; ``cut`` is ``-inf`` when none was left out."""

    probe: IndexArray = field(repr=False)  # (t,) sample index
    reference: IndexArray = field(repr=False)  # (t,)
    scores: FloatArray = field(repr=False)  # (t,) similarity
    cut: float

    def __post_init__(self) -> None:
        _freeze(self, "probe", "reference", "scores")
        if not bool(np.all(self.scores >= self.cut)):  # also catches NaN
            raise ValueError(f"tail: a score lies below the cut {self.cut!r} or is not a number")

    def __len__(self) -> int:
        return len(self.probe)


@dataclass(frozen=True, slots=True)
class ListedPairs:
    """Attempted non-mated comparisons of a pair list or a score file, each unordered pair at most once."""

    probe: IntArray = field(repr=False)  # (m,) sample index
    reference: IntArray = field(repr=False)  # (m,)
    completed: BoolArray = field(repr=False)  # (m,)

    def __post_init__(self) -> None:
        _freeze(self, "probe", "reference", "completed")

    def __len__(self) -> int:
        return len(self.probe)


@dataclass(frozen=True, slots=True)
class Acquisition:
    """What became of the samples: the trials of FTA."""

    attempted: BoolArray = field(repr=False)  # (n,) False for dataset faults
    enrolled: BoolArray = field(repr=False)  # (n,) True where the system made a template

    def __post_init__(self) -> None:
        _freeze(self, "attempted", "enrolled")
        if bool(np.any(self.enrolled & ~self.attempted)):
            raise ValueError("acquisition: a sample is enrolled that was not attempted")


@dataclass(frozen=True, slots=True)
class Counts:
    """One comparison run, as the statistics see it.

    ``listed is None`` means that all pairs of enrolled samples were compared, each unordered pair once;
    the comparisons of two subjects then follow from their samples. ``directed`` says that probe and
    reference are roles (a pair list), so that a comparison belongs to its probe's group. ``complete`` says
    that every pair of samples was attempted; where it is not so, a few subjects may carry all comparisons.
    """

    score_kind: ScoreKind
    subjects: int
    subject_of: IntArray = field(repr=False)  # (n samples,) subject index
    acquisition: Acquisition | None  # None: precomputed scores, nobody saw the samples
    mated: MatedComparisons
    tail: Tail
    listed: ListedPairs | None
    directed: bool = False
    complete: bool = True
    excluded: int = 0  # comparisons left out because a side is a dataset fault

    def __post_init__(self) -> None:
        _freeze(self, "subject_of")
        if self.listed is None and self.acquisition is None:
            raise ValueError("counts of all pairs need the enrolled samples")
        if self.complete and self.directed:
            raise ValueError("all pairs have no probe and reference roles")
        if self.listed is None and not self.complete:
            raise ValueError("counts of some pairs need the list of them")
        subject = self.subject_of
        if bool(np.any(subject[self.mated.probe] != subject[self.mated.reference])):
            raise ValueError("counts: a mated comparison joins two subjects")
        others: tuple[Tail | ListedPairs, ...] = (self.tail,) if self.listed is None else (self.tail, self.listed)
        if any(bool(np.any(subject[pairs.probe] == subject[pairs.reference])) for pairs in others):
            raise ValueError("counts: a non-mated comparison lies within one subject")

    @property
    def samples(self) -> int:
        """Number of samples in the index."""
        return len(self.subject_of)

    @property
    def mated_subjects(self) -> BoolArray:
        """(subjects,) whether a subject takes part in an attempted mated comparison of this protocol."""
        taking_part = np.zeros(self.subjects, dtype=np.bool_)
        taking_part[self.subject_of[self.mated.probe]] = True
        return taking_part


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
