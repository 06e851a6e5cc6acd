"""What makes one face that belongs to nobody (identity), and what makes one picture of it (capture).

Lengths are in head units: 1 is about 9 cm, the chin lies near y = 1, the crown near y = -1.3, y points down
and z towards the camera. Every number of an identity is a trait with a mean, a spread and a shift for form ``b``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final, TypeVar

import numpy as np

FORMS: Final[tuple[str, ...]] = ("a", "b")  # two families of head shape and hair; they stand for nothing else
_CUT = 2.2  # traits are normal, cut at so many spreads: no monsters


def trait(mean: float, spread: float, b: float = 0.0) -> Mapping[str, float]:
    """Distribution of one trait: mean of form ``a``, standard deviation, shift of the mean for form ``b``."""
    return {"mean": mean, "spread": spread, "b": b}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadShape:
    """Outline and relief of the head without its features."""

    width: float = field(metadata=trait(0.755, 0.012, -0.02))
    depth: float = field(metadata=trait(0.78, 0.023))
    chin: float = field(metadata=trait(1.03, 0.025, -0.03))
    jaw: float = field(metadata=trait(2.55, 0.2, -0.3))  # exponent of the outline below the cheeks: square if high
    roundness: float = field(metadata=trait(2.25, 0.07))  # exponent of the horizontal cross-section
    forehead: float = field(metadata=trait(0.03, 0.014))
    brow_ridge: float = field(metadata=trait(0.045, 0.01, -0.02))
    cheekbone: float = field(metadata=trait(0.05, 0.014, 0.01))
    cheek: float = field(metadata=trait(0.0, 0.019, 0.01))
    chin_bump: float = field(metadata=trait(0.08, 0.014))
    chin_width: float = field(metadata=trait(0.17, 0.016, -0.02))
    neck: float = field(metadata=trait(0.47, 0.019, -0.06))
    ears: float = field(metadata=trait(0.08, 0.014))


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeShape:
    """Sockets, lids, iris and brows."""

    spacing: float = field(metadata=trait(0.335, 0.011))  # half the distance of the pupils
    height: float = field(metadata=trait(-0.15, 0.014))
    width: float = field(metadata=trait(0.165, 0.0039))
    opening: float = field(metadata=trait(0.062, 0.0036, 0.006))
    tilt: float = field(metadata=trait(0.012, 0.0056, 0.006))
    crease: float = field(metadata=trait(0.055, 0.005))
    socket: float = field(metadata=trait(0.11, 0.016))
    bulge: float = field(metadata=trait(0.05, 0.0087))
    bag: float = field(metadata=trait(0.018, 0.0066))
    iris: float = field(metadata=trait(0.0, 0.28))  # position on the iris colours, as a normal score
    brow_gap: float = field(metadata=trait(0.235, 0.0087, 0.015))
    brow_thickness: float = field(metadata=trait(0.042, 0.0034, -0.008))
    brow_arch: float = field(metadata=trait(0.04, 0.008, 0.015))
    brow_slope: float = field(metadata=trait(0.0, 0.012))
    brow_inner: float = field(metadata=trait(0.13, 0.008))
    brow_opacity: float = field(metadata=trait(0.75, 0.044))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoseShape:
    """Ridge, tip and wings."""

    base: float = field(metadata=trait(0.36, 0.021))  # where the nose meets the lip
    length: float = field(metadata=trait(0.24, 0.019))  # how far the tip stands out
    root: float = field(metadata=trait(0.05, 0.011))
    hump: float = field(metadata=trait(0.0, 0.0096, -0.008))
    bridge: float = field(metadata=trait(0.075, 0.0073))
    wings: float = field(metadata=trait(0.15, 0.014, -0.012))
    tip: float = field(metadata=trait(0.1, 0.0087))
    tip_lift: float = field(metadata=trait(0.1, 0.01, 0.01))
    nostrils: float = field(metadata=trait(0.036, 0.0047))


@dataclass(frozen=True, slots=True, kw_only=True)
class MouthShape:
    """Lips."""

    gap: float = field(metadata=trait(0.235, 0.016))  # from the nose to the line between the lips
    width: float = field(metadata=trait(0.27, 0.0087))
    upper: float = field(metadata=trait(0.07, 0.01, 0.006))
    lower: float = field(metadata=trait(0.095, 0.011, 0.006))
    bow: float = field(metadata=trait(0.3, 0.066))
    corners: float = field(metadata=trait(0.0, 0.01))
    fullness: float = field(metadata=trait(0.05, 0.0087))
    redness: float = field(metadata=trait(0.55, 0.05, 0.1))


@dataclass(frozen=True, slots=True, kw_only=True)
class HairStyle:
    """Hair; ``length`` of form ``a`` stays above the ears."""

    line: float = field(metadata=trait(-0.82, 0.033))
    recess: float = field(metadata=trait(0.08, 0.043, -0.05))
    parting: float = field(metadata=trait(0.0, 0.1))
    volume: float = field(metadata=trait(0.12, 0.019, 0.02))
    sides: float = field(metadata=trait(-0.12, 0.057, 0.1))
    length: float = field(metadata=trait(0.0, 0.0, 1.0))
    drop: float = field(metadata=trait(0.95, 0.11))
    colour: float = field(metadata=trait(0.0, 0.47))  # position on the hair colours, as a normal score
    wave: float = field(metadata=trait(0.5, 0.14))


@dataclass(frozen=True, slots=True, kw_only=True)
class SkinLook:
    """What is on the skin besides its tone."""

    flush: float = field(metadata=trait(0.5, 0.096))
    mottling: float = field(metadata=trait(0.07, 0.008))
    stubble: float = field(metadata=trait(0.12, 0.044, -0.3))
    folds: float = field(metadata=trait(0.018, 0.0061))
    moles: float = field(metadata=trait(2.5, 0.56))
    sheen: float = field(metadata=trait(1.0, 0.11))


@dataclass(frozen=True, slots=True)
class Identity:
    """One subject: nobody."""

    tone: str
    form: str
    head: HeadShape
    eyes: EyeShape
    nose: NoseShape
    mouth: MouthShape
    hair: HairStyle
    skin: SkinLook
    texture: int  # seed of mottling, moles and strands


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One picture: pose, light, expression and camera."""

    yaw: float  # radians
    pitch: float
    roll: float
    scale: float  # pixels a head unit
    shift: tuple[float, float]  # pixels
    light_azimuth: float  # radians, 0 is frontal
    light_height: float
    ambient: float  # share of the light that has no direction
    warmth: float  # of the light, and inversely of the white balance
    smile: float
    mouth_open: float
    blink: float
    brow_raise: float
    exposure: float  # stops
    blur: float  # pixels
    noise: float  # standard deviation, linear light at mid grey
    quality: int  # JPEG
    backdrop: int  # seed of background, clothes and noise


_Part = TypeVar("_Part", HeadShape, EyeShape, NoseShape, MouthShape, HairStyle, SkinLook)


def draw_identity(rng: np.random.Generator, *, tone: str, form: str) -> Identity:
    """One subject from its own generator; tone and form are labels, given and not drawn."""
    return Identity(
        tone=tone,
        form=form,
        head=_draw(HeadShape, rng, form),
        eyes=_draw(EyeShape, rng, form),
        nose=_draw(NoseShape, rng, form),
        mouth=_draw(MouthShape, rng, form),
        hair=_draw(HairStyle, rng, form),
        skin=_draw(SkinLook, rng, form),
        texture=int(rng.integers(2**32)),
    )


def _draw(part: type[_Part], rng: np.random.Generator, form: str) -> _Part:
    """One value for every trait of a part, in the order of its fields."""
    traits = {item.name: item.metadata for item in fields(part)}
    scores = np.clip(rng.standard_normal(len(traits)), -_CUT, _CUT)
    shift = 1.0 if form == "b" else 0.0
    values = {
        name: spec["mean"] + shift * spec["b"] + float(score) * spec["spread"]
        for (name, spec), score in zip(traits.items(), scores, strict=True)
    }
    return part(**values)


def draw_capture(rng: np.random.Generator) -> Capture:
    """The conditions of one picture, alike for every subject whatever its labels."""

    def normal(spread: float, limit: float) -> float:
        return float(np.clip(rng.normal(0, spread), -limit, limit))

    return Capture(
        yaw=np.radians(normal(6.5, 14)),
        pitch=np.radians(normal(3.2, 7)),
        roll=np.radians(normal(3, 7)),
        scale=float(rng.uniform(76, 86)),
        shift=(normal(4, 9), normal(4, 9)),
        light_azimuth=np.radians(normal(22, 48)),
        light_height=np.radians(float(rng.uniform(25, 40))),
        ambient=float(rng.uniform(0.55, 0.75)),
        warmth=normal(0.05, 0.1),
        smile=max(0.0, float(rng.normal(0.2, 0.55))),
        mouth_open=max(0.0, float(rng.normal(-0.15, 0.4))),
        blink=max(0.0, float(rng.normal(0.04, 0.2))),
        brow_raise=normal(0.4, 0.8),
        exposure=normal(0.2, 0.45),
        blur=float(rng.uniform(0.35, 0.9)),
        noise=float(rng.uniform(0.004, 0.014)),
        quality=int(rng.integers(72, 95)),
        backdrop=int(rng.integers(2**32)),
    )
