"""From the lit head to a picture: perspective, background, exposure, blur, noise, JPEG."""

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from evalharness.synthetic.grid import COLUMNS, LEFT, RESOLUTION, ROWS, TOP, MapArray
from evalharness.synthetic.parameters import Capture
from evalharness.synthetic.surface import FLOOR
from evalharness.synthetic.tones import linear_to_srgb

SIZE: Final = 224  # pixels, square
_DISTANCE = 7.0  # head units from camera to head: about arm's length
NEAR, _FAR, _PLANES = 1.35, FLOOR + 0.02, 32  # no head reaches beyond NEAR
_CENTRE_Y = -0.1  # the height of the head that lies in the middle of the picture


@dataclass(frozen=True, slots=True)
class Rays:
    """One ray a pixel in the frame of the head: x and y as linear functions of z."""

    x0: MapArray  # (SIZE, SIZE) where z = 0
    y0: MapArray
    dx: MapArray  # per unit of z
    dy: MapArray

    def at(self, z: MapArray | np.float32) -> tuple[MapArray, MapArray]:
        """Grid coordinates (row, column) of the rays at heights z."""
        column = (self.x0 + self.dx * z - np.float32(LEFT)) * np.float32(RESOLUTION)
        row = (self.y0 + self.dy * z - np.float32(TOP)) * np.float32(RESOLUTION)
        return row, column


def rotation(capture: Capture) -> MapArray:
    """(3, 3): turns a vector of the head's frame into the camera's."""
    (sy, sp, sr), (cy, cp, cr) = np.sin(_angles(capture)), np.cos(_angles(capture))
    yaw = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    pitch = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    roll = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(roll @ pitch @ yaw, np.float32)


def _angles(capture: Capture) -> NDArray[np.float64]:
    return np.array([capture.yaw, capture.pitch, capture.roll])


def cast_rays(capture: Capture) -> Rays:
    """The rays of a pinhole camera that sees the turned head."""
    turn = rotation(capture)
    pixel = (np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2) / np.float32(capture.scale)
    u = (pixel - np.float32(capture.shift[0] / capture.scale))[None, :]
    v = (pixel - np.float32(capture.shift[1] / capture.scale))[:, None]
    origin = turn.T @ np.array([0, 0, _DISTANCE], np.float32)
    toward = [turn[0, k] * u + turn[1, k] * v - turn[2, k] * np.float32(_DISTANCE) for k in range(3)]
    dx, dy = toward[0] / toward[2], toward[1] / toward[2]
    return Rays(origin[0] - origin[2] * dx, origin[1] - origin[2] * dy + np.float32(_CENTRE_Y), dx, dy)


def trace(height: MapArray, rays: Rays) -> tuple[MapArray, MapArray]:
    """Where each ray first meets the surface: z (SIZE, SIZE), and 1 where it met a head, 0 where it passed."""
    flat, spacing = height.ravel(), (NEAR - _FAR) / (_PLANES - 1)
    z = np.full((SIZE, SIZE), _FAR, np.float32)
    open_rays = np.arange(SIZE * SIZE)
    x0, y0, dx, dy = (part.ravel() for part in (rays.x0, rays.y0, rays.dx, rays.dy))
    for plane in np.linspace(NEAR, _FAR, _PLANES, dtype=np.float32):
        part = Rays(x0[open_rays], y0[open_rays], dx[open_rays], dy[open_rays])
        row, column = part.at(plane)
        index = np.clip(row + 0.5, 0, ROWS - 1).astype(np.int32) * COLUMNS
        index += np.clip(column + 0.5, 0, COLUMNS - 1).astype(np.int32)
        met = flat[index] >= plane
        z.ravel()[open_rays[met]] = plane
        open_rays = open_rays[~met]
    hit = np.ones(SIZE * SIZE, np.float32)
    hit[open_rays] = 0
    return _refine(height, rays, z, spacing), hit.reshape(SIZE, SIZE)


def _refine(height: MapArray, rays: Rays, z: MapArray, spacing: float) -> MapArray:
    """Bisect between the last plane above the surface and the first one below it."""
    low, high = z, np.asarray(z + spacing, np.float32)
    for _ in range(4):
        middle = np.asarray((low + high) / 2, np.float32)
        above = sample(height, *rays.at(middle)) < middle
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray((low + high) / 2, np.float32)


def sample(values: MapArray, row: MapArray, column: MapArray) -> MapArray:
    """Bilinear look-up in a map (rows, columns) or (rows, columns, channels); the edge continues outside."""
    row, column = np.clip(row, 0, ROWS - 1.001), np.clip(column, 0, COLUMNS - 1.001)
    top, left = row.astype(np.int32), column.astype(np.int32)
    down, right = row - top, column - left
    if values.ndim == 3:
        down, right = down[..., None], right[..., None]
    flat = values.reshape(ROWS * COLUMNS, *values.shape[2:])
    index = top * COLUMNS + left
    upper = flat[index] * (1 - right) + flat[index + 1] * right
    lower = flat[index + COLUMNS] * (1 - right) + flat[index + COLUMNS + 1] * right
    return np.asarray(upper * (1 - down) + lower * down, np.float32)


def backdrop(rng: np.random.Generator) -> MapArray:
    """A dull wall (SIZE, SIZE, 3), linear: two colours, a slope and large soft patches."""
    colours = rng.uniform(0.08, 0.6) * rng.uniform(0.8, 1.2, size=(2, 3)).astype(np.float32)
    slope = np.linspace(0, 1, SIZE, dtype=np.float32)
    ramp = slope[:, None] if rng.random() < 0.5 else slope[None, :]
    patches = ndimage.zoom(
        rng.standard_normal((5, 5)).astype(np.float32), SIZE / 5, order=1, grid_mode=True, mode="nearest"
    )
    light = 1 + 0.12 * patches
    wall = colours[0] + (colours[1] - colours[0]) * np.broadcast_to(ramp, (SIZE, SIZE))[..., None]
    return np.asarray(wall * light[..., None], np.float32)


def develop(scene: MapArray, capture: Capture, rng: np.random.Generator, *, gain: float) -> bytes:
    """Expose a linear picture (SIZE, SIZE, 3), blur it, add noise and encode it as JPEG."""
    balance = np.array([1 - 0.6 * capture.warmth, 1.0, 1 + 0.6 * capture.warmth], np.float32)
    exposed = scene * (balance * np.float32(gain * 2**capture.exposure))
    blurred = ndimage.gaussian_filter(exposed, (capture.blur, capture.blur, 0))
    shot = np.sqrt(np.clip(blurred, 0.02, 1)) * np.float32(capture.noise * 1.5)
    noisy = blurred + shot * rng.standard_normal(blurred.shape, dtype=np.float32)
    pixels = (linear_to_srgb(noisy) * 255 + 0.5).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=capture.quality)
    return stream.getvalue()
