"""The schema of ``manifest.yaml``, version 1: what a dataset is, and by what right it may be used."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue, WithJsonSchema, field_validator

from evalharness.manifests.words import AttributeName, DatasetId, IndexPath, LabelValue, Text, WebAddress
from evalharness.plan import Purpose, Sha256
from evalharness.plan.fields import Day
from evalharness.yamlio import Fault, StrictModel, refuse

SCHEMA_ID = "https://evalharness.example/schemas/manifest-1.json"
UNKNOWN = "unknown"


class ManifestKind(StrEnum):
    """What stands behind a manifest."""

    DATASET = "dataset"  # files, pinned by digest
    GENERATED = "generated"  # files that a command renders; pinned once rendered
    CATALOGUE_ENTRY = "catalogue-entry"  # facts about a dataset that we only know of: never runnable


class Task(StrEnum):
    """What may be done with a person's images; consent names the tasks that it covers."""

    VERIFICATION = "verification"
    DETECTION = "detection"
    IDENTIFICATION = "identification"
    CLASSIFICATION = "classification"


class Answer(StrEnum):
    """What a licence says; ``unknown`` is never read as yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class ConsentBasis(StrEnum):
    """By what right the people pictured became part of the dataset."""

    INFORMED_CONSENT = "informed-consent"
    PAID_INFORMED_CONSENT = "paid-informed-consent"
    NOT_APPLICABLE = "not-applicable-synthetic"  # nobody is pictured
    PUBLIC_RECORD = "public-record"
    NONE = "none"
    UNKNOWN = "unknown"


class Provenance(StrEnum):
    """Who assigned a label."""

    SELF_REPORTED = "self-reported"
    ANNOTATOR = "annotator"
    ALGORITHM = "algorithm"
    RECORD = "record"
    GENERATED = "generated"


class Evidence(StrictModel):
    """One statement and the place where it can be checked."""

    text: Text
    source: Text


class Source(StrictModel):
    """How to obtain the files."""

    how: Text
    url: WebAddress = ""


class Licence(StrictModel):
    """The terms of use, and where they stand."""

    name: Text
    spdx: Annotated[str, Field(pattern=r"^[A-Za-z0-9.+-]+$", max_length=60)] | None = None
    commercial_use: Answer
    redistribution: Answer
    source: Text


def _known(value: object) -> object:
    return () if value == UNKNOWN else value


def _list_or_unknown(choices: type[StrEnum]) -> WithJsonSchema:
    listed: JsonValue = {"type": "array", "items": {"enum": [str(choice) for choice in choices]}}
    return WithJsonSchema({"anyOf": [listed, {"const": UNKNOWN}]})


Purposes = Annotated[tuple[Purpose, ...], BeforeValidator(_known), _list_or_unknown(Purpose)]
Tasks = Annotated[tuple[Task, ...], BeforeValidator(_known), _list_or_unknown(Task)]


class Consent(StrictModel):
    """What the people pictured agreed to. ``unknown`` may stand for each field, and refuses every run."""

    basis: ConsentBasis
    scope: Text
    purposes: Purposes = Field(description="empty where unknown")
    tasks: Tasks = Field(description="empty where unknown")
    evidence: tuple[Evidence, ...] = Field(max_length=50)
    withdrawal: Text = Field(description="how a person can withdraw")
    withdrawals_applied: Day | None = Field(description="the day on which withdrawals were last applied")
    expires: Day | None = Field(description="the last day on which the consent holds")


class LabelSpec(StrictModel):
    """One label attribute: a column of the index."""

    attribute: AttributeName
    kind: Literal["categorical", "numeric"]
    values: tuple[LabelValue, ...] = Field(default=(), max_length=1000)
    provenance: Provenance
    description: Text | None = None

    @classmethod
    def rules(cls, data: Mapping[str, object]) -> Iterable[Fault]:
        """A categorical label declares its values, a numeric one none."""
        kind, values = data.get("kind"), data.get("values")
        if kind == "categorical" and not values:
            yield Fault(("values",), "a categorical label needs its values", missing="values" not in data)
        if kind == "numeric" and values:
            yield Fault(("values",), "a numeric label takes no values; the plan's age_bins divide it")

    @field_validator("values")
    @classmethod
    def _values_differ(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        twice = [Fault((i,), f"{value!r} stands here twice") for i, value in enumerate(values) if value in values[:i]]
        if twice:
            refuse(twice)
        return values


class Files(StrictModel):
    """The index and its digest, which pins every image and label."""

    index: IndexPath | None = None
    sha256: Sha256 | None = None
    group_sizes_public: bool = Field(strict=True, description="group sizes disclose nothing new")


class Manifest(StrictModel):
    """One dataset."""

    schema_version: Literal[1]
    kind: ManifestKind
    id: DatasetId
    name: Text
    version: Text
    curator: Text
    homepage: WebAddress = ""
    source: Source
    attribution: Text
    synthetic: bool = Field(strict=True)
    licence: Licence
    consent: Consent
    labels: tuple[LabelSpec, ...] = Field(default=(), max_length=100)
    one_sitting: bool | None = Field(
        default=None,
        strict=True,
        description="all images of a person come from one sitting; null: not recorded",
    )
    files: Files
    statements: tuple[Text, ...] = Field(
        default=(), max_length=50, description="sentences that every report on this dataset prints"
    )

    @classmethod
    def rules(cls, data: Mapping[str, object]) -> Iterable[Fault]:
        """What a kind of manifest needs, and what a dataset of people cannot claim."""
        yield from _rules_of_files(data)
        if data.get("kind") == ManifestKind.GENERATED and data.get("synthetic") is False:
            yield Fault(("synthetic",), "found false in a generated dataset, expected true")
        consent = _part(data, "consent")
        if data.get("synthetic") is False and consent.get("basis") == ConsentBasis.NOT_APPLICABLE:
            yield Fault(("consent", "basis"), "people are pictured (synthetic: false), so consent applies")

    @field_validator("labels")
    @classmethod
    def _attributes_differ(cls, labels: tuple[LabelSpec, ...]) -> tuple[LabelSpec, ...]:
        names = [label.attribute for label in labels]
        twice = [Fault((i, "attribute"), f"{n!r} stands here twice") for i, n in enumerate(names) if n in names[:i]]
        if twice:
            refuse(twice)
        return labels

    def label(self, attribute: str) -> LabelSpec | None:
        """The label of that name, if the dataset has it."""
        return next((label for label in self.labels if label.attribute == attribute), None)


def _part(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    part = data.get(key)
    if isinstance(part, StrictModel):
        return part.model_dump()
    return part if isinstance(part, Mapping) else {}


def _rules_of_files(data: Mapping[str, object]) -> Iterable[Fault]:
    files, kind = _part(data, "files"), data.get("kind")
    if kind == ManifestKind.DATASET and files:
        for key in ("index", "sha256"):
            if files.get(key) is None:
                yield Fault(("files", key), "a dataset needs this key: it pins the files", missing=key not in files)
    elif files.get("sha256") is not None and files.get("index") is None:
        yield Fault(("files", "sha256"), "a digest without an index")
    if kind == ManifestKind.CATALOGUE_ENTRY and files.get("index") is not None:
        yield Fault(("files", "index"), "a catalogue-entry has no files; expected kind: dataset, or no index")


def manifest_schema() -> dict[str, JsonValue]:
    """The JSON Schema of ``manifest.yaml``, for editors; ``load_manifest`` checks more than it can say."""
    schema: dict[str, JsonValue] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    return schema | Manifest.model_json_schema(mode="validation")
