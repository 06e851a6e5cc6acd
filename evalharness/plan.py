"""AuditPlan: the YAML that an auditor writes, validated; unknown keys are errors.

The format is fixed (``docs/plan.md``). Defaults live here and nowhere else. ``load_plan`` reports every
fault of a file at once, each as ``plan.yaml:9:5: operating_points.1.fmr: ...``.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from evalharness.records import Comparator, Policy, ScoreKind, TwoFaces

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=100)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Purpose(StrEnum):
    """What an audit is for; admission compares it with the consent."""

    RESEARCH_EVALUATION = "research-evaluation"
    PROCUREMENT_EVALUATION = "procurement-evaluation"
    REGULATORY_AUDIT = "regulatory-audit"
    INTERNAL_TESTING = "internal-testing"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatasetRef(_Strict):
    """Which dataset: an ``id`` from the catalogue or a ``manifest`` of one's own, exactly one of them."""

    id: str | None = None
    manifest: Path | None = None
    root: Path | None = None


class DlibSystem(_Strict):
    """dlib: HOG detector, 5-point alignment, ResNet descriptor, euclidean distance."""

    kind: Literal["dlib"]
    upsample: int = Field(default=0, ge=0, le=2, description="times the image is doubled before detection")


class DeepFaceSystem(_Strict):
    """Any model and detector of DeepFace."""

    kind: Literal["deepface"]
    model: str
    detector: str = "opencv"
    align: bool = True
    distance: Literal["cosine", "euclidean", "euclidean_l2"] = "cosine"
    engine: Literal["onnx", "pytorch", "tensorflow"] = "onnx"
    weights_sha256: dict[str, Sha256] = Field(default_factory=dict)


class TemplatesSystem(_Strict):
    """Precomputed vectors."""

    kind: Literal["templates"]
    vectors: Path
    ids: Path
    comparator: Comparator
    name: str = "precomputed templates"
    version: str = "not stated"


class ScoresSystem(_Strict):
    """Precomputed comparisons."""

    kind: Literal["scores"]
    file: Path
    score: ScoreKind
    name: str = "precomputed scores"
    version: str = "not stated"


SystemSpec = Annotated[DlibSystem | DeepFaceSystem | TemplatesSystem | ScoresSystem, Field(discriminator="kind")]


class ListedComparisons(_Strict):
    """A pair list: CSV with the header ``probe,reference``."""

    list: Path


class VerificationTask(_Strict):
    """1:1 comparisons: all pairs of samples, or those of a list."""

    kind: Literal["verification"] = "verification"
    comparisons: Literal["all-pairs"] | ListedComparisons | None = Field(
        default=None,
        description="default: all-pairs; for precomputed scores, the comparisons of the score file",
    )


class OperatingPointPlan(_Strict):
    """One threshold policy; which other keys it takes depends on the policy."""

    policy: Policy
    name: Name | None = None
    threshold: float | None = None
    fmr: Decimal | None = None
    impostors: Literal["all", "within-group"] | None = None
    group: dict[str, str] | None = None
    partition: str | tuple[str, ...] | None = None


class Disclosure(_Strict):
    """What may be published; the local run folder is not affected."""

    min_subjects: int = Field(default=10, ge=1)


class AuditPlan(_Strict):
    """One audit: a dataset, a system, a task, the groups and the operating points."""

    audit: Name
    date: date
    purpose: Purpose
    dataset: DatasetRef
    system: SystemSpec
    two_faces: TwoFaces = TwoFaces.LARGEST
    task: VerificationTask = VerificationTask()
    groups: tuple[tuple[str, ...], ...]
    age_bins: tuple[int, ...] = ()
    min_subjects: int = Field(default=3, ge=3)
    operating_points: tuple[OperatingPointPlan, ...]
    interval_level: float = Field(default=0.95, gt=0.5, lt=1)
    seed: int = Field(default=1, ge=0)
    disclosure: Disclosure = Disclosure()
