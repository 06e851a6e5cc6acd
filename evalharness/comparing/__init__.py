"""Two runs on the same samples, compared pair by pair.

    folders -> runs -> aligning -> rates, spread -> record -> table, JSON

Nothing here enters a run's ``result.json``: a comparison belongs to two runs.
"""

from evalharness.comparing.compare import ComparisonOptions, compare_runs
from evalharness.comparing.record import ComparedRate, ComparedSpread, Comparison, dump_comparison
from evalharness.comparing.runs import AuditedRun, check_same_data, load_run
from evalharness.comparing.table import comparison_table

__all__ = [
    "AuditedRun",
    "ComparedRate",
    "ComparedSpread",
    "Comparison",
    "ComparisonOptions",
    "check_same_data",
    "compare_runs",
    "comparison_table",
    "dump_comparison",
    "load_run",
]
