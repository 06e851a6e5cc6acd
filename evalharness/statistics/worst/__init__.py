"""The worst group, honestly: simultaneous limits, shrinkage, what equal rates would show, split halves."""

from evalharness.statistics.worst.estimates import group_estimates
from evalharness.statistics.worst.halves import Halves, random_halves, subject_halves
from evalharness.statistics.worst.highest import worst_group

__all__ = ["Halves", "group_estimates", "random_halves", "subject_halves", "worst_group"]
