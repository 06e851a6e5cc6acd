"""Hair as a second surface over the head: it shows where it is higher, so its edge is no drawn line."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from evalharness.synthetic.grid import COLUMNS, ROWS, MapArray, X, Y, noise_map, step
from evalharness.synthetic.parameters import HairStyle, Identity
from evalharness.synthetic.surface import FLOOR
from evalharness.synthetic.tones import hex_to_linear

_COLOURS = ("#0e0b0a", "#17110d", "#2a1c13", "#44301f", "#6b4a2c", "#8f6b3f", "#8a8580")


@dataclass(frozen=True, slots=True)
class Hair:
    """Height of the hair and how much of each point it covers."""

    height: MapArray  # (rows, columns)
    cover: MapArray  # (rows, columns), 0..1
    strands: MapArray  # (rows, columns), about standard normal


def hair_colour(identity: Identity) -> MapArray:
    """Linear colour (3,); drawn apart from tone, for the faces are nobody's."""
    return pick_colour(_COLOURS, identity.hair.colour)


def pick_colour(colours: tuple[str, ...], score: float) -> MapArray:
    """A point between the colours of a row, from a normal score."""
    place = min(max((score + 1.6) / 3.2, 0.0), 1.0) * (len(colours) - 1)
    low = min(int(place), len(colours) - 2)
    first, second = hex_to_linear(colours[low]), hex_to_linear(colours[low + 1])
    return first + (second - first) * np.float32(place - low)


def grow_hair(identity: Identity, face: MapArray) -> Hair:
    """Hair of one subject over its bare surface ``face``."""
    rng = np.random.default_rng(identity.texture)
    style = identity.hair
    strands = _strands(rng, style)
    cap = _cap(identity, face, strands)
    fall = _fall(identity, strands)
    height = np.maximum(cap, fall)
    cover = step(height - face, -0.012, 0.03)
    return Hair(np.maximum(height, face), cover, strands)


def _strands(rng: np.random.Generator, style: HairStyle) -> MapArray:
    """Streaks that run outwards from the parting and down the sides."""
    angle = np.arctan2(X - np.float32(style.parting) * (Y < 2), Y + 2.4)
    waves = 0.035 * style.wave * np.sin(7 * Y + 4 * np.abs(X))
    place = (angle + waves - angle.min()) / (angle.max() - angle.min() + 0.1)
    line = ndimage.gaussian_filter1d(rng.standard_normal(640).astype(np.float32), 1.2) * 2
    streaks = np.take(line, np.clip(place * 639, 0, 639).astype(np.int32))
    mottle = noise_map(rng, (24, 24)) * 0.35
    return np.asarray(streaks * 0.8 + mottle, dtype=np.float32)


def _cap(identity: Identity, face: MapArray, strands: MapArray) -> MapArray:
    """Hair on the scalp: the face raised by a thickness that grows from nothing at the hairline."""
    style, shape = identity.hair, identity.head
    side = np.abs(X) / np.float32(shape.width)
    temple = style.recess * np.exp(-(((side - 0.55) / 0.2) ** 2))
    parted = 0.06 * np.exp(-(((X - style.parting) / 0.12) ** 2))
    edge = style.line - temple - parted + (style.sides - style.line) * step(side, 0.72, 0.97)
    depth = edge - Y + 0.02 * strands
    rooted = step(depth, -0.05, 0.2)
    outer = np.maximum(_inflated(identity), face + np.float32(style.volume))
    over_face = face - 0.02 + (outer - face + 0.02) * rooted + 0.006 * strands * rooted
    beside = np.where((depth > 0) & (_inflated(identity) > FLOOR), _inflated(identity), FLOOR)
    return np.where(face > FLOOR, over_face, beside).astype(np.float32)


def _inflated(identity: Identity) -> MapArray:
    """The outline of the hair: an ellipsoid a little larger than the upper head."""
    style, shape = identity.hair, identity.head
    volume = max(style.volume, 0.03)
    half_width = shape.width + volume * 0.75
    down = np.clip(1 - (np.abs(Y + 0.28) / (1.0 + volume)) ** 2.2, 0, 1)
    across = np.clip(down - (np.abs(X) / half_width) ** 2.4, 0, 1)
    height = (shape.depth - 0.12) * np.sqrt(across)
    return np.where(across > 0, height, FLOOR).astype(np.float32)


def _fall(identity: Identity, strands: MapArray) -> MapArray:
    """Long hair of form ``b``: a curtain behind the cheeks; nothing for form ``a``."""
    style, shape = identity.hair, identity.head
    if style.length < 0.5:
        return np.full((ROWS, COLUMNS), FLOOR, np.float32)
    reach = shape.width + 0.05 + style.volume + 0.05 * np.sin(3 * Y) * style.wave
    reach = reach * np.sqrt(np.clip(1 - (np.maximum(-0.3 - Y, 0) / 1.05) ** 2.2, 0, 1))
    reach = np.maximum(reach * step(-Y, -style.drop - 0.25, -style.drop + 0.15), 1e-3)
    across = np.clip(1 - (np.abs(X) / reach) ** 4, 0, 1)
    height = -0.2 + 0.36 * np.sqrt(across) + 0.012 * strands
    return np.where(across > 0, height, FLOOR).astype(np.float32)
