"""Tests of hypotheses about the rates of groups and of two systems."""

from evalharness.statistics.hypotheses.paired import PairedDifference, paired_difference, paired_dyadic_difference

__all__ = ["PairedDifference", "paired_difference", "paired_dyadic_difference"]
