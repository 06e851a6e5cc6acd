"""All pairs: from what the operating points ask of the tail to the tail, the histograms and the streamed points."""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evalharness.comparison import (
    FEWEST_BINS,
    MIXED_COLUMNS,
    MOST_CODES,
    Candidates,
    CompareOptions,
    Engine,
    Gathered,
    Matches,
    PairSample,
    Pool,
    has_mixed,
    mixed_terms,
    open_engine,
    sample_pairs,
    single,
)
from evalharness.counts import Histograms, Population, StreamedPoint, Tail
from evalharness.errors import PlanError, RunError
from evalharness.records import BoolArray, Comparator, FloatArray, IntArray, Partition, Samples, TemplateArray
from evalharness.tasks.tail import Demands, Settled, Target, TopScores, Unsettled, comfortable, pairs_in, settle

_SEED = 20_261_122  # of the guess where to begin: it changes no result
_PASSES = 5
_ENOUGH = 50  # sampled scores of a population: fewer tell nothing
_LITTLE = 1e-3  # more than fast scores err by


@dataclass(frozen=True, slots=True)
class Compared:
    """What Counts take from all non-mated pairs."""

    tail: Tail
    histograms: Histograms | None
    streamed: tuple[StreamedPoint, ...]


@dataclass(frozen=True, slots=True)
class Codes:
    """A number for each combination of groups, one of each partition."""

    of: IntArray = field(repr=False)  # (n samples,)
    number: int

    @classmethod
    def from_partitions(cls, partitions: Sequence[Partition], *, samples: int) -> "Codes":
        """Number the combinations that occur; a single one without partitions."""
        if not partitions or not samples:
            return cls(np.zeros(samples, dtype=np.int64), 1)
        groups = np.stack([partition.group_of for partition in partitions])
        found, of = np.unique(groups, axis=1, return_inverse=True)
        return cls(np.asarray(of, dtype=np.int64).reshape(-1), found.shape[1])


@dataclass(frozen=True, slots=True)
class Gallery:
    """Enrolled samples and their templates."""

    templates: TemplateArray = field(repr=False)  # (m, d)
    comparator: Comparator
    sample_of: IntArray = field(repr=False)  # (m,) sample of each template
    enrolled: BoolArray = field(repr=False)  # (n samples,)


def compare_all(
    samples: Samples,
    gallery: Gallery,
    *,
    demands: Demands,
    partitions: Sequence[Partition],
    options: CompareOptions,
) -> Compared:
    """Compare all pairs of templates.

    One pass over the pairs as a rule. It begins at a guess of the lowest score that is needed; if it turns out that
    the guess was too high, a further pass begins lower. What is kept at the end follows from ``settle`` alone.

    Args:
        samples: The admitted samples.
        gallery: The templates.
        demands: What the tail must hold.
        partitions: The plan's partitions.
        options: How to run.

    Raises:
        PlanError: The operating points need more scores than the budget holds.
        RunError: Scores and pairs do not add up.
    """
    codes = Codes.from_partitions(partitions, samples=len(samples))
    shown = codes if codes.number <= MOST_CODES else Codes(np.zeros_like(codes.of), 1)
    subject, code = samples.subject_of[gallery.sample_of], shown.of[gallery.sample_of]
    everyone = Population(np.ones(len(samples), dtype=np.bool_), np.zeros(len(samples), dtype=np.int64))
    trials = pairs_in(everyone, subject_of=samples.subject_of, enrolled=gallery.enrolled)
    with open_engine(
        gallery.templates, gallery.comparator, subject=subject, code=code, codes=shown.number, options=options
    ) as engine:
        search = _Search(engine, gallery.sample_of[engine.order], demands, trials)
        gathered, top, settled = search.run()
        mixed = _mixed(engine.pool, settled.streamed if shown is codes else ())
    if gathered.pairs != trials:
        raise RunError(f"comparison: {gathered.pairs} non-mated pairs were compared; {trials} were expected.")
    if settled.streamed and shown is not codes:
        raise PlanError(
            f"operating points with the thresholds {', '.join(map(str, settled.streamed))}: more scores reach them "
            f"than are held in memory, and {codes.number} combinations of groups are too many to count them in the "
            f"stream (at most {MOST_CODES}). Divide the samples by fewer attributes."
        )
    wanted = dict(zip(search.streamed, gathered.matches, strict=True))
    binning = engine.binning
    histograms = None
    if shown is codes and binning.bins >= FEWEST_BINS:
        low, high = binning.low / engine.pool.scale, binning.high / engine.pool.scale
        histograms = Histograms(codes.of, codes.number, low, high, gathered.histogram)
    streamed = [
        _streamed(t, (wanted[t], terms), codes, search.sample_of)
        for t, terms in zip(settled.streamed, mixed, strict=True)
    ]
    return Compared(_tail(top, settled.cut), histograms, tuple(streamed))


class _Search:
    """Passes over the pairs until the tail is settled."""

    def __init__(self, engine: Engine, sample_of: IntArray, demands: Demands, trials: int) -> None:
        self._engine, self._demands, self._trials = engine, demands, trials
        self.sample_of = sample_of  # (m,) sample of each row of the pool
        self.streamed: tuple[float, ...] = ()

    def run(self) -> tuple[Gathered, TopScores, Settled]:
        """The last pass, its scores of record, and where they are cut."""
        budget = self._demands.budget
        if self._trials <= min(budget.keep_all, budget.most):
            gathered = self._engine.gather(floor=-math.inf, streamed=(), most=budget.most)
            return gathered, self._top(gathered, gathered.floor), Settled(-math.inf, ())
        guess = _Guess(self._engine, self.sample_of, self._demands, self._trials)
        floor, self.streamed = guess.floor(1), guess.streamed()
        for attempt in range(1, _PASSES):
            gathered = self._engine.gather(floor=floor, streamed=self.streamed, most=budget.most)
            top, found = self._settled(gathered)
            if isinstance(found, Settled):
                return gathered, top, found
            if found.deeper or found.lowest < math.inf:
                lowered = guess.floor(8**attempt) if attempt < _PASSES - 2 else -math.inf
                floor = min(lowered, found.lowest)
            self.streamed = tuple(sorted({*self.streamed, *found.streamed}))
        raise RunError("comparison: the tail could not be settled. Report this: it is a defect of evalharness.")

    def _settled(self, gathered: Gathered) -> tuple[TopScores, Settled | Unsettled]:
        """Settle on as few scores of record as fast values allow, else on all that are held."""
        counted = {t: m.total for t, m in zip(self.streamed, gathered.matches, strict=True)}
        pool = self._engine.pool
        with suppress(PlanError):  # approximate scores refuse nothing
            rough = settle(self._rough(gathered), self._demands, streamed=counted)
            if isinstance(rough, Settled) and rough.cut < math.inf:
                floor = max(gathered.floor, pool.from_fast(pool.to_fast(rough.cut) - 4 * pool.bound()))
                top = self._top(gathered, floor)
                found = settle(top, self._demands, streamed=counted)
                if isinstance(found, Settled):
                    return top, found
        top = self._top(gathered, gathered.floor)
        return top, settle(top, self._demands, streamed=counted)

    def _rough(self, gathered: Gathered) -> TopScores:
        """The pairs that are held, with approximate scores."""
        pool, held = self._engine.pool, gathered.held
        scores = held.fast.astype(np.float64)
        if pool.squared:
            scores = -np.sqrt(np.maximum(-scores, 0)) / pool.scale
        return self._of_samples(gathered.floor, held, np.maximum(scores, gathered.floor))

    def _top(self, gathered: Gathered, floor: float) -> TopScores:
        """The pairs that reach a floor, with their scores of record."""
        pool = self._engine.pool
        held = gathered.held
        if floor > gathered.floor:
            held = held.where(held.fast >= single(pool.to_fast(floor) - pool.bound(), up=False))
        scores = pool.scores(held.first, held.second)
        enough = scores >= floor
        return self._of_samples(floor, held.where(enough), scores[enough])

    def _of_samples(self, floor: float, held: Candidates, scores: FloatArray) -> TopScores:
        """Pairs of rows as pairs of samples."""
        first, second = self.sample_of[held.first], self.sample_of[held.second]
        return TopScores(floor, first.astype(np.int32), second.astype(np.int32), scores)


class _Guess:
    """Where to begin: from samples of pairs."""

    def __init__(self, engine: Engine, sample_of: IntArray, demands: Demands, trials: int) -> None:
        self._pool, self._sample_of, self._demands, self._trials = engine.pool, sample_of, demands, trials
        self._generator = np.random.default_rng(_SEED)
        sample = sample_pairs(self._pool, self._generator)
        self._scores = np.sort(sample.scores)
        self._members = [self._of(target, sample) for target in demands.targets]

    def floor(self, caution: int) -> float:
        """A score that, hopefully, all needed ones reach and not many others.

        Args:
            caution: How many times as many as seem to be needed.
        """
        demands, streamed = self._demands, self.streamed()
        floors = [t for t in demands.fixed if t not in streamed or self._reached(t) < 4 * demands.budget.most]
        found = list(zip(demands.targets, self._members, strict=True))
        if found:
            base = [_from_top(scores, caution * (t.allowed + 1), t.pairs) for t, scores in found]
            deep = [_from_top(scores, caution * next(t.depths()), t.pairs) for t, scores in found]
            comfort = comfortable(math.ceil(min(self._reached(min(base)), self._trials)), demands.budget)
            room = _from_top(self._scores, 1.1 * comfort, self._trials)
            floors.append(min(*base, max(min(deep), room)))
        return min(floors, default=math.inf)

    def streamed(self) -> tuple[float, ...]:
        """Fixed thresholds that may turn out to need counting in the stream."""
        return tuple(t for t in self._demands.fixed if self._reached(t) > self._demands.budget.most / 4)

    def _reached(self, score: float) -> float:
        """About how many scores reach a score."""
        above = len(self._scores) - int(np.searchsorted(self._scores, score))
        return above / max(len(self._scores), 1) * self._trials

    def _of(self, target: Target, sample: PairSample) -> FloatArray:
        """Sampled scores of a population, ascending; from a sample of its own where it is a small one."""
        population = target.population
        code = population.code[self._sample_of]
        if population.member[self._sample_of].all() and (code == code[:1]).all():
            return self._scores
        taking_part = np.flatnonzero(population.member[self._sample_of])
        if len(taking_part) < len(self._sample_of) // 2:
            sample = sample_pairs(self._pool, self._generator, among=taking_part)
        first, second = self._sample_of[sample.pairs.first], self._sample_of[sample.pairs.second]
        return np.sort(sample.scores[population.contains(first, second)])


def _from_top(ascending: FloatArray, depth: float, population: int) -> float:
    """A score that the ``depth`` highest of a population reach, very likely, from a sample of it."""
    expected = depth * len(ascending) / max(population, 1)
    rank = math.ceil(1.2 * expected + 5 * math.sqrt(expected) + 10)
    if rank <= len(ascending):
        return float(ascending[-rank])
    if len(ascending) < _ENOUGH:
        return -math.inf
    return float(ascending[0] - 0.1 * (ascending[-1] - ascending[0]) - _LITTLE)  # nearly all are needed


def _tail(top: TopScores, cut: float) -> Tail:
    """The scores at or above the cut, by sample index."""
    chosen = np.flatnonzero(top.scores >= cut)
    low = np.minimum(top.first[chosen], top.second[chosen])
    high = np.maximum(top.first[chosen], top.second[chosen])
    order = np.lexsort((high, low))
    return Tail(low[order], high[order], top.scores[chosen][order], cut)


def _mixed(pool: Pool, thresholds: tuple[float, ...]) -> list[NDArray[np.int64]]:
    """The sums over dyads that lie in several pairs of codes, for each threshold."""
    if thresholds and has_mixed(pool):
        return mixed_terms(pool, thresholds)
    return [np.zeros((0, MIXED_COLUMNS), dtype=np.int64) for _ in thresholds]


def _streamed(
    threshold: float, found: tuple[Matches, NDArray[np.int64]], codes: Codes, sample_of: IntArray
) -> StreamedPoint:
    """Matches of rows of the pool as matches of samples; sums of pairs of codes made symmetric."""
    matches, mixed = found
    errors = np.zeros((len(codes.of), codes.number), dtype=np.int64)
    errors[sample_of] = matches.errors
    squares, products = (sums + np.triu(sums, 1).T for sums in (matches.squares, matches.products))
    return StreamedPoint(threshold, codes.of, codes.number, errors, squares, products, mixed)
