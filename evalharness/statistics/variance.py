"""The plug-in variance of an error rate, with subjects as clusters, and its guards.

Formula of Fogliato, Patil & Perona, "Confidence Intervals for Error Rates in 1:1 Matching Tasks",
IJCV 2024, arXiv:2306.01198. With p = errors / M, Y_d = e_d - p m_d the centred error count of a dyad d
(for mated comparisons and for samples: of a subject) and R_i the sum of Y_d over the dyads of subject i:

    Var = [sum_i R_i^2 - sum_d Y_d^2] / M^2   for dyads of two subjects,
    Var = sum_i Y_i^2 / M^2                   for subjects.

Beside it stands a jackknife of the logit of a rate, which sees what the plug-in variance cannot: leaving out a
subject that makes half of the errors changes the logarithm of the rate by more than its own size says.
"""

from dataclasses import dataclass, field, replace

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

    def guarded(self, value: float, trials: float, *, clusters: int) -> float:
        """The variance that an interval may use.

        The covariance part is not below 0, and the whole not below the binomial p(1-p)/M: in small data
        either falls short by chance. G/(G-1) makes up for p being fitted to the same G subjects.

        Args:
            value: p, strictly between 0 and 1.
            trials: M; of trials with weights Kish's number.
            clusters: G, at least 2.
        """
        binomial = value * (1 - value) / trials
        return max(self.own + max(0.0, self.covariance), binomial) * clusters / (clusters - 1)


@dataclass(frozen=True, slots=True)
class Jackknife:
    """The logit of a rate, with each subject left out in turn."""

    squares: float  # sum over subjects of the squared changes
    fourth: float  # sum of their fourth powers
    subjects: int  # with at least one trial
    alone: float  # variance of the logit if no two dyads (or trials, where each has one subject) shared a subject
    twice: bool = False  # of dyads: leaving out both of its subjects counts a dyad's own part twice

    @property
    def variance(self) -> float:
        """Estimated variance of the logit."""
        return self.squares - self.alone if self.twice else self.squares

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

    def bounded(self, dyads: Dyads) -> "DyadErrors":
        """The same errors among other comparisons, with the largest products that these allow.

        By Cauchy and Schwarz sum e_d m_d is at most sqrt(sum e_d^2 sum m_d^2). The part of the variance that each
        dyad makes alone is then the least possible, and the variance, from which it is taken, the largest.

        Args:
            dyads: Comparisons per dyad, among which the errors are; which dyads have the errors is not known.
        """
        return replace(self, products=float(np.sqrt(self.squares * dyads.sum_of_squares)))

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

    Args:
        dyads: Comparisons per dyad of the set, at least one.
        errors: Their false matches, neither none nor all.
    """
    value = errors.total / dyads.total
    changes, subjects = _changes(dyads.per_subject, errors.per_subject, (dyads.total, errors.total))
    alone = dyad_plug_in(dyads, errors).own / (value * (1 - value)) ** 2
    return Jackknife(_sum_of_squares(changes), _sum_of_squares(changes**2), subjects, alone, twice=True)


def subject_jackknife(trials: IntArray, errors: IntArray) -> Jackknife:
    """The changes of the logit of an FNMR, FRR or FTA when a subject is left out.

    Args:
        trials: (S,) trials of each subject.
        errors: (S,) errors of each subject; in all neither none nor all.
    """
    total, wrong = int(trials.sum()), int(errors.sum())
    changes, subjects = _changes(trials, errors, (total, wrong))
    alone = total / (wrong * (total - wrong))
    return Jackknife(_sum_of_squares(changes), _sum_of_squares(changes**2), subjects, alone)


def weighted_jackknife(value: float, kish: float, *, influence: FloatArray, share: FloatArray, own: float) -> Jackknife:
    """The changes of the logit of a weighted rate when a subject is left out, strata and weights held.

    Without subject i the rate is p - R_i / (1 - w_i), with R_i its linearised error and w_i the weight of its trials:
    exactly so where all trials weigh alike.

    Args:
        value: p, strictly between 0 and 1.
        kish: Number of trials of equal weight.
        influence: (S,) R_i.
        share: (S,) w_i, of 1 in all; of dyads 2 in all.
        own: Sum of Y_d^2 for dyads; 0 for trials that each have one subject.
    """
    some = (share > 0) & (share < 1)
    rest = 1 - share[some]
    least = np.minimum(_LEAST_ERRORS / (kish * rest), 0.5)
    left = np.clip(value - influence[some] / rest, least, 1 - least)
    changes: FloatArray = (np.log(left) - np.log1p(-left) - np.log(value / (1 - value))) * rest
    variance = value * (1 - value)
    alone = own / variance**2 if own else 1 / (kish * variance)
    squares, fourth = _sum_of_squares(changes), _sum_of_squares(changes**2)
    return Jackknife(squares, fourth, int(np.count_nonzero(share)), alone, twice=own > 0)


def _changes(trials: IntArray, errors: IntArray, totals: tuple[int, int]) -> tuple[FloatArray, int]:
    """Changes of the logit of a rate when a subject is left out, and how many subjects there are.

    The change of subject i is weighted by 1 - M_i/M, so that for small changes it is -R_i / (M p (1-p)). A subject
    that takes part in every trial cannot be left out and counts nothing.
    """
    total, wrong = totals
    some = (trials > 0) & (trials < total)
    rest = (total - trials[some]).astype(np.float64)
    least = np.minimum(_LEAST_ERRORS, rest / 2)
    left = np.clip(wrong - errors[some], least, rest - least)
    logit = np.log(wrong) - np.log(total - wrong)
    changes: FloatArray = (np.log(left) - np.log(rest - left) - logit) * (rest / total)
    return changes, int(np.count_nonzero(trials))


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
