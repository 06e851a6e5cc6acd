"""Counts on disk: what ``compare`` and ``review`` read of a finished run.

    comparisons/counts/counts.json        what was counted, and a digest of every array
    comparisons/counts/<name>.npy         the arrays, without pickle

The folder holds scores of persons, so it lies below ``comparisons/`` and goes with it on ``--discard``.
"""

from evalharness.countstore.reading import load_counts
from evalharness.countstore.record import StoredCounts, counts_folder
from evalharness.countstore.writing import save_counts

__all__ = ["StoredCounts", "counts_folder", "load_counts", "save_counts"]
