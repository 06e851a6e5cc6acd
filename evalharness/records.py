"""Frozen records that the stages hand to each other; imports nothing of ours.

Arrays inside a record are read-only. Scores are similarities: higher is more alike, a comparison is a
match iff ``score >= threshold``, and a distance is negated once, where it enters. Absence is a field or
a shorter array, never a magic number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
TemplateArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
ImageArray = NDArray[np.uint8]

_T = TypeVar("_T", bound=np.generic)

MISSING_LABEL = "(missing)"
ALL_GROUPS = "all"
DECISION_RULE = "match if score >= threshold (a distance d matches if d <= threshold)"


def frozen(array: NDArray[_T]) -> NDArray[_T]:
    """The same array, C-contiguous and read-only; copied only when the caller could still write to it."""
    result = np.ascontiguousarray(array)
    if result.flags.writeable and result is array:
        result = array.copy()
    result.setflags(write=False)
    return result


class ScoreKind(StrEnum):
    """The unit in which a system speaks: what its users call a score and a threshold."""

    SIMILARITY = "similarity"
    DISTANCE = "distance"

    def to_similarity(self, value: float) -> float:
        """A score or threshold in the system's own unit, as a similarity."""
        return -value if self is ScoreKind.DISTANCE else value

    def from_similarity(self, value: float) -> float:
        """A similarity in the system's own unit; ``-0.0`` never appears."""
        return 0.0 - value if self is ScoreKind.DISTANCE else value + 0.0


class Comparator(StrEnum):
    """How two vector templates are compared by our engine."""

    COSINE = "cosine"
    EUCLIDEAN = "euclidean"

    @property
    def score_kind(self) -> ScoreKind:
        """Cosine gives a similarity; euclidean a distance, which enters negated."""
        return ScoreKind.SIMILARITY if self is Comparator.COSINE else ScoreKind.DISTANCE


class TwoFaces(StrEnum):
    """What an adapter does when an image shows more than one face."""

    LARGEST = "largest"
    MOST_CONFIDENT = "most-confident"
    FAILURE = "failure"


class FailureReason(StrEnum):
    """Why a sample gave no template: each of these counts towards FTA."""

    NO_FACE = "no-face"
    TWO_FACES = "two-faces"
    TEMPLATE_FAILED = "template-failed"
    DECLARED = "declared-by-supplier"


class FaultReason(StrEnum):
    """Why an image that has the right digest cannot be used: a fault of the dataset, outside FTA."""

    UNDECODABLE = "undecodable"
    TOO_LARGE = "too-large"


@dataclass(frozen=True, slots=True)
class AcquisitionFailure:
    """A sample from which the system made no template (failure to acquire, ISO/IEC 2382-37)."""

    reason: FailureReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DatasetFault:
    """An image that has the pinned digest but does not decode, or is over the pixel limit."""

    reason: FaultReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A decoded biometric sample."""

    sample: str
    pixels: ImageArray  # (height, width, 3) RGB, upright


@dataclass(frozen=True, slots=True)
class Template:
    """The features that a system extracted from one sample: biometric data, never written to a result."""

    vector: TemplateArray  # (d,) float32, finite


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of a dataset index."""

    sample: str
    path: str  # relative to the data root, POSIX
    subject: str
    sha256: str
    labels: Mapping[str, str | None]  # attribute -> value as recorded; None where missing


@dataclass(frozen=True, slots=True)
class Samples:
    """The admitted samples of one dataset, in index order."""

    rows: tuple[Sample, ...]
    subjects: tuple[str, ...]  # distinct, in order of first appearance
    subject_of: IntArray = field(repr=False)  # (n,) index into subjects

    @classmethod
    def of(cls, rows: Sequence[Sample]) -> "Samples":
        """Number the subjects of some rows in order of first appearance."""
        subjects = tuple(dict.fromkeys(row.subject for row in rows))
        number = {subject: i for i, subject in enumerate(subjects)}
        return cls(tuple(rows), subjects, frozen(np.array([number[r.subject] for r in rows], dtype=np.int64)))

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Group:
    """One demographic group: a value for each attribute of its partition; None where the label is missing."""

    values: tuple[tuple[str, str | None], ...]  # ((attribute, value), ...) in the plan's order

    @property
    def id(self) -> str:
        """The group's name in ``metrics.csv``.

        >>> Group((("gender", "female"), ("ethnicity", None))).id
        'gender=female;ethnicity=(missing)'
        >>> Group((("site", "a;b"),)).id
        'site=a%3Bb'
        """
        return ";".join(f"{name}={encode_value(value)}" for name, value in self.values)

    @property
    def known(self) -> bool:
        """Whether every label of the group is known."""
        return all(value is not None for _, value in self.values)


def encode_value(value: str | None) -> str:
    """A label value as it stands in a group name: ``%``, ``;``, ``=`` and ``,`` are percent-encoded."""
    if value is None:
        return MISSING_LABEL
    if value == MISSING_LABEL:  # a recorded value must not look like an absent one
        return "%28missing%29"
    return "".join(f"%{ord(c):02X}" if c in "%;=," or ord(c) < 32 else c for c in value)


@dataclass(frozen=True, slots=True)
class Partition:
    """A division of all samples into groups; every sample is in exactly one."""

    attributes: tuple[str, ...]
    groups: tuple[Group, ...]
    group_of: IntArray = field(repr=False)  # (n samples,) index into groups

    @property
    def id(self) -> str:
        """``ethnicity`` or ``gender*ethnicity``."""
        return "*".join(self.attributes)


@dataclass(frozen=True, slots=True)
class Weights:
    """A file of learned parameters, by digest."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SystemIdentity:
    """What was measured: enough to tell two systems, or two settings of one, apart."""

    kind: str  # dlib | deepface | templates | scores
    name: str
    version: str
    score_kind: ScoreKind
    comparator: Comparator | None  # None: the system gives scores, not vectors
    weights: tuple[Weights, ...] = ()
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # detector, engine, ...


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What became of every sample: a template, an acquisition failure or a dataset fault.

    ``enrolled[i]`` is True for the samples whose templates are the rows of ``templates``, in index order;
    every other sample is a key of exactly one of ``failures`` and ``faults``.
    """

    identity: SystemIdentity
    enrolled: BoolArray = field(repr=False)  # (n,)
    templates: TemplateArray = field(repr=False)  # (n enrolled, d) float32
    failures: Mapping[int, AcquisitionFailure]
    faults: Mapping[int, DatasetFault]


@dataclass(frozen=True, slots=True)
class PairList:
    """A listed protocol: which samples are compared, in file order."""

    probe: IntArray  # (m,) sample index
    reference: IntArray  # (m,)


@dataclass(frozen=True, slots=True)
class ListedScores:
    """Precomputed comparisons, in file order; similarity, higher is more alike."""

    pairs: PairList
    scores: FloatArray  # (m,) meaningless where not completed
    completed: BoolArray  # (m,)


class Policy(StrEnum):
    """How a threshold was chosen; always named next to the numbers (metrics: threshold policies)."""

    VENDOR = "vendor"
    POOLED = "pooled"
    REFERENCE = "reference"
    PER_GROUP = "per-group"


@dataclass(frozen=True, slots=True)
class OperatingPointSpec:
    """One operating point as the plan asks for it."""

    name: str
    policy: Policy
    threshold: float | None = None  # vendor: in the system's own unit
    fmr: Decimal | None = None  # target of the fitted policies, exactly as written
    impostors: Literal["all", "within-group"] = "all"  # pooled: which non-mated comparisons set it
    group: Group | None = None  # reference
    partition: tuple[str, ...] = ()  # per-group, and pooled within-group (the first partition)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A decided operating point: its thresholds and what it took to find them."""

    spec: OperatingPointSpec
    thresholds: Mapping[str, float]  # group id -> similarity; the key is "all" unless the policy is per-group
    attained_fmr: Mapping[str, float | None]  # same keys: FMR attained on the comparisons that set it
    impostors: Mapping[str, int]  # same keys: how many comparisons those were
    subjects: Mapping[str, int]  # same keys: distinct subjects among them
    unresolved: Mapping[str, str]  # key -> why no threshold could be found
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured number with its uncertainty: one row of ``metrics.csv``."""

    measure: str  # a catalogue id: fmr, fnmr, frr, fta
    operating_point: str  # empty for fta
    policy: str
    threshold: float | None  # in the system's own unit
    group: str
    other_group: str  # fmr alone
    errors: int | None
    trials: int | None
    subjects: int | None
    value: float | None
    lower: float | None
    upper: float | None
    level: float
    note: str = ""
    effective_trials: float | None = None  # n_eff behind the interval; None where there is no interval
