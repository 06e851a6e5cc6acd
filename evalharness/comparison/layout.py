"""How the upper triangle of all pairs is cut: blocks at the edges of units, batches of blocks, tiles in memory.

A *unit* is the samples of one subject and code, which stand together; a block never splits one, so that what
is summed over pairs of units is complete within a block. A batch is what a worker does at a time and what is
stored. A tile is what is multiplied at a time: a very large unit makes a large block but no large tile.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from evalharness.records import IntArray

_MOST_BATCHES = 256
_BATCH_PAIRS = 2**26
_DIAGONAL_PARTS = 2  # of a block on the diagonal: less of what lies below it is multiplied


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of rows and columns of the pool; on the diagonal only row < column counts."""

    rows: slice
    columns: slice

    @property
    def pairs(self) -> int:
        """How many pairs count; a block lies on the diagonal or wholly above it."""
        height, width = int(self.rows.stop - self.rows.start), int(self.columns.stop - self.columns.start)
        return height * (height - 1) // 2 if self.rows == self.columns else height * width

    def tiles(self, size: int) -> Iterator["Block"]:
        """Parts of at most ``size`` rows and columns that hold a pair above the diagonal; smaller ones around it."""
        if self.rows == self.columns:
            size = max(1, size // _DIAGONAL_PARTS)
        for top in range(self.rows.start, self.rows.stop, size):
            rows = slice(top, min(top + size, self.rows.stop))
            for left in range(self.columns.start, self.columns.stop, size):
                columns = slice(left, min(left + size, self.columns.stop))
                if columns.stop - 1 > rows.start:
                    yield Block(rows, columns)

    def first_columns(self) -> IntArray:
        """(rows,) first column of each row, within this part, that stands above the diagonal."""
        rows = np.arange(self.rows.start, self.rows.stop, dtype=np.int64)
        width = self.columns.stop - self.columns.start
        return np.asarray(np.minimum(np.maximum(rows + 1 - self.columns.start, 0), width))


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive blocks with a number."""

    number: int
    blocks: tuple[Block, ...]

    @property
    def pairs(self) -> int:
        """How many pairs count."""
        return sum(block.pairs for block in self.blocks)


def unit_starts(code: IntArray, subject: IntArray) -> IntArray:
    """(units,) first row of each unit."""
    new = np.ones(len(code), dtype=np.bool_)
    new[1:] = (code[1:] != code[:-1]) | (subject[1:] != subject[:-1])
    return np.flatnonzero(new)


def block_edges(code: IntArray, subject: IntArray, *, size: int) -> tuple[int, ...]:
    """Rows at which blocks begin, and the end: about ``size`` apart, each at the beginning of a unit."""
    starts = np.append(unit_starts(code, subject), len(code))
    edges = [0]
    while edges[-1] < len(code):
        furthest = int(np.searchsorted(starts, edges[-1] + size, side="right")) - 1
        if starts[furthest] <= edges[-1]:
            furthest += 1
        edges.append(int(starts[furthest]))
    return tuple(edges)


def batches(edges: tuple[int, ...], *, pairs: int | None = None) -> tuple[Batch, ...]:
    """All blocks of the upper triangle, in row-major order, in batches.

    Args:
        edges: Where blocks begin, and the end.
        pairs: About how many pairs a batch has; None for a number that keeps batches few.
    """
    slices = [slice(a, b) for a, b in pairwise(edges)]
    wanted = max(_BATCH_PAIRS, edges[-1] ** 2 // 2 // _MOST_BATCHES) if pairs is None else pairs
    found: list[Batch] = []
    waiting: list[Block] = []
    held = 0
    for i, rows in enumerate(slices):
        for columns in slices[i:]:
            waiting.append(Block(rows, columns))
            held += waiting[-1].pairs
            if held >= wanted:
                found.append(Batch(len(found), tuple(waiting)))
                waiting, held = [], 0
    if waiting:
        found.append(Batch(len(found), tuple(waiting)))
    return tuple(found)
