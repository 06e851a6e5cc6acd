"""Counts to files: the header goes last, so that a folder with a header is whole."""

import hashlib
import io
from pathlib import Path

import numpy as np

from evalharness.counts import Counts
from evalharness.countstore.header import HEADER, ArrayEntry, Header, HistogramEntry, PartitionEntry, StreamEntry
from evalharness.countstore.layout import AnyArray, arrays_of
from evalharness.countstore.record import StoredCounts
from evalharness.files import write_atomic


def save_counts(folder: Path, stored: StoredCounts) -> None:
    """Write the counts of a run; what an earlier run left in the folder is replaced.

    Args:
        folder: ``counts_folder(run_folder)``; made when missing.
        stored: What to keep.

    Raises:
        RunError: The disk is full or the folder cannot be written; the folder then holds no header.
    """
    if folder.is_dir():
        (folder / HEADER).unlink(missing_ok=True)
        for old in (*folder.glob("*.npy"), *folder.glob(".*.tmp")):
            old.unlink(missing_ok=True)
    entries = {name: _write_array(folder / f"{name}.npy", dtype, array) for name, dtype, array in arrays_of(stored)}
    write_atomic(folder / HEADER, _header(stored, entries).dump())


def _write_array(path: Path, dtype: str, array: AnyArray) -> ArrayEntry:
    stream = io.BytesIO()
    np.save(stream, np.ascontiguousarray(array, dtype=np.dtype(dtype)), allow_pickle=False)
    content = stream.getvalue()
    write_atomic(path, content)
    digest = hashlib.sha256(content).hexdigest()
    return ArrayEntry.model_validate({"dtype": dtype, "shape": array.shape, "sha256": digest})


def _header(stored: StoredCounts, entries: dict[str, ArrayEntry]) -> Header:
    counts = stored.counts
    return Header(
        index_sha256=stored.index_sha256,
        plan_sha256=stored.plan_sha256,
        score_kind=counts.score_kind.value,
        subjects=counts.subjects,
        directed=counts.directed,
        complete=counts.complete,
        excluded=counts.excluded,
        cut=repr(float(counts.tail.cut)),
        acquisition=counts.acquisition is not None,
        listed=counts.listed is not None,
        calibration=stored.calibration is not None,
        histograms=_histograms(counts),
        streamed=tuple(StreamEntry(threshold=repr(float(s.threshold)), codes=s.codes) for s in counts.streamed),
        partitions=tuple(
            PartitionEntry(
                attributes=partition.attributes,
                groups=tuple(tuple(value for _, value in group.values) for group in partition.groups),
            )
            for partition in stored.partitions
        ),
        arrays=entries,
    )


def _histograms(counts: Counts) -> HistogramEntry | None:
    found = counts.histograms
    if found is None:
        return None
    return HistogramEntry(codes=found.codes, low=repr(float(found.low)), high=repr(float(found.high)))
