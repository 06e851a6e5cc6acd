"""Counts from files that nobody vouches for: sizes before memory, digests before numbers, ranges before use."""

import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue, ValidationError

from evalharness.counts import Acquisition, Counts, Histograms, ListedPairs, MatedComparisons, StreamedPoint, Tail
from evalharness.countstore.header import FORMAT, HEADER, VERSION, Header, PartitionEntry, seal
from evalharness.countstore.layout import FLAG, INDEX, NUMBER, SHORT, AnyArray
from evalharness.countstore.record import StoredCounts
from evalharness.errors import RunFolderError
from evalharness.files import read_regular
from evalharness.records import BoolArray, FloatArray, Group, IntArray, Partition, ScoreKind, frozen
from evalharness.systems.npy import UNREADABLE, read_npy

MOST_BYTES = 1 << 35  # of all arrays together
_Integer = TypeVar("_Integer", bound=np.integer)
_Any = TypeVar("_Any", bound=np.generic)

_LARGEST_HEADER = 1 << 26  # bytes
_NPY_HEADER = 10_100  # bytes that a .npy file may have before its numbers
_AGAIN = "Run the audit again with --resume to write it anew."


def load_counts(folder: Path) -> StoredCounts:
    """Read the counts of a run.

    Args:
        folder: ``counts_folder(run_folder)``.

    Raises:
        RunFolderError: There are none (never written, or discarded), they are damaged, cut short, altered,
            written by a newer version, or contradict themselves.
    """
    header = _read_header(folder / HEADER)
    claimed = sum(entry.size for entry in header.arrays.values())
    if claimed > MOST_BYTES:
        raise RunFolderError(f"{folder / HEADER}: claims {claimed} bytes of numbers; at most {MOST_BYTES} are read.")
    try:
        return _Reader(folder, header).stored()
    except ValueError as error:  # of the records themselves
        raise RunFolderError(f"{folder}: the counts contradict themselves: {error}. {_AGAIN}") from error


def _read_header(path: Path) -> Header:
    try:
        document = json.loads(read_regular(path, most=_LARGEST_HEADER))
    except FileNotFoundError as error:
        raise RunFolderError(
            f"{path}: no such file: the run has not finished counting, was made by an older version, or its "
            f"comparisons were discarded. {_AGAIN}"
        ) from error
    except OSError as error:
        raise RunFolderError(f"{path}: cannot be read: {error.strerror}. {_AGAIN}") from error
    except (ValueError, RecursionError) as error:
        raise RunFolderError(f"{path}: not JSON in UTF-8; was it cut short? {_AGAIN}") from error
    return _checked_header(path, document)


def _checked_header(path: Path, document: JsonValue) -> Header:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RunFolderError(f"{path}: does not hold counts of evalharness. Name a run folder.")
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        raise RunFolderError(f"{path}: of version {version}; this one reads up to {VERSION}. Install a newer release.")
    found = document.pop("seal", None)
    if found != seal(dict(document)):
        raise RunFolderError(f"{path}: was changed after the run wrote it: its seal does not fit. {_AGAIN}")
    try:
        return Header.model_validate_json(json.dumps(document))
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))[:80]}: {fault['msg']}" for fault in error.errors()]
        raise RunFolderError(f"{path}: not a header of counts: {len(faults)} faults. {_AGAIN}", faults[:20]) from error


class _Reader:
    """The arrays of one folder, each checked against the header before it is believed."""

    def __init__(self, folder: Path, header: Header) -> None:
        self._folder, self._header = folder, header
        self._samples = 0  # known once subject_of is read

    def stored(self) -> StoredCounts:
        header = self._header
        subject_of = self._indices("subject_of", INDEX, header.subjects)
        self._samples = len(subject_of)
        if header.subjects > self._samples:
            raise ValueError(f"{header.subjects} subjects of {self._samples} samples")
        counts = Counts(
            score_kind=ScoreKind(header.score_kind),
            subjects=header.subjects,
            subject_of=subject_of,
            acquisition=self._acquisition(),
            mated=MatedComparisons(
                self._samples_in("mated.probe"),
                self._samples_in("mated.reference"),
                self._numbers("mated.scores"),
                self._flags("mated.completed"),
            ),
            tail=self._tail(),
            listed=self._listed(),
            directed=header.directed,
            complete=header.complete,
            excluded=header.excluded,
            histograms=self._histograms(),
            streamed=tuple(self._streamed(number) for number in range(len(header.streamed))),
        )
        partitions = tuple(self._partition(i, entry) for i, entry in enumerate(header.partitions))
        return StoredCounts(counts, partitions, header.index_sha256, header.plan_sha256, self._calibration())

    def _calibration(self) -> BoolArray | None:
        if not self._header.calibration:
            return None
        flags = self._flags("calibration")
        if len(flags) != self._header.subjects:
            raise ValueError(f"calibration: {len(flags)} values for {self._header.subjects} subjects")
        return frozen(flags)

    def _acquisition(self) -> Acquisition | None:
        if not self._header.acquisition:
            return None
        names = ("acquisition.attempted", "acquisition.enrolled")
        return Acquisition(*(self._per_sample(name, self._flags(name)) for name in names))

    def _tail(self) -> Tail:
        probe, reference = (
            self._bounded(name, self._array(name, SHORT, 1).astype(np.int32, copy=False), self._samples)
            for name in ("tail.probe", "tail.reference")
        )
        return Tail(probe, reference, self._numbers("tail.scores"), float(self._header.cut))

    def _listed(self) -> ListedPairs | None:
        if not self._header.listed:
            return None
        probe, reference = self._samples_in("listed.probe"), self._samples_in("listed.reference")
        return ListedPairs(probe, reference, self._flags("listed.completed"))

    def _histograms(self) -> Histograms | None:
        entry = self._header.histograms
        if entry is None:
            return None
        code_of = self._per_sample("histograms.code_of", self._indices("histograms.code_of", INDEX, entry.codes))
        counts = self._array("histograms.counts", INDEX, 3).astype(np.int64, copy=False)
        return Histograms(code_of, entry.codes, float(entry.low), float(entry.high), counts)

    def _streamed(self, number: int) -> StreamedPoint:
        entry, name = self._header.streamed[number], f"streamed.{number}"
        code_of = self._per_sample(f"{name}.code_of", self._indices(f"{name}.code_of", INDEX, entry.codes))
        errors, squares, products, mixed = (
            self._array(f"{name}.{part}", INDEX, 2).astype(np.int64, copy=False)
            for part in ("errors", "squares", "products", "mixed")
        )
        return StreamedPoint(float(entry.threshold), code_of, entry.codes, errors, squares, products, mixed)

    def _partition(self, number: int, entry: PartitionEntry) -> Partition:
        name = f"partition.{number}"
        if any(len(values) != len(entry.attributes) for values in entry.groups):
            raise ValueError(f"{name}: a group does not have a value for each attribute")
        groups = tuple(Group(tuple(zip(entry.attributes, values, strict=True))) for values in entry.groups)
        return Partition(entry.attributes, groups, self._per_sample(name, self._indices(name, INDEX, len(groups))))

    def _samples_in(self, name: str) -> IntArray:
        return self._indices(name, INDEX, self._samples)

    def _indices(self, name: str, dtype: str, below: int) -> IntArray:
        return self._bounded(name, self._array(name, dtype, 1).astype(np.int64, copy=False), below)

    def _bounded(self, name: str, values: NDArray[_Integer], below: int) -> NDArray[_Integer]:
        if len(values) and (int(values.min()) < 0 or int(values.max()) >= below):
            raise ValueError(f"{name}: an index lies outside 0 to {below - 1}")
        return values

    def _per_sample(self, name: str, values: NDArray[_Any]) -> NDArray[_Any]:
        if len(values) != self._samples:
            raise ValueError(f"{name}: {len(values)} values for {self._samples} samples")
        return values

    def _numbers(self, name: str) -> FloatArray:
        return self._array(name, NUMBER, 1).astype(np.float64, copy=False)

    def _flags(self, name: str) -> BoolArray:
        values = self._array(name, FLAG, 1).astype(np.uint8, copy=False)
        if bool(np.any(values > 1)):
            raise ValueError(f"{name}: a flag is neither 0 nor 1")
        return values.astype(np.bool_)

    def _array(self, name: str, dtype: str, dimensions: int) -> AnyArray:
        path, entry = self._folder / f"{name}.npy", self._header.arrays.get(name)
        if entry is None or entry.dtype != dtype or len(entry.shape) != dimensions:
            raise ValueError(f"{name}: the header names no such array of {dimensions} dimensions")
        try:
            content = read_regular(path, most=entry.size + _NPY_HEADER)
            if len(content) < entry.size:
                raise ValueError(f"{len(content)} bytes; the header of the counts says {entry.size} of numbers")
            if hashlib.sha256(content).hexdigest() != entry.sha256:
                raise ValueError("its digest is not the one in the header of the counts")
            return _parsed(content, entry.shape, dtype)
        except OSError as error:
            raise RunFolderError(f"{path}: cannot be read: {error.strerror}. {_AGAIN}") from error
        except UNREADABLE as error:
            raise RunFolderError(f"{path}: {error}. {_AGAIN}") from error


def _parsed(content: bytes, shape: Sequence[int], dtype: str) -> AnyArray:
    array = read_npy(io.BytesIO(content), size=len(content))
    if array.shape != tuple(shape) or array.dtype != np.dtype(dtype):
        raise ValueError(f"an array of shape {array.shape} and type {array.dtype}; expected {tuple(shape)}, {dtype}")
    return array
