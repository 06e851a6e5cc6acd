"""The plug-in variance of an error rate, with subjects as clusters, and its guards.

Formula of Fogliato, Patil & Perona, "Confidence Intervals for Error Rates in 1:1 Matching Tasks",
IJCV 2024, arXiv:2306.01198. With p = errors / M, Y_d = e_d - p m_d the centred error count of a dyad d
(for mated comparisons and for samples: of a subject) and R_i the sum of Y_d over the dyads of subject i:

    Var = [sum_i R_i^2 - sum_d Y_d^2] / M^2   for dyads of two subjects,
    Var = sum_i Y_i^2 / M^2                   for subjects.
"""

from dataclasses import dataclass

import numpy as np

from evalharness.records import FloatArray, IntArray
from evalharness.statistics.dyads import Dyads, dyad_key


@dataclass(frozen=True, slots=True)
class PlugIn:
    """The two parts of the variance of a rate, before any guard."""

    own: float  # sum of Y_d^2 / M^2
    covariance: float  # of dyads that share a subject: (sum R_i^2 - 2 sum Y_d^2) / M^2; 0 for subjects

    @property
    def variance(self) -> float:
        """The uncorrected estimate."""
        return self.own + self.covariance

    def guarded(self, value: float, trials: int, *, clusters: int) -> float:
        """The variance that an interval may use.

        The covariance part is not below 0, and the whole not below the binomial p(1-p)/M: in small data
        either falls short by chance. G/(G-1) makes up for p being fitted to the same G subjects.

        Args:
            value: p, strictly between 0 and 1.
            trials: M.
            clusters: G, at least 2.
        """
        binomial = value * (1 - value) / trials
        return max(self.own + max(0.0, self.covariance), binomial) * clusters / (clusters - 1)


def dyad_variance(dyads: Dyads, first: IntArray, second: IntArray) -> PlugIn:
    """Variance parts of an FMR.

    Args:
        dyads: Comparisons per dyad of the set, at least one.
        first: (errors,) subject of one side of each false match.
        second: (errors,) subject of the other side.
    """
    per_subject = dyads.per_subject
    subjects, trials = len(per_subject), dyads.total
    value = len(first) / trials
    errors = np.bincount(first, minlength=subjects) + np.bincount(second, minlength=subjects)
    residual: FloatArray = errors - value * per_subject
    key, count = np.unique(dyad_key(first, second, subjects), return_counts=True)
    compared = dyads.between(key // subjects, key % subjects)
    squares = float(count @ count) - 2 * value * float(count @ compared) + value**2 * dyads.sum_of_squares
    own = max(0.0, squares)  # a sum of squares: below 0 by rounding alone
    return PlugIn(own / trials**2, (_sum_of_squares(residual) - 2 * own) / trials**2)


def subject_variance(trials: IntArray, errors: IntArray) -> PlugIn:
    """Variance parts of FNMR, FRR or FTA.

    Args:
        trials: (S,) trials of each subject, at least one in all.
        errors: (S,) errors of each subject.

    >>> subject_variance(np.array([4, 4, 4, 4]), np.array([4, 0, 0, 0])).variance
    0.046875
    """
    total = int(trials.sum())
    residual: FloatArray = errors - (int(errors.sum()) / total) * trials
    return PlugIn(_sum_of_squares(residual) / total**2, 0.0)


def _sum_of_squares(values: FloatArray) -> float:
    """Summed in one order whatever the number of threads; a dot product of floats promises none."""
    return float(np.sum(values * values))
