"""A weighted rate with its interval, and the ratio of two of them."""

import math
from dataclasses import dataclass, field

import numpy as np

from evalharness.records import BoolArray, FloatArray
from evalharness.statistics.adjustment.tables import Spread, Stratified
from evalharness.statistics.evidence import Evidence, WeightedRate
from evalharness.statistics.intervals import Interval, t_quantile, zero_error_upper
from evalharness.statistics.spread import logit_limits
from evalharness.statistics.variance import PlugIn, weighted_jackknife

FEW_ERRORS = 5  # below, the interval of a ratio is unstable


@dataclass(frozen=True, slots=True)
class Weighted:
    """A rate over strata with given weights."""

    value: float
    variance: float  # guarded; 0 without an error, or without anything else
    influence: FloatArray = field(repr=False)  # (subjects,) linearised error of each
    evidence: Evidence  # what limits rest on
    covered: float  # share of the target that the strata with comparisons hold
    kish: float  # (sum w)^2 / sum w^2 over comparisons, before subjects are taken into account

    @property
    def errors(self) -> int:
        """Errors in strata with a weight."""
        return self.evidence.errors

    @property
    def clusters(self) -> int:
        """Subjects."""
        return self.evidence.clusters


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
    none_right = bool(np.all(errors[share > 0] == trials[share > 0]))
    value = 1.0 if none_right else float(np.sum(coefficients * errors))
    spread = table.spread(coefficients)
    kish = 1 / float(np.sum(share * coefficients))  # 1 / sum over comparisons of squared weights
    evidence = _evidence(WeightedRate(value, kish), table, spread, used=share > 0, clusters=clusters)
    inside = 0 < value < 1 and clusters > 1
    variance = evidence.plug_in.guarded(value, kish, clusters=clusters) if inside else 0.0
    return Weighted(value, variance, spread.influence, evidence, covered, kish)


def _evidence(rate: WeightedRate, table: Stratified, spread: Spread, *, used: BoolArray, clusters: int) -> Evidence:
    """What the limits of a weighted rate rest on, in the terms of unweighted ones."""
    jackknife = None
    if 0 < rate.value < 1:
        own = spread.own if spread.dyads else 0.0
        jackknife = weighted_jackknife(rate.value, rate.kish, influence=spread.influence, share=spread.share, own=own)
    return Evidence(
        errors=int(table.errors[used].sum()),
        trials=int(table.trials[used].sum()),
        subjects=int(np.count_nonzero(spread.share)),
        clusters=clusters,
        disjoint=min(spread.disjoint, rate.kish),
        plug_in=PlugIn(spread.own, spread.covariance),
        jackknife=jackknife,
        weighted=rate,
    )


def interval_of(rate: Weighted, *, level: float) -> Interval:
    """Limits of a weighted rate, as of unweighted ones: on the logit scale, with the worst case for no error."""
    if rate.variance <= 0:
        bound = zero_error_upper(rate.evidence.disjoint, level=level)
        return Interval(0.0, bound) if rate.value == 0 else Interval(1 - bound, 1.0)
    return logit_limits(rate.evidence, level=level)


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
