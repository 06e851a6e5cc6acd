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
from evalharness.records import FloatArray, IntArray
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
class Allowance:
    """What the replicates allow one rule."""

    errors: IntArray = field(repr=False)  # (b,) k_b
    copies: FloatArray = field(repr=False)  # (b,) comparisons between copies of one subject


class Refit:
    """One rule and the highest scores of the comparisons that set its threshold."""

    def __init__(self, counts: Counts, rule: Rule) -> None:
        """Take what is needed of the tail: three times the scores above the threshold, as far as there are any."""
        at, trials = rule.population.tail, rule.population.dyads.total
        scores = counts.tail.scores[at]
        depth = _DEPTH * rule.allowed + _LEAST
        if len(scores) > depth:
            lowest = np.partition(scores, len(scores) - depth)[len(scores) - depth]
            at, scores = at[scores >= lowest], scores[scores >= lowest]
        self.rule, self._complete = rule, len(scores) == trials
        self.cut = float(scores.min()) if len(scores) else np.inf
        ends = [counts.subject_of[side[at]] for side in (counts.tail.probe, counts.tail.reference)]
        self._ladder = Ladder(np.zeros(len(at), dtype=np.int64), scores, ends, codes=1)
        behind = self._ladder.positions(self._ladder.scores)[0] if len(at) else np.empty(0, dtype=np.int64)
        self._behind = np.concatenate([[0], behind])  # (levels + 1,) comparisons at or above the first l scores
        self._share = self._behind / max(trials, 1)
        self.censored = 0

    def allowance(self, weights: IntArray) -> Allowance:
        """k_b for weights (b, S)."""
        distinct, copies = self.rule.population.dyads.resampled(weights)
        up, down = self.rule.target.numerator, self.rule.target.denominator
        allowed = [int(total) * up // down for total in (distinct + copies).tolist()]
        return Allowance(np.array(allowed, dtype=np.int64), copies)

    def threshold(self, weights: IntArray, allowed: int, copies: float) -> float:
        """The threshold for weights (S,); the cut, and counted, where it would lie below."""
        weight = self._ladder.running(weights)[self._behind]
        level = int(np.searchsorted(weight + copies * self._share, allowed, side="right")) - 1
        if level == len(self._behind) - 1 and not self._complete:
            self.censored += 1
            return self.cut
        observed = int(np.searchsorted(weight, weight[level]))  # scores of subjects who were not drawn are not seen
        if observed:
            return float(self._ladder.scores[observed - 1])
        highest = min(int(np.searchsorted(weight, 0, side="right")), len(weight) - 1)
        return float(np.nextafter(self._ladder.scores[highest - 1], np.inf))


class FittedThresholds:
    """The thresholds of a request, those that were fitted among them."""

    def __init__(self, counts: Counts, thresholds: FloatArray, rules: Sequence[Rule | None]) -> None:
        """``rules[t]`` is None where threshold t was given."""
        self._thresholds = thresholds
        self._refits = {t: Refit(counts, rule) for t, rule in enumerate(rules) if rule is not None}
        cuts = [float(np.min(thresholds, initial=np.inf)), *(refit.cut for refit in self._refits.values())]
        self.cut = max(min(cuts), counts.tail.cut)

    def __bool__(self) -> bool:
        return bool(self._refits)

    @property
    def censored(self) -> IntArray:
        """(T,) replicates in which the threshold would lie below the scores that were kept."""
        found = np.zeros(len(self._thresholds), dtype=np.int64)
        for t, refit in self._refits.items():
            found[t] = refit.censored
        return found

    def allowances(self, weights: IntArray) -> dict[int, Allowance]:
        """By threshold, for weights (b, S)."""
        return {t: refit.allowance(weights) for t, refit in self._refits.items()}

    def thresholds(self, weights: IntArray, allowances: dict[int, Allowance], b: int) -> FloatArray:
        """(T,) for weights (S,), which are row ``b`` of those of the allowances."""
        found = self._thresholds.copy()
        for t, refit in self._refits.items():
            allowance = allowances[t]
            found[t] = refit.threshold(weights, int(allowance.errors[b]), float(allowance.copies[b]))
        return found
