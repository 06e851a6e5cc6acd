"""Tiles on a CUDA device, or on the CPU for tests; imported only where torch is used."""

import numpy as np
import torch
from numpy.typing import NDArray

from evalharness.comparison.backends import Places, Tile
from evalharness.comparison.binning import Binning
from evalharness.comparison.layout import Block
from evalharness.comparison.templates import Pool


class TorchBackend:
    """Keeps all templates on the device; values leave it only where they are asked for.

    The bound on fast scores holds for true float32 products: reduced precision (TF32) is switched off.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.backends.cuda.matmul.allow_tf32 = False
        self._fast, self._squares, self._code = (
            torch.from_numpy(np.array(array)).to(self._device) for array in (pool.fast, pool.squares, pool.code)
        )

    def tile(self, part: Block) -> Tile:
        """Multiply the rows of a part with its columns."""
        values = self._fast[part.rows] @ self._fast[part.columns].T
        if self._pool.squared:
            values.mul_(2).sub_(self._squares[part.rows, None]).sub_(self._squares[None, part.columns])
        return _TorchTile(part, values, self._code)


class _TorchTile:
    """A tile on the device."""

    def __init__(self, part: Block, values: torch.Tensor, code: torch.Tensor) -> None:
        self._part, self._values = part, values
        self._rows, self._columns = code[part.rows], code[part.columns]

    def count(self, histogram: NDArray[np.int64], binning: Binning) -> None:
        """Add every pair to the histogram."""
        scores = -torch.sqrt(torch.clamp(-self._values, min=0)) if binning.squared else self._values
        place = (scores - np.float32(binning.low).item()) * np.float32(binning.inverse_width).item()
        broken = torch.isnan(place)
        slots = torch.clamp(place, 0, binning.bins - 1).nan_to_num(0).to(torch.int64)
        slots[broken] = binning.bins
        first_row, first_column = int(self._rows[0]), int(self._columns[0])
        height, width = int(self._rows[-1]) - first_row + 1, int(self._columns[-1]) - first_column + 1
        pair = (self._rows - first_row)[:, None] * width + (self._columns - first_column)[None, :]
        keys = pair * histogram.shape[2] + slots
        keys = keys[self._above()] if self._part.first_columns().any() else keys.ravel()
        counts = torch.bincount(keys, minlength=height * width * histogram.shape[2])
        added = counts.reshape(height, width, -1).cpu().numpy()
        histogram[first_row : first_row + height, first_column : first_column + width] += added

    def reaching(self, floor: np.float32) -> Places:
        """Rows and columns of the values at or above a floor."""
        found = torch.nonzero((self._values >= floor.item()) & self._above()).to(torch.int32).cpu().numpy()
        return np.ascontiguousarray(found[:, 0]), np.ascontiguousarray(found[:, 1])

    def at(self, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.float32]:
        """Some values."""
        device = self._values.device
        places = (torch.from_numpy(array.astype(np.int64)).to(device) for array in (rows, columns))
        return np.asarray(self._values[tuple(places)].cpu().numpy())

    def values(self) -> NDArray[np.float32]:
        """All values."""
        return np.asarray(self._values.cpu().numpy())

    def _above(self) -> torch.Tensor:
        """Which places stand above the diagonal."""
        first = torch.from_numpy(self._part.first_columns()).to(self._values.device)
        return torch.arange(self._values.shape[1], device=self._values.device)[None, :] >= first[:, None]
