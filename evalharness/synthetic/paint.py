"""The albedo of a head: skin, then hair, brows, eyes and mouth, each in its own window."""

import numpy as np
from scipy import ndimage

from evalharness.synthetic.grid import COLUMNS, ROWS, MapArray, Window, X, Y, blend, inside, noise_map, step, window
from evalharness.synthetic.hair import Hair, hair_colour, pick_colour
from evalharness.synthetic.parameters import Capture, Identity
from evalharness.synthetic.surface import lip_line
from evalharness.synthetic.tones import hex_to_linear, luminance, skin_albedo

_IRIS = ("#1d120b", "#3a2314", "#5b3a1e", "#6b6a3c", "#5c7586", "#7d97a8")
_LASH = np.array([0.012, 0.009, 0.008], dtype=np.float32)
_MOUTH_INSIDE = np.array([0.03, 0.01, 0.01], dtype=np.float32)


def paint_skin(identity: Identity, hair: Hair) -> MapArray:
    """Skin with its flush, mottling, stubble and moles, and the hair over it; (rows, columns, 3), linear."""
    rng = np.random.default_rng([identity.texture, 1])
    skin, look = skin_albedo(identity.tone), identity.skin
    mottle = noise_map(rng, (9, 8)) + 0.5 * noise_map(rng, (28, 26))
    albedo = skin * (1 + np.float32(max(look.mottling, 0.0)) * mottle)[..., None]
    red = _spots(((0.45, 0.25, 0.2, 0.17), (0.0, identity.nose.base - 0.1, 0.1, 0.1))) * np.float32(max(look.flush, 0))
    albedo *= 1 - red[..., None] * np.array([0.02, 0.2, 0.2], dtype=np.float32)
    _paint_stubble(albedo, identity)
    _paint_moles(albedo, rng, look.moles)
    tint = hair_colour(identity) * (1 + 0.28 * hair.strands[..., None])
    blend(albedo, np.maximum(tint, 0.004), hair.cover)
    return albedo


def _spots(places: tuple[tuple[float, float, float, float], ...]) -> MapArray:
    total = np.zeros((ROWS, COLUMNS), np.float32)
    for x, y, sx, sy in places:
        total += np.exp(-0.5 * (((np.abs(X) - x) / sx) ** 2 + ((Y - y) / sy) ** 2))
    return total


def _paint_stubble(albedo: MapArray, identity: Identity) -> None:
    strength = min(max(identity.skin.stubble, 0.0), 0.45)
    if strength == 0:
        return
    line = lip_line(identity)
    beard = step(Y + 0.5 * np.abs(X), line - 0.05, line + 0.2) * step(-Y, -identity.head.chin - 0.1, -0.75)
    lip = np.exp(-0.5 * ((X / 0.2) ** 2 + ((Y - identity.nose.base - 0.1) / 0.05) ** 2))
    shade = np.minimum(hair_colour(identity), skin_albedo(identity.tone) * np.float32(0.6))
    blend(albedo, shade, np.maximum(beard, 0.8 * lip) * np.float32(strength))


def _paint_moles(albedo: MapArray, rng: np.random.Generator, number: float) -> None:
    places = rng.uniform((-0.55, -0.6, 0.012), (0.55, 0.9, 0.022), size=(8, 3))
    for x, y, radius in places[: max(round(number), 0)]:
        spot = window(x - 0.06, y - 0.06, x + 0.06, y + 0.06)
        cover = np.exp(-0.5 * ((spot.x - x) ** 2 + (spot.y - y) ** 2) / radius**2)
        albedo[spot.index] *= 1 - 0.6 * cover[..., None]


def paint_features(albedo: MapArray, identity: Identity, capture: Capture) -> None:
    """Brows, eyes, nostrils and mouth as this capture shows them, in place."""
    for side in (-1.0, 1.0):
        _paint_brow(albedo, identity, capture, side)
        _paint_eye(albedo, identity, capture, side)
        _paint_nostril(albedo, identity, side)
    _paint_mouth(albedo, identity, capture)


def _paint_brow(albedo: MapArray, identity: Identity, capture: Capture, side: float) -> None:
    eyes = identity.eyes
    inner, outer = eyes.brow_inner, eyes.spacing + eyes.width * 1.45
    level = eyes.height - eyes.brow_gap - 0.04 * capture.brow_raise
    area = _mirrored(side, inner - 0.06, level - 0.16, outer + 0.06, level + 0.16)
    along = (side * area.x - inner) / (outer - inner)
    middle = level - eyes.brow_arch * np.sin(np.pi * np.clip(along, 0, 1) ** 1.3) + eyes.brow_slope * (along - 0.4)
    half = np.maximum(eyes.brow_thickness, 0.016) * (1 - 0.65 * np.clip(along, 0, 1) ** 2)
    ends = step(along, -0.06, 0.1) * step(-along, -1.05, -0.8)
    cover = ends * np.exp(-((((area.y - middle) / half) ** 2 / 1.2) ** 1.5))
    ragged = 0.85 + 0.15 * np.sin(area.x * 190 + area.y * side * 120)
    colour = hair_colour(identity) * np.float32(0.7)
    blend(albedo[area.index], colour, cover * ragged * np.float32(min(max(eyes.brow_opacity, 0.3), 0.97)))


def _mirrored(side: float, inner: float, top: float, outer: float, bottom: float) -> Window:
    left, right = sorted((side * inner, side * outer))
    return window(left, top, right, bottom)


def _paint_eye(albedo: MapArray, identity: Identity, capture: Capture, side: float) -> None:
    eyes = identity.eyes
    area = _mirrored(side, eyes.spacing - 0.26, eyes.height - 0.18, eyes.spacing + 0.28, eyes.height + 0.16)
    across = (side * area.x - eyes.spacing) / eyes.width
    down = area.y - eyes.height + eyes.tilt * across
    arc = np.clip(1 - across**2, 0, None)
    upper = -(eyes.opening * (1 - 0.9 * min(capture.blink, 1.0)) * arc**0.75)
    lower = eyes.opening * (0.62 - 0.15 * min(capture.smile, 1.0)) * arc
    patch = albedo[area.index]
    shade = np.where(np.abs(across) < 1.15, np.exp(-(((down - upper + eyes.crease) / 0.014) ** 2)), 0)
    patch *= (1 - 0.38 * shade)[..., None]
    _paint_ball(patch, identity, np.minimum(down - upper, lower - down), (across * eyes.width, down))
    lash = np.exp(-(((down - upper + 0.004) / 0.017) ** 2)) * step(-np.abs(across), -1.12, -0.9)
    blend(patch, _LASH, lash * np.float32(0.85))
    rim = np.exp(-(((down - lower) / 0.011) ** 2)) * step(-np.abs(across), -1.05, -0.8)
    blend(patch, _LASH, rim * np.float32(0.35))


def _paint_ball(patch: MapArray, identity: Identity, depth: MapArray, place: tuple[MapArray, MapArray]) -> None:
    """Sclera and iris inside the lids; the sclera is darker in darker faces, or it would blaze."""
    skin = skin_albedo(identity.tone)
    white = np.array([1.0, 0.95, 0.92], dtype=np.float32) * np.float32(0.2 + 0.42 * luminance(skin) ** 0.5)
    opened = inside(depth - np.float32(0.006))
    shadow = 0.55 + 0.45 * step(depth, 0.0, 0.04)
    blend(patch, white * shadow[..., None], opened)
    radius = np.hypot(place[0], place[1] + 0.008)
    iris = pick_colour(_IRIS, identity.eyes.iris)
    blend(patch, iris * shadow[..., None], opened * inside(0.07 - radius))
    blend(patch, _LASH, opened * inside(0.03 - radius) + opened * 0.4 * np.exp(-(((radius - 0.068) / 0.008) ** 2)))


def _paint_nostril(albedo: MapArray, identity: Identity, side: float) -> None:
    nose = identity.nose
    x, y = nose.wings * 0.56, nose.base - 0.035
    area = _mirrored(side, x - 0.14, y - 0.09, x + 0.14, y + 0.09)
    high = max(nose.nostrils * 0.72, 0.012)
    radius = ((side * area.x - x) / (nose.nostrils * 1.35)) ** 2 + ((area.y - y) / high) ** 2
    blend(albedo[area.index], _MOUTH_INSIDE, np.exp(-(radius**1.5)) * np.float32(0.85))


def _paint_mouth(albedo: MapArray, identity: Identity, capture: Capture) -> None:
    mouth, line = identity.mouth, lip_line(identity)
    half = mouth.width * (1 + 0.14 * capture.smile)
    area = window(-half - 0.08, line - 0.26, half + 0.08, line + 0.34)
    across = area.x / half
    arc = np.clip(1 - across**2, 0, None)
    centre = line - (0.07 * capture.smile + mouth.corners) * (across**2 - 0.35)
    gap = 0.09 * capture.mouth_open * arc
    bow = 1 - mouth.bow * np.exp(-((across / 0.16) ** 2))
    top = centre - max(mouth.upper, 0.025) * (1 - 0.2 * capture.smile) * arc**0.7 * bow
    bottom = centre + gap + max(mouth.lower, 0.03) * (1 - 0.15 * capture.smile) * arc**0.8
    patch = albedo[area.index]
    lips = ndimage.gaussian_filter(inside(np.minimum(area.y - top, bottom - area.y), 2.5), 0.7)
    blend(patch, _lip_colour(identity), lips * np.float32(0.9))
    teeth = hex_to_linear("#d8cfc2") * np.float32(0.75)
    opened = inside(np.minimum(area.y - centre, centre + gap - area.y) - np.float32(0.012), 1.5)
    inner = np.where((area.y < centre + 0.6 * gap)[..., None], teeth, _MOUTH_INSIDE)
    blend(patch, inner.astype(np.float32), opened)
    seam = np.exp(-(((area.y - centre - gap * 0.1) / 0.012) ** 2)) * step(-np.abs(across), -1.08, -0.9)
    blend(patch, _MOUTH_INSIDE, seam * np.float32(0.8 if capture.mouth_open < 0.2 else 0.4))


def _lip_colour(identity: Identity) -> MapArray:
    skin = skin_albedo(identity.tone)
    red = min(max(identity.mouth.redness, 0.1), 1.0)
    share = np.array([1 - 0.25 * red, 1 - 0.62 * red, 1 - 0.55 * red], dtype=np.float32)
    return skin * share + np.float32(0.01) * np.array([2, 0.5, 0.7], dtype=np.float32)
