"""The score of record of two templates.

Float32 templates are widened to float64 and summed one dimension after the other with elementwise
operations, each of which IEEE 754 rounds in one way. The score of a pair therefore depends on its two
templates alone: not on the block they are in, on which of the two comes first, on the number of threads
or on the machine. A matrix product gives no such promise, because its order of summation changes with
the shape; the engine uses one to find candidates and falls back to this score wherever it decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evalharness.comparison.compiled import kernels, loaded
from evalharness.errors import SystemInputError
from evalharness.records import Comparator, FloatArray, IntArray, TemplateArray

BLOCK_ROWS = 128
BLOCK_COLUMNS = 256
_PAIR_CHUNK = 4096
_WORTH_COMPILED_CODE = 100_000  # pairs: loading numba takes a second


@dataclass(frozen=True, slots=True)
class Block:
    """Scores of a rectangle of the upper triangle: template row against template column."""

    first_row: int
    first_column: int
    scores: FloatArray = field(repr=False)  # (rows, columns) similarity

    @property
    def rows(self) -> IntArray:
        """(rows,) template indices."""
        return np.arange(self.first_row, self.first_row + self.scores.shape[0], dtype=np.int64)

    @property
    def columns(self) -> IntArray:
        """(columns,) template indices."""
        return np.arange(self.first_column, self.first_column + self.scores.shape[1], dtype=np.int64)


def check_templates(templates: TemplateArray, names: Sequence[str]) -> None:
    """Refuse templates that have no direction or are not numbers.

    Args:
        templates: (n, d) float32.
        names: (n,) what to call each row in a message.

    Raises:
        SystemInputError: A value is NaN or infinite, or a vector is zero; every such row is listed.
    """
    finite = np.isfinite(templates).all(axis=1)
    zero = ~templates.any(axis=1)
    faults = [f"{names[i]}: a value is NaN or infinite" for i in np.flatnonzero(~finite).tolist()]
    faults += [f"{names[i]}: zero norm" for i in np.flatnonzero(zero).tolist()]
    if faults:
        raise SystemInputError(
            f"templates: {len(faults)} of {len(templates)} vectors cannot be compared; expected finite values and a "
            "norm above zero. Declare these samples as failures, or make their templates again.",
            faults,
        )


def pair_scores(
    templates: TemplateArray,
    comparator: Comparator,
    *,
    first: NDArray[np.integer],
    second: NDArray[np.integer],
    norms: FloatArray | None = None,
) -> FloatArray:
    """Scores of record of listed pairs.

    Args:
        templates: (n, d) float32, finite, no zero vector.
        comparator: How two templates are compared.
        first: (m,) template index.
        second: (m,) template index.
        norms: (n,) their lengths as ``lengths`` gives them, if at hand.

    Returns:
        (m,) similarity; bit for bit what ``score_blocks`` gives for the same pairs.
    """
    norms = lengths(templates) if norms is None else norms
    scores = np.empty(len(first), dtype=np.float64)
    compiled = kernels() if loaded() or len(first) >= _WORTH_COMPILED_CODE else None
    if compiled is not None:
        squared = comparator is Comparator.EUCLIDEAN
        compiled.sum_pairs(
            np.ascontiguousarray(templates), first.astype(np.int64), second.astype(np.int64), squared, scores
        )
        return _finish(scores, norms[first] * norms[second], comparator)
    for start in range(0, len(first), _PAIR_CHUNK):
        part = slice(start, start + _PAIR_CHUNK)
        a, b = first[part], second[part]
        left, right = _widen(templates[a]), _widen(templates[b])
        scores[part] = _finish(_accumulate(left, right, comparator), norms[a] * norms[b], comparator)
    return scores


def score_blocks(
    templates: TemplateArray,
    comparator: Comparator,
    *,
    block_rows: int = BLOCK_ROWS,
    block_columns: int = BLOCK_COLUMNS,
) -> Iterator[Block]:
    """Scores of record of all pairs, in blocks that cover the upper triangle.

    A block on the diagonal also holds pairs (i, j) with i >= j: the caller leaves them out, so that each
    unordered pair counts once.

    Args:
        templates: (n, d) float32, finite, no zero vector.
        comparator: How two templates are compared.
        block_rows: Height of a block; the default keeps a block in the cache of a core.
        block_columns: Width of a block.

    Yields:
        Blocks in row-major order; memory is that of one block, whatever n is.
    """
    norms = lengths(templates)
    for top in range(0, len(templates), block_rows):
        rows = slice(top, top + block_rows)
        left = _widen(templates[rows])[:, :, np.newaxis]
        for start in range(top, len(templates), block_columns):
            columns = slice(start, start + block_columns)
            right = _widen(templates[columns])[:, np.newaxis, :]
            scale = norms[rows, np.newaxis] * norms[np.newaxis, columns]
            yield Block(top, start, _finish(_accumulate(left, right, comparator), scale, comparator))


def lengths(templates: TemplateArray) -> FloatArray:
    """(n,) lengths of templates, by the same fixed order of float64 operations."""
    norms = np.empty(len(templates), dtype=np.float64)
    compiled = kernels() if loaded() or len(templates) >= _WORTH_COMPILED_CODE else None
    if compiled is not None:
        each = np.arange(len(templates), dtype=np.int64)
        compiled.sum_pairs(np.ascontiguousarray(templates), each, each, False, norms)
        return np.sqrt(norms, out=norms)
    for start in range(0, len(templates), _PAIR_CHUNK):
        part = _widen(templates[start : start + _PAIR_CHUNK])
        norms[start : start + _PAIR_CHUNK] = np.sqrt(_accumulate(part, part, Comparator.COSINE))
    return norms


def _widen(templates: TemplateArray) -> FloatArray:
    """(n, d) float32 -> (d, n) float64, so that one dimension of all templates is contiguous."""
    return np.ascontiguousarray(templates.T, dtype=np.float64)


def _accumulate(left: FloatArray, right: FloatArray, comparator: Comparator) -> FloatArray:
    """Sum over the first axis, in order: of products (cosine) or of squared differences (euclidean)."""
    shape = np.broadcast_shapes(left.shape[1:], right.shape[1:])
    total, term = np.zeros(shape, dtype=np.float64), np.empty(shape, dtype=np.float64)
    for a, b in zip(left, right, strict=True):
        if comparator is Comparator.COSINE:
            np.multiply(a, b, out=term)
        else:
            np.subtract(a, b, out=term)
            np.multiply(term, term, out=term)
        np.add(total, term, out=total)
    return total


def _finish(total: FloatArray, scale: FloatArray, comparator: Comparator) -> FloatArray:
    """Sums -> similarities, in place: divided by both norms, or as a negated distance."""
    if comparator is Comparator.COSINE:
        return np.divide(total, scale, out=total)
    np.sqrt(total, out=total)
    return np.negative(total, out=total)
