"""From the records of the stages to one AuditResult: a translation, no arithmetic beyond counting samples."""

from evalharness.assembly.record import Audited, SecondMeasurements
from evalharness.assembly.result import assemble

__all__ = ["Audited", "SecondMeasurements", "assemble"]
