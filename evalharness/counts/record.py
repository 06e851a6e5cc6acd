"""Counts: everything that the statistics may see of a comparison run.

The record keeps what rates and their uncertainty need, and never n^2 scores: every attempted mated
comparison, the *tail* (completed non-mated comparisons with a score at or above a cut that lies below
every operating point) and the structure from which the number of comparisons of any two subjects
follows. Template vectors, images and names of people are not in it.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evalharness.counts.streams import Histograms, StreamedPoint
from evalharness.records import BoolArray, FloatArray, IntArray, ScoreKind, frozen

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
    histograms: Histograms | None = None  # of the completed non-mated scores, for curves
    streamed: tuple[StreamedPoint, ...] = ()  # fixed thresholds that the tail does not reach

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
