"""Two distributions of scores side by side: distances that need no assumption about their form.

A distribution is a list of values with weights: each observed score with its number, or the middle of each bin of a
histogram with its count. None of these numbers has a p-value here: the tests in the textbooks assume independent
scores, and comparisons that share a subject are not.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from evalharness.records import FloatArray, IntArray

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BINS = 50  # of the overlap
LARGEST = 1e150  # beyond, squares of scores are no numbers


@dataclass(frozen=True, slots=True)
class Distribution:
    """Weighted values, ascending; at least one, every weight above 0."""

    values: FloatArray = field(repr=False)  # (k,)
    weights: IntArray = field(repr=False)  # (k,)

    @classmethod
    def of(cls, scores: FloatArray) -> "Distribution | None":
        """Every score by itself; None without one, and where a score is too large for squares."""
        if len(scores) and float(np.max(np.abs(scores))) > LARGEST:
            return None
        values, weights = np.unique(scores, return_counts=True)
        return cls(values, weights) if len(values) else None

    @classmethod
    def binned(cls, edges: FloatArray, counts: IntArray) -> "Distribution | None":
        """The middle of each bin that holds something; None without one."""
        filled = np.flatnonzero(counts)
        return cls((edges[filled] + edges[filled + 1]) / 2, counts[filled]) if len(filled) else None

    @property
    def total(self) -> int:
        """Number of comparisons."""
        return int(self.weights.sum())

    @property
    def mean(self) -> float:
        """Mean; not affected by the size of the scores."""
        first = float(self.values[0])
        return first + float(np.sum((self.values - first) * (self.weights / self.total)))

    @property
    def standard_deviation(self) -> float | None:
        """With ddof 1; None for a single score."""
        if self.total < 2:
            return None
        deviations = self.values - self.mean
        return math.sqrt(float(np.sum(deviations * deviations * self.weights)) / (self.total - 1))

    def quantile(self, share: float) -> float:
        """The smallest value that at least this share does not exceed: an observed value, nothing interpolated."""
        below = np.cumsum(self.weights) / self.total
        return float(self.values[min(int(np.searchsorted(below, share - 1e-12)), len(self.values) - 1)])

    def mirrored(self) -> "Distribution":
        """The distribution of the negated values: similarities as distances."""
        return Distribution(0.0 - self.values[::-1], self.weights[::-1])

    def cumulative(self, at: FloatArray) -> FloatArray:
        """(n,) share of values at or below each place."""
        steps = np.concatenate([[0], np.cumsum(self.weights)])
        return np.asarray(steps[np.searchsorted(self.values, at, side="right")] / self.total, dtype=np.float64)


def kolmogorov_smirnov(a: Distribution, b: Distribution) -> float:
    """Largest difference of the two distribution functions, 0 to 1.

    >>> a, b = (Distribution.of(np.array(x)) for x in ([0.1, 0.2, 0.3, 0.4], [0.2, 0.3, 0.4, 0.5]))
    >>> kolmogorov_smirnov(a, b), round(wasserstein(a, b), 12)
    (0.25, 0.1)
    """
    at = np.union1d(a.values, b.values)
    return float(np.max(np.abs(a.cumulative(at) - b.cumulative(at))))


def wasserstein(a: Distribution, b: Distribution) -> float:
    """Area between the two distribution functions, in the unit of the scores (Wasserstein-1, earth mover's)."""
    at = np.union1d(a.values, b.values)
    apart = np.abs(a.cumulative(at) - b.cumulative(at))
    return float(np.sum(apart[:-1] * np.diff(at)))


def overlap(a: Distribution, b: Distribution, *, edges: FloatArray | None = None) -> float:
    """Sum over bins of the smaller of the two shares, 1 for equal histograms.

    Args:
        a: One distribution.
        b: The other.
        edges: Of the bins, around all values; without them 50 bins of equal width over the joint range.
    """
    low, high = min(a.values[0], b.values[0]), max(a.values[-1], b.values[-1])
    if edges is None:
        if not low < high:
            return 1.0
        edges = np.linspace(low, high, BINS + 1)
    shares = []
    for each in (a, b):
        at = np.clip(np.searchsorted(edges, each.values, side="right") - 1, 0, len(edges) - 2)
        shares.append(np.bincount(at, weights=each.weights, minlength=len(edges) - 1) / each.total)
    return float(np.sum(np.minimum(*shares)))


def d_prime(a: Distribution, b: Distribution) -> float | None:
    """abs(mean_a - mean_b) / sqrt((var_a + var_b) / 2) with ddof 1; None where there is no spread.

    >>> a, b = (Distribution.of(np.array(x)) for x in ([0.1, 0.2, 0.3, 0.4], [0.2, 0.3, 0.4, 0.5]))
    >>> round(d_prime(a, b), 10)
    0.7745966692
    """
    first, second = a.standard_deviation, b.standard_deviation
    if first is None or second is None or not first + second > 0:
        return None
    return abs(a.mean - b.mean) / math.hypot(first, second) * math.sqrt(2)
