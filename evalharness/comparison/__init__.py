"""The comparison engine: all pairs of templates in blocks, with exact counts wherever a number depends on one."""

from evalharness.comparison.binning import FEWEST_BINS, MOST_CODES
from evalharness.comparison.crossing import MIXED_COLUMNS, has_mixed, mixed_terms
from evalharness.comparison.engine import Engine, Gathered, open_engine
from evalharness.comparison.held import Candidates, single
from evalharness.comparison.options import CompareOptions
from evalharness.comparison.record import check_templates, pair_scores, score_blocks
from evalharness.comparison.sampling import PairSample, sample_pairs
from evalharness.comparison.streaming import Matches
from evalharness.comparison.templates import Pool

__all__ = [
    "FEWEST_BINS",
    "MIXED_COLUMNS",
    "MOST_CODES",
    "Candidates",
    "CompareOptions",
    "Engine",
    "Gathered",
    "Matches",
    "PairSample",
    "Pool",
    "check_templates",
    "has_mixed",
    "mixed_terms",
    "open_engine",
    "pair_scores",
    "sample_pairs",
    "score_blocks",
    "single",
]
