"""AuditPlan: the YAML that an auditor writes, validated; unknown keys are errors.

The format is fixed (``docs/plan.md``). Defaults live in ``models`` and nowhere else. ``load_plan`` reports every
fault of a file at once, each as ``plan.yaml:9:5: operating_points.1.fmr: ...``.
"""

from evalharness.plan.analysis import AdjustmentPlan, GroundTruthPlan, StatisticsPlan
from evalharness.plan.fields import Name, Sha256
from evalharness.plan.loading import SCHEMA_ID, load_plan, plan_schema
from evalharness.plan.models import (
    AuditPlan,
    DatasetRef,
    DeepFaceSystem,
    Disclosure,
    DlibSystem,
    ListedComparisons,
    Purpose,
    ScoresSystem,
    SystemSpec,
    TemplatesSystem,
    VerificationTask,
)
from evalharness.plan.points import OperatingPointPlan

__all__ = [
    "SCHEMA_ID",
    "AdjustmentPlan",
    "AuditPlan",
    "DatasetRef",
    "DeepFaceSystem",
    "Disclosure",
    "DlibSystem",
    "GroundTruthPlan",
    "ListedComparisons",
    "Name",
    "OperatingPointPlan",
    "Purpose",
    "ScoresSystem",
    "Sha256",
    "StatisticsPlan",
    "SystemSpec",
    "TemplatesSystem",
    "VerificationTask",
    "load_plan",
    "plan_schema",
]
