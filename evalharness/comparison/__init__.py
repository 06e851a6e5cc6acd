"""Scores of record: templates compared in a fixed order of float64 operations, streamed in blocks."""

from evalharness.comparison.record import Block, check_templates, pair_scores, score_blocks

__all__ = ["Block", "check_templates", "pair_scores", "score_blocks"]
