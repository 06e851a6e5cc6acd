"""Log rates of groups with their covariance: what ratios, simultaneous limits and Wald tests work on."""

from dataclasses import dataclass, field

import numpy as np

from evalharness.records import BoolArray, FloatArray
from evalharness.statistics.differentials.evidence import Evidence
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.spread import SKEWNESS

TRUSTED_ERRORS = 10.0  # effective errors above which the replicates of a log rate are believed
_MOST_UNDEFINED = 0.05  # share of replicates that may lack a log
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class LogRates:
    """Log rates of K groups; a rate of 0 has none and its entries are not to be used."""

    values: FloatArray  # (K,) log rate; 0 where undefined
    defined: BoolArray  # (K,) whether there is an error
    covariance: FloatArray = field(repr=False)  # (K, K) of the log rates
    degrees: FloatArray  # (K,) degrees of freedom of each variance, at least 1
    skew: FloatArray  # (K,) how much further up than down a log rate may lie

    @classmethod
    def of(cls, rates: GroupRates) -> "LogRates":
        """Clustered variances, DEFF (1 - p) / e, and what the replicates add.

        Replicates, where there are enough and they are finite, give the correlations of groups that share
        subjects or a fitted threshold, and larger variances of groups with ten effective errors or more.
        """
        evidence, defined = Evidence.of(rates), rates.errors > 0
        values: FloatArray = np.log(np.where(defined, rates.values, 1.0))
        variances = _variances(evidence)
        covariance: FloatArray = np.diag(variances)
        deviations = replicate_deviations(rates)
        if deviations is not None:
            own = (deviations**2).mean(axis=0)
            trusted = (evidence.errors >= TRUSTED_ERRORS) & (own > 0)
            scale = np.sqrt(np.where(trusted, np.maximum(own, variances), variances))
            unit = np.where(own > 0, 1.0 / np.sqrt(np.where(own > 0, own, 1.0)), 0.0)
            correlation = (deviations * unit).T @ (deviations * unit) / len(deviations)
            np.fill_diagonal(correlation, 1.0)
            covariance = correlation * np.outer(scale, scale)
        return cls(values, defined, covariance, variance_degrees(rates), _skew(evidence))

    @property
    def errors(self) -> FloatArray:
        """(K,) standard errors of the log rates."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def variance_degrees(rates: GroupRates) -> FloatArray:
    """(K,) degrees of freedom of the variance of each rate, as its jackknife has them.

    A group without takes the fewest of the others. Where no group has them: at most subjects - 1, at least 1.

    A clustered variance of a rare error rests on the few subjects who err: its relative variance is about one over
    the effective errors, which is that of chi-square with twice as many degrees of freedom. The share 1 - 1/DEFF of
    the variance is estimated so; the rest is binomial and known from the rate.
    """
    if rates.degrees is not None:
        known = rates.degrees[np.isfinite(rates.degrees)]
        fewest = float(known.min()) if len(known) else 1.0
        return np.asarray(np.maximum(np.where(np.isfinite(rates.degrees), rates.degrees, fewest), 1.0))
    evidence = Evidence.of(rates)
    estimated = np.clip(1 - evidence.trials / np.maximum(rates.trials, 1), 1e-3, 1.0)
    degrees = np.minimum(rates.clusters - 1.0, 2 * evidence.errors / estimated**2)
    return np.asarray(np.maximum(degrees, 1.0))


def _skew(evidence: Evidence) -> FloatArray:
    """(K,) as in the limits of one rate: in proportion to the part of its variance that shared subjects make."""
    if evidence.parts is None:
        return np.zeros(len(evidence.rates))
    value = np.where(evidence.rates > 0, evidence.rates, 1.0)
    shared = np.maximum(1 / evidence.trials - 1 / evidence.parts.own, 0.0) * (1 - value) / value
    return np.asarray(SKEWNESS * shared * np.maximum(0.0, 1 - 2 * value))


def _variances(evidence: Evidence) -> FloatArray:
    """(K,) (1 - p) / e*; with the smoothed rate where there is no error or nothing but errors."""
    ordinary = (evidence.rates > 0) & (evidence.rates < 1)
    rate = np.where(ordinary, evidence.rates, evidence.smoothed)
    return np.asarray((1 - rate) / (rate * evidence.trials))


def replicate_deviations(rates: GroupRates) -> FloatArray | None:
    """(B, K) log replicates less their mean; 0 where a replicate has no log.

    A group whose replicates do not vary, or of which one in twenty has no log, has deviations of 0 alone.

    Returns:
        None without replicates, or with fewer than 100, or fewer than five for each group.
    """
    if rates.replicates is None or len(rates.replicates) < max(100, 5 * len(rates.groups)):
        return None
    usable = np.isfinite(rates.replicates) & (rates.replicates > 0)
    count = usable.sum(axis=0)
    logs = np.log(np.where(usable, rates.replicates, 1.0))
    mean = np.where(usable, logs, 0.0).sum(axis=0) / np.maximum(count, 1)
    deviations = np.where(usable, logs - mean, 0.0)
    kept = (count >= (1 - _MOST_UNDEFINED) * len(rates.replicates)) & (np.abs(deviations).max(axis=0) > _ROUNDING)
    return np.where(kept, deviations, 0.0)
