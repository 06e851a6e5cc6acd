"""YAML 1.2 with positions, and pydantic faults with their line and column.

``read_yaml`` turns a hostile file into plain data and remembers where each node stood; ``validate`` turns that
data into a ``StrictModel`` or raises every fault at once, each as ``plan.yaml:9:5: operating_points.1.fmr: ...``.
"""

from evalharness.yamlio.faults import validate
from evalharness.yamlio.model import Fault, Written, refuse
from evalharness.yamlio.model import StrictModel as StrictModel
from evalharness.yamlio.parser import Document, parse_yaml, read_yaml
from evalharness.yamlio.scalars import Loc, WrittenFloat, WrittenInt, YamlValue, written
from evalharness.yamlio.words import dotted, shown, unknown

__all__ = [
    "Document",
    "Fault",
    "Loc",
    "StrictModel",
    "Written",
    "WrittenFloat",
    "WrittenInt",
    "YamlValue",
    "dotted",
    "parse_yaml",
    "read_yaml",
    "refuse",
    "shown",
    "unknown",
    "validate",
    "written",
]
