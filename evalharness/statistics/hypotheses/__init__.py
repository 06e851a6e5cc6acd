"""Tests of hypotheses about the rates of groups and of two systems."""

from evalharness.statistics.hypotheses.families import tests_of
from evalharness.statistics.hypotheses.multiplicity import benjamini_hochberg, holm
from evalharness.statistics.hypotheses.paired import PairedDifference, paired_difference, paired_dyadic_difference
from evalharness.statistics.hypotheses.permutation import Permutation, permute_subjects

__all__ = [
    "PairedDifference",
    "Permutation",
    "benjamini_hochberg",
    "holm",
    "paired_difference",
    "paired_dyadic_difference",
    "permute_subjects",
    "tests_of",
]
