"""Recorded decisions on doubtful labels, and the data as decided.

A wrong label makes a mated comparison look like a false match, and one such person can carry the whole FMR at
10^-5. A person decides, in a file; the result then shows both readings.
"""

from evalharness.groundtruth.applying import SecondReading, apply_decisions
from evalharness.groundtruth.decisions import COLUMNS, Decided, Decision, Decisions, read_decisions
from evalharness.groundtruth.subsetting import (
    subset_enrolment,
    subset_listed,
    subset_pairs,
    subset_partition,
    subset_samples,
)

__all__ = [
    "COLUMNS",
    "Decided",
    "Decision",
    "Decisions",
    "SecondReading",
    "apply_decisions",
    "read_decisions",
    "subset_enrolment",
    "subset_listed",
    "subset_pairs",
    "subset_partition",
    "subset_samples",
]
