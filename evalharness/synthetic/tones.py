"""The ten tones of the Monk Skin Tone scale, as the albedo of rendered skin.

Source of the colours: Monk, E. (2019), Monk Skin Tone Scale, https://skintone.google (swatches as published there,
sRGB). They are appearance colours; the renderer takes them as albedo, which is a choice of ours and no measurement.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

MapArray = NDArray[np.float32]

MONK_SRGB: Final[dict[str, str]] = {
    "1": "#f6ede4",
    "2": "#f3e7db",
    "3": "#f7ead0",
    "4": "#eadaba",
    "5": "#d7bd96",
    "6": "#a07e56",
    "7": "#825c43",
    "8": "#604134",
    "9": "#3a312a",
    "10": "#292420",
}
TONES: Final[tuple[str, ...]] = tuple(MONK_SRGB)
_FLOOR = 0.025  # no rendered skin is blacker than this, or its relief would drown in noise


def srgb_to_linear(values: MapArray) -> MapArray:
    """Decode sRGB in 0..1 to linear light (IEC 61966-2-1)."""
    low = values / 12.92
    high = ((values + 0.055) / 1.055) ** 2.4
    return np.where(values <= 0.04045, low, high).astype(np.float32)


def linear_to_srgb(values: MapArray) -> MapArray:
    """Encode linear light as sRGB in 0..1 (IEC 61966-2-1), clipped."""
    clipped = np.clip(values, 0.0, 1.0)
    return np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055).astype(np.float32)


def hex_to_linear(code: str) -> MapArray:
    """A colour ``#rrggbb`` in linear light, shape (3,).

    >>> hex_to_linear("#ffffff").tolist()
    [1.0, 1.0, 1.0]
    """
    return srgb_to_linear(np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)], dtype=np.float32))


def skin_albedo(tone: str) -> MapArray:
    """Linear albedo (3,) of a tone of the scale, ``"1"`` (lightest) to ``"10"``."""
    return hex_to_linear(MONK_SRGB[tone]) * np.float32(1 - _FLOOR) + np.float32(_FLOOR)


def luminance(colour: MapArray) -> float:
    """Relative luminance of a linear colour (ITU-R BT.709 weights)."""
    return float(colour @ np.array([0.2126, 0.7152, 0.0722], dtype=np.float32))
