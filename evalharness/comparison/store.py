"""Finished batches on disk, so that a killed comparison continues: local, personal data, removed at the end.

A batch is two files: its arrays (``.npz``, never pickled) and a sidecar with the digest of the arrays and the
identity of the run: templates, comparator, subjects, codes, floor, thresholds, bins and blocks. What does not fit is
computed again, never trusted.
"""

import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evalharness.comparison.batch import BatchResult, Request
from evalharness.comparison.held import Candidates
from evalharness.comparison.layout import Batch
from evalharness.comparison.streaming import PackedMatches
from evalharness.comparison.templates import Pool
from evalharness.files import read_regular, write_atomic

_VERSION = 1
_MOST_BYTES = 1 << 35  # of a batch
_MOST_FACTS = 1 << 16  # bytes of a sidecar


class BatchStore:
    """The batches of one run in one folder."""

    def __init__(self, folder: Path, *, identity: str) -> None:
        self._folder = folder / identity[:16]
        self._identity = identity

    def write(self, number: int, result: BatchResult) -> None:
        """Store a batch: first its arrays, then the sidecar that vouches for them.

        Raises:
            RunError: The disk is full or the folder cannot be written.
        """
        content = _packed(result)
        facts = {"identity": self._identity, "batch": number, "sha256": hashlib.sha256(content).hexdigest()}
        for suffix in (".npz", ".json"):
            _remove_folder(self._path(number, suffix))
        write_atomic(self._path(number, ".npz"), content)
        write_atomic(self._path(number, ".json"), json.dumps(facts).encode())

    def read(self, batch: Batch, pool: Pool, request: Request) -> BatchResult | None:
        """A batch of this very run, or None."""
        try:
            facts = json.loads(read_regular(self._path(batch.number, ".json"), most=_MOST_FACTS))
            content = read_regular(self._path(batch.number, ".npz"), most=_MOST_BYTES)
        except (OSError, ValueError, RecursionError):
            return None
        wanted = {"identity": self._identity, "batch": batch.number, "sha256": hashlib.sha256(content).hexdigest()}
        if facts != wanted:
            return None
        try:
            return _unpacked(content, pool, request)
        except (ValueError, KeyError, IndexError, zipfile.BadZipFile, EOFError):
            return None

    def _path(self, number: int, suffix: str) -> Path:
        return self._folder / f"batch-{number:05}{suffix}"


def _remove_folder(path: Path) -> None:
    """A folder that stands where a file belongs is no batch."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)


def identity_of(pool: Pool, request: Request, batches: tuple[Batch, ...]) -> str:
    """SHA-256 of everything that the result of a batch depends on, but for rounding within a histogram bin."""
    edges = [(b.rows.start, b.rows.stop, b.columns.start, b.columns.stop) for batch in batches for b in batch.blocks]
    facts = {
        "version": _VERSION,
        "templates": pool.digest(),
        "floor": request.floor.hex(),
        "most": request.most,
        "streamed": [threshold.hex() for threshold in request.streamed],
        "bins": [request.binning.low.hex(), request.binning.high.hex(), request.binning.bins],
        "tile": request.tile,
        "blocks": hashlib.sha256(repr((edges, [len(batch.blocks) for batch in batches])).encode()).hexdigest(),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _packed(result: BatchResult) -> bytes:
    arrays: dict[str, NDArray[np.generic]] = {
        "facts": np.array([result.pairs, len(result.matches)], dtype=np.int64),
        "floor": np.array(result.floor, dtype=np.float64),
        "first": result.held.first,
        "second": result.held.second,
        "fast": result.held.fast,
        "keys": result.keys,
        "counts": result.counts,
    }
    for i, match in enumerate(result.matches):
        arrays |= {f"places{i}": match.places, f"errors{i}": match.errors}
        arrays |= {f"squares{i}": match.squares, f"products{i}": match.products}
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def _unpacked(content: bytes, pool: Pool, request: Request) -> BatchResult:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        pairs, thresholds = (int(value) for value in arrays["facts"])
        matches = tuple(
            PackedMatches(*(arrays[f"{name}{i}"] for name in ("places", "errors", "squares", "products")))
            for i in range(thresholds)
        )
        held = Candidates(arrays["first"], arrays["second"], arrays["fast"])
        result = BatchResult(pairs, float(arrays["floor"]), held, arrays["keys"], arrays["counts"], matches)
    if result.counts.shape != (len(result.keys), request.binning.bins) or thresholds != len(request.streamed):
        raise ValueError("a batch of another shape")
    if any({match.squares.shape, match.products.shape} != {(pool.codes, pool.codes)} for match in matches):
        raise ValueError("matches of another shape")
    limits: list[tuple[NDArray[np.integer], int]] = [
        (held.first, len(pool)),
        (held.second, len(pool)),
        (result.keys, pool.codes**2),
    ]
    for places, below in [*limits, *((match.places, len(pool) * pool.codes) for match in matches)]:
        if len(places) and not 0 <= int(places.min()) <= int(places.max()) < below:
            raise ValueError("a batch of other templates")
    return result
