"""What computes fast scores: numpy anywhere, numba where it is installed, torch on a CUDA device."""

from importlib.util import find_spec
from itertools import pairwise
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from evalharness.comparison.binning import Binning
from evalharness.comparison.compiled import kernels
from evalharness.comparison.layout import Block
from evalharness.comparison.templates import Pool
from evalharness.errors import PlanError
from evalharness.records import BoolArray, IntArray

BackendName = Literal["numba", "numpy", "torch"]
Places = tuple[NDArray[np.int32], NDArray[np.int32]]
_WORTH_A_DEVICE = 50_000  # templates
_WORTH_COMPILED_CODE = 2_000  # templates: loading numba takes a second, compiling for the first time many
_STRIP = 64  # rows of a tile that numpy handles at a time: they stay in the cache


class Tile(Protocol):
    """Fast values of one tile; only pairs above the diagonal count. Rows and columns are places in the tile."""

    def count(self, histogram: NDArray[np.int64], binning: Binning) -> None:
        """Add every pair to ``histogram`` (codes, codes, bins + 1)."""

    def reaching(self, floor: np.float32) -> Places:
        """Rows and columns of the values at or above ``floor``."""

    def at(self, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.float32]:
        """Some values."""

    def values(self) -> NDArray[np.float32]:
        """(rows, columns) all values, those below the diagonal too."""


class Backend(Protocol):
    """Makes tiles; a tile is valid until the next one is asked for."""

    def tile(self, part: Block) -> Tile:
        """Multiply the rows of a part with its columns."""


def choose(name: BackendName | None, *, templates: int) -> BackendName:
    """The backend to use.

    Args:
        name: What was asked for; None for the fastest at hand.
        templates: How many there are: a device is used for many alone.

    Raises:
        PlanError: The backend that was asked for is not installed or does not load.
    """
    if name is not None:
        module = {"numba": "numba", "torch": "torch", "numpy": "numpy"}.get(name)
        if module is None or find_spec(module) is None or (module == "numba" and kernels() is None):
            raise PlanError(
                f"comparison backend {name!r} is not at hand or broken; expected 'numpy', 'numba' (extra 'fast') "
                "or 'torch'. Install what it needs, or leave the choice out."
            )
        return name
    if templates >= _WORTH_A_DEVICE and find_spec("torch") is not None and _has_device():
        return "torch"
    return "numba" if templates >= _WORTH_COMPILED_CODE and kernels() is not None else "numpy"


def _has_device() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def open_backend(name: BackendName, pool: Pool, *, tile: int) -> Backend:
    """A backend with its buffers.

    Args:
        name: Which.
        pool: The templates.
        tile: Most rows and columns of a tile.
    """
    if name == "torch":
        from evalharness.comparison.torch_backend import TorchBackend

        return TorchBackend(pool)
    return CpuBackend(pool, tile, compiled=name == "numba")


class CpuBackend:
    """Tiles by numpy's matrix product, counted by numpy or by compiled loops."""

    def __init__(self, pool: Pool, tile: int, *, compiled: bool) -> None:
        self._pool = pool
        size = min(tile, max(len(pool), 1))
        self._values = np.empty(size * size, dtype=np.float32)
        self._rows, self._columns = (np.empty(size * size if compiled else 0, dtype=np.int32) for _ in range(2))
        self._compiled = compiled

    def tile(self, part: Block) -> Tile:
        """Multiply the rows of a part with its columns."""
        pool = self._pool
        left, right = pool.fast[part.rows], pool.fast[part.columns]
        values = self._values[: len(left) * len(right)].reshape(len(left), len(right))
        np.dot(left, right.T, out=values)
        if self._compiled:
            return _CompiledTile(pool, part, values, (self._rows, self._columns))
        return _NumpyTile(pool, part, values)


class _NumpyTile:
    """A tile counted by ``bincount``, a strip of rows at a time."""

    def __init__(self, pool: Pool, part: Block, values: NDArray[np.float32]) -> None:
        self._pool, self._part, self._values = pool, part, values
        if pool.squared:
            values *= np.float32(2)
            values -= pool.squares[part.rows, np.newaxis]
            values -= pool.squares[np.newaxis, part.columns]

    def count(self, histogram: NDArray[np.int64], binning: Binning) -> None:
        """Add every pair to the histogram."""
        codes, slots = histogram.shape[0], histogram.shape[2]
        rows, columns = self._pool.code[self._part.rows], self._pool.code[self._part.columns]
        low = int(columns.min())
        span = int(columns.max()) - low + 1
        offsets = (columns - low) * slots
        for strip in _strips(rows):
            places = binning.of(self._values[strip]) + offsets
            above = self._above(strip)
            chosen = places.ravel() if above is None else places[above]
            counts = np.bincount(chosen, minlength=span * slots).reshape(span, slots)
            histogram[rows[strip.start], low : min(low + span, codes)] += counts

    def reaching(self, floor: np.float32) -> Places:
        """Rows and columns of the values at or above a floor."""
        found = self._values >= floor
        above = self._above(slice(0, len(self._values)))
        rows, columns = np.nonzero(found if above is None else found & above)
        return rows.astype(np.int32), columns.astype(np.int32)

    def at(self, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.float32]:
        """Some values."""
        return np.asarray(self._values[rows, columns])

    def values(self) -> NDArray[np.float32]:
        """All values."""
        return self._values

    def _above(self, strip: slice) -> BoolArray | None:
        """Which places of a strip stand above the diagonal; None for all."""
        first = self._part.first_columns()[strip]
        if not first.any():
            return None
        return np.asarray(np.arange(self._values.shape[1]) >= first[:, np.newaxis])


class _CompiledTile:
    """A tile counted by compiled loops."""

    def __init__(self, pool: Pool, part: Block, values: NDArray[np.float32], buffers: Places) -> None:
        loops = kernels()
        assert loops is not None  # chosen only where numba is installed
        self._loops, self._pool, self._part, self._values, self._buffers = loops, pool, part, values, buffers
        if pool.squared:
            loops.subtract_squares(values, pool.squares[part.rows], pool.squares[part.columns])

    def count(self, histogram: NDArray[np.int64], binning: Binning) -> None:
        """Add every pair to the histogram."""
        codes = self._pool.code[self._part.columns]
        edges = runs(codes)
        self._loops.count_tile(
            self._values,
            self._part.first_columns(),
            np.ascontiguousarray(self._pool.code[self._part.rows]),
            (np.append(edges, len(codes)), codes[edges]),
            (np.float32(binning.low), np.float32(binning.inverse_width), binning.squared),
            histogram,
        )

    def reaching(self, floor: np.float32) -> Places:
        """Rows and columns of the values at or above a floor."""
        rows, columns = self._buffers
        found = self._loops.reaching_in_tile(self._values, self._part.first_columns(), floor, rows, columns)
        return rows[:found].copy(), columns[:found].copy()

    def at(self, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.float32]:
        """Some values."""
        return np.asarray(self._values[rows, columns])

    def values(self) -> NDArray[np.float32]:
        """All values."""
        return self._values


def runs(values: IntArray) -> IntArray:
    """(runs,) where a new value begins in a sorted or grouped array.

    >>> runs(np.array([3, 3, 5, 5, 5])).tolist()
    [0, 2]
    """
    return np.flatnonzero(np.append(True, values[1:] != values[:-1])[: len(values)])


def _strips(codes: IntArray) -> list[slice]:
    """Rows of one code each, not more than a strip at a time."""
    starts = [*runs(codes).tolist(), len(codes)]
    return [slice(top, min(top + _STRIP, end)) for begin, end in pairwise(starts) for top in range(begin, end, _STRIP)]
