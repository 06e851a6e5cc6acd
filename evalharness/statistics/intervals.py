"""Confidence intervals of one proportion, right for effective sample sizes and for 10^11 trials.

scipy.special holds the functions that are needed; ``scipy.stats`` would add two seconds to every start.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.special import betainc, betaincinv, stdtrit

_ROUND_TRIP = 1e-9  # relative error of betainc(betaincinv(q)) above which the inverse is not believed


@dataclass(frozen=True, slots=True)
class Interval:
    """Limits of a proportion."""

    lower: float
    upper: float


def t_quantile(level: float, *, degrees: float) -> float:
    """Half-width of a two-sided Student interval in standard errors.

    >>> round(t_quantile(0.95, degrees=2), 4)
    4.3027
    """
    return float(stdtrit(degrees, (1 + level) / 2))


def wilson(value: float, trials: float, *, quantile: float) -> Interval:
    """Wilson's score interval for a proportion (Wilson, JASA 1927), with any effective number of trials.

    Args:
        value: The observed proportion.
        trials: n, or an effective n; it need not be whole.
        quantile: Normal or Student quantile of the two-sided level.

    >>> limits = wilson(0.25, 4.0, quantile=1.959963984540054)
    >>> round(limits.lower, 4), round(limits.upper, 4)
    (0.0456, 0.6994)
    """
    square = quantile * quantile
    centre = (value + square / (2 * trials)) / (1 + square / trials)
    half = quantile * math.sqrt(value * (1 - value) / trials + square / (4 * trials * trials)) / (1 + square / trials)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def clopper_pearson(errors: float, trials: float, *, level: float) -> Interval:
    """Exact two-sided interval (Clopper & Pearson, Biometrika 1934) by quantiles of the beta distribution.

    Args:
        errors: Number of errors; with an effective n it need not be whole.
        trials: Number of trials, at least ``errors``.
        level: Two-sided level: each tail holds half of the rest.
    """
    tail = (1 - level) / 2
    lower = 0.0 if errors <= 0 else beta_quantile(errors, trials - errors + 1, tail)
    upper = 1.0 if errors >= trials else beta_quantile(errors + 1, trials - errors, 1 - tail)
    return Interval(lower, upper)


def zero_error_upper(trials: float, *, level: float) -> float:
    """One-sided upper limit after no error in ``trials`` independent trials: 1 - (1 - level)^(1/n).

    The "rule of three" 3/n is this limit at 95 %, rounded.

    >>> round(zero_error_upper(30, level=0.95), 8)
    0.09503385
    """
    return -math.expm1(math.log1p(-level) / trials)


def beta_quantile(a: float, b: float, probability: float) -> float:
    """X with I_x(a, b) = probability, checked.

    ``betaincinv`` returns wrong values for some arguments once b reaches 10^9 (lower limits above upper
    ones). The forward function is right there, so the inverse is put back into it, and a bisection of the
    forward function takes over where they disagree.

    Args:
        a: First shape parameter, above 0.
        b: Second shape parameter, above 0.
        probability: Between 0 and 1.
    """
    candidate = float(betaincinv(a, b, probability))
    if abs(float(betainc(a, b, candidate)) - probability) <= _ROUND_TRIP * min(probability, 1 - probability):
        return candidate
    return _bisect(lambda x: float(betainc(a, b, x)) >= probability)


def _bisect(reached: Callable[[float], bool]) -> float:
    """Smallest float in [0, 1] at which a monotone condition holds.

    Limits of rates are tiny, so the first steps halve the exponent and the last ones the interval.
    """
    low, high = 0.0, 1.0
    smallest = 1e-300
    while smallest < 1 and not reached(smallest * 1e10):
        smallest *= 1e10
    low, high = (0.0 if smallest <= 1e-300 else smallest), min(1.0, smallest * 1e10)
    while True:
        middle = low + (high - low) / 2
        if not low < middle < high:
            return high
        low, high = (low, middle) if reached(middle) else (middle, high)
