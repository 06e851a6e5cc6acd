"""Untrusted images: formats, modes, orientation, bombs, damage."""

import io
import os
import struct
import subprocess
import sys
import threading
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from evalharness.records import DatasetFault, FaultReason
from evalharness.samples import PIXEL_LIMIT, decode

RNG = np.random.default_rng(5)
PIXELS = RNG.integers(0, 256, (12, 20, 3), dtype=np.uint8)


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def pixels(content: bytes) -> np.ndarray:
    found = decode(content)
    assert not isinstance(found, DatasetFault), found
    assert found.dtype == np.uint8
    assert found.ndim == 3
    assert found.shape[2] == 3
    assert not found.flags.writeable
    return found


def fault(content: bytes) -> DatasetFault:
    found = decode(content)
    assert isinstance(found, DatasetFault)
    return found


@pytest.mark.parametrize(("form", "options"), [("PNG", {}), ("BMP", {}), ("TIFF", {}), ("WEBP", {"lossless": True})])
def test_lossless_formats_give_back_the_pixels(form, options):
    assert np.array_equal(pixels(encoded(Image.fromarray(PIXELS), form, **options)), PIXELS)


def test_jpeg_is_decoded_as_pillow_does():
    content = encoded(Image.fromarray(PIXELS), "JPEG", quality=90)
    assert np.array_equal(pixels(content), np.asarray(Image.open(io.BytesIO(content))))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGBA", "P"])
def test_modes_of_png_become_rgb(mode):
    image = Image.fromarray(PIXELS).convert(mode)
    expected = np.asarray(image.convert("RGBA").convert("RGB"))
    assert np.array_equal(pixels(encoded(image, "PNG")), expected)


def test_a_palette_with_transparency_keeps_its_colours():
    image = Image.fromarray(PIXELS).convert("P")
    content = encoded(image, "PNG", transparency=bytes(range(256)))
    assert np.array_equal(pixels(content), np.asarray(image.convert("RGB")))


def test_cmyk_becomes_rgb():
    image = Image.fromarray(PIXELS).convert("CMYK")
    content = encoded(image, "TIFF")
    assert np.array_equal(pixels(content), np.asarray(image.convert("RGB")))
    assert pixels(encoded(image, "JPEG")).shape == PIXELS.shape


def test_sixteen_bit_grey_keeps_its_upper_byte():
    grey = np.array([[0, 255, 256], [65535, 32768, 4660]], dtype=np.uint16)
    for form in ("PNG", "TIFF"):
        found = pixels(encoded(Image.fromarray(grey), form))
        assert found[:, :, 0].tolist() == [[0, 0, 1], [255, 128, 18]]
        assert np.array_equal(found[:, :, 0], found[:, :, 2])


def test_grey_without_a_known_range_is_a_fault():
    found = fault(encoded(Image.fromarray(np.ones((2, 2), dtype=np.float32)), "TIFF"))
    assert found.reason is FaultReason.UNDECODABLE
    assert found.detail == "ValueError: pixels of mode F have no known range; store 8 or 16 bits a channel"


@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_undone_as_pillow_undoes_it(form, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(Image.fromarray(PIXELS), form, exif=exif, **({"lossless": True} if form == "WEBP" else {}))
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(content))))
    assert np.array_equal(pixels(content), expected)
    assert pixels(content).shape == ((20, 12, 3) if orientation >= 5 else (12, 20, 3))


def test_of_an_animation_the_first_frame_is_taken():
    frames = [Image.new("RGB", (4, 3), colour) for colour in ("red", "lime", "blue")]
    for form, options in (("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {})):
        content = encoded(frames[0], form, save_all=True, append_images=frames[1:], **options)
        assert np.unique(pixels(content).reshape(-1, 3), axis=0).tolist() == [[255, 0, 0]]


def bomb(width: int, height: int, *, complete: bool = False) -> bytes:
    """A black PNG of a few bytes that claims to be large; ``complete``: and is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(1)
    rows = [packer.compress(bytes(1 + 3 * width)) for _ in range(height if complete else 1)]
    body = chunk(b"IHDR", header) + chunk(b"IDAT", b"".join(rows) + packer.flush()) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def large_jpeg_header() -> bytes:
    content = bytearray(encoded(Image.fromarray(PIXELS), "JPEG"))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", 40_000, 40_000)
    return bytes(content)


@pytest.mark.parametrize("content", [bomb(40_000, 40_000), large_jpeg_header()], ids=["png", "jpeg"])
def test_an_image_of_40000_by_40000_is_refused(content):
    assert fault(content).reason is FaultReason.TOO_LARGE


PEAK = """
import resource, sys
from pathlib import Path
from evalharness.samples import decode
decode(Path(sys.argv[1]).read_bytes())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = decode(Path(sys.argv[2]).read_bytes())
print(found.reason, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in kilobytes on Linux alone")
def test_an_image_over_the_limit_takes_little_memory(tmp_path):
    (tmp_path / "small.png").write_bytes(encoded(Image.fromarray(PIXELS), "PNG"))
    (tmp_path / "large.png").write_bytes(bomb(8_100, 8_100, complete=True))  # decoded: 262 MB
    command = [sys.executable, "-c", PEAK, str(tmp_path / "small.png"), str(tmp_path / "large.png")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    reason, kilobytes = result.stdout.split()
    assert reason == "too-large"
    assert int(kilobytes) < 30_000


def test_the_limit_is_on_pixels_and_is_named():
    side = int(PIXEL_LIMIT**0.5)
    over = fault(bomb(side + 1, side + 1))
    assert over == DatasetFault(FaultReason.TOO_LARGE, f"{side + 1} x {side + 1} px; the limit is 64000000 px")
    assert fault(bomb(10_001, 10_000)).detail == "10001 x 10000 px; the limit is 64000000 px"


def test_truncated_and_foreign_files_are_undecodable():
    content = encoded(Image.fromarray(np.tile(PIXELS, (20, 20, 1))), "JPEG")
    cut = fault(content[: len(content) // 2])
    assert cut.reason is FaultReason.UNDECODABLE
    assert cut.detail.startswith("OSError: image file is truncated")
    for foreign in (b"", b"hello", b"%PDF-1.7\n", b"P6 1 1 255 \x00\x00\x00", content[:10]):
        assert fault(foreign).reason is FaultReason.UNDECODABLE
    assert "0x" not in fault(b"hello").detail


def test_the_decoder_changes_no_filter_and_warns_of_nothing():
    before = list(warnings.filters)
    palette = encoded(Image.fromarray(PIXELS).convert("P"), "PNG", transparency=bytes(range(256)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        decode(palette)
        decode(bomb(10_000, 10_000))  # over Pillow's own limit for a warning
    assert caught == []
    assert list(warnings.filters) == before


def test_threads_that_overlap_leave_the_filters_as_they_were():
    before = list(warnings.filters)
    content = encoded(Image.fromarray(PIXELS), "PNG")
    wrong: list[object] = []

    def work() -> None:
        for _ in range(30):
            if not np.array_equal(pixels(content), PIXELS):
                wrong.append("pixels")

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert list(warnings.filters) == before


EXIF = Image.Exif()
EXIF[0x0112] = 6
EXIF[0x010E] = "drawn"
SEEDS = [
    encoded(Image.fromarray(PIXELS), "JPEG", exif=EXIF),
    encoded(Image.fromarray(PIXELS), "PNG", exif=EXIF),
    encoded(Image.fromarray(PIXELS), "WEBP", exif=EXIF),
    encoded(Image.fromarray(PIXELS), "TIFF", compression="tiff_lzw"),
    encoded(Image.fromarray(PIXELS).convert("P"), "GIF"),
    encoded(Image.fromarray(PIXELS), "BMP"),
]


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_images_give_pixels_or_a_fault_and_never_an_exception(seed, data):
    content = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        end = data.draw(st.integers(at, min(len(content), at + 4)))
        content[at:end] = data.draw(st.binary(max_size=4))
    found = decode(bytes(content), pixel_limit=1_000_000)
    if isinstance(found, DatasetFault):
        assert found.detail.isprintable()
    else:
        assert found.shape[2] == 3
