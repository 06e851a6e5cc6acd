"""A weighted rate with its interval, and the ratio of two of them."""

import math
from dataclasses import dataclass, field

import numpy as np

from evalharness.records import FloatArray
from evalharness.statistics.adjustment.tables import Stratified
from evalharness.statistics.intervals import Interval, clopper_pearson, t_quantile, wilson, zero_error_upper

FEW_ERRORS = 5  # below, the interval of a ratio is unstable
_EXACT_BELOW = 3.0  # effective errors below which Wilson's lower limit is too high at tiny rates


@dataclass(frozen=True, slots=True)
class Weighted:
    """A rate over strata with given weights."""

    value: float
    errors: int
    variance: float  # guarded; 0 without an error, or without anything else
    influence: FloatArray = field(repr=False)  # (subjects,) linearised error of each
    clusters: int
    disjoint: float  # n_eff cannot sink below
    covered: float  # share of the target that the strata with comparisons hold
    kish: float  # (sum w)^2 / sum w^2 over comparisons, before subjects are taken into account


def weighted_rate(table: Stratified, weights: FloatArray, *, clusters: int) -> Weighted | None:
    """The rate of a group if its strata had these weights.

    Strata without comparisons are left out and the other weights made to add up to 1, which is what weighting each
    comparison by P_target / P_sample does. The variance is not below the binomial one with the same weights, and is
    multiplied by G/(G-1).

    Args:
        table: The group's comparisons.
        weights: (strata,) shares of the target, adding up to 1.
        clusters: G, distinct subjects (for two-sided sets: of the smaller side).

    Returns:
        The rate; None where no stratum with a weight has a comparison.
    """
    trials, errors = table.trials, table.errors
    used = np.where(trials > 0, weights, 0.0)
    covered = float(used.sum())
    if covered <= 0:
        return None
    share = used / covered
    coefficients = share / np.maximum(trials, 1)
    value = min(float(np.sum(coefficients * errors)), 1.0)
    spread = table.spread(coefficients)
    per_comparison = float(np.sum(share * coefficients))  # sum over comparisons of squared weights
    found = int(errors[share > 0].sum())
    variance = 0.0
    if 0 < value < 1 and clusters > 1:
        binomial = value * (1 - value) * per_comparison
        variance = max(spread.own + max(spread.covariance, 0.0), binomial) * clusters / (clusters - 1)
    disjoint = min(spread.disjoint, 1 / per_comparison)
    return Weighted(value, found, variance, spread.influence, clusters, disjoint, covered, 1 / per_comparison)


def interval_of(rate: Weighted, *, level: float) -> Interval:
    """Limits of a weighted rate by the rules of unweighted ones: Wilson at n_eff, with the worst case for no error."""
    if rate.variance <= 0:
        bound = zero_error_upper(rate.disjoint, level=level)
        return Interval(0.0, bound) if rate.value == 0 else Interval(1 - bound, 1.0)
    n = max(rate.value * (1 - rate.value) / rate.variance, rate.disjoint)
    limits = wilson(rate.value, n, quantile=t_quantile(level, degrees=rate.clusters - 1))
    lower, upper = limits.lower, limits.upper
    if min(rate.errors, rate.value * n) < _EXACT_BELOW:
        lower = min(lower, clopper_pearson(rate.value * n, n, level=level).lower)
    if (1 - rate.value) * n < _EXACT_BELOW:
        upper = max(upper, clopper_pearson(rate.value * n, n, level=level).upper)
    return Interval(min(lower, rate.value), max(upper, rate.value))


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two rates; limits are None where they cannot be had."""

    value: float
    lower: float | None
    upper: float | None


def ratio_of(rate: Weighted, base: Weighted, *, level: float) -> Ratio | None:
    """Ratio of two weighted rates by the delta method on its logarithm; subjects of both groups are allowed for.

    Returns:
        None where a rate is 0.
    """
    if rate.value == 0 or base.value == 0:
        return None
    value = rate.value / base.value
    shared = float(np.sum(rate.influence * base.influence)) / (rate.value * base.value)
    variance = rate.variance / rate.value**2 + base.variance / base.value**2 - 2 * shared
    degrees = min(rate.clusters, base.clusters) - 1
    if degrees < 2 or variance <= 0:
        return Ratio(value, None, None)
    half = t_quantile(level, degrees=degrees) * math.sqrt(variance)
    return Ratio(value, value * math.exp(-half), value * math.exp(min(half, 700.0)))
