"""Precomputed templates: vectors that somebody else extracted, entering where enrolment would end.

One row a vector, and a CSV file that says which sample each row belongs to. A row may instead state a
failure, and is then all zeros or NaN. Every fault of a file is reported at once; nothing is guessed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from evalharness.errors import SystemInputError
from evalharness.files import sha256_of
from evalharness.plan import TemplatesSystem
from evalharness.records import (
    AcquisitionFailure,
    BoolArray,
    Enrolment,
    FailureReason,
    FloatArray,
    IntArray,
    Samples,
    SystemIdentity,
    TemplateArray,
    Weights,
    frozen,
)
from evalharness.systems.npy import UNREADABLE, open_npy
from evalharness.systems.parquet import open_parquet_vectors
from evalharness.systems.tables import Faults, VectorSource, quote, read_csv

_NPY = (".npy", ".npz")
_PARQUET = (".parquet", ".pq")
_LONGEST_DETAIL = 200  # characters
_IDS_ADVICE = "Every sample of the dataset index stands in exactly one row."
_VECTORS_ADVICE = "Each row is a vector of finite numbers, or a failure's row of zeros or NaN."


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the ids file: whose vector it is, or why there is none."""

    line: int
    sample: int  # index into the samples
    failure: AcquisitionFailure | None


def read_templates(spec: TemplatesSystem, samples: Samples) -> Enrolment:
    """Read precomputed templates for every sample of the index.

    Args:
        spec: Where the vectors and the ids are, and how vectors are compared.
        samples: The dataset index.

    Returns:
        Templates as float32 in index order, and the failures that the file declares.

    Raises:
        SystemInputError: All faults of the ids file, or else of the vectors.
        MissingDependencyError: A Parquet file, and pyarrow is not installed.
    """
    rows = _read_ids(spec.ids, samples)
    failures = {row.sample: row.failure for row in rows if row.failure is not None}
    enrolled = np.ones(len(samples), dtype=np.bool_)
    enrolled[list(failures)] = False
    templates = _read_vectors(spec.vectors, rows, enrolled, samples)
    return Enrolment(
        identity=_identity(spec),
        enrolled=frozen(enrolled),
        templates=frozen(templates),
        failures=MappingProxyType(dict(sorted(failures.items()))),
        faults=MappingProxyType({}),
    )


def _identity(spec: TemplatesSystem) -> SystemIdentity:
    return SystemIdentity(
        kind="templates",
        name=spec.name,
        version=spec.version,
        score_kind=spec.comparator.score_kind,
        comparator=spec.comparator,
        weights=tuple(Weights(path.name, sha256_of(path)) for path in (spec.vectors, spec.ids)),
    )


def _read_ids(path: Path, samples: Samples) -> list[_Row]:
    faults = Faults(path)
    index = {row.sample: i for i, row in enumerate(samples.rows)}
    line_of: dict[str, int] = {}
    rows: list[_Row] = []
    for line, (name, failure) in read_csv(path, faults, required=("sample",), optional=("failure",)):
        if name not in index:
            faults.add(f"sample {quote(name)} is not in the dataset index", line=line)
        elif name in line_of:
            faults.add(f"sample {quote(name)} is on line {line_of[name]} already", line=line)
        else:
            line_of[name] = line
            rows.append(_Row(line, index[name], _declared(failure.strip())))
    if not len(faults):
        for name in (name for name in index if name not in line_of):
            faults.add(f"sample {quote(name)} of the dataset index has no row")
    faults.raise_if_any(_IDS_ADVICE)
    return rows


def _declared(failure: str) -> AcquisitionFailure | None:
    """The failure that a cell declares; one of our own reasons is kept as such.

    >>> _declared("no-face").reason.value, _declared("camera broke").detail
    ('no-face', 'camera broke')
    """
    if not failure:
        return None
    if failure in set(FailureReason):
        return AcquisitionFailure(FailureReason(failure), "declared by the supplier of the templates")
    return AcquisitionFailure(FailureReason.DECLARED, failure[:_LONGEST_DETAIL])


def _read_vectors(path: Path, rows: Sequence[_Row], enrolled: BoolArray, samples: Samples) -> TemplateArray:
    """Templates of shape (n enrolled, d), in index order."""
    faults = Faults(path)
    templates: TemplateArray = np.empty((0, 0), dtype=np.float32)
    try:
        with _open(path, faults) as source:
            if source is not None and source.rows != len(rows):
                faults.add(f"{source.rows} vectors; the ids file has {len(rows)} rows, one for each vector")
            elif source is not None:
                templates = np.zeros((int(enrolled.sum()), source.width), dtype=np.float32)
                _fill(templates, source, rows, _Checker(faults, samples, np.cumsum(enrolled) - 1))
    except MemoryError:
        faults.add(f"{len(rows)} vectors of this width need more memory than this machine has")
    except UNREADABLE as error:
        faults.add(str(error) or type(error).__name__)
    except OSError as error:
        raise SystemInputError(f"{path}: cannot be read: {error.strerror or error}") from error
    faults.raise_if_any(_VECTORS_ADVICE)
    return templates


@contextmanager
def _open(path: Path, faults: Faults) -> Iterator[VectorSource | None]:
    """The vectors, or None with a fault."""
    if path.suffix in _NPY:
        with open_npy(path) as source:
            yield source
    elif path.suffix in _PARQUET:
        yield open_parquet_vectors(path, faults)
    else:
        faults.add(f"a file of type {quote(path.suffix)}; expected {', '.join((*_NPY, *_PARQUET))}")
        yield None


@dataclass(frozen=True, slots=True)
class _Checker:
    faults: Faults
    samples: Samples
    place: IntArray  # sample -> row of the templates


def _fill(templates: TemplateArray, source: VectorSource, rows: Sequence[_Row], checker: _Checker) -> None:
    start = 0
    for block in source.blocks():
        part = rows[start : start + len(block)]
        with np.errstate(over="ignore"):
            narrow = block.astype(np.float32)
        _check(block, narrow, part, start, checker)
        kept = np.array([row.failure is None for row in part], dtype=np.bool_)
        templates[checker.place[[row.sample for row in part if row.failure is None]]] = narrow[kept]
        start += len(block)


def _check(block: FloatArray, narrow: TemplateArray, rows: Sequence[_Row], start: int, checker: _Checker) -> None:
    """Add the faults of some rows, in file order."""
    finite: BoolArray = np.all(np.isfinite(block), axis=1)
    fits: BoolArray = np.all(np.isfinite(narrow), axis=1)
    empty: BoolArray = ~np.any(block, axis=1) | np.all(np.isnan(block), axis=1)
    failed = np.array([row.failure is not None for row in rows], dtype=np.bool_)
    wrong = np.where(failed, ~empty, ~fits | ~narrow.any(axis=1))
    for i in map(int, np.flatnonzero(wrong)):
        if failed[i]:
            message = "a failure is declared, and there is a vector; expected zeros or NaN"
        elif not finite[i]:
            message = "NaN or infinity, and no failure is declared"
        elif not fits[i]:
            message = "a number too large for 32 bits"
        else:
            message = "a vector of zero norm, and no failure is declared"
        name = checker.samples.rows[rows[i].sample].sample
        checker.faults.add(f"sample {quote(name)}: {message}", row=start + i + 1)
