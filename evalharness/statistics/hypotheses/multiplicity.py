"""p-values of a family of tests, adjusted for their number."""

import numpy as np

from evalharness.records import FloatArray, IntArray


def holm(p_values: FloatArray) -> FloatArray:
    """(n,) Holm's adjusted p-values (1979): for claims, since the chance of any false one stays below the level.

    >>> holm(np.array([0.01, 0.04, 0.03])).round(6).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    count = len(p_values)
    stepped = np.maximum.accumulate(p_values[order] * (count - np.arange(count)))
    return _restored(stepped, order)


def benjamini_hochberg(p_values: FloatArray) -> FloatArray:
    """(n,) Benjamini and Hochberg's adjusted p-values (1995): for exploration.

    They bound the expected share of false ones among the rejected, not the chance of any.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(6).tolist()
    [0.03, 0.04, 0.04]
    """
    order = np.argsort(p_values, kind="stable")
    count = len(p_values)
    scaled = p_values[order] * count / np.arange(1, count + 1)
    return _restored(np.minimum.accumulate(scaled[::-1])[::-1], order)


def _restored(adjusted: FloatArray, order: IntArray) -> FloatArray:
    result = np.empty_like(adjusted)
    result[order] = np.minimum(adjusted, 1.0)
    return result
