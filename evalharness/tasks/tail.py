"""The tail of an all-pairs run: which non-mated scores to keep, and keeping them within a budget.

The rules below look at exact scores alone, so that the tail is the same whatever engine found the scores and
however it guessed where to begin:

- a fixed threshold belongs to the tail if no more scores reach it than the budget holds, else it is streamed;
- a fitted threshold that allows k errors needs the k + 1 highest scores of its population;
- a bootstrap finds the threshold again in each replicate and reaches deeper, so that up to max(3k, k + 200)
  scores of the population are held, or the population: less of it where that would lower the cut so far that the
  tail held more than four times what the thresholds themselves need (half as much again, beyond a few million).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np

from evalharness.counts import IndexArray, Population, allowed_errors
from evalharness.errors import PlanError
from evalharness.records import BoolArray, FloatArray, IntArray

_DEEPER = 2  # further multiples of the allowed errors
_DEEPER_AT_LEAST = 199  # beyond the k + 1 highest
_COMFORT = 4  # how many times as many scores as the thresholds need may be held for the sake of replicates
_LARGE = 2**22  # beyond so many, replicates scatter little
_COMFORT_LARGE = 1.5


@dataclass(frozen=True, slots=True)
class TailBudget:
    """How many non-mated scores a run may hold in memory (16 bytes each)."""

    keep_all: int = 2**20  # up to here nothing is cut off
    most: int = 2**24


@dataclass(frozen=True, slots=True)
class FittedPoint:
    """An operating point whose thresholds are to be found."""

    name: str
    fmr: Decimal
    populations: Mapping[str, Population]  # by threshold key


@dataclass(frozen=True, slots=True)
class Target:
    """A threshold to be fitted: the tail must hold its ``allowed + 1`` highest scores."""

    name: str  # of the operating point, for messages
    population: Population
    allowed: int  # floor(target FMR x comparisons of the population)
    pairs: int  # comparisons of the population

    def depths(self) -> Iterator[int]:
        """How many of the highest scores to hold: from the most that is wished to the fewest that will do."""
        extra = max(_DEEPER * self.allowed - 1, _DEEPER_AT_LEAST)
        while extra:
            yield min(self.allowed + 1 + extra, self.pairs)
            extra //= 2
        yield min(self.allowed + 1, self.pairs)


@dataclass(frozen=True, slots=True)
class TopScores:
    """Every non-mated comparison whose score reaches a floor."""

    floor: float
    first: IndexArray = field(repr=False)  # (m,) sample index
    second: IndexArray = field(repr=False)  # (m,)
    scores: FloatArray = field(repr=False)  # (m,) similarity


@dataclass(frozen=True, slots=True)
class Demands:
    """What the operating points ask of the tail."""

    targets: tuple[Target, ...]
    fixed: tuple[float, ...]  # given thresholds, as similarities, ascending and distinct
    budget: TailBudget


@dataclass(frozen=True, slots=True)
class Settled:
    """Where the tail is cut, and which fixed thresholds lie below it for good."""

    cut: float
    streamed: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What another pass must do, because the scores at hand do not tell."""

    deeper: bool  # begin at a lower floor
    lowest: float  # no higher than this
    streamed: tuple[float, ...]  # thresholds to count in the stream


def pairs_in(population: Population, *, subject_of: IntArray, enrolled: BoolArray) -> int:
    """Number of unordered non-mated pairs of enrolled samples in a population.

    With n_c samples of code c, of which n_cs belong to subject s: sum_c (n_c^2 - sum_s n_cs^2) / 2.
    """
    taking_part = population.member & enrolled
    codes, subjects = population.code[taking_part], subject_of[taking_part]
    _, per_code = np.unique(codes, return_counts=True)
    _, per_cell = np.unique(np.stack([codes, subjects]), axis=1, return_counts=True)
    return (sum(int(n) ** 2 for n in per_code) - sum(int(n) ** 2 for n in per_cell)) // 2


def needed_targets(
    points: Sequence[FittedPoint],
    *,
    subject_of: IntArray,
    enrolled: BoolArray,
    calibration: BoolArray | None = None,
) -> list[Target]:
    """The targets that can be resolved: those that allow at least one error.

    Args:
        points: The operating points whose thresholds are fitted.
        subject_of: (n,) subject of each sample.
        enrolled: (n,) which samples are compared.
        calibration: (subjects,) which subjects set thresholds; None for all.
    """
    targets = []
    for point in points:
        for whole in point.populations.values():
            member = whole.member if calibration is None else whole.member & calibration[subject_of]
            population = replace(whole, member=member)
            pairs = pairs_in(population, subject_of=subject_of, enrolled=enrolled)
            allowed = allowed_errors(point.fmr, pairs)
            if allowed:
                targets.append(Target(point.name, population, allowed, pairs))
    return targets


def check_budget(targets: Sequence[Target], budget: TailBudget) -> None:
    """Refuse, before anything is compared, targets whose highest scores alone exceed the budget."""
    needed = max((target.allowed + 1 for target in targets), default=0)
    if needed > budget.most:
        names = ", ".join(dict.fromkeys(target.name for target in targets if target.allowed + 1 > budget.most))
        raise PlanError(
            f"operating points {names}: finding their thresholds needs the {needed} highest scores; at most "
            f"{budget.most} are held in memory. Ask for a lower fmr, or for fewer samples."
        )


def settle(top: TopScores, demands: Demands, *, streamed: Mapping[float, int]) -> Settled | Unsettled:
    """Decide where the tail is cut.

    Args:
        top: Scores of record, complete above their floor.
        demands: What must be held.
        streamed: Fixed thresholds that were counted in the stream, with the number of scores at or above them.

    Raises:
        PlanError: Fitted thresholds need more scores than the budget holds.
    """
    ranks = _Ranks(top, demands.budget)
    fixed = [_place(threshold, ranks, streamed) for threshold in demands.fixed]
    members = [ranks.of(target.population) for target in demands.targets]
    base = [ranks.cut(found, target.allowed + 1) for found, target in zip(members, demands.targets, strict=True)]
    room = ranks.room(base, demands.targets)
    deep: list[float | None] = list(base)
    if room is not None:
        deep = [ranks.deepest(found, target, room) for found, target in zip(members, demands.targets, strict=True)]
    below = tuple(t for t, place in zip(demands.fixed, fixed, strict=True) if place == "stream")
    lower = [t for t, place in zip(demands.fixed, fixed, strict=True) if place == "deeper"]
    fresh = [threshold for threshold in below if threshold not in streamed]
    if lower or fresh or None in deep:
        return Unsettled(None in deep, min(lower, default=math.inf), below)
    held = [t for t, place in zip(demands.fixed, fixed, strict=True) if place == "tail"]
    return Settled(min([*held, *(cut for cut in deep if cut is not None)], default=math.inf), below)


def _place(threshold: float, ranks: "_Ranks", streamed: Mapping[float, int]) -> str:
    """Where a fixed threshold belongs: ``tail``, ``stream``, or a ``deeper`` pass that tells."""
    reached = streamed.get(threshold, ranks.reached(threshold))
    if reached is not None and reached > ranks.most:
        return "stream"
    return "tail" if threshold >= ranks.floor else "deeper"


def comfortable(needed: int, budget: TailBudget) -> int:
    """How many scores the tail may hold for the sake of replicates where the thresholds need ``needed``."""
    wished = min(_COMFORT * needed, max(_LARGE, int(_COMFORT_LARGE * needed)))
    return min(budget.most, max(budget.keep_all, wished))


class _Ranks:
    """Ranks among the highest scores; what lies below the floor is unknown."""

    def __init__(self, top: TopScores, budget: TailBudget) -> None:
        self._top = top
        self._ascending = np.sort(top.scores)
        self._budget = budget
        self.floor, self.most = top.floor, budget.most

    def reached(self, score: float) -> int | None:
        """How many scores reach a score; more than the budget where that is all that is known; None if unknown."""
        if score >= self.floor:
            return len(self._ascending) - int(np.searchsorted(self._ascending, score, side="left"))
        return len(self._ascending) if len(self._ascending) > self.most else None

    def of(self, population: Population) -> FloatArray:
        """(m,) scores of a population, ascending."""
        return np.sort(self._top.scores[population.contains(self._top.first, self._top.second)])

    def cut(self, members: FloatArray, depth: int) -> float | None:
        """The depth-th highest score of a population; None where it lies below the floor."""
        return float(members[-depth]) if len(members) >= depth else None

    def room(self, base: Sequence[float | None], targets: Sequence[Target]) -> int | None:
        """How many scores the tail may have for the sake of replicates; None while that is unknown.

        Raises:
            PlanError: The thresholds alone need more than the budget.
        """
        known = [cut for cut in base if cut is not None]
        lowest = self.reached(min(known)) if known else 0
        unknown = len(known) < len(base)
        if (unknown and len(self._ascending) > self.most) or (lowest or 0) > self.most:
            names = ", ".join(dict.fromkeys(target.name for target in targets))
            raise PlanError(
                f"operating points {names}: more than {self.most} non-mated scores reach the lowest of their "
                "thresholds; that many are not held in memory. Ask for a lower fmr, or for fewer groups or samples."
            )
        return None if unknown else comfortable(lowest or 0, self._budget)

    def deepest(self, members: FloatArray, target: Target, room: int) -> float | None:
        """The lowest cut for a target that leaves the tail within its room; None while that is unknown."""
        for depth in target.depths():
            cut = self.cut(members, depth)
            if cut is None:
                if len(self._ascending) <= room:
                    return None
            elif (self.reached(cut) or 0) <= room:
                return cut
        return self.cut(members, target.allowed + 1)
