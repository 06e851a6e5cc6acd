"""The relief of a head: a height for every point of the canonical grid."""

from typing import Final

import numpy as np

from evalharness.synthetic.grid import MapArray, X, Y, bump, step, twin_bumps, window
from evalharness.synthetic.parameters import Capture, EyeShape, HeadShape, Identity, MouthShape, NoseShape

FLOOR: Final = -0.4  # height of everything that is not a head
_EQUATOR: Final = -0.2  # where the head is widest
_CROWN: Final = -1.27


def skull(shape: HeadShape) -> MapArray:
    """A superellipsoid with a jaw; ``FLOOR`` outside its outline."""
    y = Y[:, 0]
    above = np.clip((_EQUATOR - y) / (_EQUATOR - _CROWN), 0, 1)
    below = np.clip((y - _EQUATOR) / (shape.chin - _EQUATOR), 0, 1)
    outline = np.sqrt(1 - above**2.3) * (1 - below**shape.jaw) ** (1 / 1.75)
    profile = np.sqrt(1 - above**2.5) * np.sqrt(1 - below**5.5)
    half_width = np.maximum(shape.width * outline, 1e-3)[:, None]
    across = np.clip(1 - (np.abs(X) / half_width) ** shape.roundness, 0, 1)
    height = (shape.depth * profile)[:, None] * np.sqrt(across)
    return np.where(across > 0, height, FLOOR).astype(np.float32)


def static_surface(identity: Identity) -> MapArray:
    """Everything that no expression moves: skull, brow ridge, cheeks, chin, nose, ears, neck and shoulders."""
    shape = identity.head
    relief = np.zeros((Y.shape[0], X.shape[1]), np.float32)
    bump(relief, (0.0, -0.62), (0.4, 0.2), shape.forehead)
    twin_bumps(relief, (0.25, -0.36), (0.16, 0.06), shape.brow_ridge)
    twin_bumps(relief, (0.5, 0.1), (0.14, 0.11), shape.cheekbone)
    twin_bumps(relief, (0.42, 0.48), (0.17, 0.2), shape.cheek)
    twin_bumps(relief, (0.66, -0.42), (0.1, 0.2), -0.05)
    bump(relief, (0.0, shape.chin - 0.14), (shape.chin_width, 0.1), shape.chin_bump)
    _add_nose(relief, identity.nose)
    _add_sockets(relief, identity.eyes)
    _add_folds(relief, identity)
    height = skull(shape)
    height = np.where(height > FLOOR, height + relief, height)
    return np.maximum(np.maximum(height, _ears(shape)), _body(shape))


def _add_nose(relief: MapArray, nose: NoseShape) -> None:
    root, tip = -0.24, nose.base - nose.tip_lift
    area = window(-0.32, root, 0.32, nose.base + 0.02)
    along = np.clip((area.y - root) / (tip - root), 0, 1)
    under = np.clip((area.y - tip) / (nose.base - tip), 0, 1)
    ridge = nose.root + (nose.length - nose.root) * along**1.25 + nose.hump * np.sin(np.pi * along)
    ridge = ridge * step(along, 0.0, 0.12) * np.sqrt(1 - under**2.2)
    width = nose.bridge + (nose.tip - nose.bridge) * along**2
    relief[area.index] += ridge * np.exp(-((np.abs(area.x) / width) ** 2.3))
    twin_bumps(relief, (nose.wings, nose.base - 0.065), (0.042, 0.045), 0.095)
    bump(relief, (0.0, tip + 0.01), (0.055, 0.05), 0.03)


def _add_sockets(relief: MapArray, eyes: EyeShape) -> None:
    twin_bumps(relief, (eyes.spacing - 0.03, eyes.height - 0.03), (0.15, 0.085), -eyes.socket)
    twin_bumps(relief, (eyes.spacing, eyes.height), (0.1, 0.075), eyes.bulge)
    twin_bumps(relief, (eyes.spacing - 0.02, eyes.height + 0.14), (0.1, 0.03), -eyes.bag)


def _add_folds(relief: MapArray, identity: Identity) -> None:
    nose, skin = identity.nose, identity.skin
    bump(relief, (0.0, nose.base + 0.09), (0.025, 0.06), -0.018)
    area = window(-0.55, nose.base - 0.1, 0.55, 0.85)
    lane = nose.wings + 0.08 + 0.28 * (area.y - nose.base + 0.1)
    fade = step(area.y, nose.base - 0.1, nose.base + 0.05) * step(-area.y, -0.8, -0.5)
    relief[area.index] -= max(skin.folds, 0.0) * fade * np.exp(-(((np.abs(area.x) - lane) / 0.035) ** 2))


def _ears(shape: HeadShape) -> MapArray:
    along = np.clip(1 - ((Y + 0.02) / 0.27) ** 2, 0, 1)
    reach = shape.width + max(shape.ears, 0.02) * np.sqrt(along)
    rim = step(np.abs(X), shape.width - 0.05, shape.width + 0.05)
    height = -0.02 + 0.08 * rim + 0.0 * Y
    return np.where((np.abs(X) < reach) & (along > 0), height, FLOOR).astype(np.float32)


def _body(shape: HeadShape) -> MapArray:
    """Neck and shoulders: one surface, so that no seam lies between them."""
    flare = shape.neck + 1.5 * np.maximum(Y - 1.2, 0) ** 0.75
    across = np.clip(1 - (np.abs(X) / flare) ** 2.2, 0, 1)
    height = -0.22 + 0.4 * np.sqrt(across)
    return np.where((across > 0) & (Y > 0.45), height, FLOOR).astype(np.float32)


def add_expression(height: MapArray, identity: Identity, capture: Capture) -> None:
    """Lips, lids and what a smile does to the cheeks, in place."""
    mouth, eyes = identity.mouth, identity.eyes
    twin_bumps(height, (0.43, 0.22), (0.13, 0.1), 0.035 * capture.smile)
    _add_lips(height, mouth, lip_line(identity), capture)
    for side in (-1.0, 1.0):
        bump(height, (side * eyes.spacing, eyes.height - eyes.opening - 0.03), (0.11, 0.022), 0.018)


def lip_line(identity: Identity) -> float:
    """Where the lips meet, at the centre."""
    return identity.nose.base + identity.mouth.gap


def _add_lips(height: MapArray, mouth: MouthShape, line: float, capture: Capture) -> None:
    open_by = 0.09 * capture.mouth_open
    bump(height, (0.0, line - mouth.upper * 0.55), (mouth.width * 0.55, mouth.upper * 0.55), mouth.fullness)
    bump(
        height, (0.0, line + open_by + mouth.lower * 0.5), (mouth.width * 0.5, mouth.lower * 0.5), mouth.fullness * 1.2
    )
    bump(height, (0.0, line + open_by * 0.5), (mouth.width * 0.6, 0.016 + open_by * 0.5), -0.035 - 0.3 * open_by)
    twin_bumps(height, (mouth.width + 0.02, line - 0.05 * capture.smile), (0.03, 0.03), -0.025)
    bump(height, (0.0, line + open_by + mouth.lower + 0.06), (0.16, 0.04), -0.03)
