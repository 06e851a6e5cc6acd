"""One subject, any number of pictures: the head is built once, each capture only moves, lights and develops it."""

from dataclasses import dataclass

import numpy as np

from evalharness.synthetic.camera import backdrop, cast_rays, develop, rotation, sample, trace
from evalharness.synthetic.grid import MapArray, X, Y, blend, step
from evalharness.synthetic.hair import Hair, grow_hair
from evalharness.synthetic.paint import paint_features, paint_skin
from evalharness.synthetic.parameters import FORMS, Capture, Identity, draw_capture, draw_identity
from evalharness.synthetic.shading import light_up
from evalharness.synthetic.surface import add_expression, static_surface
from evalharness.synthetic.tones import TONES, luminance, skin_albedo

RENDERER = "1"  # changes whenever the same numbers give other pictures
_GREY = 0.42  # luminance that the camera would like the skin to have
_COMPENSATION = 0.45  # how far it gets there: 0 fixed exposure, 1 full; partial keeps dark tones dark


@dataclass(frozen=True, slots=True)
class Head:
    """What all pictures of a subject share."""

    identity: Identity
    face: MapArray  # (rows, columns) height without hair or expression
    hair: Hair
    albedo: MapArray  # (rows, columns, 3) without features


def subject_labels(subject: int) -> tuple[str, str]:
    """Tone and form of a subject: the tones take turns, the form changes after each round.

    >>> [subject_labels(i) for i in (0, 9, 10, 25)]
    [('1', 'a'), ('10', 'a'), ('1', 'b'), ('6', 'a')]
    """
    return TONES[subject % len(TONES)], FORMS[subject // len(TONES) % len(FORMS)]


def subject_identity(seed: int, subject: int) -> Identity:
    """The subject with this number: the same whatever else is drawn."""
    tone, form = subject_labels(subject)
    return draw_identity(_generator(seed, subject, 0), tone=tone, form=form)


def subject_capture(seed: int, subject: int, capture: int) -> Capture:
    """The conditions of one picture of one subject."""
    return draw_capture(_generator(seed, subject, capture + 1))


def _generator(seed: int, subject: int, stream: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(subject, stream)))


def build_head(identity: Identity) -> Head:
    """Relief, hair and skin of one subject."""
    face = static_surface(identity)
    hair = grow_hair(identity, face)
    return Head(identity, face, hair, paint_skin(identity, hair))


def render(head: Head, capture: Capture) -> bytes:
    """One picture as JPEG; the same bytes for the same arguments on one machine."""
    identity = head.identity
    rng = np.random.default_rng(capture.backdrop)
    height = head.face.copy()
    add_expression(height, identity, capture)
    height = np.maximum(height, head.hair.height)
    albedo = head.albedo.copy()
    paint_features(albedo, identity, capture)
    blend(albedo, rng.uniform(0.03, 0.5, 3).astype(np.float32), _clothes(rng))
    lighting = light_up(height, capture, view=rotation(capture)[2])
    lit = albedo * lighting.diffuse
    lit += (lighting.sheen * np.float32(max(identity.skin.sheen, 0.4)) * (1 - 0.5 * head.hair.cover))[..., None]
    rays = cast_rays(capture)
    z, hit = trace(height, rays)
    gain = (_GREY / luminance(skin_albedo(identity.tone))) ** _COMPENSATION
    scene = backdrop(rng) / np.float32(np.sqrt(gain))
    scene += (sample(lit, *rays.at(z)) - scene) * hit[..., None]
    return develop(scene, capture, rng, gain=gain)


def _clothes(rng: np.random.Generator) -> MapArray:
    """Coverage of a collar, at a height that changes from day to day."""
    edge = rng.uniform(1.22, 1.4) - rng.uniform(0, 0.25) * np.abs(X)
    return step(Y - edge, -0.01, 0.01)
