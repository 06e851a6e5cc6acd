"""How uncertain the logit of a rate is, and the limits that follow.

Error rates are small and spread by factors: a group with one more "wolf" has a false match rate twice as high, not
0.001 higher. On the logarithmic scale the size of that spread hardly depends on the rate itself, where a variance
estimated beside a low rate is itself too low. The logit is the logarithm at small rates and its mirror near 1.
"""

import math
from dataclasses import dataclass

from scipy.special import expit, logit

from evalharness.statistics.evidence import Evidence
from evalharness.statistics.intervals import Interval, clopper_pearson, t_quantile

SKEWNESS = 1.5  # of the covariance part, added to the upper limit: chosen on simulated scores (docs/statistics.md)
FEW_ERRORS = 3.0  # below, limits on a smooth scale are too high at tiny rates


@dataclass(frozen=True, slots=True)
class Spread:
    """Variances of the logit of a rate, neither 0 nor 1."""

    own: float  # as if no two dyads, or no two trials of one subject each, shared a subject
    linear: float  # with the covariance part of the plug-in variance
    total: float  # with the jackknife's covariance part where that is larger
    degrees: float  # of freedom of a Student quantile

    @property
    def covariance(self) -> float:
        """The part that shared subjects make."""
        return self.total - self.own


def effective_trials(evidence: Evidence) -> float:
    """n_eff = p(1-p)/Var with the guarded variance, not below the number of disjoint dyads or subjects.

    Without an error, or without anything else, the variance says nothing: the floor remains.
    """
    if evidence.errors in (0, evidence.trials) or evidence.clusters < 2:
        return evidence.disjoint
    value = evidence.value
    variance = evidence.plug_in.guarded(value, evidence.equal, clusters=evidence.clusters)
    return max(value * (1 - value) / variance, evidence.disjoint)


def spread_of(evidence: Evidence) -> Spread:
    """The variances of the logit of a rate.

    No variance exceeds that of as many independent trials as there are disjoint dyads, or their like for subjects.

    Args:
        evidence: With at least one error, one trial that is none, and two subjects.
    """
    value, more = evidence.value, evidence.clusters / (evidence.clusters - 1)
    variance = value * (1 - value)  # of one trial; its square turns a variance of the rate into one of the logit
    most = 1 / (evidence.disjoint * variance)
    least = more / (evidence.equal * variance)
    linear = min(1 / (effective_trials(evidence) * variance), most)
    few = float(evidence.clusters - 1)
    jackknife = evidence.jackknife
    if jackknife is None:
        return Spread(min(least, linear), linear, linear, few)
    own = min(max(jackknife.alone * more, least), linear)
    total = min(max(jackknife.variance * more, linear), most)
    shares = own**2 / few + (total - own) ** 2 / min(jackknife.degrees, few)
    return Spread(own, linear, total, min(max(total**2 / shares, min(2.0, few)), few))


def logit_limits(evidence: Evidence, *, level: float, refitted: float = 0.0) -> Interval:
    """Limits of a rate: Student's on the logit scale.

    The limit that lies towards one half moves by ``SKEWNESS`` times the covariance part, because rates that few
    subjects drive are skewed: the draws that miss those subjects are many, and know nothing of them. No limit lies
    further out than the exact one if trials with a common subject all agreed.

    Args:
        evidence: With at least one error, one trial that is none, and three subjects.
        level: Two-sided.
        refitted: Variance of the logit when the threshold is fitted anew in each replicate of a bootstrap, where it
            was fitted; the larger one counts.
    """
    value, spread = evidence.value, spread_of(evidence)
    total, linear = max(spread.total, refitted), max(spread.linear, refitted)
    quantile = t_quantile(level, degrees=spread.degrees)
    centre = float(logit(value))
    far = quantile * math.sqrt(total) + SKEWNESS * spread.covariance * abs(1 - 2 * value)
    near = quantile * math.sqrt(linear)
    below, above = (near, far) if value <= 0.5 else (far, near)
    limits = Interval(float(expit(centre - below)), float(expit(centre + above)))
    limits = few_errors(limits, evidence, effective_trials(evidence), level=level)
    if evidence.weighted is not None:
        return limits
    worst = clopper_pearson(value * evidence.disjoint, evidence.disjoint, level=level)
    return Interval(max(limits.lower, min(worst.lower, value)), min(limits.upper, max(worst.upper, value)))


def few_errors(limits: Interval, evidence: Evidence, trials: float, *, level: float) -> Interval:
    """Limits at tiny rates, and at rates near 1: not narrower there than the exact ones at ``trials``.

    Args:
        limits: Of a smooth method.
        evidence: The errors.
        trials: Effective trials.
        level: Two-sided.
    """
    value, lower, upper = evidence.value, limits.lower, limits.upper
    if min(evidence.errors, value * trials) < FEW_ERRORS:
        lower = min(lower, clopper_pearson(value * trials, trials, level=level).lower)
    if min(evidence.trials - evidence.errors, (1 - value) * trials) < FEW_ERRORS:
        upper = max(upper, clopper_pearson(value * trials, trials, level=level).upper)
    return Interval(min(lower, value), max(upper, value))
