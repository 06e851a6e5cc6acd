"""Decided operating points, and the rates read again."""

from evalharness.assembly.record import SecondMeasurements
from evalharness.assembly.rows import rows_of
from evalharness.plan import AuditPlan
from evalharness.records import (
    OperatingPoint,
    Policy,
    ScoreKind,
)
from evalharness.result import (
    MeasureRow,
    OperatingPointInfo,
)
from evalharness.result.model import Reading
from evalharness.statistics import Measurements


def reading_of(plan: AuditPlan, second: SecondMeasurements, kind: ScoreKind) -> Reading:
    """The second reading."""
    return Reading(
        name="with recorded decisions",
        decisions_sha256=second.sha256,
        decisions=dict(second.decisions),
        operating_points=point_infos(plan, second.measurements, kind),
        measures=rows_of(MeasureRow, second.measurements.measures),
    )


def point_infos(plan: AuditPlan, measurements: Measurements, kind: ScoreKind) -> tuple[OperatingPointInfo, ...]:
    """Every decided operating point."""
    return tuple(_point(plan, point, kind) for point in measurements.operating_points)


def _point(plan: AuditPlan, point: OperatingPoint, kind: ScoreKind) -> OperatingPointInfo:
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
        fitted=_fitted(plan, point),
    )


def _fitted(plan: AuditPlan, point: OperatingPoint) -> str:
    """What the intervals at an operating point take of choosing its threshold."""
    if point.spec.policy is Policy.VENDOR or not point.thresholds:
        return ""
    if plan.statistics.calibration_share is not None:
        return "other-subjects"
    return "refitted" if plan.statistics.replicates else "held"
