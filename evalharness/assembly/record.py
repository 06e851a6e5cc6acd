"""What the stages of one run handed on."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from evalharness.manifests import Admission, LoadedManifest
from evalharness.plan import AuditPlan
from evalharness.records import (
    BoolArray,
    Enrolment,
    Partition,
    Samples,
    SystemIdentity,
)
from evalharness.statistics import Analysis, Measurements


@dataclass(frozen=True, slots=True)
class SecondMeasurements:
    """The rates with recorded decisions on doubtful labels applied."""

    sha256: str  # of the file of decisions
    decisions: Mapping[str, int]  # how many of each kind
    measurements: Measurements


@dataclass(frozen=True, slots=True)
class Audited:
    """What the stages of one run handed on."""

    plan: AuditPlan
    resolved: dict[str, JsonValue]
    plan_sha256: str
    dataset: LoadedManifest
    admission: Admission
    samples: Samples
    partitions: tuple[Partition, ...]
    identity: SystemIdentity
    enrolment: Enrolment | None  # None: precomputed scores, nobody saw the samples
    analysis: Analysis
    second: SecondMeasurements | None
    mated_subjects: BoolArray  # (subjects,) who takes part in an attempted mated comparison
