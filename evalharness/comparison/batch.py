"""One batch: its histograms, its highest pairs and its matches at streamed thresholds."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evalharness.comparison.backends import Backend, Tile
from evalharness.comparison.binning import Binning
from evalharness.comparison.held import Candidates, Highest, lowest_fast, reaching
from evalharness.comparison.layout import Batch, Block
from evalharness.comparison.streaming import BlockMatches, Matches, PackedMatches
from evalharness.comparison.templates import Pool
from evalharness.errors import RunError
from evalharness.records import IntArray


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of every batch."""

    floor: float  # similarity: pairs at or above it are held
    most: int  # about how many pairs may be held
    streamed: tuple[float, ...]  # similarities: thresholds to count while streaming
    binning: Binning
    tile: int  # rows and columns


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch adds."""

    pairs: int  # non-mated pairs
    floor: float  # all pairs that reach it are held: that of the request, or higher where too many reached that
    held: Candidates
    keys: IntArray = field(repr=False)  # (k,) lower code * codes + higher code
    counts: NDArray[np.int64] = field(repr=False)  # (k, bins)
    matches: tuple[PackedMatches, ...] = field(repr=False)  # one for each streamed threshold


class MatedPairs:
    """The pairs of one subject that lie in the blocks of one strip of rows."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._order = np.argsort(pool.subject, kind="stable")
        sizes = np.bincount(pool.subject, minlength=1)
        self._ends = np.cumsum(sizes)
        self._sizes = sizes
        self._rows: slice | None = None
        self._first = self._second = np.empty(0, dtype=np.int64)

    def within(self, part: Block) -> tuple[IntArray, IntArray]:
        """Rows and columns, within the part, of its mated pairs above the diagonal."""
        if part.rows != self._rows:
            self._find(part.rows)
        begin, end = np.searchsorted(self._second, (part.columns.start, part.columns.stop))
        return self._first[begin:end] - part.rows.start, self._second[begin:end] - part.columns.start

    def _find(self, rows: slice) -> None:
        """All mated pairs whose first row lies in a strip, by their second row."""
        number = np.arange(rows.start, rows.stop, dtype=np.int64)
        subject = self._pool.subject[rows]
        sizes = self._sizes[subject]
        first = np.repeat(number, sizes)
        within = np.arange(len(first)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        second = self._order[np.repeat(self._ends[subject] - sizes, sizes) + within]
        above = second > first
        by_second = np.argsort(second[above], kind="stable")
        self._rows, self._first, self._second = rows, first[above][by_second], second[above][by_second]


class BatchCounter:
    """Counts batches; keeps the buffers between them."""

    def __init__(self, pool: Pool, backend: Backend, request: Request) -> None:
        self._pool, self._backend, self._request = pool, backend, request
        self._mated = MatedPairs(pool)

    def count(self, batch: Batch) -> BatchResult:
        """Compare all pairs of a batch.

        Raises:
            RunError: What was counted does not add up to the number of pairs.
        """
        pool, request = self._pool, self._request
        histogram = np.zeros((pool.codes, pool.codes, request.binning.bins + 1), dtype=np.int64)
        highest = Highest(pool, floor=request.floor, most=request.most)
        matches = tuple(Matches.none(len(pool), pool.codes) for _ in request.streamed)
        pairs = 0
        for block in batch.blocks:
            counters = [BlockMatches(pool, block, threshold) for threshold in request.streamed]
            for part in block.tiles(request.tile):
                tile, mated = self._backend.tile(part), self._mated.within(part)
                pairs += self._into(histogram, tile, part, mated)
                highest.add(self._candidates(tile, part, highest.floor), floor=highest.floor)
                for counter, found in zip(counters, matches, strict=True):
                    counter.see(tile, part, mated, found)
            for counter, found in zip(counters, matches, strict=True):
                counter.close(found)
        histogram = histogram[..., :-1]
        first, second = np.nonzero(histogram.any(axis=2))
        keys = first * pool.codes + second
        packed = tuple(found.packed() for found in matches)
        return BatchResult(pairs, highest.floor, highest.held(), keys, histogram[first, second], packed)

    def _into(self, histogram: NDArray[np.int64], tile: Tile, part: Block, mated: tuple[IntArray, IntArray]) -> int:
        """Add the non-mated pairs of a tile to the histograms and check that each was counted once."""
        pool, binning = self._pool, self._request.binning
        rows, columns = pool.code[part.rows], pool.code[part.columns]
        touched = histogram[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        before = int(touched[..., :-1].sum())
        tile.count(histogram, binning)
        if len(mated[0]):
            places = binning.of(tile.at(*mated))
            np.subtract.at(histogram, (rows[mated[0]], columns[mated[1]], places), 1)
        width = part.columns.stop - part.columns.start
        pairs = int((width - part.first_columns()).sum()) - len(mated[0])
        counted = int(touched[..., :-1].sum()) - before
        if counted != pairs:
            where = f"rows {part.rows.start} to {part.rows.stop}, columns {part.columns.start} to {part.columns.stop}"
            raise RunError(
                f"comparison: {counted} scores were counted in {where}; {pairs} pairs were expected. A score is not "
                "a number, or the backend miscounts: run again with another backend and report this."
            )
        return pairs

    def _candidates(self, tile: Tile, part: Block, floor: float) -> Candidates:
        """The non-mated pairs of a tile that reach the floor."""
        pool = self._pool
        bound = pool.bound(part.rows, part.columns)
        rows, columns = tile.reaching(lowest_fast(pool, floor, bound))
        fast = tile.at(rows, columns)
        first, second = rows + np.int32(part.rows.start), columns + np.int32(part.columns.start)
        found = Candidates(first, second, fast)
        found = found.where(pool.subject[first] != pool.subject[second])
        return reaching(pool, found, floor, bound=bound)
