"""Histogram bins of fast scores: one float32 rule, the same in every backend."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_BYTES = 2**26  # of a histogram; a worker and the parent hold one each
_MOST_BINS = 4096
MOST_CODES = 1024  # beyond, pairs of codes alone would fill the memory
FEWEST_BINS = 64  # fewer draw no curve


@dataclass(frozen=True, slots=True)
class Binning:
    """Equal bins from ``low`` to ``high``; fast values outside by rounding go into the end bins.

    A value that is not a number goes into one bin more, so that it is missed where the counts are added up.
    """

    low: float
    high: float
    bins: int
    squared: bool  # fast values are negated squared distances: the root is binned

    @property
    def inverse_width(self) -> float:
        """Bins for each unit of score."""
        return self.bins / (self.high - self.low)

    def of(self, values: NDArray[np.float32]) -> NDArray[np.int64]:
        """Bin of each fast value, in float32 operations; ``bins`` for what is not a number."""
        scores = -np.sqrt(np.maximum(-values, np.float32(0))) if self.squared else values
        place = (scores - np.float32(self.low)) * np.float32(self.inverse_width)
        broken = np.isnan(place)
        place = np.minimum(np.maximum(place, np.float32(0)), np.float32(self.bins - 1))
        place[broken] = self.bins
        return np.asarray(place.astype(np.int64))


def bins_for(codes: int) -> int:
    """How many bins keep a histogram of all pairs of codes within its memory.

    >>> bins_for(8), bins_for(60), bins_for(200), bins_for(1024)
    (4096, 2048, 128, 8)
    """
    bins = _MOST_BINS
    while bins > 1 and codes * codes * bins * 8 > MOST_BYTES:
        bins //= 2
    return bins
