"""The parts of an AuditResult, as they stand in ``result.json``: one schema, versioned as a whole."""

from typing import Literal

from pydantic import Field, JsonValue

from evalharness.result.part import Part
from evalharness.result.rows import (
    AdjustedRow,
    CurveInfo,
    DifferentialRow,
    GroupEstimateRow,
    ScoreShiftRow,
    TestRow,
    WorstGroupRow,
)

SCHEMA_VERSION = "1.1"


class AuditInfo(Part):
    """The audit itself."""

    name: str
    date: str = Field(description="ISO 8601; admission was judged on this day")
    purpose: str
    task: str
    comparisons: str = Field(description="all-pairs, a pair list, or the comparisons of a score file")
    two_faces: str
    interval_level: float
    min_subjects: int
    disclosure_min_subjects: int
    seed: int
    decision_rule: str
    plan_sha256: str


class Evidence(Part):
    """One statement with the place where it can be checked."""

    text: str
    source: str


class LabelInfo(Part):
    """One label attribute of the dataset."""

    attribute: str
    kind: str = Field(description="categorical or numeric")
    provenance: str = Field(description="self-reported, annotator, algorithm, record or generated")
    values: tuple[str, ...]
    description: str = ""
    missing_samples: int
    multi_valued_samples: int


class DatasetInfo(Part):
    """Whom was measured, and by what right."""

    id: str
    name: str
    version: str
    curator: str
    synthetic: bool
    homepage: str
    attribution: str
    licence: str
    commercial_use: str
    consent_basis: str
    consent_scope: str
    consent_purposes: tuple[str, ...]
    consent_tasks: tuple[str, ...]
    consent_expires: str | None
    consent_evidence: tuple[Evidence, ...]
    withdrawal: str
    withdrawals_applied: str | None
    group_sizes_public: bool
    labels: tuple[LabelInfo, ...]
    statements: tuple[str, ...] = Field(description="sentences that every report on this dataset must print")
    manifest_sha256: str
    index_sha256: str
    samples: int
    subjects: int


class AdmissionInfo(Part):
    """Why the run was admitted."""

    granted: bool
    grounds: tuple[Evidence, ...]


class WeightsInfo(Part):
    """A file of learned parameters, by digest."""

    name: str
    sha256: str


class SystemInfo(Part):
    """What was measured."""

    kind: str
    name: str
    version: str
    score_kind: Literal["similarity", "distance"]
    comparator: str | None
    weights: tuple[WeightsInfo, ...]
    settings: dict[str, str]


class GroupInfo(Part):
    """One group of a partition, with what became of its samples."""

    id: str
    known: bool
    subjects: int
    samples: int
    failures: dict[str, int] = Field(description="acquisition failures by reason; empty if none or not observable")
    faults: dict[str, int] = Field(description="dataset faults by reason, outside FTA")
    single_sample_subjects: int = Field(description="subjects without any attempted mated comparison")
    adequate: bool = Field(description="at least the plan's min_subjects")


class PartitionInfo(Part):
    """A division of all samples into groups."""

    id: str
    attributes: tuple[str, ...]
    groups: tuple[GroupInfo, ...]


class PopulationInfo(Part):
    """What became of all samples together."""

    samples: int
    subjects: int
    failures: dict[str, int]
    faults: dict[str, int]
    single_sample_subjects: int
    acquisition_observable: bool = Field(description="False for precomputed scores: FTA cannot be known")
    partitions: tuple[PartitionInfo, ...]


class OperatingPointInfo(Part):
    """A decided operating point."""

    name: str
    policy: str
    target_fmr: str | None = Field(description="exactly as the plan wrote it")
    impostors: str | None
    reference: str | None = Field(description="the reference group, or the partition of a per-group policy")
    hypothetical: bool = Field(description="True for per-group thresholds: a what-if, never an operational result")
    thresholds: dict[str, float] = Field(description="by group id, in the system's own unit; key 'all' if one for all")
    attained_fmr: dict[str, float | None]
    impostor_comparisons: dict[str, int]
    impostor_subjects: dict[str, int]
    unresolved: dict[str, str]
    warnings: tuple[str, ...]
    fitted: str = Field(
        default="",
        description="what intervals take of choosing the threshold: empty where it was given or none was found; "
        "`held` fixed; `refitted` in every replicate; `other-subjects` where these fitted it",
    )


class MeasureRow(Part):
    """One row of metrics.csv."""

    measure: str
    operating_point: str
    policy: str
    threshold: float | None
    group: str
    other_group: str
    errors: int | None
    trials: int | None
    subjects: int | None
    value: float | None
    lower: float | None
    upper: float | None
    level: float
    note: str
    effective_trials: float | None = None


class Reading(Part):
    """The rates once more, with the recorded decisions on doubtful labels applied to the data."""

    name: str
    decisions_sha256: str = Field(description="digest of the file of decisions")
    decisions: dict[str, int] = Field(description="how many decisions of each kind were applied")
    operating_points: tuple[OperatingPointInfo, ...]
    measures: tuple[MeasureRow, ...]


class CatalogueRow(Part):
    """What a measure is: its words travel with its numbers."""

    id: str
    name: str
    formula: str
    direction: str
    unit: str
    source: str
    caution: str


class AuditResult(Part):
    """Everything that one audit found."""

    schema_version: str = Field(default=SCHEMA_VERSION, pattern=r"^1\.[0-9]{1,4}$")
    audit: AuditInfo
    dataset: DatasetInfo
    admission: AdmissionInfo
    system: SystemInfo
    population: PopulationInfo
    operating_points: tuple[OperatingPointInfo, ...]
    measures: tuple[MeasureRow, ...]
    differentials: tuple[DifferentialRow, ...] = ()
    group_estimates: tuple[GroupEstimateRow, ...] = ()
    worst_groups: tuple[WorstGroupRow, ...] = ()
    tests: tuple[TestRow, ...] = ()
    curves: tuple[CurveInfo, ...] = ()
    score_shifts: tuple[ScoreShiftRow, ...] = ()
    adjusted: tuple[AdjustedRow, ...] = ()
    readings: tuple[Reading, ...] = ()
    catalogue: tuple[CatalogueRow, ...]
    limits: tuple[str, ...] = Field(description="what this audit cannot tell, in sentences")
    software: dict[str, str]
    plan: dict[str, JsonValue] = Field(description="the plan as resolved: dataset by id and digest, no paths")
