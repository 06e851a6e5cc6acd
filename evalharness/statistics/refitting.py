"""Fitted thresholds, fitted anew when each subject counts several times or not at all.

The rule is that of ``statistics/thresholds.py``: with M_b comparisons of the replicate, k_b = floor(target x M_b), and
the threshold is the lowest observed score that at most k_b comparisons reach, ties all or none. Comparisons between
copies of one subject, which nobody made, reach a score as often as the others of the set do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from evalharness.counts import Counts
from evalharness.records import BoolArray, FloatArray, IntArray
from evalharness.statistics.cells import Cell
from evalharness.statistics.ladder import Ladder

_DEPTH = 3  # times the allowed errors: how far down a replicate's threshold is looked for
_LEAST = 100  # scores at least


@dataclass(frozen=True, slots=True)
class Rule:
    """How a threshold was fitted."""

    population: Cell  # the comparisons that set it
    target: Fraction

    @property
    def allowed(self) -> int:
        """k, on all subjects."""
        return int(self.target * self.population.dyads.total)


@dataclass(frozen=True, slots=True)
class Allowances:
    """What the replicates allow the rules of one population."""

    errors: IntArray = field(repr=False)  # (rules, b) k_b
    copies: FloatArray = field(repr=False)  # (b,) comparisons between copies of one subject


class Refit:
    """The rules of one population, and the highest scores of the comparisons that set their thresholds."""

    def __init__(self, counts: Counts, rules: Sequence[Rule]) -> None:
        """Take what is needed of the tail: three times the scores above the threshold, as far as there are any."""
        self.rules, self._population = rules, rules[0].population
        at, trials = self._population.tail, self._population.dyads.total
        scores = counts.tail.scores[at]
        depth = _DEPTH * max(rule.allowed for rule in rules) + _LEAST
        if len(scores) > depth:
            lowest = np.partition(scores, len(scores) - depth)[len(scores) - depth]
            at, scores = at[scores >= lowest], scores[scores >= lowest]
        self._complete = len(scores) == trials
        self.cut = float(np.min(scores, initial=np.inf))
        ends = [counts.subject_of[side[at]] for side in (counts.tail.probe, counts.tail.reference)]
        self._ladder = Ladder(np.zeros(len(at), dtype=np.int64), scores, ends, codes=1)
        behind = self._ladder.positions(self._ladder.scores)[0] if len(at) else np.empty(0, dtype=np.int64)
        self._behind = np.concatenate([[0], behind])  # (levels + 1,) comparisons at or above the first l scores
        self._share = self._behind / max(trials, 1)

    @property
    def entries(self) -> int:
        """Comparisons that are kept."""
        return len(self._ladder)

    def allowances(self, weights: IntArray) -> Allowances:
        """k_b of every rule for weights (b, S)."""
        distinct, copies = self._population.dyads.resampled(weights)
        totals = [int(total) for total in (distinct + copies).tolist()]
        errors = [[total * r.target.numerator // r.target.denominator for total in totals] for r in self.rules]
        return Allowances(np.array(errors, dtype=np.int64).reshape(len(self.rules), len(totals)), copies)

    def thresholds(self, weights: IntArray, allowances: Allowances, b: int) -> list[float | None]:
        """The thresholds for weights (S,), row ``b`` of the allowances; None where one would lie below the cut."""
        running, copies = self._ladder.running(weights), float(allowances.copies[b])
        levels = [self._level(running, copies, allowed) for allowed in allowances.errors[:, b].tolist()]
        return [self._score(running, level) for level in levels]

    def _level(self, running: IntArray, copies: float, allowed: int) -> int:
        """How many of the highest scores can count as errors: bisection, the sums only where they are asked for."""
        low, high = 0, len(self._behind) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if running[self._behind[middle]] + copies * self._share[middle] <= allowed:
                low = middle
            else:
                high = middle - 1
        return low

    def _score(self, running: IntArray, level: int) -> float | None:
        """The lowest score that somebody who was drawn has, among the first ``level`` ones."""
        if level == len(self._behind) - 1 and not self._complete:
            return None
        observed = self._reaching(int(np.searchsorted(running, running[self._behind[level]])))
        if observed:
            return float(self._ladder.scores[observed - 1])
        highest = self._reaching(min(int(np.searchsorted(running, 0, side="right")), len(running) - 1))
        return float(np.nextafter(self._ladder.scores[highest - 1], np.inf))

    def _reaching(self, comparisons: int) -> int:
        """How many distinct scores the first ``comparisons`` have."""
        return int(np.searchsorted(self._behind, comparisons))


class FittedThresholds:
    """The thresholds of a request, those that were fitted among them."""

    def __init__(self, counts: Counts, thresholds: FloatArray, rules: Sequence[Rule | None]) -> None:
        """``rules[t]`` is None where threshold t was given; rules of one population share its record."""
        self._thresholds = thresholds
        populations: dict[int, list[int]] = {}
        for t, rule in enumerate(rules):
            if rule is not None:
                populations.setdefault(id(rule.population), []).append(t)
        together = ((columns, [rules[t] for t in columns]) for columns in populations.values())
        self._refits = [(columns, Refit(counts, [r for r in own if r is not None])) for columns, own in together]
        cuts = [float(np.min(thresholds, initial=np.inf)), *(refit.cut for _, refit in self._refits)]
        self.cut = max(min(cuts), counts.tail.cut)

    def __bool__(self) -> bool:
        return bool(self._refits)

    @property
    def entries(self) -> int:
        """Comparisons that are kept for fitting, over all populations."""
        return sum(refit.entries for _, refit in self._refits)

    def allowances(self, weights: IntArray) -> list[Allowances]:
        """By population, for weights (b, S)."""
        return [refit.allowances(weights) for _, refit in self._refits]

    def thresholds(self, weights: IntArray, allowances: Sequence[Allowances], b: int) -> tuple[FloatArray, BoolArray]:
        """For weights (S,), which are row ``b`` of those of the allowances.

        Returns:
            (T,) thresholds, and whether each would lie below the scores that were kept: it then is the lowest kept.
        """
        found, censored = self._thresholds.copy(), np.zeros(len(self._thresholds), dtype=np.bool_)
        for (columns, refit), allowed in zip(self._refits, allowances, strict=True):
            for t, threshold in zip(columns, refit.thresholds(weights, allowed, b), strict=True):
                found[t], censored[t] = (refit.cut, True) if threshold is None else (threshold, False)
        return found, censored
