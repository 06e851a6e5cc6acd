"""The templates of one run, arranged for the engine: by code and subject, with a fast float32 copy.

Sorted so, the samples of one subject and code stand together (a *unit*), the pairs of two codes are rectangles,
and histograms need no group look-up for each pair.
"""

import hashlib
import json
import math
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evalharness.comparison.bounds import cosine_bound, euclidean_bound
from evalharness.comparison.record import lengths, pair_scores
from evalharness.errors import RunError
from evalharness.records import Comparator, FloatArray, IntArray, TemplateArray

_CHUNK = 1024
_ORDINARY = (1e-30, 1e30)  # lengths whose inverse is a normal float32
_ARRAYS = ("vectors", "fast", "squares", "norms", "sizes", "subject", "code")


@dataclass(frozen=True, slots=True)
class Pool:
    """Arranged templates; a *row* is a place in this order."""

    comparator: Comparator
    codes: int
    scale: float  # euclidean: a power of two that brings the lengths below 1; cosine: 1
    vectors: TemplateArray = field(repr=False)  # (m, d) as enrolled
    fast: TemplateArray = field(repr=False)  # (m, d) of length one (cosine), or times the scale
    squares: NDArray[np.float32] = field(repr=False)  # (m,) squared lengths of the fast rows; euclidean
    norms: FloatArray = field(repr=False)  # (m,) lengths of record of the vectors
    sizes: FloatArray = field(repr=False)  # (m,) upper bounds of the lengths of the fast rows; euclidean
    subject: IntArray = field(repr=False)  # (m,)
    code: IntArray = field(repr=False)  # (m,) ascending

    def __len__(self) -> int:
        return len(self.subject)

    @property
    def squared(self) -> bool:
        """Whether fast values are negated squared distances rather than similarities."""
        return self.comparator is Comparator.EUCLIDEAN

    def to_fast(self, score: float) -> float:
        """The fast value of an exact score of record."""
        if not self.squared:
            return score
        if score > 0:
            return math.inf
        return -((score * self.scale) * (score * self.scale))

    def from_fast(self, value: float) -> float:
        """The score of a fast value."""
        return -math.sqrt(max(0.0, -value)) / self.scale if self.squared else value

    def bound(self, rows: slice | None = None, columns: slice | None = None) -> float:
        """How far a fast value of some rows and columns may lie from the exact one."""
        dimensions = self.vectors.shape[1]
        if not self.squared or not len(self):
            return cosine_bound(dimensions)
        row, column = (float(self.sizes[part or slice(None)].max()) for part in (rows, columns))
        return euclidean_bound(dimensions, row=row, column=column)

    def scores(self, first: NDArray[np.integer], second: NDArray[np.integer]) -> FloatArray:
        """Scores of record of pairs of rows."""
        return pair_scores(self.vectors, self.comparator, first=first, second=second, norms=self.norms)

    def save(self, folder: Path) -> None:
        """Write the arrays for other processes; those that are mapped files there already stay."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _ARRAYS:
            array = getattr(self, name)
            if not isinstance(array, np.memmap):
                np.save(folder / f"{name}.npy", array, allow_pickle=False)
        facts = {"comparator": self.comparator.value, "codes": self.codes, "scale": self.scale}
        (folder / "pool.json").write_text(json.dumps(facts), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> "Pool":
        """Map what ``save`` wrote: processes share one copy."""
        facts = json.loads((folder / "pool.json").read_text(encoding="utf-8"))
        arrays = {
            name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)) for name in _ARRAYS
        }
        return cls(Comparator(facts["comparator"]), facts["codes"], facts["scale"], **arrays)

    def digest(self) -> str:
        """SHA-256 of everything that the result of a comparison depends on."""
        found = hashlib.sha256(f"{self.comparator} {self.codes} {self.vectors.shape}".encode())
        for start in range(0, len(self), _CHUNK):
            found.update(np.ascontiguousarray(self.vectors[start : start + _CHUNK]).data)
        found.update(np.ascontiguousarray(self.subject).data)
        found.update(np.ascontiguousarray(self.code).data)
        return found.hexdigest()


def arrange(
    templates: TemplateArray,
    comparator: Comparator,
    *,
    subject: IntArray,
    code: IntArray,
    codes: int,
    folder: Path | None = None,
) -> tuple[Pool, IntArray]:
    """Sort templates by code and subject and make their fast copies.

    Args:
        templates: (m, d) float32, finite, no zero vector.
        comparator: How two templates are compared.
        subject: (m,) subject of each template.
        code: (m,) code of each template, from 0.
        codes: How many codes there are.
        folder: Where the two large arrays are kept as mapped files; None for memory.

    Returns:
        The pool, and (m,) for each of its rows the template that stands there.

    Raises:
        RunError: The folder has too little room.
    """
    if folder is not None:
        _require_space(folder, 3 * templates.nbytes)
    order = np.lexsort((np.arange(len(subject)), subject, code))
    vectors = _array(folder, "vectors", templates.shape)
    np.take(templates, order, axis=0, out=vectors, mode="clip")  # with another mode numpy makes a copy first
    norms = lengths(vectors)
    squared = comparator is Comparator.EUCLIDEAN
    scale = math.ldexp(1.0, -math.frexp(float(norms.max()))[1]) if squared and len(norms) else 1.0
    fast, squares = _fast(vectors, norms, scale if squared else None, folder)
    pool = Pool(
        comparator=comparator,
        codes=codes,
        scale=scale,
        vectors=vectors,
        fast=fast,
        squares=squares,
        norms=norms,
        sizes=norms * scale * (1 + 2.0**-30) + 2.0**-120,
        subject=np.asarray(subject[order], dtype=np.int64),
        code=np.asarray(code[order], dtype=np.int64),
    )
    return pool, order


def _fast(
    vectors: TemplateArray, norms: FloatArray, scale: float | None, folder: Path | None
) -> tuple[TemplateArray, NDArray[np.float32]]:
    """Fast rows and, for distances, their squared lengths."""
    fast = _array(folder, "fast", vectors.shape)
    squares = np.zeros(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), _CHUNK):
        part = slice(start, start + _CHUNK)
        if scale is not None:
            fast[part] = vectors[part].astype(np.float64) * scale
            squares[part] = (norms[part] * scale) ** 2
        elif _ORDINARY[0] < norms[part].min() and norms[part].max() < _ORDINARY[1]:
            np.multiply(vectors[part], (1 / norms[part, np.newaxis]).astype(np.float32), out=fast[part])
        else:
            fast[part] = vectors[part].astype(np.float64) / norms[part, np.newaxis]
    return fast, squares


def _require_space(folder: Path, needed: int) -> None:
    """Refuse a disk that mapped files would fill: writing to one would kill the process without a word."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise RunError(
            f"{folder}: {free // 2**20} MiB are free; comparing on several processes needs {needed // 2**20} MiB "
            "for a while. Make room, choose another folder for the run, or use one process (--workers 1)."
        )


def _array(folder: Path | None, name: str, shape: tuple[int, ...]) -> TemplateArray:
    """A float32 array in memory or in a file."""
    if folder is None or 0 in shape:
        return np.empty(shape, dtype=np.float32)
    path = folder / f"{name}.npy"
    return np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(shape[0], shape[1]))
