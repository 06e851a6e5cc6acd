"""Limits that hold for all groups of a partition at once."""

import numpy as np
from scipy.special import ndtr, ndtri

from evalharness.records import FloatArray
from evalharness.statistics.differentials.evidence import Evidence
from evalharness.statistics.differentials.logrates import TRUSTED_ERRORS, replicate_deviations
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.intervals import clopper_pearson, t_quantile, zero_error_upper

_FEW = 5.0


def single_level(rates: GroupRates, *, level: float) -> float:
    """Level of each group's own limits that makes all K hold together.

    From the largest absolute studentised deviation over the groups in the replicates, where all groups have ten
    effective errors or more; else that of Sidak for independent groups, level^(1/K), which is also the most.

    >>> import math
    >>> math.sqrt(0.95 ** (1 / 10)) < 1
    True
    """
    sidak = float(level ** (1 / len(rates.groups)))
    deviations = replicate_deviations(rates)
    if deviations is None or Evidence.of(rates).errors.min() < TRUSTED_ERRORS:
        return sidak
    spread = np.sqrt((deviations**2).mean(axis=0))
    if spread.min() == 0:
        return sidak
    quantile = float(np.quantile(np.abs(deviations / spread).max(axis=1), level))
    return float(np.clip(2 * ndtr(quantile) - 1, level, sidak))


def simultaneous_limits(rates: GroupRates, *, level: float) -> tuple[FloatArray, FloatArray]:
    """(K,) lower and (K,) upper limits, together at the level.

    Each group's own limits are moved away from its rate on the log-odds scale, by the ratio of the Student
    quantiles of the two levels; below five effective errors not less than the exact limits at that level.

    Args:
        rates: Rates with their own limits at ``rates.level``.
        level: Level at which all limits hold together.
    """
    own = single_level(rates, level=level)
    limits = [_limits(rates, group, level=own) for group in range(len(rates.groups))]
    return np.array([low for low, _ in limits]), np.array([high for _, high in limits])


def sidak_quantile(groups: int, *, level: float) -> float:
    """Normal quantile of two-sided limits of K independent groups (Bonferroni's is hardly larger).

    >>> round(sidak_quantile(10, level=0.95), 6)
    2.799625
    """
    return -float(ndtri((1 - level ** (1 / groups)) / 2))


def _limits(rates: GroupRates, group: int, *, level: float) -> tuple[float, float]:
    value, trials = float(rates.values[group]), float(Evidence.of(rates).trials[group])
    own = float(rates.lower[group]), float(rates.upper[group])
    exact = clopper_pearson(value * trials, trials, level=level)
    if value == 0:
        return 0.0, float(np.fmax(own[1], zero_error_upper(max(rates.disjoint[group], 1.0), level=level)))
    if value == 1:
        return float(np.fmin(own[0], exact.lower)), 1.0
    if not np.isfinite(own).all():
        return exact.lower, exact.upper
    degrees = max(int(rates.clusters[group]) - 1, 1)
    factor = t_quantile(level, degrees=degrees) / t_quantile(rates.level, degrees=degrees)
    lower, upper = (_stretched(value, limit, factor) for limit in own)
    if min(value, 1 - value) * trials < _FEW:
        return min(lower, exact.lower), max(upper, exact.upper)
    return lower, upper


def _stretched(value: float, limit: float, factor: float) -> float:
    """The limit, ``factor`` times as far from the value in log odds; a limit of 0 or 1 stays."""
    if not 0 < limit < 1:
        return limit
    centre, end = np.log(value) - np.log1p(-value), np.log(limit) - np.log1p(-limit)
    moved = np.clip(centre + factor * (end - centre), -700, 700)
    return float(1 / (1 + np.exp(-moved)))
