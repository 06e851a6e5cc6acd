"""One test of all groups at once: are the true rates equal?"""

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc

from evalharness.records import FloatArray
from evalharness.statistics.differentials.evidence import Draws, Evidence
from evalharness.statistics.differentials.logrates import LogRates, variance_degrees
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
    which becomes chi-square with K - 1 degrees of freedom as they grow. Else the statistic is taken of
    Jeffreys-smoothed log odds and compared with draws from equal rates and the effective trials, which are drawn
    too, as uncertain as the variances that they come from.

    Returns:
        None with fewer than two groups, or where no trial or every trial is an error.
    """
    evidence = Evidence.of(rates)
    if len(rates.groups) < 2 or not rates.errors.any() or (rates.errors == rates.trials).all():
        return None
    if min(evidence.errors.min(), (evidence.trials - evidence.errors).min()) >= ENOUGH_ERRORS:
        return _wald(LogRates.of(rates))
    return _simulated(evidence, variance_degrees(rates), simulations=simulations, rng=rng)


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
    groups = len(evidence.rates)
    truth = evidence.rates_along(np.zeros(groups))
    drawn = Draws.of(groups, simulations, rng).rates(truth, evidence.trials)
    errors = drawn * evidence.trials[:, None]
    seen = degrees[:, None] / rng.chisquare(degrees[:, None], (groups, simulations))
    observed = float(_spread(evidence.errors[:, None], evidence.trials[:, None], 1.0)[0])
    spread = _spread(errors, evidence.trials[:, None], seen)
    reached = int((spread >= observed * (1 - 1e-9)).sum())
    return Omnibus(observed, (1 + reached) / (1 + simulations), simulated=True)


def _spread(errors: FloatArray, trials: FloatArray, seen: FloatArray | float) -> FloatArray:
    """(S,) Wald statistics of smoothed log odds.

    Args:
        errors: (K, S) effective errors.
        trials: (K, 1) effective trials.
        seen: (K, S) estimated effective trials / effective trials.
    """
    smoothed = (errors + 0.5) / (trials + 1)
    logits = np.log(smoothed) - np.log1p(-smoothed)
    weights = seen * trials * smoothed * (1 - smoothed)
    mean = (weights * logits).sum(axis=0) / weights.sum(axis=0)
    return np.asarray((weights * (logits - mean) ** 2).sum(axis=0))
