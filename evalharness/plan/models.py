"""The models of a plan; defaults live here and nowhere else."""

import datetime
from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Discriminator, Field, JsonValue, PrivateAttr, Tag, ValidationInfo, field_validator

from evalharness.errors import PlanError
from evalharness.plan.analysis import GroundTruthPlan, StatisticsPlan
from evalharness.plan.fields import Attributes, Day, Label, Name, PlanFile, PlanPath, Sha256
from evalharness.plan.points import OperatingPointPlan, plain, point_specs
from evalharness.plan.resolution import digests, without_empty
from evalharness.records import Comparator, OperatingPointSpec, ScoreKind, TwoFaces
from evalharness.yamlio import Document, Fault, Loc, StrictModel, dotted, refuse

MOST_POINTS = 50
MOST_PARTITIONS = 50


class Purpose(StrEnum):
    """What an audit is for; admission compares it with the consent."""

    RESEARCH_EVALUATION = "research-evaluation"
    PROCUREMENT_EVALUATION = "procurement-evaluation"
    REGULATORY_AUDIT = "regulatory-audit"
    INTERNAL_TESTING = "internal-testing"


class DatasetRef(StrictModel):
    """Which dataset: an ``id`` from the catalogue or a ``manifest`` of one's own, exactly one of them."""

    id: Label | None = None
    manifest: PlanPath | None = None
    root: PlanPath | None = Field(default=None, description="folder of the images; or --data-root")
    manifest_sha256: Sha256 | None = Field(default=None, description="verified: this edition of the manifest, no other")
    index_sha256: Sha256 | None = Field(default=None, description="verified: this edition of the index, no other")

    @classmethod
    def rules(cls, data: Mapping[str, object]) -> Iterable[Fault]:
        """Exactly one of ``id`` and ``manifest``."""
        named = [key for key in ("id", "manifest") if data.get(key) is not None]
        if not named:
            yield Fault(("id",), "names no dataset; expected an id from the catalogue, or a manifest", missing=True)
        if len(named) == 2:
            yield Fault(("manifest",), "stands beside id; expected one of the two")


class DlibSystem(StrictModel):
    """dlib: HOG detector, 5-point alignment, ResNet descriptor, euclidean distance."""

    kind: Literal["dlib"]
    upsample: int = Field(default=0, ge=0, le=2, strict=True, description="times the image is doubled before detection")


class DeepFaceSystem(StrictModel):
    """Any model and detector of DeepFace."""

    kind: Literal["deepface"]
    model: str
    detector: str = "opencv"
    align: bool = Field(default=True, strict=True)
    distance: Literal["cosine", "euclidean", "euclidean_l2"] = "cosine"
    engine: Literal["onnx", "pytorch", "tensorflow"] = "onnx"
    weights_sha256: dict[str, Sha256] = Field(default_factory=dict)


class TemplatesSystem(StrictModel):
    """Precomputed vectors."""

    kind: Literal["templates"]
    vectors: PlanFile
    ids: PlanFile
    comparator: Comparator
    name: Label = "precomputed templates"
    version: Label = "not stated"


class ScoresSystem(StrictModel):
    """Precomputed comparisons."""

    kind: Literal["scores"]
    file: PlanFile
    score: ScoreKind
    name: Label = "precomputed scores"
    version: Label = "not stated"


SystemSpec = Annotated[DlibSystem | DeepFaceSystem | TemplatesSystem | ScoresSystem, Field(discriminator="kind")]


class ListedComparisons(StrictModel):
    """A pair list: CSV with the header ``probe,reference``."""

    list: PlanFile


def _form_of_comparisons(value: object) -> str:
    return "mapping" if isinstance(value, Mapping | ListedComparisons) else "text"


Comparisons = Annotated[
    Annotated[Literal["all-pairs"], Tag("text")] | Annotated[ListedComparisons, Tag("mapping")],
    Discriminator(_form_of_comparisons),
]


class VerificationTask(StrictModel):
    """1:1 comparisons: all pairs of samples, or those of a list."""

    kind: Literal["verification"] = "verification"
    comparisons: Comparisons | None = Field(
        default=None,
        description="default: all-pairs; for precomputed scores, the comparisons of the score file",
    )


class Disclosure(StrictModel):
    """What may be published; the local run folder is not affected."""

    min_subjects: int = Field(default=10, ge=1, strict=True)


class AuditPlan(StrictModel):
    """One audit: a dataset, a system, a task, the groups and the operating points."""

    audit: Name
    date: Day = Field(default_factory=datetime.date.today, description="admission is judged on this day")
    purpose: Purpose
    dataset: DatasetRef
    system: SystemSpec
    two_faces: TwoFaces = TwoFaces.LARGEST
    task: VerificationTask = VerificationTask()
    groups: tuple[Attributes, ...] = Field(max_length=MOST_PARTITIONS, json_schema_extra={"minItems": 1})
    age_bins: tuple[Annotated[int, Field(strict=True, ge=0, le=1_000_000)], ...] = Field(default=(), max_length=100)
    min_subjects: int = Field(default=3, ge=3, strict=True, description="below: listed, no interval")
    operating_points: tuple[OperatingPointPlan, ...] = Field(max_length=MOST_POINTS, json_schema_extra={"minItems": 1})
    interval_level: float = Field(default=0.95, gt=0.5, lt=1, strict=True)
    seed: int = Field(default=1, ge=0, lt=2**63, strict=True)
    disclosure: Disclosure = Disclosure()
    statistics: StatisticsPlan = StatisticsPlan()
    ground_truth: GroundTruthPlan | None = None

    _document: Document | None = PrivateAttr(default=None)

    @classmethod
    def rules(cls, data: Mapping[str, object]) -> Iterable[Fault]:
        """At least one partition and one operating point."""
        for key, what in (("groups", "attribute"), ("operating_points", "operating point")):
            if data.get(key) in ([], ()):
                yield Fault((key,), f"an empty list; expected at least one {what}")

    @field_validator("groups")
    @classmethod
    def _partitions_differ(cls, groups: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        first: dict[frozenset[str], int] = {}
        faults = []
        for i, attributes in enumerate(groups):
            j = first.setdefault(frozenset(attributes), i)
            if j != i:
                faults.append(Fault((i,), f"{'*'.join(attributes)} divides as groups.{j} does; remove one"))
        if faults:
            refuse(faults)
        return groups

    @field_validator("age_bins")
    @classmethod
    def _ages_increase(cls, ages: tuple[int, ...]) -> tuple[int, ...]:
        faults = [
            Fault((i + 1,), f"found {after} after {before}, expected ages that increase")
            for i, (before, after) in enumerate(pairwise(ages))
            if after <= before
        ]
        if faults:
            refuse(faults)
        return ages

    @field_validator("operating_points")
    @classmethod
    def _names_differ(
        cls, points: tuple[OperatingPointPlan, ...], info: ValidationInfo
    ) -> tuple[OperatingPointPlan, ...]:
        first: dict[str, int] = {}
        faults = []
        for i, spec in enumerate(point_specs(points, info.data.get("groups", ()))):
            j = first.setdefault(spec.name, i)
            if j != i:
                text = f"the name {spec.name} is that of operating_points.{j} too; give it a name of its own"
                faults.append(Fault((i,), text))
        if faults:
            refuse(faults)
        return points

    def operating_point_specs(self) -> tuple[OperatingPointSpec, ...]:
        """The operating points as records, in the plan's order; each has a name."""
        return point_specs(self.operating_points, self.groups)

    def partitions(self) -> tuple[tuple[str, ...], ...]:
        """Every partition that the plan needs: those of ``groups``, then others that an operating point names."""
        found = {frozenset(attributes): attributes for attributes in self.groups}
        for spec in self.operating_point_specs():
            named = tuple(name for name, _ in spec.group.values) if spec.group else spec.partition
            if named:
                found.setdefault(frozenset(named), named)
        return tuple(found.values())

    def files(self) -> dict[Loc, Path]:
        """The files that the plan names besides the dataset, by their path in the plan."""
        named: dict[Loc, Path] = {}
        if isinstance(self.system, TemplatesSystem):
            named = {("system", "vectors"): self.system.vectors, ("system", "ids"): self.system.ids}
        elif isinstance(self.system, ScoresSystem):
            named = {("system", "file"): self.system.file}
        if isinstance(self.task.comparisons, ListedComparisons):
            named["task", "comparisons", "list"] = self.task.comparisons.list
        if self.ground_truth is not None:
            named["ground_truth", "decisions"] = self.ground_truth.decisions
        return named

    def resolved(self, dataset_id: str, manifest_sha256: str, index_sha256: str) -> dict[str, JsonValue]:
        """The plan as the run folder and the result keep it: no paths, every default and name written out.

        Args:
            dataset_id: The dataset that ``dataset`` led to.
            manifest_sha256: Digest of its manifest.
            index_sha256: Digest of its index.

        Raises:
            PlanError: A file that the plan names is missing or cannot be read; every one is listed.
        """
        named, faults = digests(self.files())
        if faults:
            raise PlanError("the plan names files that cannot be read", [self.fault(*item) for item in faults.items()])
        dump = self.model_dump(mode="json", exclude={"operating_points", "dataset"})
        dump["dataset"] = {"id": dataset_id, "manifest_sha256": manifest_sha256, "index_sha256": index_sha256}
        for (*outer, last), file in named.items():
            part = dump
            for step in outer:
                part = part[str(step)]
            part[str(last)] = file
        dump["operating_points"] = self._resolved_points()
        if self.ground_truth is None:
            del dump["ground_truth"]
        return {key: dump[key] for key in type(self).model_fields if key in dump}

    def _resolved_points(self) -> list[JsonValue]:
        return [
            without_empty(
                {**point.model_dump(mode="json", exclude={"fmr"}), "name": spec.name, "fmr": plain(point.fmr) or None}
            )
            for point, spec in zip(self.operating_points, self.operating_point_specs(), strict=True)
        ]

    def fault(self, path: Loc, text: str) -> str:
        """One fault of this plan, with its line and column where the plan came from a file."""
        if self._document is None:
            return f"plan: {dotted(path)}: {text}"
        while path and path not in self._document.positions:  # one attribute may stand without a list
            path = path[:-1]
        return self._document.fault(path, text)
