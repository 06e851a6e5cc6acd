"""The comparisons of one group by stratum, and how far a weighted rate of them spreads between subjects.

With weights w_s (1 in all), rates p_s = e_s / M_s and c_s = w_s / M_s, the weighted rate is sum_s w_s p_s. Its
linearised error of a dyad (for mated comparisons: of a subject) is Y_d = sum_s c_s (e_ds - p_s m_ds), and with R_i the
sum of Y_d over the dyads of subject i the variance is that of ``statistics/variance.py``. Where every subject lies in
one stratum it is sum_s w_s^2 Var_s.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from evalharness.records import BoolArray, FloatArray, IntArray
from evalharness.statistics.dyads import dyad_key


@dataclass(frozen=True, slots=True)
class Spread:
    """What the uncertainty of a weighted rate rests on."""

    influence: FloatArray = field(repr=False)  # (subjects,) R_i
    share: FloatArray = field(repr=False)  # (subjects,) weight of their comparisons: 1 in all, 2 where each has two
    own: float  # sum of Y_d^2
    covariance: float  # sum of R_i^2 - 2 own; 0 for subjects
    dyads: bool  # whether a comparison joins two subjects
    disjoint: float  # comparisons of equal weight that share no subject: n_eff cannot sink below


class Stratified(Protocol):
    """Comparisons of one group by stratum."""

    @property
    def trials(self) -> IntArray:
        """(strata,) completed comparisons."""
        ...

    @property
    def errors(self) -> IntArray:
        """(strata,) errors among them."""
        ...

    def spread(self, coefficients: FloatArray) -> Spread:
        """Spread of a weighted rate; ``coefficients`` are c_s, 0 where a stratum is not used."""
        ...


@dataclass(frozen=True, slots=True)
class MatedTable:
    """Mated comparisons: each belongs to one subject."""

    strata: int
    subjects: int
    stratum: IntArray = field(repr=False)  # (m,)
    subject: IntArray = field(repr=False)  # (m,)
    wrong: BoolArray = field(repr=False)  # (m,)

    @property
    def trials(self) -> IntArray:
        """(strata,) completed comparisons."""
        return np.bincount(self.stratum, minlength=self.strata)

    @property
    def errors(self) -> IntArray:
        """(strata,) errors among them."""
        return np.bincount(self.stratum[self.wrong], minlength=self.strata)

    def spread(self, coefficients: FloatArray) -> Spread:
        """Each subject is a cluster."""
        rates = self.errors / np.maximum(self.trials, 1)
        each = coefficients[self.stratum]
        parts = each * (self.wrong - rates[self.stratum])
        influence = _sums(self.subject, parts, self.subjects)
        share = _sums(self.subject, each, self.subjects)
        disjoint = 1 / max(float(np.sum(share**2)), 1e-300)
        return Spread(influence, share, float(np.sum(influence**2)), 0.0, dyads=False, disjoint=disjoint)


@dataclass(frozen=True, slots=True)
class ListedTable:
    """Non-mated comparisons of a list."""

    strata: int
    subjects: int
    stratum: IntArray = field(repr=False)  # (m,)
    first: IntArray = field(repr=False)  # (m,) subject of one side
    second: IntArray = field(repr=False)  # (m,)
    wrong: BoolArray = field(repr=False)  # (m,)
    disjoint: int

    @property
    def trials(self) -> IntArray:
        """(strata,) completed comparisons."""
        return np.bincount(self.stratum, minlength=self.strata)

    @property
    def errors(self) -> IntArray:
        """(strata,) errors among them."""
        return np.bincount(self.stratum[self.wrong], minlength=self.strata)

    def spread(self, coefficients: FloatArray) -> Spread:
        """Comparisons of two subjects are a dyad."""
        rates = self.errors / np.maximum(self.trials, 1)
        each = coefficients[self.stratum]
        key, dyad = np.unique(dyad_key(self.first, self.second, self.subjects), return_inverse=True)
        parts = _sums(dyad, each * (self.wrong - rates[self.stratum]), len(key))
        share = _sums(dyad, each, len(key))
        low, high = key // self.subjects, key % self.subjects
        influence = _both_sides(low, high, parts, self.subjects)
        return _dyadic(influence, float(np.sum(parts**2)), _both_sides(low, high, share, self.subjects), self.disjoint)


@dataclass(frozen=True, slots=True)
class FalseMatches:
    """Errors of non-mated comparisons."""

    stratum: IntArray = field(repr=False)  # (errors,)
    first: IntArray = field(repr=False)  # (errors,) subject of one side
    second: IntArray = field(repr=False)  # (errors,)


@dataclass(frozen=True, slots=True)
class AllPairsTable:
    """All non-mated pairs of enrolled samples of a group, in closed form: no pair is stored.

    With u_i the samples of subject i by combination, T their sum over subjects and A = sum_i u_i u_i', the comparisons
    of combinations a and b are T_a T_b - A_ab (half of that for a = b), and sum_s c_s p_s m_ds = u_i' C u_j for a
    symmetric matrix C, so that sums over dyads are traces of small matrices.
    """

    subjects: int  # of the whole run
    people: IntArray = field(repr=False)  # (p,) those of the group
    samples: FloatArray = field(repr=False)  # (combinations, p) u
    keys: IntArray = field(repr=False)  # (strata,) low combination * combinations + high combination
    trials: IntArray = field(repr=False)  # (strata,) completed comparisons
    stratum: IntArray = field(repr=False)  # (errors,) stratum of each false match
    first: IntArray = field(repr=False)  # (errors,) index into people of one side
    second: IntArray = field(repr=False)  # (errors,)

    @classmethod
    def of(
        cls, samples: FloatArray, keys: IntArray, *, people: IntArray, subjects: int, errors: "FalseMatches"
    ) -> "AllPairsTable":
        """Count the comparisons of each stratum.

        Args:
            samples: (combinations, p) samples of each subject of the group.
            keys: (strata,) the strata.
            people: (p,) subjects of the group, ascending.
            subjects: How many the whole run has.
            errors: The false matches within the group.
        """
        total = samples.sum(axis=1)
        pairs = np.outer(total, total) - samples @ samples.T
        low, high = np.divmod(keys, len(samples))
        found: FloatArray = pairs[low, high] / np.where(low == high, 2, 1)
        first, second = np.searchsorted(people, errors.first), np.searchsorted(people, errors.second)
        trials = np.rint(found).astype(np.int64)
        return cls(subjects, people, samples, keys, trials, errors.stratum, first, second)

    @property
    def errors(self) -> IntArray:
        """(strata,) false matches."""
        return np.bincount(self.stratum, minlength=len(self.keys))

    def spread(self, coefficients: FloatArray) -> Spread:
        """Comparisons of two subjects are a dyad."""
        size = len(self.people)
        rates = self.errors / np.maximum(self.trials, 1)
        expected, each = self._matrix(coefficients * rates), self._matrix(coefficients)
        weights = coefficients[self.stratum]
        key, dyad = np.unique(dyad_key(self.first, self.second, max(size, 1)), return_inverse=True)
        found = _sums(dyad, weights, len(key))
        low, high = key // max(size, 1), key % max(size, 1)
        local = _both_sides(low, high, found, size) - self._per_subject(expected)
        between = np.sum(self.samples[:, low] * (expected @ self.samples[:, high]), axis=0)
        own = float(np.sum(found**2)) - 2 * float(np.sum(found * between)) + self._squares(expected)
        influence = np.zeros(self.subjects)
        influence[self.people] = local
        share = np.zeros(self.subjects)
        share[self.people] = self._per_subject(each)
        return _dyadic(influence, max(own, 0.0), share, size // 2)

    def _matrix(self, values: FloatArray) -> FloatArray:
        """Symmetric (combinations, combinations) matrix of one value for each stratum."""
        matrix = np.zeros((len(self.samples), len(self.samples)))
        low, high = np.divmod(self.keys, len(self.samples))
        matrix[low, high] = matrix[high, low] = values
        return matrix

    def _per_subject(self, matrix: FloatArray) -> FloatArray:
        """(subjects,) sum over the other subjects j of u_i' C u_j."""
        others = self.samples.sum(axis=1, keepdims=True) - self.samples
        return np.asarray(np.sum(self.samples * (matrix @ others), axis=0), dtype=np.float64)

    def _squares(self, matrix: FloatArray) -> float:
        """Sum over dyads of (u_i' C u_j)^2."""
        product = matrix @ self.samples @ self.samples.T
        alone = np.sum(self.samples * (matrix @ self.samples), axis=0)
        return (float(np.trace(product @ product)) - float(np.sum(alone**2))) / 2


def _both_sides(low: IntArray, high: IntArray, values: FloatArray, subjects: int) -> FloatArray:
    """(subjects,) sum over the dyads of each subject."""
    return _sums(low, values, subjects) + _sums(high, values, subjects)


def _sums(index: IntArray, values: FloatArray, size: int) -> FloatArray:
    """(size,) sum of the values at each index."""
    return np.asarray(np.bincount(index, weights=values, minlength=size), dtype=np.float64)


def _dyadic(influence: FloatArray, own: float, share: FloatArray, most: int) -> Spread:
    """Spread of dyads; ``share`` is the weight of each subject's comparisons, 2 in all."""
    disjoint = min(2 / max(float(np.sum(share**2)), 1e-300), float(max(most, 1)))
    covariance = float(np.sum(influence**2)) - 2 * own
    return Spread(influence, share, own, covariance, dyads=True, disjoint=max(disjoint, 1.0))
