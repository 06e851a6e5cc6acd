"""Sums over dyads whose samples have several codes: what a stream of units cannot add up.

The stream counts pairs of *units*, the samples of one subject and one code, and a block holds no more of a subject
than one code. Where a subject has several codes, the matches of two subjects lie in several pairs of units, and the
square of their sum has mixed terms. Those are counted here, in one more pass over the subjects that have several
codes against everybody, a few subjects at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evalharness.comparison.held import single
from evalharness.comparison.layout import unit_starts
from evalharness.comparison.templates import Pool
from evalharness.errors import PlanError
from evalharness.records import BoolArray, IntArray

MIXED_COLUMNS = 6  # of mixed terms: codes a, b, c, d and two sums
_MOST_KINDS = 2048  # ordered pairs of codes that one subject has; a table of their pairs takes 32 MiB
_AT_ONCE = 1024  # rows, and ordered pairs of units, of one side

_Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Side:
    """Some whole subjects, by subject and code."""

    rows: IntArray = field(repr=False)  # (m,) of the pool
    starts: IntArray = field(repr=False)  # (units,) first place of each unit
    sizes: IntArray = field(repr=False)  # (units,)
    rank: IntArray = field(repr=False)  # (units,) of the subject, in the order of this pass
    first: IntArray = field(repr=False)  # (k,) unit; with second, every ordered pair of units of one subject
    second: IntArray = field(repr=False)  # (k,) unit
    kinds: IntArray = field(repr=False)  # (kinds,) number of each pair of codes that occurs, ascending
    kind_starts: IntArray = field(repr=False)  # (kinds,) first place of each kind in first and second


def has_mixed(pool: Pool) -> bool:
    """Whether a subject has several codes."""
    return bool(_several(pool).any())


def mixed_terms(pool: Pool, thresholds: Sequence[float]) -> list[_Counts]:
    """The mixed terms at some thresholds.

    Args:
        pool: The templates.
        thresholds: Similarities.

    Returns:
        For each threshold (k, 6): codes a, b, c, d; then the sum of ``e[a, b] e[c, d]`` and of ``e[a, b] m[c, d]``
        over the dyads that have matches e (comparisons m) between units of codes a and b, and between others of codes
        c and d. A dyad of subjects i and j counts with a and c those of i, b and d those of j, or the other way about.

    Raises:
        PlanError: Subjects have too many different pairs of codes for the table.
    """
    pass_ = _Pass.over(pool)
    tables = np.zeros((len(thresholds), 2, len(pass_.kinds), len(pass_.kinds)), dtype=np.int64)
    for one, other, same in pass_.sides():
        values = _fast_values(pool, one, other)
        for threshold, table in zip(thresholds, tables, strict=True):
            _add(table, _matches(pool, values, one, other, threshold), (one, other), same=same)
    return [_listed(table, pass_.kinds, pool.codes) for table in tables]


@dataclass(frozen=True, slots=True)
class _Pass:
    """The rows of the pool by subject, those with several codes first."""

    pool: Pool = field(repr=False)
    order: IntArray = field(repr=False)  # (m,) rows
    units: IntArray = field(repr=False)  # (units,) first place of each unit in the order
    rank: IntArray = field(repr=False)  # (units,) of its subject
    kinds: IntArray = field(repr=False)  # (kinds,) first code * codes + second code, ascending
    several: int  # units of subjects with several codes; they come first

    @classmethod
    def over(cls, pool: Pool) -> "_Pass":
        """Arrange the rows.

        Raises:
            PlanError: Too many kinds.
        """
        one_code = ~_several(pool)[pool.subject]
        order = np.lexsort((pool.code, pool.subject, one_code))
        code, subject = pool.code[order], pool.subject[order]
        units = unit_starts(code, subject)
        rank = np.cumsum(np.append(0, np.diff(subject[units]) != 0)[: len(units)])
        first, second = _ordered_pairs(rank)
        kinds = np.unique(code[units[first]] * pool.codes + code[units[second]])
        if len(kinds) > _MOST_KINDS:
            raise PlanError(
                f"a fixed threshold that more scores reach than are held in memory: its matches are counted in the "
                f"stream, and the samples of one subject lie in {len(kinds)} different pairs of groups (at most "
                f"{_MOST_KINDS} can be counted). Divide the samples by fewer attributes, or raise the threshold."
            )
        return cls(pool, order, units, rank, kinds, int(np.count_nonzero(~one_code[order[units]])))

    def sides(self) -> Iterator[tuple[_Side, _Side, bool]]:
        """Every pair of subjects of which one has several codes, once; and whether both sides are the same."""
        begins, ends = self._parts()
        for i, begin in enumerate(begins):
            if begin >= self.several:
                return
            one = self._side(begin, ends[i])
            for j in range(i, len(begins)):
                yield one, (one if i == j else self._side(begins[j], ends[j])), i == j

    def _parts(self) -> tuple[list[int], list[int]]:
        """Units at which parts of whole subjects begin and end; none has subjects with one code and with several."""
        starts = np.flatnonzero(np.append(True, self.rank[1:] != self.rank[:-1])[: len(self.rank)])
        per_subject = np.diff(np.append(starts, len(self.rank)))
        rows = np.diff(np.append(self.units[starts], len(self.order)))
        costs = np.maximum(rows, per_subject**2).tolist()
        begins, held = list[int](), 0
        for start, cost in zip(starts.tolist(), costs, strict=True):
            if not begins or held + cost > _AT_ONCE or start == self.several:
                begins.append(start)
                held = 0
            held += cost
        return begins, [*begins[1:], len(self.rank)]

    def _side(self, begin: int, end: int) -> _Side:
        bounds = np.append(self.units, len(self.order))[begin : end + 1]
        rows, starts = self.order[bounds[0] : bounds[-1]], bounds[:-1] - bounds[0]
        rank, code = self.rank[begin:end], self.pool.code[rows[starts]]
        first, second = _ordered_pairs(rank)
        kind = np.searchsorted(self.kinds, code[first] * self.pool.codes + code[second])
        order = np.argsort(kind, kind="stable")
        kinds, kind_starts = np.unique(kind[order], return_index=True)
        return _Side(rows, starts, np.diff(bounds), rank, first[order], second[order], kinds, kind_starts)


def _several(pool: Pool) -> BoolArray:
    """(subjects,) which have samples of several codes."""
    units = unit_starts(pool.code, pool.subject)
    return np.asarray(np.bincount(pool.subject[units], minlength=1) > 1)


def _ordered_pairs(rank: IntArray) -> tuple[IntArray, IntArray]:
    """Every ordered pair of units of one subject, a unit with itself included; units of a subject stand together."""
    sizes = np.unique(rank, return_counts=True)[1]
    each = np.repeat(sizes, sizes)  # (units,) units of its subject
    begins = np.repeat(np.cumsum(sizes) - sizes, sizes)
    first = np.repeat(np.arange(len(rank)), each)
    within = np.arange(len(first)) - np.repeat(np.cumsum(each) - each, each)
    return first, np.repeat(begins, each) + within


def _fast_values(pool: Pool, one: _Side, other: _Side) -> NDArray[np.float32]:
    values: NDArray[np.float32] = pool.fast[one.rows] @ pool.fast[other.rows].T
    if pool.squared:
        values = (2 * values - pool.squares[one.rows, np.newaxis]) - pool.squares[other.rows]
    return values


def _matches(pool: Pool, values: NDArray[np.float32], one: _Side, other: _Side, threshold: float) -> _Counts:
    """(units, units) matches; near the threshold the score of record decides."""
    exact, bound = pool.to_fast(threshold), pool.bound()
    match = values > single(exact + bound, up=True)
    rows, columns = np.nonzero((values >= single(exact - bound, up=False)) & ~match)
    match[rows, columns] = pool.scores(one.rows[rows], other.rows[columns]) >= threshold
    sums = np.add.reduceat(match, other.starts, axis=1, dtype=np.int32)
    return np.asarray(np.add.reduceat(sums, one.starts, axis=0, dtype=np.int64))


def _add(table: _Counts, matches: _Counts, sides: tuple[_Side, _Side], *, same: bool) -> None:
    """Add the mixed terms of some dyads to (2, kinds, kinds)."""
    one, other = sides
    compared = one.sizes[:, np.newaxis] * other.sizes
    if same:
        once = one.rank[:, np.newaxis] < other.rank
        matches, compared = matches * once, compared * once
    left = matches[one.first][:, other.first]
    itself = (one.first == one.second)[:, np.newaxis] & (other.first == other.second)
    left[itself] = 0  # squares of single terms are in the stream
    for sums, right in zip(table, (matches, compared), strict=True):
        terms = left * right[one.second][:, other.second]
        found = np.add.reduceat(np.add.reduceat(terms, other.kind_starts, axis=1), one.kind_starts, axis=0)
        sums[np.ix_(one.kinds, other.kinds)] += found


def _listed(table: _Counts, kinds: IntArray, codes: int) -> _Counts:
    """The terms that are not 0."""
    at, to = np.nonzero(table.any(axis=0))
    a, c = np.divmod(kinds[at], codes)
    b, d = np.divmod(kinds[to], codes)
    return np.stack([a, b, c, d, table[0][at, to], table[1][at, to]], axis=1).astype(np.int64)
