"""The tail of an all-pairs run: which non-mated scores to keep, and keeping them within a budget."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from evalharness.comparison import Block
from evalharness.counts import IndexArray, Population, Tail, allowed_errors
from evalharness.errors import PlanError, RunError
from evalharness.records import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class TailBudget:
    """How many non-mated scores a run may hold in memory (16 bytes each)."""

    keep_all: int = 2**20  # up to here nothing is cut off and the scores are computed once
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


@dataclass(frozen=True, slots=True)
class NonMatedPairs:
    """The non-mated pairs of a block that count: each unordered pair once, in a fixed order."""

    first: IndexArray = field(repr=False)  # (m,) sample index
    second: IndexArray = field(repr=False)  # (m,)
    scores: FloatArray = field(repr=False)  # (m,)


def pairs_in(population: Population, *, subject_of: IntArray, enrolled: BoolArray) -> int:
    """Number of unordered non-mated pairs of enrolled samples in a population.

    With n_c samples of code c, of which n_cs belong to subject s: sum_c (n_c^2 - sum_s n_cs^2) / 2.
    """
    taking_part = population.member & enrolled
    codes, subjects = population.code[taking_part], subject_of[taking_part]
    _, per_code = np.unique(codes, return_counts=True)
    _, per_cell = np.unique(np.stack([codes, subjects]), axis=1, return_counts=True)
    return (sum(int(n) ** 2 for n in per_code) - sum(int(n) ** 2 for n in per_cell)) // 2


def non_mated(blocks: Iterable[Block], *, sample_of: IntArray, subject_of: IntArray) -> Iterator[NonMatedPairs]:
    """The non-mated pairs above the diagonal of each block.

    Args:
        blocks: Scores of template rows.
        sample_of: (templates,) sample index of each template row.
        subject_of: (samples,) subject index.
    """
    for block in blocks:
        rows, columns = sample_of[block.rows], sample_of[block.columns]
        wanted = block.rows[:, np.newaxis] < block.columns[np.newaxis, :]
        wanted &= subject_of[rows][:, np.newaxis] != subject_of[columns][np.newaxis, :]
        at_row, at_column = np.nonzero(wanted)
        first, second = rows[at_row].astype(np.int32), columns[at_column].astype(np.int32)
        yield NonMatedPairs(first, second, block.scores[at_row, at_column])


def find_cut(pairs: Iterable[NonMatedPairs], *, targets: Sequence[Target], fixed: Sequence[float]) -> float:
    """The highest cut that still holds every operating point.

    A fixed threshold needs every score at or above it. A target that allows k errors needs the k + 1
    highest scores of its population, because the threshold lies above the (k + 1)-th.

    Args:
        pairs: All non-mated pairs.
        targets: Thresholds to be fitted.
        fixed: Thresholds that are given, as similarities.
    """
    highest = [_Highest(target.allowed + 1) for target in targets]
    if targets:
        for chunk in pairs:
            for target, keeper in zip(targets, highest, strict=True):
                above = np.flatnonzero(chunk.scores > keeper.floor)  # soon few: who belongs is asked of these alone
                belongs = target.population.contains(chunk.first[above], chunk.second[above])
                keeper.add(chunk.scores[above[belongs]])
    return min([*fixed, *(keeper.lowest() for keeper in highest)], default=np.inf)


def check_budget(targets: Sequence[Target], budget: TailBudget) -> None:
    """Refuse, before anything is compared, targets whose highest scores alone exceed the budget."""
    needed = sum(target.allowed + 1 for target in targets)
    if needed > budget.most:
        names = ", ".join(dict.fromkeys(target.name for target in targets))
        raise PlanError(
            f"operating points {names}: finding their thresholds needs the {needed} highest scores; at most "
            f"{budget.most} are held in memory. Ask for a lower fmr, or for fewer operating points."
        )


def collect_tail(pairs: Iterable[NonMatedPairs], *, cut: float, trials: int, budget: TailBudget) -> Tail:
    """Keep every non-mated comparison with ``score >= cut``.

    Args:
        pairs: All non-mated pairs.
        cut: Lowest score to keep.
        trials: How many pairs there must be.
        budget: How many may be kept.

    Raises:
        RunError: Pairs and scores do not add up.
        PlanError: More scores reach the cut than the budget holds.
    """
    kept: list[NonMatedPairs] = []
    seen = held = 0
    for chunk in pairs:
        at = np.flatnonzero(chunk.scores >= cut)
        below = int(np.count_nonzero(chunk.scores < cut))
        if len(at) + below != len(chunk.scores):  # NaN is neither
            raise RunError("comparison: a score is not a number. The templates or the comparator are broken.")
        seen, held = seen + len(chunk.scores), held + len(at)
        if held > budget.most:
            raise PlanError(
                f"operating points: more than {budget.most} of {trials} non-mated scores reach the lowest threshold "
                f"(score {cut!r}); that many are not held in memory. Choose stricter thresholds or fewer samples."
            )
        kept.append(NonMatedPairs(chunk.first[at], chunk.second[at], chunk.scores[at]))
    if seen != trials:
        raise RunError(f"comparison: {seen} non-mated pairs were compared; {trials} were expected.")
    return Tail(
        np.concatenate([np.empty(0, np.int32), *(chunk.first for chunk in kept)]),
        np.concatenate([np.empty(0, np.int32), *(chunk.second for chunk in kept)]),
        np.concatenate([np.empty(0, np.float64), *(chunk.scores for chunk in kept)]),
        cut,
    )


def needed_targets(points: Sequence[FittedPoint], *, subject_of: IntArray, enrolled: BoolArray) -> list[Target]:
    """The targets that can be resolved: those that allow at least one error.

    Args:
        points: The operating points whose thresholds are fitted.
        subject_of: (n,) subject of each sample.
        enrolled: (n,) which samples are compared.
    """
    targets = []
    for point in points:
        for population in point.populations.values():
            allowed = allowed_errors(point.fmr, pairs_in(population, subject_of=subject_of, enrolled=enrolled))
            if allowed:
                targets.append(Target(point.name, population, allowed))
    return targets


class _Highest:
    """The ``size`` highest of a stream of scores; holds at most twice as many and one chunk."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._scores: FloatArray = np.empty(0, dtype=np.float64)
        self._waiting: list[FloatArray] = []
        self._count = 0
        self._floor = -np.inf

    @property
    def floor(self) -> float:
        """Scores at or below it cannot be among the highest any more."""
        return self._floor

    def add(self, scores: FloatArray) -> None:
        """Take in scores above the floor."""
        self._waiting.append(scores)
        self._count += len(scores)
        if self._count > self._size:
            self._merge()

    def lowest(self) -> float:
        """The size-th highest score; ``-inf`` while there are fewer."""
        self._merge()
        return float(self._floor)

    def _merge(self) -> None:
        self._scores = np.concatenate([self._scores, *self._waiting])
        self._waiting, self._count = [], 0
        if len(self._scores) >= self._size:
            self._scores = np.partition(self._scores, len(self._scores) - self._size)[-self._size :]
            self._floor = float(self._scores[0])
