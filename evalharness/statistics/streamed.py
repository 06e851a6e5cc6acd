"""False matches at a fixed threshold below the tail's cut, from the sums that were made while streaming."""

import numpy as np

from evalharness.counts import Counts, StreamedPoint
from evalharness.records import BoolArray, IntArray
from evalharness.statistics.variance import DyadErrors


def streamed_point(counts: Counts, threshold: float) -> StreamedPoint | None:
    """What was streamed for a threshold that the tail does not reach; None where the tail reaches it."""
    if threshold >= counts.tail.cut:
        return None
    return next((point for point in counts.streamed if point.threshold == threshold), None)


def streamed_errors(counts: Counts, point: StreamedPoint, sides: tuple[BoolArray, BoolArray]) -> DyadErrors:
    """The false matches of a set of comparisons.

    Args:
        counts: The comparison run.
        point: Its sums at one threshold.
        sides: (samples,) who is on either side; whole codes.
    """
    one, other = (_codes(point, side) for side in sides)
    inside = (one[:, None] & other) | (other[:, None] & one)
    per_sample = (point.errors * inside[point.code_of]).sum(axis=1)
    per_subject: IntArray = np.zeros(counts.subjects, dtype=np.int64)
    np.add.at(per_subject, counts.subject_of, per_sample)
    once, mixed = np.triu(inside), point.mixed
    a, b, c, d = mixed[:, :4].T
    squares, products = mixed[inside[a, b] & inside[c, d], 4:].sum(axis=0)
    return DyadErrors(
        per_subject, float(point.squares[once].sum() + squares), float(point.products[once].sum() + products)
    )


def _codes(point: StreamedPoint, side: BoolArray) -> BoolArray:
    """(codes,) those that have samples on a side."""
    found = np.zeros(point.codes, dtype=np.bool_)
    found[point.code_of[side]] = True
    return found
