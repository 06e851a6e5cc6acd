"""One test of all groups at once: are the true rates equal?"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, fdtrc, logit

from evalharness.records import FloatArray
from evalharness.statistics.differentials.evidence import Anchor, Evidence
from evalharness.statistics.differentials.logrates import LogRates, variance_degrees
from evalharness.statistics.differentials.zeros import cautious
from evalharness.statistics.grouprates import GroupRates

ENOUGH_ERRORS = 30.0  # effective errors in every group from which the normal approximation of log rates holds


@dataclass(frozen=True, slots=True)
class Omnibus:
    """Wald statistic of equal rates."""

    statistic: float  # chi-square with K - 1 degrees of freedom, were the variances known
    p_value: float
    simulated: bool  # against draws under equal rates, because a group has few errors


def equal_rates(rates: GroupRates, *, simulations: int, rng: np.random.Generator) -> Omnibus | None:
    """Wald test on log rates with the clustered covariance; simulated where a group has few errors.

    With thirty effective errors in every group: Welch's correction (1951) for variances that rest on few subjects,
    which becomes chi-square with K - 1 degrees of freedom as they grow. Else the spread of log rates, each drawn
    towards the common one by half an error and weighted as if rates were equal, against draws from equal rates: a
    log-normal factor with the variance that shared subjects make, as uncertain as its estimate, and binomial errors.
    There a group without errors, or with nothing else, counts as its disjoint trials, as in its own interval.

    Returns:
        None with fewer than two groups, or where no trial or every trial is an error.
    """
    evidence = Evidence.of(rates)
    if len(rates.groups) < 2 or not rates.errors.any() or (rates.errors == rates.trials).all():
        return None
    if min(evidence.errors.min(), (evidence.trials - evidence.errors).min()) >= ENOUGH_ERRORS:
        return _wald(LogRates.of(rates))
    return _simulated(Evidence.of(cautious(rates)), variance_degrees(rates), simulations=simulations, rng=rng)


def _wald(logs: LogRates) -> Omnibus:
    contrasts = np.eye(len(logs.values))[1:] - np.eye(len(logs.values))[0]
    covariance = contrasts @ logs.covariance @ contrasts.T
    difference = contrasts @ logs.values
    statistic = float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference)
    groups = len(logs.values)
    weights = 1.0 / np.diag(logs.covariance)
    imbalance = float(np.sum((1 - weights / weights.sum()) ** 2 / logs.degrees))
    corrected = statistic / (groups - 1) / (1 + 2 * (groups - 2) / (groups**2 - 1) * imbalance)
    p_value = float(fdtrc(groups - 1, (groups**2 - 1) / (3 * imbalance), corrected))
    return Omnibus(statistic, p_value, simulated=False)


def _simulated(evidence: Evidence, degrees: FloatArray, *, simulations: int, rng: np.random.Generator) -> Omnibus:
    anchor, shape = evidence.anchor, (len(evidence.rates), simulations)
    own, logits = evidence.trials, np.repeat(logit(anchor.common)[:, None], simulations, axis=1)
    if evidence.parts is not None:
        own = evidence.parts.own
        variance = evidence.parts.covariance[:, None] * degrees[:, None] / rng.chisquare(degrees[:, None], shape)
        logits = logits + np.sqrt(variance) * rng.standard_normal(shape) - variance / 2
    trials = np.rint(own).astype(np.int64)[:, None]  # at least 1
    drawn = rng.binomial(trials, expit(logits)) / trials
    observed = float(_spread(anchor, evidence.rates[:, None])[0])
    reached = int((_spread(anchor, drawn) >= observed * (1 - 1e-9)).sum())
    return Omnibus(observed, (1 + reached) / (1 + simulations), simulated=True)


def _spread(anchor: Anchor, rates: FloatArray) -> FloatArray:
    """(S,) weighted squares of log rates about their mean, each rate drawn towards the common one.

    Args:
        anchor: The common rate and the weights of the groups.
        rates: (K, S).
    """
    weights = (anchor.trials * anchor.common * (1 - anchor.common))[:, None]
    logs = np.log(anchor.steadied(rates))
    mean = (weights * logs).sum(axis=0) / weights.sum()
    return np.asarray((weights * (logs - mean) ** 2).sum(axis=0))
