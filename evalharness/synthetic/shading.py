"""Light on the canonical grid: wrapped diffuse light, cavities, cast shadows and sheen."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from evalharness.synthetic.grid import RESOLUTION, MapArray
from evalharness.synthetic.parameters import Capture

_WRAP = 0.35  # light that creeps round an edge, as through skin
_SHEEN = ((22.0, 0.008), (5.0, 0.03))  # (exponent, strength): alike on every tone, which is what lifts the dark ones
_SHADOW_STEPS = (2, 4, 7, 11, 16)  # half-resolution grid points


@dataclass(frozen=True, slots=True)
class Lighting:
    """What light does, apart from the albedo."""

    diffuse: MapArray  # (rows, columns, 3)
    sheen: MapArray  # (rows, columns)


def light_up(height: MapArray, capture: Capture, *, view: MapArray) -> Lighting:
    """Shade a surface.

    Args:
        height: (rows, columns) head units.
        capture: Where the light stands, and how much of it has no direction.
        view: (3,) unit vector towards the camera, in the frame of the head.
    """
    soft = ndimage.gaussian_filter(height, 0.7)
    normal = _normals(soft)
    sun = _direction(capture)
    facing = _dot(normal, sun)
    shadow = _cast_shadow(soft, sun)
    key = np.clip((facing + _WRAP) / (1 + _WRAP), 0, 1) * shadow
    sky = 0.78 - 0.22 * normal[1]
    cavity = _cavities(soft)
    warm = np.array([1 + capture.warmth, 1.0, 1 - capture.warmth], dtype=np.float32)
    cool = np.float32(2) - warm
    key_part = (1.25 * (1 - capture.ambient) * key * (0.4 + 0.6 * cavity))[..., None] * warm
    sky_part = (capture.ambient * sky * cavity)[..., None] * cool
    sheen = _sheen(normal, sun, view) * cavity * (0.35 + 0.65 * shadow)
    return Lighting(np.asarray(key_part + sky_part, np.float32), np.asarray(sheen, np.float32))


def _normals(height: MapArray) -> tuple[MapArray, MapArray, MapArray]:
    down, across = np.gradient(height)
    slope_x, slope_y = across * np.float32(RESOLUTION), down * np.float32(RESOLUTION)
    length = 1 / np.sqrt(1 + slope_x**2 + slope_y**2)
    return -slope_x * length, -slope_y * length, length


def _direction(capture: Capture) -> MapArray:
    flat = np.cos(capture.light_height)
    return np.array(
        [np.sin(capture.light_azimuth) * flat, -np.sin(capture.light_height), np.cos(capture.light_azimuth) * flat],
        dtype=np.float32,
    )


def _dot(normal: tuple[MapArray, MapArray, MapArray], direction: MapArray) -> MapArray:
    total = normal[0] * direction[0] + normal[1] * direction[1] + normal[2] * direction[2]
    return np.asarray(total, np.float32)


def _cavities(height: MapArray) -> MapArray:
    """Less light where the surroundings are higher: 1 in the open, towards 0.3 in a pit."""
    fine = ndimage.gaussian_filter(height, 3.0) - height
    wide = ndimage.uniform_filter(ndimage.gaussian_filter(height[::2, ::2], 4.0).repeat(2, 0).repeat(2, 1), 3)
    wide = wide[: height.shape[0], : height.shape[1]] - height
    open_share = 1 - 11.0 * np.maximum(fine, -0.01) - 2.6 * np.maximum(wide, 0)
    return np.asarray(np.clip(open_share, 0.3, 1.1), np.float32)


def _cast_shadow(height: MapArray, sun: MapArray) -> MapArray:
    """Soft shadows by a short march towards the light at half resolution: 1 lit, 0 in shadow."""
    coarse = height[::2, ::2]
    steepness = sun[2] / max(float(np.hypot(sun[0], sun[1])), 1e-3)
    unit = sun[:2] / max(float(np.hypot(sun[0], sun[1])), 1e-3)
    blocked = np.zeros_like(coarse)
    for steps in _SHADOW_STEPS:
        shift = (-unit[1] * steps, -unit[0] * steps)
        towards = ndimage.shift(coarse, shift, order=1, mode="nearest")
        rise = steps * 2 / RESOLUTION * steepness
        np.maximum(blocked, towards - coarse - np.float32(rise), out=blocked)
    lit = ndimage.gaussian_filter(np.clip(1 - blocked * 9, 0.15, 1), 1.2)
    full = ndimage.zoom(lit, 2, order=1)[: height.shape[0], : height.shape[1]]
    return np.asarray(full, np.float32)


def _sheen(normal: tuple[MapArray, MapArray, MapArray], sun: MapArray, view: MapArray) -> MapArray:
    between = sun + view
    mirror = np.clip(_dot(normal, between / np.linalg.norm(between)), 0, 1)
    return np.asarray(sum(strength * mirror**exponent for exponent, strength in _SHEEN), np.float32)
