"""Fixed thresholds that most pairs pass: matches counted in the stream, with the sums that variances need."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evalharness.comparison.backends import Tile, runs
from evalharness.comparison.held import single
from evalharness.comparison.layout import Block
from evalharness.comparison.templates import Pool
from evalharness.records import BoolArray, IntArray

_Counts = NDArray[np.int64]


@dataclass(slots=True)
class Matches:
    """Matches at one threshold among the pairs seen so far; rows are those of the pool."""

    errors: _Counts = field(repr=False)  # (m, codes) matches of a row with rows of a code
    squares: _Counts = field(repr=False)  # (codes, codes) over pairs of units: matches squared; [lower, higher]
    products: _Counts = field(repr=False)  # (codes, codes) matches times comparisons

    @classmethod
    def none(cls, rows: int, codes: int) -> "Matches":
        """Nothing seen."""
        return cls(*(np.zeros((size, codes), dtype=np.int64) for size in (rows, codes, codes)))

    @property
    def total(self) -> int:
        """Number of matches; each counts for both of its rows."""
        return int(self.errors.sum()) // 2

    def packed(self) -> "PackedMatches":
        """The same, small enough to travel and to be stored: a batch touches few rows of few codes."""
        places = np.flatnonzero(self.errors)
        return PackedMatches(places, self.errors.ravel()[places], self.squares, self.products)

    def add(self, other: "PackedMatches") -> None:
        """Add what was counted elsewhere."""
        self.errors.ravel()[other.places] += other.errors
        self.squares += other.squares
        self.products += other.products


@dataclass(frozen=True, slots=True)
class PackedMatches:
    """Matches without the zeros of their errors."""

    places: IntArray = field(repr=False)  # (k,) row * codes + code, ascending
    errors: _Counts = field(repr=False)  # (k,)
    squares: _Counts = field(repr=False)  # (codes, codes)
    products: _Counts = field(repr=False)  # (codes, codes)


class BlockMatches:
    """Counts one threshold in one block, tile by tile; units are complete when all tiles are seen."""

    def __init__(self, pool: Pool, block: Block, threshold: float) -> None:
        self._pool, self._block, self._threshold = pool, block, threshold
        self._row_units, self._column_units = (_units(pool, part) for part in (block.rows, block.columns))
        shape = int(self._row_units[-1]) + 1, int(self._column_units[-1]) + 1
        self._matches = np.zeros(shape, dtype=np.int64)  # by pair of units

    def see(self, tile: Tile, part: Block, mated: tuple[IntArray, IntArray], into: Matches) -> None:
        """Count a tile.

        Args:
            tile: Its values.
            part: Where it lies.
            mated: Rows and columns, within the tile, of pairs of one subject.
            into: Takes the matches of each row.
        """
        pool = self._pool
        match = _matching(pool, tile, part, self._threshold)
        match[mated] = False
        rows, columns = pool.code[part.rows], pool.code[part.columns]
        row_runs, column_runs = runs(rows), runs(columns)
        by_code = np.add.reduceat(match, column_runs, axis=1, dtype=np.int64)
        into.errors[part.rows, columns[column_runs]] += by_code
        by_code = np.add.reduceat(match, row_runs, axis=0, dtype=np.int64)
        into.errors[part.columns, rows[row_runs]] += by_code.T
        top, left = part.rows.start - self._block.rows.start, part.columns.start - self._block.columns.start
        row_units = self._row_units[top : top + len(rows)]
        column_units = self._column_units[left : left + len(columns)]
        sums = np.add.reduceat(match, runs(column_units), axis=1, dtype=np.int32)
        sums = np.add.reduceat(sums, runs(row_units), axis=0, dtype=np.int64)
        self._matches[row_units[0] : row_units[-1] + 1, column_units[0] : column_units[-1] + 1] += sums

    def close(self, into: Matches) -> None:
        """Add the sums over pairs of units."""
        row_code, row_size = self._of_units(self._block.rows, self._row_units)
        column_code, column_size = self._of_units(self._block.columns, self._column_units)
        comparisons = row_size[:, np.newaxis] * column_size[np.newaxis, :]
        for sums, values in (
            (into.squares, self._matches * self._matches),
            (into.products, self._matches * comparisons),
        ):
            first, second = runs(row_code), runs(column_code)
            by_code = np.add.reduceat(np.add.reduceat(values, second, axis=1), first, axis=0)
            sums[np.ix_(row_code[first], column_code[second])] += by_code

    def _of_units(self, part: slice, units: IntArray) -> tuple[IntArray, IntArray]:
        """(units,) code and number of rows of each unit of a side."""
        return self._pool.code[part][runs(units)], np.bincount(units)


def _units(pool: Pool, part: slice) -> IntArray:
    """(rows,) number of the unit of each row, from 0."""
    code, subject = pool.code[part], pool.subject[part]
    new = (code[1:] != code[:-1]) | (subject[1:] != subject[:-1])
    return np.append(0, np.cumsum(new))


def _matching(pool: Pool, tile: Tile, part: Block, threshold: float) -> BoolArray:
    """(rows, columns) which pairs above the diagonal match; near the threshold the score of record decides."""
    exact, bound = pool.to_fast(threshold), pool.bound(part.rows, part.columns)
    values = tile.values()
    low, high = single(exact - bound, up=False), single(exact + bound, up=True)
    above = np.arange(values.shape[1]) >= part.first_columns()[:, np.newaxis]
    match = (values > high) & above
    rows, columns = np.nonzero((values >= low) & ~match & above)
    match[rows, columns] = pool.scores(rows + part.rows.start, columns + part.columns.start) >= threshold
    return np.asarray(match)
