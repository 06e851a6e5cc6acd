"""Which array of the counts lies in which file: one table for writing and reading."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from evalharness.countstore.record import StoredCounts

AnyArray = NDArray[np.generic]

INDEX, SHORT, NUMBER, FLAG = "<i8", "<i4", "<f8", "|u1"


def arrays_of(stored: StoredCounts) -> Iterator[tuple[str, str, AnyArray]]:
    """Name, dtype on disk and array of everything in the counts that is an array."""
    counts = stored.counts
    yield "subject_of", INDEX, counts.subject_of
    mated, tail = counts.mated, counts.tail
    yield from (("mated.probe", INDEX, mated.probe), ("mated.reference", INDEX, mated.reference))
    yield from (("mated.scores", NUMBER, mated.scores), ("mated.completed", FLAG, mated.completed))
    yield from (("tail.probe", SHORT, tail.probe), ("tail.reference", SHORT, tail.reference))
    yield "tail.scores", NUMBER, tail.scores
    if counts.acquisition is not None:
        yield "acquisition.attempted", FLAG, counts.acquisition.attempted
        yield "acquisition.enrolled", FLAG, counts.acquisition.enrolled
    if counts.listed is not None:
        yield from (("listed.probe", INDEX, counts.listed.probe), ("listed.reference", INDEX, counts.listed.reference))
        yield "listed.completed", FLAG, counts.listed.completed
    if counts.histograms is not None:
        yield "histograms.code_of", INDEX, counts.histograms.code_of
        yield "histograms.counts", INDEX, counts.histograms.counts
    for number, point in enumerate(counts.streamed):
        yield f"streamed.{number}.code_of", INDEX, point.code_of
        yield f"streamed.{number}.errors", INDEX, point.errors
        yield f"streamed.{number}.squares", INDEX, point.squares
        yield f"streamed.{number}.products", INDEX, point.products
        yield f"streamed.{number}.mixed", INDEX, point.mixed
    if stored.calibration is not None:
        yield "calibration", FLAG, stored.calibration
    for number, partition in enumerate(stored.partitions):
        yield f"partition.{number}", INDEX, partition.group_of
