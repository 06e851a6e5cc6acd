"""A weighted rate with its interval, and the ratio of two of them."""

import math
from dataclasses import dataclass, field

import numpy as np

from evalharness.records import BoolArray, FloatArray
from evalharness.statistics.adjustment.tables import Spread, Stratified
from evalharness.statistics.evidence import Evidence, WeightedRate
from evalharness.statistics.intervals import Interval, t_quantile
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
    share: FloatArray = field(repr=False)  # (strata in use,) weights, adding up to 1
    disjoint: FloatArray = field(repr=False)  # (strata in use,) comparisons that share no subject

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
    apart = _disjoint(table, share) if variance <= 0 else np.zeros(0)
    return Weighted(value, variance, spread.influence, evidence, covered, kish, share[share > 0], apart)


def _disjoint(table: Stratified, share: FloatArray) -> FloatArray:
    """(strata in use,) comparisons without a common subject, in each and, scaled down alike, in all together."""
    trials, used = table.trials, np.flatnonzero(share > 0)
    alone = []
    for stratum in used.tolist():
        coefficients = np.zeros(len(trials))
        coefficients[stratum] = 1 / trials[stratum]
        alone.append(table.spread(coefficients).disjoint)
    together = table.spread(np.where(share > 0, 1 / float(trials[used].sum()), 0.0)).disjoint
    each = np.array(alone, dtype=np.float64)
    return np.asarray(each * min(1.0, together / float(each.sum())), dtype=np.float64)


def worst_case(share: FloatArray, trials: FloatArray, *, level: float) -> float:
    """The highest rate sum_s w_s p_s at which no error in any stratum has a probability of 1 - level.

    At the maximum under prod (1 - p_s)^n_s = 1 - level, 1 - p_s = min(1, k n_s / w_s) with one k for all strata:
    strata of great weight in which little was seen take all of the error.

    Args:
        share: (s,) w, above 0, adding up to 1.
        trials: (s,) n, independent trials without an error, above 0.
        level: One-sided.

    >>> round(worst_case(np.array([0.5, 0.5]), np.array([3.0, 1000.0]), level=0.95), 4)
    0.3158
    """
    ratio = trials / share

    def chance(log_k: float) -> float:
        return float(np.sum(trials * np.minimum(0.0, log_k + np.log(ratio))))

    low, high = math.log1p(-level) / float(trials.min()) - float(np.log(ratio).max()) - 1, -float(np.log(ratio).min())
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if chance(middle) >= math.log1p(-level) else (middle, high)
    right = np.minimum(1.0, np.exp(high) * ratio)
    return float(np.sum(share * (1 - right)))


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
        bound = worst_case(rate.share, rate.disjoint, level=level) if len(rate.disjoint) else 1.0
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
