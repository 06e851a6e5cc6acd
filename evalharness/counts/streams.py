"""What a streamed comparison keeps beside the tail: histograms, and fixed thresholds below the tail's cut.

Both speak of *codes*: a code is a combination of groups, one of each partition of the plan, so that every cell
of every partition is a union of pairs of codes.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evalharness.records import IntArray, frozen

_MIXED = 6  # columns: four codes and two sums


def _none_mixed() -> NDArray[np.int64]:
    return np.zeros((0, _MIXED), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Histograms:
    """Completed non-mated comparisons by pair of codes and by score, each unordered pair of samples once.

    Bin b holds ``low + b * width <= score < low + (b + 1) * width``; the last bin also holds its upper edge. A
    score within rounding of an edge may stand one bin off: histograms draw curves, they set no threshold.
    """

    code_of: IntArray = field(repr=False)  # (n samples,) code of each sample, 0 .. codes - 1
    codes: int
    low: float
    high: float
    counts: NDArray[np.int64] = field(repr=False)  # (codes, codes, bins): a pair stands at [lower code, higher code]

    def __post_init__(self) -> None:
        object.__setattr__(self, "code_of", frozen(self.code_of))
        object.__setattr__(self, "counts", frozen(self.counts))
        if self.counts.ndim != 3 or self.counts.shape[:2] != (self.codes, self.codes):
            raise ValueError(f"histograms: shape {self.counts.shape} does not fit {self.codes} codes")
        if not self.low < self.high:
            raise ValueError(f"histograms: an empty range {self.low!r} to {self.high!r}")

    @property
    def edges(self) -> NDArray[np.float64]:
        """(bins + 1,) similarity."""
        return np.linspace(self.low, self.high, self.counts.shape[2] + 1)


@dataclass(frozen=True, slots=True)
class StreamedPoint:
    """The matches at one fixed threshold below the tail's cut, counted exactly while streaming.

    Sums over dyads are kept by pairs of codes: ``squares`` and ``products`` for the comparisons of two subjects that
    lie in one pair of their codes, ``mixed`` for those that lie in two, where a subject has samples of several codes.
    The sums of a set of comparisons, over whole dyads, follow exactly from both.
    """

    threshold: float  # similarity
    code_of: IntArray = field(repr=False)  # (n samples,) as in the histograms
    codes: int
    errors: NDArray[np.int64] = field(repr=False)  # (n samples, codes): matches of a sample with samples of a code
    squares: NDArray[np.int64] = field(repr=False)  # (codes, codes) symmetric: sum over dyads of e_d[a, b]^2
    products: NDArray[np.int64] = field(repr=False)  # (codes, codes) symmetric: of e_d[a, b] m_d[a, b]
    mixed: NDArray[np.int64] = field(repr=False, default_factory=_none_mixed)
    """(k, 6) codes a, b, c, d; sums over dyads of e_d[a, b] e_d[c, d] and of e_d[a, b] m_d[c, d], two pairs of units"""

    def __post_init__(self) -> None:
        for name in ("code_of", "errors", "squares", "products", "mixed"):
            object.__setattr__(self, name, frozen(getattr(self, name)))
        shapes = self.errors.shape[1], *self.squares.shape, *self.products.shape
        if len(self.code_of) != len(self.errors) or set(shapes) != {self.codes}:
            raise ValueError("streamed point: its sums do not fit its codes")
        ends = self.mixed[:, :4] if self.mixed.ndim == 2 and self.mixed.shape[1] == _MIXED else None
        if ends is None or ends.min(initial=0) < 0 or ends.max(initial=-1) >= self.codes:
            raise ValueError("streamed point: its mixed sums do not fit its codes")
