"""Ground truth: finding mislabelled people, recording decisions, and reading the data both ways.

A wrong label makes a mated comparison look like a false match, and one such person can carry the whole FMR at
10^-5. ``review_run`` lists what to look at; a person decides; ``apply_decisions`` gives the data as decided.
Everything here names samples and subjects, so it stays on the machine: none of it enters a result or a report.
"""

from evalharness.review.applying import SecondReading, apply_decisions
from evalharness.review.decisions import Decided, Decision, Decisions, read_decisions
from evalharness.review.findings import Finding, FindingKind, Findings
from evalharness.review.listing import review_text
from evalharness.review.loading import ReviewedRun, open_review
from evalharness.review.search import find_doubtful
from evalharness.review.sheet import decision_sheet, write_sheet
from evalharness.review.subsetting import (
    subset_enrolment,
    subset_listed,
    subset_pairs,
    subset_partition,
    subset_samples,
)

__all__ = [
    "Decided",
    "Decision",
    "Decisions",
    "Finding",
    "FindingKind",
    "Findings",
    "ReviewedRun",
    "SecondReading",
    "apply_decisions",
    "decision_sheet",
    "find_doubtful",
    "open_review",
    "read_decisions",
    "review_text",
    "subset_enrolment",
    "subset_listed",
    "subset_pairs",
    "subset_partition",
    "subset_samples",
    "write_sheet",
]
