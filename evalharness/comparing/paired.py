"""The difference and the ratio of two error rates on the same trials, with subjects as clusters.

The variance of the difference is that of ``statistics.hypotheses.paired``. The logarithm of the ratio has the linear
part l = e_first / E_first - e_second / E_second for each subject (mated comparisons, samples) or dyad of subjects
(non-mated), in which the number of trials cancels; its variance is that of Fogliato, Patil & Perona, IJCV 2024
(arXiv:2306.01198) with l in place of the error.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, stdtr

from evalharness.records import BoolArray, FloatArray, IntArray
from evalharness.statistics.cells import Cell
from evalharness.statistics.dyads import dyad_key
from evalharness.statistics.hypotheses import paired_difference, paired_dyadic_difference
from evalharness.statistics.intervals import Interval, t_quantile


@dataclass(frozen=True, slots=True)
class PairedErrors:
    """Errors of two systems on the same trials, of which there is at least one."""

    trials: int
    first: int
    second: int
    only_first: int  # trials on which the first alone errs
    only_second: int

    @property
    def difference(self) -> float:
        """D, first - second."""
        return (self.only_first - self.only_second) / self.trials

    @property
    def ratio(self) -> float | None:
        """First / second; None where either has no error."""
        return self.first / self.second if self.first and self.second else None

    @property
    def independent_variance(self) -> float:
        """McNemar's variance of D, if no two trials shared a subject."""
        return ((self.only_first + self.only_second) / self.trials - self.difference**2) / self.trials

    @property
    def independent_log_variance(self) -> float:
        """The same for the logarithm of the ratio; both err."""
        both = self.first - self.only_first
        alone = self.only_first / self.first**2 + self.only_second / self.second**2
        return alone + both * (1 / self.first - 1 / self.second) ** 2


@dataclass(frozen=True, slots=True)
class PairedEvidence:
    """The errors, and what the uncertainty of comparing them rests on."""

    errors: PairedErrors
    subjects: int
    clusters: int  # G
    disjoint: float  # effective trials cannot sink below
    variance: float  # of D, not below that of independent trials; without the factor G / (G - 1)
    log_variance: float | None  # of the logarithm of the ratio; None where a system has no error

    @property
    def effective_trials(self) -> float:
        """Independent trials that would leave D as uncertain: McNemar's variance over the clustered one."""
        independent = self.errors.independent_variance
        if independent <= 0 or self.clusters < 2:
            return self.disjoint
        clustered = self.variance * self.clusters / (self.clusters - 1)
        return min(float(self.errors.trials), max(self.errors.trials * independent / clustered, self.disjoint))


def subject_pairs(subject: IntArray, first: BoolArray, second: BoolArray) -> PairedEvidence:
    """Evidence from trials that each belong to one subject.

    Args:
        subject: (m,) subject of each trial, at least one.
        first: (m,) whether the first system errs.
        second: (m,) whether the second does.

    >>> who, a = np.array([0, 0, 1, 1]), np.array([True, True, False, False])
    >>> subject_pairs(who, a, ~a).errors.difference
    0.0
    """
    _, own, trials = np.unique(subject, return_inverse=True, return_counts=True)
    total = len(subject)
    found = PairedErrors(total, *(int(np.count_nonzero(e)) for e in (first, second, first & ~second, second & ~first)))
    errors = [np.bincount(own[e], minlength=len(trials)) for e in (first, second)]
    plain = paired_difference(errors[0], errors[1], trials)
    assert plain is not None  # there is a trial
    log_variance = None
    if found.ratio is not None:
        linear = errors[0] / found.first - errors[1] / found.second
        log_variance = max(float(np.sum(linear**2)), found.independent_log_variance)
    floor = total**2 / float(np.sum(trials.astype(np.float64) ** 2))
    variance = max(plain.standard_error**2, found.independent_variance)
    return PairedEvidence(found, len(trials), len(trials), floor, variance, log_variance)


def dyad_pairs(cell: Cell, first: IntArray, second: IntArray, *, subject_of: IntArray, codes: int) -> PairedEvidence:
    """Evidence from comparisons of two subjects.

    Args:
        cell: The comparisons that both completed, at least one.
        first: (errors,) pairs of samples that the first system falsely matches: probe * codes + reference.
        second: (errors,) those of the second, written in the same way.
        subject_of: (samples,) subject of each sample.
        codes: Number of samples, the base in which pairs are written.
    """
    subjects, total = len(cell.dyads.per_subject), cell.dyads.total
    both = len(np.intersect1d(first, second))
    found = PairedErrors(total, len(first), len(second), len(first) - both, len(second) - both)
    ends = [np.stack([subject_of[errors // codes], subject_of[errors % codes]]) for errors in (first, second)]
    plain = paired_dyadic_difference(cell.dyads, matches_a=ends[0], matches_b=ends[1])
    assert plain is not None  # there is a comparison
    log_variance = None
    if found.ratio is not None:
        keys = [dyad_key(one, other, subjects) for one, other in ends]
        key = np.unique(np.concatenate(keys))
        linear = _counted(key, keys[0]) / found.first - _counted(key, keys[1]) / found.second
        log_variance = max(_clustered(linear, _per_subject(key, linear, subjects)), found.independent_log_variance)
    variance = max(plain.standard_error**2, found.independent_variance)
    return PairedEvidence(found, cell.subjects, cell.clusters, float(cell.disjoint), variance, log_variance)


def _clustered(own: FloatArray, per_subject: FloatArray) -> float:
    """Own part and covariance of dyads that share a subject; the covariance not below 0, which it is by chance."""
    squares = float(own @ own)
    return squares + max(0.0, float(per_subject @ per_subject) - 2 * squares)


def difference_interval(evidence: PairedEvidence, *, level: float) -> Interval:
    """Limits of first - second: Tango's score interval with effective trials and Student's quantile.

    Tango, Statistics in Medicine 1998, 17:891-908. It is right where discordant trials are few or none, where a
    Student interval would shrink to nothing. The counts are scaled to the effective number of trials.
    """
    errors, quantile = evidence.errors, t_quantile(level, degrees=evidence.clusters - 1)
    scale = evidence.effective_trials / errors.trials
    n = evidence.effective_trials
    b, c = errors.only_first * scale, errors.only_second * scale
    upper = _solve(lambda delta: tango_score(b, c, n, delta) < -quantile, errors.difference, 1.0)
    lower = _solve(lambda delta: tango_score(b, c, n, delta) > quantile, errors.difference, -1.0)
    return Interval(lower, upper)


def ratio_interval(evidence: PairedEvidence, *, level: float) -> Interval | None:
    """Limits of first / second: Student's on the logarithm; None where either has no error, or none of its own.

    The standard error is that of the logarithm or, where larger, the one that the p-value of equal rates implies
    (test-based limits: Miettinen, American Journal of Epidemiology 1976, 103:226-235). So limits and test agree on
    whether the ratio is 1.
    """
    ratio = evidence.errors.ratio
    if ratio is None or not evidence.log_variance:
        return None
    degrees = evidence.clusters - 1
    error = math.sqrt(evidence.log_variance * evidence.clusters / degrees)
    p_value = p_no_difference(evidence)
    if ratio != 1 and p_value < 1:
        error = max(error, abs(math.log(ratio)) / t_quantile(1 - p_value, degrees=degrees))
    half = min(t_quantile(level, degrees=degrees) * error, 700.0)  # exp() stays finite
    return Interval(ratio * math.exp(-half), ratio * math.exp(half))


def p_no_difference(evidence: PairedEvidence) -> float:
    """Two-sided p-value of D = 0, from McNemar's statistic with effective discordant trials.

    The larger of Student's, with G - 1 degrees of freedom, and the exact binomial one, which few discordant trials
    need.
    """
    errors = evidence.errors
    discordant = errors.only_first + errors.only_second
    if not discordant:
        return 1.0
    scale = evidence.effective_trials / errors.trials
    statistic = (errors.only_first - errors.only_second) * math.sqrt(scale / discordant)
    more, fewer = (scale * side for side in sorted((errors.only_first, errors.only_second), reverse=True))
    exact = min(1.0, 2 * float(betainc(more, fewer + 1, 0.5)))
    return max(exact, float(2 * stdtr(evidence.clusters - 1, -abs(statistic))))


def tango_score(b: float, c: float, n: float, delta: float) -> float:
    """Tango's statistic for p_first - p_second = delta, given discordant counts b and c of n trials.

    Below 0 where ``delta`` is higher than the data say. Infinite where ``delta`` is impossible.
    """
    linear = -b - c + (2 * n - b + c) * delta
    constant = -c * delta * (1 - delta)
    root = math.sqrt(max(0.0, linear * linear - 8 * n * constant))
    # The root of 2 n q^2 + linear q + constant, in the form that does not cancel.
    q = (root - linear) / (4 * n) if linear <= 0 else -2 * constant / (linear + root)
    variance = n * (2 * q + delta * (1 - delta))
    distance = b - c - n * delta
    if variance <= 0:
        return 0.0 if distance == 0 else math.copysign(math.inf, distance)
    return distance / math.sqrt(variance)


def _counted(key: IntArray, found: IntArray) -> FloatArray:
    return np.bincount(np.searchsorted(key, found), minlength=len(key)).astype(np.float64)


def _per_subject(key: IntArray, values: FloatArray, subjects: int) -> FloatArray:
    """(S,) sum over the dyads of each subject."""
    low = np.bincount(key // subjects, weights=values, minlength=subjects)
    return np.asarray(low + np.bincount(key % subjects, weights=values, minlength=subjects), dtype=np.float64)


def _solve(beyond: Callable[[float], bool], inside: float, outside: float) -> float:
    """The limit between a value inside the interval and the end of the range, by bisection to the last float."""
    if not beyond(outside):
        return outside
    while True:
        middle = inside + (outside - inside) / 2
        if middle in (inside, outside):
            return inside
        inside, outside = (inside, middle) if beyond(middle) else (middle, outside)
