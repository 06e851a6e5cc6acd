"""What limits that hold for all rates at once leave of a measure: its least value over them.

Beside the inversion of a test, whose statistic is the measure itself: that statistic says little where one small group
may show anything, though two well-known groups plainly differ. Among all rates within their limits those that differ
least are clip(c, lower, upper) for some level c: any measure that grows as rates move apart is least there.
"""

from collections.abc import Callable, Sequence

import numpy as np

from evalharness.records import FloatArray
from evalharness.statistics.differentials.simultaneous import simultaneous_limits
from evalharness.statistics.grouprates import GroupRates

Distances = Callable[[Sequence[FloatArray]], FloatArray]  # rates of each component, (K, S) -> (M, S)

_LEVELS = 300  # of c that are tried, beside all limits


def least_distances(components: Sequence[GroupRates], distances: Distances, *, error: float) -> FloatArray:
    """(M,) least distance from equality that rates within their joint limits have; 0 where they may be equal.

    Args:
        components: FMR and FNMR, or one rate alone; their limits share the error.
        distances: Of all measures from equality, each growing with the spread of each component.
        error: Probability that a true rate lies outside its limits.
    """
    alike = [np.full((len(c.groups), 1), max(float(c.values.mean()), 1e-300)) for c in components]
    nearest: list[FloatArray] = []
    for i, component in enumerate(components):
        rates = _candidates(component, level=1 - error / len(components))
        repeated = [np.repeat(each, rates.shape[1], axis=1) for each in alike]
        repeated[i] = rates
        nearest.append(rates[:, distances(repeated).argmin(axis=1)])
    at_best = distances(nearest)  # (M, M): of each measure where each is least
    return np.asarray(at_best[np.arange(len(at_best)), np.arange(len(at_best))], dtype=np.float64)


def _candidates(rates: GroupRates, *, level: float) -> FloatArray:
    """(K, C) clip(c, lower, upper), for c between the lowest upper and the highest lower limit."""
    lower, upper = simultaneous_limits(rates, level=level)
    low, high = float(upper.min()), float(lower.max())
    if high <= low:
        return np.full((len(lower), 1), low)
    inside = np.concatenate([lower, upper])
    inside = inside[(inside > low) & (inside < high)]
    c = np.concatenate([np.geomspace(low, high, _LEVELS), inside])
    return np.asarray(np.clip(c, lower[:, None], upper[:, None]), dtype=np.float64)
