"""Counts: everything that the statistics may see of a comparison run."""

from evalharness.counts.populations import Population, allowed_errors, partition_of, populations
from evalharness.counts.record import Acquisition, Counts, IndexArray, ListedPairs, MatedComparisons, Tail
from evalharness.counts.streams import Histograms, StreamedPoint

__all__ = [
    "Acquisition",
    "Counts",
    "Histograms",
    "IndexArray",
    "ListedPairs",
    "MatedComparisons",
    "Population",
    "StreamedPoint",
    "Tail",
    "allowed_errors",
    "partition_of",
    "populations",
]
