"""Two systems on the same comparisons: the difference of their rates, with the errors they share taken out.

The difference of two systems is a mean over comparisons, like a rate, and each comparison adds e_A - e_B, which is
-1, 0 or 1. Its variance is the plug-in variance of a rate with that difference in place of the error
(formula of Fogliato, Patil & Perona, arXiv:2306.01198): subjects are the clusters.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from evalharness.records import FloatArray, IntArray
from evalharness.statistics.dyads import Dyads, dyad_key
from evalharness.statistics.intervals import t_quantile


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Rate of system A - rate of system B on the same comparisons."""

    difference: float
    standard_error: float  # with subjects as clusters, before the correction for few of them
    clusters: int  # subjects with a comparison

    def limits(self, level: float) -> tuple[float, float] | None:
        """Two-sided limits by Student's quantile, variance x G/(G-1); None with fewer than three subjects."""
        if self.clusters < 3:
            return None
        half = t_quantile(level, degrees=self.clusters - 1) * self.corrected_error
        return max(-1.0, self.difference - half), min(1.0, self.difference + half)

    @property
    def corrected_error(self) -> float:
        """Standard error x sqrt(G/(G-1)); infinite with one subject."""
        return self.standard_error * math.sqrt(self.clusters / (self.clusters - 1)) if self.clusters > 1 else math.inf

    def p_value(self) -> float | None:
        """Two-sided p of no difference; None with fewer than three subjects or without a standard error."""
        if self.clusters < 3 or self.standard_error == 0:
            return None
        return float(2 * stdtr(self.clusters - 1, -abs(self.difference) / self.corrected_error))


def paired_difference(errors_a: IntArray, errors_b: IntArray, trials: IntArray) -> PairedDifference | None:
    """Difference of FNMR, FRR or FTA of two systems, subject by subject.

    With d_i = e_i^A - e_i^B and D = sum d / sum m: SE = sqrt(sum_i (d_i - D m_i)^2) / sum m.

    Args:
        errors_a: (S,) errors of system A for each subject.
        errors_b: (S,) errors of system B on the same trials.
        trials: (S,) trials of each subject; those that both systems completed.

    Returns:
        None where no subject has a trial.

    >>> paired_difference(np.array([1, 2]), np.array([0, 1]), np.array([2, 4])).difference
    0.3333333333333333
    """
    total = int(trials.sum())
    if total == 0:
        return None
    change: FloatArray = errors_a.astype(np.float64) - errors_b
    mean = float(change.sum()) / total
    residual = change - mean * trials
    error = math.sqrt(float(np.sum(residual * residual))) / total
    return PairedDifference(mean, error, int(np.count_nonzero(trials)))


def paired_dyadic_difference(dyads: Dyads, *, matches_a: IntArray, matches_b: IntArray) -> PairedDifference | None:
    """Difference of the FMR of two systems over the same non-mated comparisons.

    Var = [sum_i R_i^2 - sum_d Y_d^2] / M^2 with Y_d = d_d - D m_d, the part from shared subjects not below 0.

    Args:
        dyads: Comparisons that both systems completed, by dyad of subjects.
        matches_a: (2, errors) the two subjects of each false match of system A.
        matches_b: (2, errors) those of system B.

    Returns:
        None where there is no comparison.
    """
    total = dyads.total
    if total == 0:
        return None
    compared = dyads.per_subject
    subjects = len(compared)
    first = np.concatenate([matches_a[0], matches_b[0]])
    second = np.concatenate([matches_a[1], matches_b[1]])
    signs: FloatArray = np.repeat([1.0, -1.0], [matches_a.shape[1], matches_b.shape[1]])
    mean = float(signs.sum()) / total
    key, at = np.unique(dyad_key(first, second, subjects), return_inverse=True)
    change = np.bincount(at, signs, len(key))
    of_named = dyads.between(key // subjects, key % subjects)
    own = float(change @ change) - 2 * mean * float(change @ of_named) + mean**2 * dyads.sum_of_squares
    residual = np.bincount(first, signs, subjects) + np.bincount(second, signs, subjects) - mean * compared
    covariance = max(0.0, float(np.sum(residual * residual)) - 2 * own)
    return PairedDifference(mean, math.sqrt(max(0.0, own) + covariance) / total, int(np.count_nonzero(compared)))
