"""Review of the ground truth: finding people and samples whose labels may be wrong.

``find_doubtful`` lists what to look at, ``write_sheet`` a file in which a person decides; ``evalharness.groundtruth``
applies the decisions. Everything here names samples and subjects, so it stays on the machine: none of it enters a
result or a report.
"""

from evalharness.review.findings import Finding, FindingKind, Findings
from evalharness.review.listing import review_text
from evalharness.review.loading import ReviewedRun, open_review
from evalharness.review.search import find_doubtful
from evalharness.review.sheet import check_new, decision_sheet, write_sheet

__all__ = [
    "Finding",
    "FindingKind",
    "Findings",
    "ReviewedRun",
    "check_new",
    "decision_sheet",
    "find_doubtful",
    "open_review",
    "review_text",
    "write_sheet",
]
