"""Untrusted image bytes to upright RGB pixels.

Only named formats are tried, the size in the header is judged before a pixel is decoded, and whatever the
decoder stumbles over becomes a fault. Colours are taken as stored: colour profiles and transparency are ignored,
16-bit grey keeps its upper byte. Of an animation the first frame is taken.
"""

import io
import os
import re
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
from PIL import Image as PillowImage
from PIL import TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin  # the two plugins register their formats

from evalharness.records import DatasetFault, FaultReason, ImageArray, frozen

PIXEL_LIMIT = 64_000_000
"""Default limit of width times height: 192 MB of RGB."""

FORMATS = ("JPEG", "PNG", WebPImagePlugin.WebPImageFile.format, "BMP", TiffImagePlugin.TiffImageFile.format, "GIF")

_ORIENTATION = 0x0112
_GREY_16 = {"I;16", "I;16L", "I;16B", "I;16N"}
_GREY_32 = {"I", "F"}  # no known range

# What Pillow's decoders raise on bytes that are not what they claim to be.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    EOFError,
    MemoryError,
    RuntimeError,
    AssertionError,
    struct.error,
    zlib.error,
)


def decode(content: bytes, *, pixel_limit: int = PIXEL_LIMIT) -> ImageArray | DatasetFault:
    """Decode the bytes of one image file.

    Args:
        content: The whole file.
        pixel_limit: Width times height above which nothing is decoded.

    Returns:
        (height, width, 3) RGB uint8, upright after EXIF; or why there are no pixels.
    """
    try:
        with _WARNINGS.held(), PillowImage.open(io.BytesIO(content), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > pixel_limit:
                return DatasetFault(FaultReason.TOO_LARGE, f"{width} x {height} px; the limit is {pixel_limit} px")
            picture.load()
            return frozen(_upright(_rgb(picture), picture.getexif().get(_ORIENTATION)))
    except PillowImage.DecompressionBombError as problem:
        return DatasetFault(FaultReason.TOO_LARGE, _detail(problem))
    except UnidentifiedImageError:
        return DatasetFault(FaultReason.UNDECODABLE, f"not an image in one of the formats {', '.join(FORMATS)}")
    except _BROKEN as problem:
        return DatasetFault(FaultReason.UNDECODABLE, _detail(problem))


def _detail(problem: BaseException) -> str:
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", " ".join(str(problem).split()))
    return f"{type(problem).__name__}: {ascii(text)[1:-1][:200]}"


def _rgb(picture: PillowImage.Image) -> ImageArray:
    if picture.mode in _GREY_16:
        grey = (np.asarray(picture).astype(np.uint16) >> 8).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if picture.mode in _GREY_32:
        raise ValueError(f"pixels of mode {picture.mode} have no known range; store 8 or 16 bits a channel")
    if picture.mode == "P":
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    return np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))


def _upright(pixels: ImageArray, orientation: object) -> ImageArray:
    """Undo the eight camera positions of EXIF 2.32, tag 0x0112; (height, width, 3) in and out."""
    if orientation in {5, 6, 7, 8}:
        pixels = pixels.swapaxes(0, 1)
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    return pixels


class _QuietPillow:
    """Holds Pillow's warnings back while any thread decodes.

    ``warnings.catch_warnings`` alone would leave wrong filters behind when threads overlap.
    """

    def __init__(self) -> None:
        self._start_afresh()
        if hasattr(os, "register_at_fork"):  # in a forked child no other thread decodes
            os.register_at_fork(after_in_child=self._start_afresh)

    def _start_afresh(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._filters = ExitStack()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Until the last thread leaves."""
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._filters.enter_context(warnings.catch_warnings())
                warnings.filterwarnings("ignore", module=r"PIL\.")
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._filters.close()


_WARNINGS = _QuietPillow()
