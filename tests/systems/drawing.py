"""Faces of nobody, drawn for tests: shaded ovals with features, enough for a HOG detector."""

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFilter

from evalharness.records import Image

SKIN = (224, 184, 156)


def draw_face(size: int = 240, *, seed: int = 0, canvas: tuple[int, int] | None = None) -> np.ndarray:
    """An RGB image (height, width, 3) with one face of about 0.6 ``size``; seeds give different faces."""
    rng = np.random.default_rng(seed)
    scale = 4
    side = size * scale
    picture = Pillow.new("RGB", (side, side), (90, 110, 130))
    pen = ImageDraw.Draw(picture)

    def jitter(spread: float) -> float:
        return float(rng.uniform(-spread, spread))

    def at(x: float, y: float, w: float, h: float) -> tuple[float, float, float, float]:
        return ((x - w) * side, (y - h) * side, (x + w) * side, (y + h) * side)

    dark = tuple(int(c * 0.62) for c in SKIN)
    mid = tuple(int(c * 0.8) for c in SKIN)
    wide, eyes_y, gap = 0.24 + jitter(0.015), 0.45 + jitter(0.015), 0.105 + jitter(0.012)
    pen.ellipse(at(0.5, 0.44, wide + 0.035, 0.36), fill=(52, 36, 28))  # hair
    pen.rectangle(at(0.5, 0.9, 0.1, 0.15), fill=mid)  # neck
    pen.ellipse(at(0.5, 0.52, wide, 0.33), fill=SKIN)
    pen.ellipse(at(0.5, 0.28, wide * 0.8, 0.09), fill=SKIN)
    for sign in (-1, 1):
        x = 0.5 + sign * gap
        pen.ellipse(at(x, eyes_y - 0.01, 0.075, 0.05), fill=mid)  # socket
        pen.ellipse(at(x, eyes_y, 0.05, 0.022), fill=(245, 243, 240))
        pen.ellipse(at(x, eyes_y, 0.021, 0.021), fill=(58, 40, 28))
        pen.rounded_rectangle(at(x, eyes_y - 0.065 + jitter(0.006), 0.06, 0.013), 10 * scale, fill=(58, 40, 30))
    nose = 0.6 + jitter(0.015)
    pen.polygon([(0.485 * side, eyes_y * side), (0.45 * side, nose * side), (0.5 * side, nose * side)], fill=mid)
    pen.ellipse(at(0.5, nose, 0.05 + jitter(0.006), 0.022), fill=mid)
    for sign in (-1, 1):
        pen.ellipse(at(0.5 + sign * 0.026, nose + 0.008, 0.012, 0.008), fill=dark)
    pen.ellipse(at(0.5, 0.71 + jitter(0.01), 0.085 + jitter(0.012), 0.026), fill=(168, 84, 80))
    pen.line([(0.42 * side, 0.71 * side), (0.58 * side, 0.71 * side)], fill=(110, 48, 48), width=3 * scale)
    picture = picture.filter(ImageFilter.GaussianBlur(3 * scale)).resize((size, size), Pillow.Resampling.LANCZOS)
    pixels = np.asarray(picture, dtype=np.float64)
    shade = 1.05 - 0.3 * np.abs(np.linspace(-1, 1, size))[None, :, None]
    noisy = pixels * shade + rng.normal(0, 2, pixels.shape)
    face = np.clip(noisy, 0, 255).astype(np.uint8)
    return face if canvas is None else place([(face, 0, 0)], canvas)


def place(faces: list[tuple[np.ndarray, int, int]], canvas: tuple[int, int]) -> np.ndarray:
    """Faces at (x, y) on a plain canvas of (width, height)."""
    picture = np.full((canvas[1], canvas[0], 3), (90, 110, 130), dtype=np.uint8)
    for face, x, y in faces:
        picture[y : y + face.shape[0], x : x + face.shape[1]] = face
    return picture


def two_faces() -> np.ndarray:
    """A large face on the left; on the right a smaller one, of which dlib's detector is surer."""
    return place([(draw_face(240, seed=1), 0, 0), (draw_face(150, seed=7), 250, 40)], (420, 240))


def no_face(size: int = 240, *, seed: int = 0) -> np.ndarray:
    """Smooth noise."""
    noise = np.random.default_rng(seed).integers(60, 190, (8, 8, 3), dtype=np.uint8)
    return np.asarray(Pillow.fromarray(noise).resize((size, size), Pillow.Resampling.BICUBIC))


def image(pixels: np.ndarray, sample: str = "s") -> Image:
    return Image(sample, np.ascontiguousarray(pixels))
