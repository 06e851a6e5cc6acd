"""What a streamed comparison keeps beside the tail: histograms, and fixed thresholds below the tail's cut.

Both speak of *codes*: a code is a combination of groups, one of each partition of the plan, so that every cell
of every partition is a union of pairs of codes.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evalharness.records import IntArray, frozen


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

    Sums that run over dyads treat the samples of one subject and one code as a unit: a dyad of subjects whose
    samples have several codes is then split, which leaves a variance as it is or makes it larger, never smaller.
    """

    threshold: float  # similarity
    code_of: IntArray = field(repr=False)  # (n samples,) as in the histograms
    codes: int
    errors: NDArray[np.int64] = field(repr=False)  # (n samples, codes): matches of a sample with samples of a code
    squares: NDArray[np.int64] = field(repr=False)  # (codes, codes) symmetric: sum over dyads of e_d^2
    products: NDArray[np.int64] = field(repr=False)  # (codes, codes) symmetric: sum over dyads of e_d m_d

    def __post_init__(self) -> None:
        for name in ("code_of", "errors", "squares", "products"):
            object.__setattr__(self, name, frozen(getattr(self, name)))
        shapes = self.errors.shape[1], *self.squares.shape, *self.products.shape
        if len(self.code_of) != len(self.errors) or set(shapes) != {self.codes}:
            raise ValueError("streamed point: its sums do not fit its codes")
