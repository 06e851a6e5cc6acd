"""A guess at how scores are distributed, from a block of random rows: it saves a pass and decides nothing."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evalharness.comparison.held import Candidates
from evalharness.comparison.templates import Pool
from evalharness.records import FloatArray, IntArray

_ROWS = 256
_FEWEST, _MOST = 2**19, 2**20


@dataclass(frozen=True, slots=True)
class PairSample:
    """Fast values of some non-mated pairs."""

    pairs: Candidates
    scores: FloatArray = field(repr=False)  # (m,) approximate similarity


def sample_pairs(pool: Pool, generator: np.random.Generator, *, among: IntArray | None = None) -> PairSample:
    """Non-mated pairs of random rows with random columns, within limits of number.

    Args:
        pool: The templates.
        generator: Where chance comes from.
        among: (k,) rows to choose from; None for all. Of few rows every pair is taken, in both orders.
    """
    among = np.arange(len(pool)) if among is None else among
    n = len(among)
    wanted = min(max(n * n // 800, _FEWEST), _MOST)
    height = n if n * n <= wanted else _ROWS
    rows = np.sort(generator.permutation(among)[:height])
    columns = np.sort(generator.permutation(among)[: max(wanted // max(height, 1), _ROWS)])
    values = pool.fast[rows] @ pool.fast[columns].T
    if pool.squared:
        values = 2 * values - pool.squares[rows, np.newaxis] - pool.squares[columns]
    counted = pool.subject[rows][:, np.newaxis] != pool.subject[columns][np.newaxis, :]
    at_row, at_column = np.nonzero(counted)
    fast: NDArray[np.float32] = values[counted]
    pairs = Candidates(rows[at_row].astype(np.int32), columns[at_column].astype(np.int32), fast)
    scores = fast.astype(np.float64)
    return PairSample(pairs, -np.sqrt(np.maximum(-scores, 0)) / pool.scale if pool.squared else scores)
