"""The plug-in variance of an error rate, with subjects as clusters, and its guards.

Formula of Fogliato, Patil & Perona, "Confidence Intervals for Error Rates in 1:1 Matching Tasks",
IJCV 2024, arXiv:2306.01198. With p = errors / M, Y_d = e_d - p m_d the centred error count of a dyad d
(for mated comparisons and for samples: of a subject) and R_i the sum of Y_d over the dyads of subject i:

    Var = [sum_i R_i^2 - sum_d Y_d^2] / M^2   for dyads of two subjects,
    Var = sum_i Y_i^2 / M^2                   for subjects.

Beside it stands a jackknife of the logit of an FMR, which sees what the plug-in variance cannot: leaving out a
subject that makes half of the false matches changes the logarithm of the rate by more than its own size says.
"""

from dataclasses import dataclass, field

import numpy as np

from evalharness.records import FloatArray, IntArray
from evalharness.statistics.dyads import Dyads, dyad_key

_LEAST_ERRORS = 0.5  # stands for no error when a subject is left out, so that there is a logarithm


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


@dataclass(frozen=True, slots=True)
class Jackknife:
    """The logit of a rate, with each subject left out in turn."""

    squares: float  # sum over subjects of the squared changes: twice the own part and the covariance part
    fourth: float  # sum of their fourth powers
    subjects: int  # with at least one comparison

    @property
    def degrees(self) -> float:
        """How many equal subjects the changes are worth: few where a few subjects make them.

        Satterthwaite's degrees of freedom of the sum of squares, with the fourth moment from the data:
        about the number of subjects for normal changes, 2 where one subject makes them all.
        """
        excess = self.fourth - self.squares**2 / self.subjects
        return max(2.0, 2 * self.squares**2 / excess) if excess > 0 else float(self.subjects)


@dataclass(frozen=True, slots=True)
class DyadErrors:
    """The errors of a set of non-mated comparisons, as far as a variance needs them."""

    per_subject: IntArray = field(repr=False)  # (S,) errors in which each subject takes part
    squares: float  # sum over dyads of e_d^2
    products: float  # sum over dyads of e_d m_d

    @classmethod
    def of(cls, dyads: Dyads, first: IntArray, second: IntArray) -> "DyadErrors":
        """Count false matches between subjects ``first[i]`` and ``second[i]``."""
        subjects = len(dyads.per_subject)
        errors = np.bincount(first, minlength=subjects) + np.bincount(second, minlength=subjects)
        key, count = np.unique(dyad_key(first, second, subjects), return_counts=True)
        compared = dyads.between(key // subjects, key % subjects)
        return cls(errors, float(count @ count), float(count @ compared))

    @property
    def total(self) -> int:
        """Errors in all."""
        return int(self.per_subject.sum()) // 2


def dyad_variance(dyads: Dyads, first: IntArray, second: IntArray) -> PlugIn:
    """Variance parts of an FMR, given the two subjects of each false match."""
    return dyad_plug_in(dyads, DyadErrors.of(dyads, first, second))


def dyad_plug_in(dyads: Dyads, errors: DyadErrors) -> PlugIn:
    """Variance parts of an FMR.

    Args:
        dyads: Comparisons per dyad of the set, at least one.
        errors: Their false matches.
    """
    trials = dyads.total
    value = errors.total / trials
    residual: FloatArray = errors.per_subject - value * dyads.per_subject
    squares = errors.squares - 2 * value * errors.products + value**2 * dyads.sum_of_squares
    own = max(0.0, squares)  # a sum of squares: below 0 by rounding alone
    return PlugIn(own / trials**2, (_sum_of_squares(residual) - 2 * own) / trials**2)


def dyad_jackknife(dyads: Dyads, errors: DyadErrors) -> Jackknife:
    """The changes of the logit of an FMR when a subject is left out.

    The change of subject i is weighted by 1 - M_i/M, so that for small changes it is -R_i / (M p (1-p)). A subject
    that takes part in every comparison cannot be left out and counts nothing.

    Args:
        dyads: Comparisons per dyad of the set, at least one.
        errors: Their false matches, neither none nor all.
    """
    compared, trials = dyads.per_subject, dyads.total
    some = (compared > 0) & (compared < trials)
    rest = (trials - compared[some]).astype(np.float64)
    left = np.clip(errors.total - errors.per_subject[some], np.minimum(_LEAST_ERRORS, rest / 2), None)
    left = np.minimum(left, rest - np.minimum(_LEAST_ERRORS, rest / 2))
    logit = np.log(errors.total) - np.log(trials - errors.total)
    change = (np.log(left) - np.log(rest - left) - logit) * (rest / trials)
    square: FloatArray = change * change
    return Jackknife(float(square.sum()), _sum_of_squares(square), int(np.count_nonzero(compared)))


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
