"""The highest non-mated scores of a stream: every pair whose score of record reaches a floor, and no other.

The fast value decides where it may; a pair within the error bound of the floor is decided by its score of
record. Which pairs are held therefore depends on the templates and the floor alone.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evalharness.comparison.templates import Pool
from evalharness.records import BoolArray

_BEYOND = 1e30  # above every fast value
_SLACK = 1.25  # of what may be held, before the floor rises


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of rows of the pool with their fast values."""

    first: NDArray[np.int32] = field(repr=False)  # (m,)
    second: NDArray[np.int32] = field(repr=False)  # (m,)
    fast: NDArray[np.float32] = field(repr=False)  # (m,)

    def __len__(self) -> int:
        return len(self.first)

    @classmethod
    def none(cls) -> "Candidates":
        """No pair."""
        return cls(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))

    @classmethod
    def joined(cls, parts: list["Candidates"]) -> "Candidates":
        """All pairs of some parts."""
        whole = [cls.none(), *parts]
        return cls(
            np.concatenate([part.first for part in whole]),
            np.concatenate([part.second for part in whole]),
            np.concatenate([part.fast for part in whole]),
        )

    def where(self, chosen: BoolArray) -> "Candidates":
        """Some of the pairs."""
        return Candidates(self.first[chosen], self.second[chosen], self.fast[chosen])


def lowest_fast(pool: Pool, floor: float, bound: float) -> np.float32:
    """The lowest fast value that a pair whose exact score reaches ``floor`` can have."""
    return single(pool.to_fast(floor) - bound, up=False)


def single(value: float, *, up: bool) -> np.float32:
    """A float32 that is not below (``up``) or not above a value; fast values are far from the ends of the range."""
    held = np.float32(min(max(value, -_BEYOND), _BEYOND))
    return np.float32(np.nextafter(held, np.float32(np.inf if up else -np.inf)))


def reaching(pool: Pool, candidates: Candidates, floor: float, *, bound: float) -> Candidates:
    """The pairs whose score of record reaches a floor.

    Args:
        pool: The templates.
        candidates: Pairs.
        floor: A similarity.
        bound: How far the fast values of these pairs may lie from the exact ones.
    """
    if floor == -math.inf:
        return candidates
    exact, fast = pool.to_fast(floor), candidates.fast.astype(np.float64)
    sure = fast > exact + bound
    near = np.flatnonzero(~sure & (fast >= exact - bound))
    sure[near] = pool.scores(candidates.first[near], candidates.second[near]) >= floor
    return candidates.where(sure)


class Highest:
    """Collects pairs at or above a floor, and raises the floor when they become too many."""

    def __init__(self, pool: Pool, *, floor: float, most: int) -> None:
        self._pool = pool
        self._most = most
        self._parts: list[Candidates] = []
        self._count = 0
        self.floor = floor

    def add(self, found: Candidates, *, floor: float) -> None:
        """Take in all pairs of some blocks that reach ``floor``, the present one of this object or another."""
        if floor < self.floor:
            found = reaching(self._pool, found, self.floor, bound=self._pool.bound())
        self._parts.append(found)
        self._count += len(found)
        if floor > self.floor:
            self._raise(floor)
        if self._count > _SLACK * self._most + 1024:
            self._make_room()

    def held(self) -> Candidates:
        """Every pair that reaches the floor."""
        self._parts = [Candidates.joined(self._parts)]
        return self._parts[0]

    def _make_room(self) -> None:
        """Raise the floor so far that a little more than what may be held still reaches it."""
        fast = self.held().fast
        last = len(fast) - self._most - 1
        lowest = float(np.partition(fast, last)[last]) - self._pool.bound()
        self._raise(self._pool.from_fast(lowest))

    def _raise(self, floor: float) -> None:
        self.floor = floor
        self._parts = [reaching(self._pool, self.held(), floor, bound=self._pool.bound())]
        self._count = len(self._parts[0])
