"""The canonical frontal grid on which height and albedo of a head are drawn, and the brushes for it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

MapArray = NDArray[np.float32]
Numbers = NDArray[np.float32] | NDArray[np.float64]

RESOLUTION: Final = 68.0  # grid points a head unit
LEFT: Final = -1.45
TOP: Final = -1.55
COLUMNS: Final = 198
ROWS: Final = 215
X: Final[MapArray] = (LEFT + np.arange(COLUMNS, dtype=np.float32) / np.float32(RESOLUTION))[None, :]
Y: Final[MapArray] = (TOP + np.arange(ROWS, dtype=np.float32) / np.float32(RESOLUTION))[:, None]


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of the grid: painting a mouth touches no forehead."""

    index: tuple[slice, slice]
    x: MapArray  # (1, w)
    y: MapArray  # (h, 1)


def window(left: float, top: float, right: float, bottom: float) -> Window:
    """The grid points inside a rectangle in head units."""
    columns = slice(_nearest(left - LEFT, COLUMNS), _nearest(right - LEFT, COLUMNS) + 1)
    rows = slice(_nearest(top - TOP, ROWS), _nearest(bottom - TOP, ROWS) + 1)
    return Window((rows, columns), X[:, columns], Y[rows])


def _nearest(offset: float, count: int) -> int:
    return min(max(round(offset * RESOLUTION), 0), count - 1)


def bump(height: MapArray, centre: tuple[float, float], spread: tuple[float, float], amount: float) -> None:
    """Add a Gaussian hill, in place; cut at three spreads."""
    (cx, cy), (sx, sy) = centre, spread
    area = window(cx - 3 * sx, cy - 3 * sy, cx + 3 * sx, cy + 3 * sy)
    across = np.exp(-0.5 * ((area.x - np.float32(cx)) / np.float32(sx)) ** 2)
    down = np.exp(-0.5 * ((area.y - np.float32(cy)) / np.float32(sy)) ** 2)
    height[area.index] += np.float32(amount) * across * down


def twin_bumps(height: MapArray, centre: tuple[float, float], spread: tuple[float, float], amount: float) -> None:
    """The same hill on both sides of the face."""
    bump(height, centre, spread, amount)
    bump(height, (-centre[0], centre[1]), spread, amount)


def step(values: Numbers, low: float, high: float) -> MapArray:
    """Smooth step from 0 at ``low`` to 1 at ``high``."""
    t = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def inside(distance: MapArray, softness: float = 1.0) -> MapArray:
    """Anti-aliased coverage of points whose signed distance (head units) is positive."""
    covered = np.clip(distance * np.float32(RESOLUTION / softness) + np.float32(0.5), 0, 1)
    return np.asarray(covered, np.float32)


def blend(albedo: MapArray, colour: MapArray, coverage: MapArray) -> None:
    """Paint a colour (3,) or a map of colours over a part of an albedo map, in place."""
    albedo += (colour - albedo) * coverage[..., None]


def noise_map(rng: np.random.Generator, cells: tuple[int, int]) -> MapArray:
    """Smooth noise over the grid: standard normal values at (rows, columns) cells, linear between them."""
    coarse = rng.standard_normal(cells, dtype=np.float32)
    zoom = (ROWS / cells[0], COLUMNS / cells[1])
    return np.asarray(ndimage.zoom(coarse, zoom, order=1, mode="nearest", grid_mode=True), dtype=np.float32)
