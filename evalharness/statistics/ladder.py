"""How many comparisons reach a threshold, by set, when each subject counts several times or not at all.

A *ladder* holds comparisons sorted by code and descending score. One running sum of their weights then answers, for
every code and every threshold at once, how much weight lies at or above it.
"""

import threading
from collections.abc import Sequence

import numpy as np

from evalharness.records import FloatArray, IntArray


class Ladder:
    """Comparisons by code and descending score."""

    def __init__(self, code: IntArray, scores: FloatArray, ends: Sequence[IntArray], *, codes: int) -> None:
        """Sort comparisons.

        Args:
            code: (n,) 0 .. codes - 1; sets are unions of codes.
            scores: (n,) similarity.
            ends: One or two arrays (n,) of subjects; the weight of a comparison is the product of theirs.
            codes: How many codes there are.
        """
        self.scores = np.unique(scores)[::-1]  # (levels,) distinct, descending
        level = len(self.scores) - 1 - np.searchsorted(self.scores[::-1], scores)
        key = np.asarray(code, dtype=np.int64) * (len(self.scores) + 1) + level
        order = np.argsort(key, kind="stable")
        self._ends = [np.ascontiguousarray(end[order], dtype=np.intp) for end in ends]
        self._key, self._kept = key[order], threading.local()
        self._first = np.arange(codes, dtype=np.int64) * (len(self.scores) + 1)
        self.starts = np.searchsorted(self._key, self._first)  # (codes,) position of the first comparison of a code

    def __len__(self) -> int:
        return len(self._key)

    def levels(self, thresholds: FloatArray) -> IntArray:
        """(t,) how many distinct scores reach each threshold."""
        found = np.searchsorted(self.scores[::-1], thresholds)
        return np.asarray(len(self.scores) - found, dtype=np.int64)

    def positions(self, thresholds: FloatArray) -> IntArray:
        """(codes, t) position behind the last comparison of a code that reaches a threshold."""
        wanted = self._first[:, None] + self.levels(thresholds)
        return np.asarray(np.searchsorted(self._key, wanted), dtype=np.int64)

    def running(self, weights: IntArray) -> IntArray:
        """Running sum of the comparisons' weights, starting with 0, given those of the subjects.

        Args:
            weights: (S,) int64.

        Returns:
            (n + 1,) valid until the next call in the same thread, which writes to the same memory.
        """
        product, factor, total = self._memory()
        np.take(weights, self._ends[0], out=product, mode="clip")
        for end in self._ends[1:]:
            np.take(weights, end, out=factor, mode="clip")
            np.multiply(product, factor, out=product)
        np.cumsum(product, out=total[1:])
        return total

    def _memory(self) -> tuple[IntArray, IntArray, IntArray]:
        """Arrays of this thread: fresh memory for each replicate would take as long as the sums."""
        if not hasattr(self._kept, "arrays"):
            n = len(self)
            self._kept.arrays = (np.empty(n, np.int64), np.empty(n, np.int64), np.zeros(n + 1, np.int64))
        arrays: tuple[IntArray, IntArray, IntArray] = self._kept.arrays
        return arrays


class Unions:
    """Sums over the codes of each of several sets."""

    def __init__(self, members: Sequence[IntArray]) -> None:
        """``members[s]`` are the codes of set s."""
        self._codes = np.concatenate([*members, np.empty(0, dtype=np.int64)])
        self._bounds = np.concatenate([[0], np.cumsum([len(codes) for codes in members], dtype=np.int64)])

    def sums(self, values: IntArray) -> IntArray:
        """(sets, t) sums over codes of ``values`` (codes, t)."""
        running = np.zeros((len(self._codes) + 1, values.shape[1]), dtype=np.int64)
        np.cumsum(values[self._codes], axis=0, out=running[1:])
        result: IntArray = running[self._bounds[1:]] - running[self._bounds[:-1]]
        return result
