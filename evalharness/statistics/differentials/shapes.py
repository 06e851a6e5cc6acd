"""Which patterns of true rates an interval has to allow for.

A measure of dispersion is one number, and many sets of true rates give it: one group above the others, two blocks,
or all spread out. Its distribution differs between them, so an interval looks along several.
"""

import numpy as np

from evalharness.records import FloatArray
from evalharness.statistics.differentials.evidence import Evidence

_SAME = 1e-9


def shapes(evidence: Evidence) -> tuple[FloatArray, ...]:
    """Directions in log odds from equality, each (K,) with a range of 1, without repeats.

    As observed; the two blocks that part the groups best; the highest group against all others; the highest and
    the lowest group on either side of all others.
    """
    observed = evidence.logits
    if np.ptp(observed) < _SAME:  # equal rates and trials: any order of the groups will do
        observed = np.arange(len(observed), dtype=np.float64)
    candidates = (observed, _two_blocks(observed, 1.0 / evidence.logit_variances), _highest(observed), _ends(observed))
    found: list[FloatArray] = []
    for candidate in candidates:
        shape = (candidate - candidate.min()) / np.ptp(candidate)
        if not any(np.allclose(shape, other, rtol=0, atol=_SAME) for other in found):
            found.append(shape)
    return tuple(found)


def _highest(values: FloatArray) -> FloatArray:
    shape = np.zeros(len(values))
    shape[int(values.argmax())] = 1.0
    return shape


def _ends(values: FloatArray) -> FloatArray:
    shape = _highest(values)
    shape[int(values.argmin())] = -1.0
    return shape


def _two_blocks(values: FloatArray, weights: FloatArray) -> FloatArray:
    """The split by value with the smallest weighted sum of squares within the blocks."""
    order = np.argsort(values, kind="stable")
    weight, moment = np.cumsum(weights[order]), np.cumsum((weights * values)[order])
    between = moment[:-1] ** 2 / weight[:-1] + (moment[-1] - moment[:-1]) ** 2 / (weight[-1] - weight[:-1])
    shape = np.zeros(len(values))
    shape[order[int(between.argmax()) + 1 :]] = 1.0
    return shape
