"""What the rates of groups would look like if they were drawn again, from effective trials."""

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit, ndtr

from evalharness.records import FloatArray
from evalharness.statistics.grouprates import GroupRates

_STEPS = 60  # of Newton's method; each is at most 2, so this spans all float rates
_CLOSE = 1e-10
_ROUNDS = 6  # of rates and the trials that they are worth
_HALF = 0.5  # errors at the common rate, added to each group before measures are compared
_FEW_EXPECTED = 5.0  # errors below which draws are exact
_TERMS = 32  # of their distribution function; so many errors have no chance where fewer than five are expected


@dataclass(frozen=True, slots=True)
class Parts:
    """What effective trials at a rate r are made of: 1 / (1/own + covariance r(1-r)), not below ``least``."""

    own: FloatArray  # (K,) if comparisons shared no subjects
    covariance: FloatArray  # (K,) what shared subjects add to the variance of the logit, at any rate
    least: FloatArray  # (K,) disjoint trials

    def at(self, truth: FloatArray) -> FloatArray:
        """(K,) effective trials at these true rates."""
        trials = 1 / (1 / self.own + self.covariance * truth * (1 - truth))
        return np.asarray(np.maximum(trials, self.least), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rates of K groups and the effective trials behind them."""

    rates: FloatArray  # (K,)
    trials: FloatArray  # (K,) effective at these rates, at least 1
    parts: "Parts | None" = None  # what the trials are made of; None: they are the same at any rate

    @classmethod
    def of(cls, rates: GroupRates) -> "Evidence":
        """Effective trials below 1, or not a number, count as 1: a group has at least one subject."""
        if rates.own_trials is None or rates.covariance is None:
            return cls(rates.values, _usable(rates.effective_trials))
        own = _usable(rates.own_trials)
        covariance = np.maximum(np.nan_to_num(rates.covariance), 0.0)
        parts = Parts(own, covariance, np.minimum(_usable(rates.disjoint), own))
        return cls(rates.values, parts.at(rates.values), parts)

    def trials_at(self, truth: FloatArray) -> FloatArray:
        """(K,) effective trials if these were the true rates."""
        return self.trials if self.parts is None else self.parts.at(truth)

    @property
    def errors(self) -> FloatArray:
        """(K,) effective errors."""
        return self.rates * self.trials

    @property
    def total(self) -> float:
        """Effective errors of all groups, kept half an error away from none and from all."""
        return float(np.clip(self.errors.sum(), 0.5, self.trials.sum() - 0.5))

    @property
    def smoothed(self) -> FloatArray:
        """(K,) Jeffreys-smoothed rates (e* + 0.5) / (n* + 1)."""
        return (self.errors + 0.5) / (self.trials + 1.0)

    @property
    def logits(self) -> FloatArray:
        """(K,) log odds of the smoothed rates; for small rates log rates."""
        return np.asarray(np.log(self.smoothed) - np.log1p(-self.smoothed))

    @property
    def logit_variances(self) -> FloatArray:
        """(K,) sampling variance of the log odds, by the delta method."""
        return np.asarray(1.0 / (self.trials * self.smoothed * (1 - self.smoothed)))

    @property
    def anchor(self) -> "Anchor":
        """What rates are drawn towards before they are compared."""
        common = self.rates_along(np.zeros(len(self.rates)))
        return Anchor(common, self.trials_at(common))

    def rates_along(self, departures: FloatArray) -> FloatArray:
        """(K,) true rates with these departures on the log-odds scale and the observed number of errors in all.

        Args:
            departures: (K,) log odds of each group against a common level, which is found here.
        """
        truth = np.full_like(departures, self.total / float(self.trials.sum()))
        for _ in range(1 if self.parts is None else _ROUNDS):
            truth = self._solved(departures, self.trials_at(truth))
        return truth

    def _solved(self, departures: FloatArray, trials: FloatArray) -> FloatArray:
        """(K,) true rates with these departures, where groups weigh as much as these trials."""
        total = float(np.clip(self.rates @ trials, 0.5, trials.sum() - 0.5))
        share = total / float(trials.sum())
        level = math.log(share) - math.log1p(-share)
        rates = np.full_like(departures, share)
        for _ in range(_STEPS):
            rates = expit(level + departures)
            expected = trials * rates
            slope = float((expected * (1 - rates)).sum())
            step = max(-2.0, min(2.0, (float(expected.sum()) - total) / max(slope, 1e-300)))
            level -= step
            if abs(step) < _CLOSE:
                break
        return rates


def _usable(trials: FloatArray) -> FloatArray:
    return np.asarray(np.maximum(np.nan_to_num(trials, nan=1.0, posinf=1e15), 1.0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The common rate, and what the groups' rates are worth beside it."""

    common: FloatArray  # (K,)
    trials: FloatArray  # (K,) effective at the common rate

    def steadied(self, rates: FloatArray) -> FloatArray:
        """(K, S) rates drawn towards the common one by the weight of half an error: above 0, and finite in ratios.

        A group of which little is known moves most, so that its chance zeros do not outweigh all others.

        Args:
            rates: (K, S) rates that the groups show, observed or drawn.
        """
        return np.asarray((rates * self.trials[:, None] + _HALF) / (self.trials + _HALF / self.common)[:, None])


@dataclass(frozen=True, slots=True)
class Draws:
    """Standard normal deviates, shared by all assumed rates, so that a limit does not jump between them."""

    normals: FloatArray = field(repr=False)  # (K, S)
    uniforms: FloatArray = field(repr=False)  # (K, S) their distribution function

    @classmethod
    def of(cls, groups: int, simulations: int, rng: np.random.Generator) -> "Draws":
        """One deviate for each group and draw."""
        normals = rng.standard_normal((groups, simulations))
        return cls(normals, ndtr(normals))

    def first(self, count: int) -> "Draws":
        """The first draws of each group."""
        return Draws(self.normals[:, :count], self.uniforms[:, :count])

    def rates(self, truth: FloatArray, trials: FloatArray) -> FloatArray:
        """(K, S) rates that groups with these true rates and effective trials may show.

        Effective errors are whole numbers from the binomial distribution, for trials that need not be whole:
        exactly where few are expected, else by its Cornish-Fisher expansion to the skewness.

        Args:
            truth: (K,) true rates.
            trials: (K,) effective trials.
        """
        mean = (truth * trials)[:, None]
        skew = ((1 - 2 * truth) / 6)[:, None]
        errors = np.rint(mean + np.sqrt(mean * (1 - truth[:, None])) * self.normals + skew * (self.normals**2 - 1))
        for row in np.flatnonzero(mean[:, 0] < _FEW_EXPECTED).tolist():
            errors[row] = np.searchsorted(_distribution(truth[row], trials[row]), self.uniforms[row])
        return np.clip(errors, 0.0, trials[:, None]) / trials[:, None]


def _distribution(rate: float, trials: float) -> FloatArray:
    """(terms,) binomial distribution function of few errors at 0, 1, 2, ..."""
    order, rate = np.arange(1.0, _TERMS), min(rate, 1 - 1e-12)
    steps = np.maximum(trials - order + 1, 0.0) / order * rate / (1 - rate)
    return np.asarray(np.cumsum(np.exp(trials * np.log1p(-rate)) * np.cumprod(np.concatenate([[1.0], steps]))))
