"""``.npy`` and ``.npz`` files from strangers, without pickle and without trusting their headers.

numpy's reader allocates what a header claims. This one reads the header with three patterns, compares the
shape with what the file can hold, and then streams the rows in blocks.
Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from evalharness.records import FloatArray
from evalharness.systems.tables import WIDEST_VECTOR

NPZ_KEY = "vectors"
_LONGEST_HEADER = 10_000  # bytes
_BLOCK_BYTES = 4 << 20
_DEFLATE_AT_MOST = 1032  # bytes out of each byte in, https://zlib.net/zlib_tech.html
_DTYPE = re.compile(r"'descr':\s*'([<>|=]?(?:f[248]|[iu][1248]))'")
_ORDER = re.compile(r"'fortran_order':\s*(True|False)")
_SHAPE = re.compile(r"'shape':\s*\(([0-9,\s]{0,100})\)")
UNREADABLE = (ValueError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error)
"""What a hostile file can raise here; each message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class NpyVectors:
    """An open array of vectors, its header checked against the size of the file."""

    stream: IO[bytes]
    dtype: np.dtype[np.generic]
    rows: int
    width: int

    def blocks(self) -> Iterator[FloatArray]:
        """The rows in order, some at a time: float64 arrays of shape (k, width).

        Raises:
            ValueError: The file ends before the last row.
        """
        row_bytes = self.width * self.dtype.itemsize
        per_block = max(1, _BLOCK_BYTES // row_bytes)
        for start in range(0, self.rows, per_block):
            count = min(per_block, self.rows - start)
            content = self.stream.read(count * row_bytes)
            if len(content) != count * row_bytes:
                raise ValueError(f"the file ends within row {start + len(content) // row_bytes + 1} of {self.rows}")
            with np.errstate(over="ignore", invalid="ignore"):
                yield np.frombuffer(content, dtype=self.dtype).reshape(count, self.width).astype(np.float64)


@contextmanager
def open_npy(path: Path) -> Iterator[NpyVectors]:
    """Open a ``.npy`` file, or the array ``vectors`` of a ``.npz`` file.

    Raises:
        ValueError: It is not what it should be; so are the others of ``UNREADABLE``.
        OSError: It cannot be read.
    """
    if path.suffix == ".npz":
        with zipfile.ZipFile(path) as archive, archive.open(_member(archive)) as stream:
            yield _vectors(stream, size=_member(archive).file_size)
    else:
        with path.open("rb") as stream:
            yield _vectors(stream, size=path.stat().st_size)


def read_npy(stream: IO[bytes], *, size: int) -> NDArray[np.generic]:
    """A whole array of plain numbers, of any shape; its header must account for every byte.

    Args:
        stream: The file, at its beginning.
        size: Bytes of the whole file.

    Raises:
        ValueError: It is not what it should be; so are the others of ``UNREADABLE``.
    """
    header, length = _read_header(stream)
    dtype, shape = _parse(header)
    expected = math.prod(shape) * dtype.itemsize
    if size - length != expected:
        raise ValueError(f"the header claims {expected} bytes of numbers; the file holds {size - length}")
    return np.frombuffer(stream.read(expected), dtype=dtype).reshape(shape)


def _member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    names = archive.namelist()
    if f"{NPZ_KEY}.npy" not in names:
        seen = ", ".join(repr(name[:40]) for name in names[:10]) or "nothing"
        raise ValueError(f"no array {NPZ_KEY!r} in the archive, which holds {seen}; np.savez(path, {NPZ_KEY}=array)")
    member = archive.getinfo(f"{NPZ_KEY}.npy")
    if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("the archive is encrypted or compressed in a way that np.savez never uses")
    if member.file_size > _DEFLATE_AT_MOST * (member.compress_size + 1):
        raise ValueError(
            f"the archive claims {member.file_size} bytes in {member.compress_size}: more than deflate can"
        )
    return member


def _vectors(stream: IO[bytes], *, size: int) -> NpyVectors:
    header, length = _read_header(stream)
    dtype, shape = _parse(header)
    if len(shape) != 2:
        raise ValueError(f"an array of shape {shape}; expected two dimensions: one row a vector")
    rows, width = shape
    if not 1 <= width <= WIDEST_VECTOR:
        raise ValueError(f"vectors of {width} numbers; expected 1 to {WIDEST_VECTOR}")
    expected = rows * width * dtype.itemsize
    if size - length != expected:
        raise ValueError(
            f"the header claims {rows} x {width} numbers, {expected} bytes; the file holds {size - length} bytes"
        )
    return NpyVectors(stream, dtype, rows, width)


def _read_header(stream: IO[bytes]) -> tuple[str, int]:
    """The header's text, and the number of bytes before the data."""
    magic = stream.read(8)
    if len(magic) < 8 or magic[:6] != b"\x93NUMPY":
        raise ValueError("not a .npy array")
    if magic[6] not in (1, 2):
        raise ValueError(f".npy format version {magic[6]}; expected 1 or 2, which np.save writes for plain numbers")
    size_bytes = 2 if magic[6] == 1 else 4
    length = int.from_bytes(stream.read(size_bytes), "little")
    if length > _LONGEST_HEADER:
        raise ValueError(f"a header of {length} bytes; that of a plain array has about 100")
    return stream.read(length).decode("latin-1"), 8 + size_bytes + length


def _parse(header: str) -> tuple[np.dtype[np.generic], tuple[int, ...]]:
    dtype, order, shape = _DTYPE.search(header), _ORDER.search(header), _SHAPE.search(header)
    if dtype is None:
        raise ValueError("the numbers are not plain floats or integers; objects and records are never read")
    if order is None or shape is None:
        raise ValueError("a header without order or shape")
    if order.group(1) == "True":
        raise ValueError("the array is stored column by column; save np.ascontiguousarray(array)")
    return np.dtype(dtype.group(1)), tuple(int(part) for part in shape.group(1).split(",") if part.strip())
