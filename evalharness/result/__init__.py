"""AuditResult <-> result.json: the one file from which every report and published metric is rendered.

Versioned by ``schema_version``; readers ignore fields that they do not know. Nothing here computes: a
number is written as the statistics gave it, and ``repr`` round-trips.
"""

from evalharness.result.jsonfile import SCHEMA_ID, dump_result, load_result, result_schema
from evalharness.result.limits import standard_limits
from evalharness.result.model import (
    SCHEMA_VERSION,
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
)

__all__ = [
    "SCHEMA_ID",
    "SCHEMA_VERSION",
    "AdmissionInfo",
    "AuditInfo",
    "AuditResult",
    "CatalogueRow",
    "DatasetInfo",
    "Evidence",
    "GroupInfo",
    "LabelInfo",
    "MeasureRow",
    "OperatingPointInfo",
    "PartitionInfo",
    "PopulationInfo",
    "SystemInfo",
    "WeightsInfo",
    "dump_result",
    "load_result",
    "result_schema",
    "standard_limits",
]
