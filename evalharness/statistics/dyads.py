"""How many comparisons any two subjects have: in closed form for all pairs, explicitly for a list.

A *dyad* is an unordered pair of subjects. The variance of an FMR needs, for a set of comparisons, the
number m_d of comparisons of each dyad; for all pairs of n samples these are never stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from evalharness.records import FloatArray, IntArray

_TOGETHER = 1_000_000  # subjects x sets whose vectors are multiplied at once


class Dyads(Protocol):
    """Comparisons per subject dyad of one set of non-mated comparisons."""

    @property
    def total(self) -> int:
        """M, the number of comparisons."""
        ...

    @property
    def per_subject(self) -> IntArray:
        """(S,) M_i, the comparisons in which each subject takes part."""
        ...

    @property
    def sum_of_squares(self) -> float:
        """Sum over dyads of m_d^2."""
        ...

    def between(self, first: IntArray, second: IntArray) -> IntArray:
        """(k,) m_d of the dyads of subjects ``first[i]`` and ``second[i]``."""
        ...

    def resampled(self, weights: IntArray) -> tuple[FloatArray, FloatArray]:
        """Comparisons when each subject counts ``weights`` times, (B, S).

        Returns:
            (B,) comparisons between different subjects, and (B,) between the copies of one subject.
        """
        ...


@dataclass(frozen=True, slots=True)
class AllPairsDyads:
    """All pairs of samples of some sets, by signed counts: m_ij = sum_k c_k u_k[i] u_k[j].

    With u_g[i] the samples of subject i in group g, the sets of an audit are:

    ================  ==========================================
    within g          + [u_g]
    across g and h    + [u_g + u_h]  - [u_g]  - [u_h]
    any impostor, g   + [u]          - [u - u_g]
    pooled            + [u]
    ================  ==========================================

    so that M_i = sum_k c_k u_k[i] (U_k - u_k[i]) with U_k = sum_i u_k[i], M = sum_i M_i / 2, and
    sum_d m_d^2 = 1/2 sum_kl c_k c_l [(sum_i u_k[i] u_l[i])^2 - sum_i u_k[i]^2 u_l[i]^2].

    >>> cross = AllPairsDyads(np.array([1, -1, -1]), np.array([[2, 1, 1], [2, 1, 0], [0, 0, 1]]))
    >>> cross.total, cross.per_subject.tolist(), cross.sum_of_squares
    (3, [2, 1, 3], 5.0)
    """

    signs: IntArray  # (k,) +1 or -1
    vectors: IntArray = field(repr=False)  # (k, S) samples of each subject

    @property
    def total(self) -> int:
        """M, the number of comparisons."""
        return int(self.per_subject.sum()) // 2

    @property
    def per_subject(self) -> IntArray:
        """(S,) M_i, the comparisons in which each subject takes part."""
        others = self.vectors.sum(axis=1, keepdims=True) - self.vectors
        result: IntArray = self.signs @ (self.vectors * others)
        return result

    @property
    def sum_of_squares(self) -> float:
        """Sum over dyads of m_d^2."""
        u: FloatArray = self.vectors.astype(np.float64)  # integers: exact up to 2^53
        squares = u * u
        return float(self.signs @ ((u @ u.T) ** 2 - squares @ squares.T) @ self.signs) / 2

    def between(self, first: IntArray, second: IntArray) -> IntArray:
        """(k,) m_d of the dyads of subjects ``first[i]`` and ``second[i]``."""
        result: IntArray = self.signs @ (self.vectors[:, first] * self.vectors[:, second])
        return result

    def resampled(self, weights: IntArray) -> tuple[FloatArray, FloatArray]:
        """Comparisons when each subject counts ``weights`` times, (B, S): of two subjects, and of copies of one."""
        distinct, copies = resampled_together([self], weights)
        return distinct[:, 0], copies[:, 0]


@dataclass(frozen=True, slots=True)
class ListedDyads:
    """Comparisons of a list, counted dyad by dyad."""

    subjects: int
    key: IntArray = field(repr=False)  # (dyads,) ascending: lower subject * subjects + higher subject
    count: IntArray = field(repr=False)  # (dyads,)

    @classmethod
    def of(cls, first: IntArray, second: IntArray, *, subjects: int) -> "ListedDyads":
        """Count the comparisons of subjects ``first[i]`` and ``second[i]``."""
        key, count = np.unique(dyad_key(first, second, subjects), return_counts=True)
        return cls(subjects, key, count)

    @property
    def total(self) -> int:
        """M, the number of comparisons."""
        return int(self.count.sum())

    @property
    def per_subject(self) -> IntArray:
        """(S,) M_i, the comparisons in which each subject takes part."""
        result = np.zeros(self.subjects, dtype=np.int64)
        np.add.at(result, self.key // self.subjects, self.count)
        np.add.at(result, self.key % self.subjects, self.count)
        return result

    @property
    def sum_of_squares(self) -> float:
        """Sum over dyads of m_d^2."""
        count = self.count.astype(np.float64)
        return float(count @ count)

    def hubs_first(self) -> tuple[IntArray, IntArray]:
        """The two subjects of each dyad, (dyads,) each: first the one that was compared with more others."""
        low, high = self.key // self.subjects, self.key % self.subjects
        partners = np.bincount(np.concatenate([low, high]), minlength=self.subjects)
        turned = partners[high] > partners[low]
        return np.where(turned, high, low), np.where(turned, low, high)

    def between(self, first: IntArray, second: IntArray) -> IntArray:
        """(k,) m_d of the dyads of subjects ``first[i]`` and ``second[i]``."""
        key = dyad_key(first, second, self.subjects)
        at = np.minimum(np.searchsorted(self.key, key), max(len(self.key) - 1, 0))
        return np.where(self.key[at] == key, self.count[at], 0) if len(self.key) else np.zeros(len(key), np.int64)

    def resampled(self, weights: IntArray) -> tuple[FloatArray, FloatArray]:
        """Comparisons when each subject counts ``weights`` times, (B, S): of two subjects, and of copies of one.

        A list does not say how two copies of a subject would be compared: as often as the subject is with another.
        """
        low, high = self.key // self.subjects, self.key % self.subjects
        partners = np.bincount(np.concatenate([low, high]), minlength=self.subjects)
        own = self.per_subject / np.maximum(partners, 1)
        distinct = np.array([(w[low] * w[high]) @ self.count for w in weights], dtype=np.float64)
        return distinct, np.asarray((weights * (weights - 1) * own).sum(axis=1) / 2, dtype=np.float64)


def resampled_together(sets: Sequence[Dyads], weights: IntArray) -> tuple[FloatArray, FloatArray]:
    """Comparisons of several sets when each subject counts ``weights`` times, (B, S).

    Returns:
        (B, sets) comparisons between different subjects, and (B, sets) between the copies of one subject.
    """
    distinct, copies = np.zeros((2, len(weights), len(sets)))
    closed = [k for k, dyads in enumerate(sets) if isinstance(dyads, AllPairsDyads)]
    at_once = max(1, _TOGETHER // max(weights.shape[1], 1))
    real = weights.astype(np.float64)
    for block in (closed[start : start + at_once] for start in range(0, len(closed), at_once)):
        distinct[:, block], copies[:, block] = _products([sets[k] for k in block], real)
    for k, dyads in enumerate(sets):
        if not isinstance(dyads, AllPairsDyads):
            distinct[:, k], copies[:, k] = dyads.resampled(weights)
    return distinct, copies


def _products(sets: Sequence[Dyads], weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The closed form for sets of all pairs; whole numbers below 2^53, so that sums in any order are the same."""
    terms = [(dyads.signs, dyads.vectors) for dyads in sets if isinstance(dyads, AllPairsDyads)]
    starts = np.cumsum([0, *(len(signs) for signs, _ in terms[:-1])])
    signs, vectors = (np.concatenate([term[i] for term in terms]).astype(np.float64) for i in (0, 1))
    squares = vectors * vectors
    sums, once, twice = weights @ vectors.T, weights @ squares.T, (weights * weights) @ squares.T
    distinct, copies = ((each * signs / 2) for each in (sums * sums - twice, twice - once))
    return np.add.reduceat(distinct, starts, axis=1), np.add.reduceat(copies, starts, axis=1)


def dyad_key(first: IntArray, second: IntArray, subjects: int) -> IntArray:
    """(k,) one number for each unordered pair of subjects."""
    key: IntArray = np.minimum(first, second) * subjects + np.maximum(first, second)
    return key


def disjoint_dyads(dyads: ListedDyads) -> int:
    """A number of dyads that have no subject in common: independent evidence, whatever the subjects do.

    A greedy matching: subjects with few partners first, each with its free partner that has fewest. It is
    maximal, hence at least half of the largest one, and equal to it when all subjects are compared.
    """
    low, high = dyads.key // dyads.subjects, dyads.key % dyads.subjects
    ends, partners = np.concatenate([low, high]), np.concatenate([high, low])
    degree = np.bincount(ends, minlength=dyads.subjects)
    by_rank = np.lexsort((np.arange(dyads.subjects), degree))
    rank = np.empty_like(by_rank)
    rank[by_rank] = np.arange(dyads.subjects)
    order = np.lexsort((rank[partners], rank[ends]))
    partners, starts = partners[order], np.concatenate([[0], np.cumsum(degree[by_rank])])
    free = np.ones(dyads.subjects, dtype=np.bool_)
    matched = 0
    for position in np.flatnonzero(np.diff(starts)).tolist():  # subjects without a partner cost nothing
        subject, candidates = by_rank[position], partners[starts[position] : starts[position + 1]]
        if not free[subject]:
            continue
        available = free[candidates]
        best = int(available.argmax())
        if available[best]:
            free[subject] = free[candidates[best]] = False
            matched += 1
    return matched
