"""The result of one run, complete."""

import platform
from importlib.metadata import PackageNotFoundError, version

from evalharness.assembly.dataset import dataset_info, evidence_of
from evalharness.assembly.points import point_infos, reading_of
from evalharness.assembly.population import population_info
from evalharness.assembly.record import Audited
from evalharness.assembly.rows import rows_of
from evalharness.plan import AuditPlan, ListedComparisons
from evalharness.records import (
    DECISION_RULE,
    SystemIdentity,
)
from evalharness.result import (
    AdmissionInfo,
    AuditInfo,
    AuditResult,
    CatalogueRow,
    MeasureRow,
    SystemInfo,
    WeightsInfo,
    standard_limits,
)
from evalharness.result.rows import (
    AdjustedRow,
    CurveInfo,
    DifferentialRow,
    GroupEstimateRow,
    ScoreShiftRow,
    TestRow,
    WorstGroupRow,
)
from evalharness.statistics import CATALOGUE
from evalharness.version import __version__

_LIBRARIES = ("numpy", "scipy", "pillow")
"""Libraries whose version can change a number; those of a system stand in its identity."""


def assemble(run: Audited) -> AuditResult:
    """The result of one run, complete: every report is rendered from it alone."""
    dataset, population = dataset_info(run), population_info(run)
    analysis, kind = run.analysis, run.identity.score_kind
    points = point_infos(run.plan, analysis.measurements, kind)
    adjusted = any(row.adjusted is not None for row in analysis.adjusted)
    sitting = run.dataset.manifest.one_sitting
    return AuditResult(
        audit=_audit(run),
        dataset=dataset,
        admission=AdmissionInfo(granted=run.admission.granted, grounds=evidence_of(run.admission.grounds)),
        system=_system(run.identity),
        population=population,
        operating_points=points,
        measures=rows_of(MeasureRow, analysis.measurements.measures),
        differentials=rows_of(DifferentialRow, analysis.differentials),
        group_estimates=rows_of(GroupEstimateRow, analysis.group_estimates),
        worst_groups=rows_of(WorstGroupRow, analysis.worst_groups),
        tests=rows_of(TestRow, analysis.tests),
        curves=rows_of(CurveInfo, analysis.curves),
        score_shifts=rows_of(ScoreShiftRow, analysis.score_shifts),
        adjusted=rows_of(AdjustedRow, analysis.adjusted),
        readings=() if run.second is None else (reading_of(run.plan, run.second, kind),),
        catalogue=rows_of(CatalogueRow, CATALOGUE),
        limits=standard_limits(dataset, population, points, single_session=sitting, adjusted=adjusted),
        software=_software(),
        plan=run.resolved,
    )


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


def _software() -> dict[str, str]:
    found = {"evalharness": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed as a package"
    return found
