"""Face systems under test: images, vectors or scores in; templates and failures out.

One file for each kind of system, behind the protocol ``FaceSystem``; ``registry`` holds the table.
"""

from evalharness.systems.enrolment import EnrolmentOptions, enrol, enrolment_seconds
from evalharness.systems.protocol import FaceSystem, ImageReader, SystemDescription
from evalharness.systems.registry import describe_systems, load_system
from evalharness.systems.scores import PrecomputedScores, read_scores
from evalharness.systems.store import purge_templates
from evalharness.systems.templates import read_templates
from evalharness.systems.timing import SampleSeconds

__all__ = [
    "EnrolmentOptions",
    "FaceSystem",
    "ImageReader",
    "PrecomputedScores",
    "SampleSeconds",
    "SystemDescription",
    "describe_systems",
    "enrol",
    "enrolment_seconds",
    "load_system",
    "purge_templates",
    "read_scores",
    "read_templates",
]
