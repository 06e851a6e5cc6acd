"""How far the rates of groups lie apart: pure formulas on rates, groups on the first axis.

Every function takes rates of shape (K,) or (K, S), for S simulated sets of rates at once, and returns () or (S,).
A ratio whose lowest rate is 0 is infinite, and a measure of rates that are all 0 is NaN: records turn both into None.
"""

import numpy as np
from numpy.typing import NDArray

from evalharness.records import FloatArray

Values = NDArray[np.float64]


def max_min(rates: FloatArray) -> Values:
    """Highest rate / lowest rate.

    >>> float(max_min(np.array([1e-4, 2e-4, 4e-4, 8e-4])))
    8.0
    """
    return _quotient(rates.max(axis=0), rates.min(axis=0))


def max_geomean(rates: FloatArray) -> Values:
    """Highest rate / geometric mean of the rates (NIST IR 8429, through secondary sources)."""
    some, every = rates.max(axis=0) > 0, rates.min(axis=0) > 0
    below = np.log(np.where(every, rates.max(axis=0) / np.where(every, rates, 1.0), 1.0))
    return np.where(every, np.exp(below.mean(axis=0)), np.where(some, np.inf, np.nan))


def max_mean(rates: FloatArray) -> Values:
    """Highest rate / arithmetic mean of the rates."""
    return _quotient(rates.max(axis=0), rates.mean(axis=0))


def difference(rates: FloatArray) -> Values:
    """Highest rate - lowest rate; 0 where no group has an error."""
    return np.asarray(rates.max(axis=0) - rates.min(axis=0))


def log_spread(rates: FloatArray) -> Values:
    """Mean absolute distance of log10 rate from its mean (the spread that NIST FRTE prints)."""
    some, every = rates.max(axis=0) > 0, rates.min(axis=0) > 0
    logs = np.log10(np.where(every, rates / np.where(every, rates[0], 1.0), 1.0))  # exactly 0 for equal rates
    spread = np.abs(logs - logs.mean(axis=0)).mean(axis=0)
    return np.where(every, spread, np.where(some, np.inf, np.nan))


def log_deviation(rates: FloatArray, *, ddof: int) -> Values:
    """Standard deviation of log10 rate; published tables divide by K (ddof 0) or by K - 1 (ddof 1)."""
    some, every = rates.max(axis=0) > 0, rates.min(axis=0) > 0
    spread = np.log10(np.where(every, rates, 1.0)).std(axis=0, ddof=ddof)
    return np.where(every, spread, np.where(some, np.inf, np.nan))


def gini_raw(rates: FloatArray) -> Values:
    """Sum over all ordered pairs of abs(x_i - x_j) / (2 K^2 mean x): 0 to (K-1)/K."""
    groups, half = len(rates), len(rates) // 2
    ordered, total = np.sort(rates, axis=0), rates.sum(axis=0)
    apart = ordered[::-1][:half] - ordered[:half]  # highest less lowest, and inwards: exactly 0 for equal rates
    pairs = (groups - 1 - 2.0 * np.arange(half)) @ apart
    return np.where(total > 0, pairs / np.where(total > 0, total * groups, 1.0), np.nan)


def gini_corrected(rates: FloatArray) -> Values:
    """The raw Gini coefficient x K/(K-1): 0 to 1 whatever the number of groups.

    >>> float(gini_corrected(np.array([0.0, 0.0, 0.0, 0.001])))
    1.0
    """
    groups = len(rates)
    return gini_raw(rates) * groups / (groups - 1)


def garbe(fmr: FloatArray, fnmr: FloatArray, *, alpha: float) -> Values:
    """Alpha x corrected Gini of FMR + (1 - alpha) x that of FNMR (Howard et al., arXiv:2203.05051)."""
    return alpha * gini_corrected(fmr) + (1 - alpha) * gini_corrected(fnmr)


def fairness_discrepancy_rate(fmr: FloatArray, fnmr: FloatArray, *, alpha: float) -> Values:
    """1 - [alpha x (max - min FMR) + (1 - alpha) x (max - min FNMR)] (arXiv:2011.02395).

    1 is equality. The name is never shortened: the letters also stand for the false discovery rate.
    """
    return 1.0 - (alpha * difference(fmr) + (1 - alpha) * difference(fnmr))


def inequity_rate(fmr: FloatArray, fnmr: FloatArray, *, alpha: float) -> Values:
    """(max/min FMR)^alpha x (max/min FNMR)^(1 - alpha)."""
    return np.asarray(max_min(fmr) ** alpha * max_min(fnmr) ** (1 - alpha))


def skewed_error_ratio(accuracies: FloatArray) -> Values:
    """Highest error / lowest error, error = 1 - accuracy (SER of Wang & Deng, CVPR 2020): no operational rate."""
    return max_min(1.0 - accuracies)


def accuracy_deviation(accuracies: FloatArray, *, ddof: int) -> Values:
    """Standard deviation of the groups' accuracies; state the ddof, published tables use both."""
    return np.asarray(accuracies.std(axis=0, ddof=ddof))


def _quotient(above: Values, below: Values) -> Values:
    """Above / below; infinite where only ``below`` is 0, NaN where both are."""
    defined = below > 0
    result = np.where(defined, above / np.where(defined, below, 1.0), np.where(above > 0, np.inf, np.nan))
    return np.asarray(result)
