"""Loops that numba compiles; each does what a numpy fallback does, operation by operation.

Imported only where numba is installed. Compiled code is kept beside this module or, on a read-only install, in
numba's folder below the user's cache; where neither can be written it is compiled anew in each process (some
seconds), without an error. No option that lets a compiler change arithmetic (``fastmath``) is used.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

_F = TypeVar("_F", bound=Callable[..., object])
_Single = NDArray[np.float32]
_Index = NDArray[np.int64]
_CHUNK = 64
_ZERO = np.float32(0)
_LANES = 4


def _compiled(function: _F) -> _F:
    """Compile on first call, and keep the result where that is possible."""
    try:
        return cast(_F, numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # no folder to keep it in
        return cast(_F, numba.njit(nogil=True)(function))


@_compiled
def _terms(a: _Single, b: _Single, squared: bool, out: NDArray[np.float64]) -> None:
    """Products or squared differences of two rows, each rounded once."""
    if squared:
        for k in range(out.shape[0]):
            difference = np.float64(a[k]) - np.float64(b[k])
            out[k] = difference * difference
    else:
        for k in range(out.shape[0]):
            out[k] = np.float64(a[k]) * np.float64(b[k])


@_compiled
def sum_pairs(templates: _Single, first: _Index, second: _Index, squared: bool, out: NDArray[np.float64]) -> None:
    """Sums of record of pairs of rows, in order of the dimensions; four pairs side by side hide the latency."""
    dimensions = templates.shape[1]
    terms = np.empty((_LANES, dimensions), dtype=np.float64)
    for start in range(0, len(first), _LANES):
        lanes = min(_LANES, len(first) - start)
        for lane in range(lanes):
            _terms(templates[first[start + lane]], templates[second[start + lane]], squared, terms[lane])
        s0 = s1 = s2 = s3 = 0.0
        t0, t1, t2, t3 = terms[0], terms[1], terms[2], terms[3]
        for k in range(dimensions):
            s0 += t0[k]
            s1 += t1[k]
            s2 += t2[k]
            s3 += t3[k]
        for lane, total in enumerate((s0, s1, s2, s3)):
            if lane < lanes:
                out[start + lane] = total


@_compiled
def subtract_squares(values: _Single, rows: _Single, columns: _Single) -> None:
    """Products to negated squared distances, in place."""
    for i in range(values.shape[0]):
        row, square = values[i], rows[i]
        for j in range(row.shape[0]):
            row[j] = (np.float32(2) * row[j] - square) - columns[j]


@_compiled
def _place(values: _Single, low: np.float32, inverse: np.float32, bins: int, out: NDArray[np.uint32]) -> None:
    """Bins of some scores; ``bins`` for what is not a number."""
    top = np.float32(bins - 1)
    for j in range(values.shape[0]):
        value = values[j]
        place = (value - low) * inverse
        place = place if place > _ZERO else _ZERO
        place = place if place < top else top
        out[j] = np.uint32(np.int32(place) if value == value else np.int32(bins))


@_compiled
def _roots(values: _Single, out: _Single) -> None:
    """Negated squared distances to negated distances."""
    for j in range(values.shape[0]):
        square = -values[j]
        out[j] = -np.sqrt(square) if not square < _ZERO else _ZERO


@_compiled
def _increment(histogram: _Index, places: NDArray[np.uint32]) -> None:
    for j in range(places.shape[0]):
        histogram[places[j]] += 1


@_compiled
def count_tile(
    values: _Single,
    first: _Index,
    row_codes: _Index,
    runs: tuple[_Index, _Index],
    scale: tuple[np.float32, np.float32, bool],
    histogram: NDArray[np.int64],
) -> None:
    """Add the values of a tile to the histograms of their pairs of codes.

    Args:
        values: (rows, columns) fast values.
        first: (rows,) first column that counts in each row.
        row_codes: (rows,) code of each row.
        runs: (runs + 1,) columns at which the code changes, with both ends; (runs,) code of each run of columns.
        scale: Lower edge of the first bin; bins for each unit of score; whether the root is binned.
        histogram: (codes, codes, bins + 1), changed in place.
    """
    edges, edge_codes = runs
    low, inverse, squared = scale
    columns = values.shape[1]
    places = np.empty(columns, dtype=np.uint32)
    roots = np.empty(columns, dtype=np.float32)
    for i in range(values.shape[0]):
        start = first[i]
        if start >= columns:
            continue
        scores = values[i, start:]
        if squared:
            _roots(scores, roots[start:])
            scores = roots[start:]
        _place(scores, low, inverse, histogram.shape[2] - 1, places[start:])
        for run in range(len(edge_codes)):
            begin = max(edges[run], start)
            if begin < edges[run + 1]:
                _increment(histogram[row_codes[i], edge_codes[run]], places[begin : edges[run + 1]])


@_compiled
def reaching_in_tile(
    values: _Single,
    first: _Index,
    floor: np.float32,
    rows: NDArray[np.int32],
    columns: NDArray[np.int32],
) -> int:
    """Places of the values at or above a floor, into buffers as large as the tile; their number."""
    found = 0
    for i in range(values.shape[0]):
        row = values[i]
        for start in range(first[i], row.shape[0], _CHUNK):
            part = row[start : start + _CHUNK]
            some = False
            for j in range(part.shape[0]):
                some |= part[j] >= floor
            if some:
                for j in range(part.shape[0]):
                    if part[j] >= floor:
                        rows[found] = i
                        columns[found] = start + j
                        found += 1
    return found
