"""Answers kept on disk, so that a run that was interrupted goes on where it stopped.

A file's name is a hash of its draws, of all code that makes them and of the libraries' versions: answers of other
code are never found.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import scipy

from evalharness.records import FloatArray

_ROOT = Path(__file__).parents[2]


def recall(folder: Path, job: object) -> dict[str, FloatArray] | None:
    """The answers of a piece of work; None where they are not kept, or were cut off while they were written."""
    try:
        with np.load(_path(folder, job), allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except (FileNotFoundError, ValueError, EOFError, BadZipFile):
        return None


def keep(folder: Path, job: object, answers: dict[str, FloatArray]) -> None:
    """Write the answers of a piece of work."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(_path(folder, job), **answers)  # type: ignore[arg-type]


def _path(folder: Path, job: object) -> Path:
    return folder / f"{hashlib.sha256(f'{_code()} {job!r}'.encode()).hexdigest()[:32]}.npz"


@lru_cache(maxsize=1)
def _code() -> str:
    digest = hashlib.sha256(f"{np.__version__} {scipy.__version__}".encode())
    for path in _sources():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for folder in ("evalharness/statistics", "evalharness/counts", "benchmarks/validation"):
        yield from sorted((_ROOT / folder).rglob("*.py"))
