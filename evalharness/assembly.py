"""From the records of the stages to one AuditResult: a translation, no arithmetic beyond counting samples."""

import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar

import numpy as np
from pydantic import JsonValue

from evalharness.manifests import Admission, LoadedManifest
from evalharness.plan import AuditPlan, ListedComparisons
from evalharness.records import (
    DECISION_RULE,
    AcquisitionFailure,
    BoolArray,
    DatasetFault,
    Enrolment,
    OperatingPoint,
    Partition,
    Policy,
    Samples,
    ScoreKind,
    SystemIdentity,
)
from evalharness.result import (
    AdmissionInfo,
    AuditInfo,
    AuditResult,
    CatalogueRow,
    DatasetInfo,
    Evidence,
    GroupInfo,
    LabelInfo,
    MeasureRow,
    OperatingPointInfo,
    PartitionInfo,
    PopulationInfo,
    SystemInfo,
    WeightsInfo,
    standard_limits,
)
from evalharness.result.model import Reading
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
from evalharness.samples import label_coverage
from evalharness.statistics import CATALOGUE, Analysis, Measurements
from evalharness.version import __version__

_Row = TypeVar("_Row", bound=Part)

_LIBRARIES = ("numpy", "scipy", "pillow")
"""Libraries whose version can change a number; those of a system stand in its identity."""


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


def assemble(run: Audited) -> AuditResult:
    """The result of one run, complete: every report is rendered from it alone."""
    dataset, population = _dataset(run), _population(run)
    analysis, kind = run.analysis, run.identity.score_kind
    points = _points(analysis.measurements, kind)
    return AuditResult(
        audit=_audit(run),
        dataset=dataset,
        admission=AdmissionInfo(granted=run.admission.granted, grounds=_evidence(run.admission.grounds)),
        system=_system(run.identity),
        population=population,
        operating_points=points,
        measures=_rows(MeasureRow, analysis.measurements.measures),
        differentials=_rows(DifferentialRow, analysis.differentials),
        group_estimates=_rows(GroupEstimateRow, analysis.group_estimates),
        worst_groups=_rows(WorstGroupRow, analysis.worst_groups),
        tests=_rows(TestRow, analysis.tests),
        curves=_rows(CurveInfo, analysis.curves),
        score_shifts=_rows(ScoreShiftRow, analysis.score_shifts),
        adjusted=_rows(AdjustedRow, analysis.adjusted),
        readings=() if run.second is None else (_reading(run.second, kind),),
        catalogue=_rows(CatalogueRow, CATALOGUE),
        limits=standard_limits(dataset, population, points, single_session=run.dataset.manifest.one_sitting),
        software=_software(),
        plan=run.resolved,
    )


def _rows(kind: type[_Row], records: Iterable[object]) -> tuple[_Row, ...]:
    return tuple(kind.model_validate(record, from_attributes=True) for record in records)


def _reading(second: SecondMeasurements, kind: ScoreKind) -> Reading:
    return Reading(
        name="with recorded decisions",
        decisions_sha256=second.sha256,
        decisions=dict(second.decisions),
        operating_points=_points(second.measurements, kind),
        measures=_rows(MeasureRow, second.measurements.measures),
    )


def _points(measurements: Measurements, kind: ScoreKind) -> tuple[OperatingPointInfo, ...]:
    return tuple(_point(point, kind) for point in measurements.operating_points)


def _audit(run: Audited) -> AuditInfo:
    plan = run.plan
    return AuditInfo(
        name=plan.audit,
        date=plan.date.isoformat(),
        purpose=plan.purpose,
        task=plan.task.kind,
        comparisons=_comparisons(plan),
        two_faces=plan.two_faces,
        interval_level=plan.interval_level,
        min_subjects=plan.min_subjects,
        disclosure_min_subjects=plan.disclosure.min_subjects,
        seed=plan.seed,
        decision_rule=DECISION_RULE,
        plan_sha256=run.plan_sha256,
    )


def _comparisons(plan: AuditPlan) -> str:
    asked = plan.task.comparisons
    if isinstance(asked, ListedComparisons):
        return "pair list"
    return "all-pairs" if asked or plan.system.kind != "scores" else "score file"


def _evidence(grounds: Iterable[object]) -> tuple[Evidence, ...]:
    return tuple(Evidence.model_validate(item, from_attributes=True) for item in grounds)


def _dataset(run: Audited) -> DatasetInfo:
    manifest, consent = run.dataset.manifest, run.dataset.manifest.consent
    return DatasetInfo(
        id=manifest.id,
        name=manifest.name,
        version=manifest.version,
        curator=manifest.curator,
        synthetic=manifest.synthetic,
        homepage=manifest.homepage,
        attribution=manifest.attribution,
        licence=manifest.licence.name,
        commercial_use=manifest.licence.commercial_use,
        consent_basis=consent.basis,
        consent_scope=consent.scope,
        consent_purposes=consent.purposes,
        consent_tasks=consent.tasks,
        consent_expires=consent.expires.isoformat() if consent.expires else None,
        consent_evidence=_evidence(consent.evidence),
        withdrawal=consent.withdrawal,
        withdrawals_applied=consent.withdrawals_applied.isoformat() if consent.withdrawals_applied else None,
        group_sizes_public=manifest.files.group_sizes_public,
        labels=_labels(run),
        statements=manifest.statements,
        manifest_sha256=run.dataset.sha256,
        index_sha256=manifest.files.sha256 or "",
        samples=len(run.samples),
        subjects=len(run.samples.subjects),
    )


def _labels(run: Audited) -> tuple[LabelInfo, ...]:
    found = []
    for label in run.dataset.manifest.labels:
        coverage = label_coverage(run.samples, label.attribute)
        found.append(
            LabelInfo(
                attribute=label.attribute,
                kind=label.kind,
                provenance=label.provenance,
                values=label.values,
                description=label.description or "",
                missing_samples=coverage.missing,
                multi_valued_samples=coverage.multi_valued,
            )
        )
    return tuple(found)


def _system(identity: SystemIdentity) -> SystemInfo:
    return SystemInfo(
        kind=identity.kind,
        name=identity.name,
        version=identity.version,
        score_kind=identity.score_kind.value,
        comparator=identity.comparator,
        weights=tuple(WeightsInfo.model_validate(item, from_attributes=True) for item in identity.weights),
        settings=dict(identity.settings),
    )


def _population(run: Audited) -> PopulationInfo:
    everyone = np.ones(len(run.samples), dtype=np.bool_)
    single = _single_sample_subjects(run)
    return PopulationInfo(
        samples=len(run.samples),
        subjects=len(run.samples.subjects),
        failures=_reasons(run.enrolment.failures if run.enrolment else {}, everyone),
        faults=_reasons(run.enrolment.faults if run.enrolment else {}, everyone),
        single_sample_subjects=_subjects(run.samples, everyone & single),
        acquisition_observable=run.enrolment is not None,
        partitions=tuple(_partition(run, partition, single) for partition in run.partitions),
    )


def _partition(run: Audited, partition: Partition, single: BoolArray) -> PartitionInfo:
    groups = []
    for number, group in enumerate(partition.groups):
        member: BoolArray = partition.group_of == number
        subjects = _subjects(run.samples, member)
        groups.append(
            GroupInfo(
                id=group.id,
                known=group.known,
                subjects=subjects,
                samples=int(np.count_nonzero(member)),
                failures=_reasons(run.enrolment.failures if run.enrolment else {}, member),
                faults=_reasons(run.enrolment.faults if run.enrolment else {}, member),
                single_sample_subjects=_subjects(run.samples, member & single),
                adequate=subjects >= run.plan.min_subjects,
            )
        )
    return PartitionInfo(id=partition.id, attributes=partition.attributes, groups=tuple(groups))


def _subjects(samples: Samples, member: BoolArray) -> int:
    return len(np.unique(samples.subject_of[member]))


def _single_sample_subjects(run: Audited) -> BoolArray:
    """Whether the subject of each sample takes part in no attempted mated comparison that was run. Shape (n,)."""
    single: BoolArray = ~run.mated_subjects[run.samples.subject_of]
    return single


def _reasons(records: Mapping[int, AcquisitionFailure | DatasetFault], member: BoolArray) -> dict[str, int]:
    found = Counter(str(record.reason) for sample, record in records.items() if member[sample])
    return dict(sorted(found.items()))


def _point(point: OperatingPoint, kind: ScoreKind) -> OperatingPointInfo:
    spec = point.spec
    reference = spec.group.id if spec.group else "*".join(spec.partition) or None
    return OperatingPointInfo(
        name=spec.name,
        policy=spec.policy,
        target_fmr=None if spec.fmr is None else str(spec.fmr),
        impostors=spec.impostors if spec.policy is Policy.POOLED else None,
        reference=reference,
        hypothetical=spec.policy is Policy.PER_GROUP,
        thresholds={key: kind.from_similarity(value) for key, value in point.thresholds.items()},
        attained_fmr=dict(point.attained_fmr),
        impostor_comparisons=dict(point.impostors),
        impostor_subjects=dict(point.subjects),
        unresolved=dict(point.unresolved),
        warnings=point.warnings,
    )


def _software() -> dict[str, str]:
    found = {"evalharness": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed as a package"
    return found
