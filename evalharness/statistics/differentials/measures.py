"""The measures over groups that a result lists: formula, point of equality, range, and when they are undefined."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from evalharness.records import FloatArray
from evalharness.statistics.differentials import formulas


@dataclass(frozen=True, slots=True)
class RateRange:
    """Between which limits all rates of a component lie: the widest that single intervals allow."""

    low: float
    high: float
    groups: int

    @property
    def ratio(self) -> float:
        """High / low; infinite where low is 0."""
        return self.high / self.low if self.low > 0 else math.inf

    @property
    def gini_raw(self) -> float:
        """The largest raw Gini coefficient of rates in the range: (sqrt r - 1) / (sqrt r + 1), at most (K-1)/K."""
        root = math.sqrt(self.ratio)
        most = (self.groups - 1) / self.groups
        return min(most, (root - 1) / (root + 1)) if math.isfinite(root) else most

    @property
    def gini_corrected(self) -> float:
        """The same, corrected."""
        return self.gini_raw * self.groups / (self.groups - 1)


Ranges = Sequence[RateRange]  # of each component


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMeasure:
    """One measure over the rates of groups, or over FMR and FNMR together."""

    name: str  # the catalogue id, without the measure that it is taken of
    formula: Callable[[Sequence[FloatArray]], FloatArray]  # components, each (K, S) -> (S,)
    equality: float
    furthest: Callable[[Ranges], float]  # the value furthest from equality that the ranges allow
    ratio: bool = False  # undefined if any group has no error
    needs_errors: bool = True  # undefined if no group has an error
    sign: float = 1.0  # -1 if the measure falls as the groups differ more

    def distance(self, components: Sequence[FloatArray]) -> FloatArray:
        """(S,) how far the measure lies from equality; 0 for draws without any error: no difference was seen."""
        away = np.abs(self.formula(components) - self.equality)
        return np.where(np.isnan(away), 0.0, away)

    def value(self, distance: float, ranges: Ranges) -> float | None:
        """The measure at a distance from equality; where that is infinite, the furthest that the ranges allow.

        Returns:
            None where the ranges set no limit either.
        """
        value = self.equality + self.sign * distance if math.isfinite(distance) else self.furthest(ranges)
        return value if math.isfinite(value) else None


def _single(formula: Callable[[FloatArray], FloatArray]) -> Callable[[Sequence[FloatArray]], FloatArray]:
    return lambda components: formula(components[0])


def _ratio(ranges: Ranges) -> float:
    return ranges[0].ratio


DISPERSIONS: tuple[GroupMeasure, ...] = (
    GroupMeasure(name="max_min", formula=_single(formulas.max_min), equality=1.0, furthest=_ratio, ratio=True),
    GroupMeasure(name="max_geomean", formula=_single(formulas.max_geomean), equality=1.0, furthest=_ratio, ratio=True),
    GroupMeasure(
        name="max_mean",
        formula=_single(formulas.max_mean),
        equality=1.0,
        furthest=lambda ranges: min(float(ranges[0].groups), ranges[0].ratio),
    ),
    GroupMeasure(
        name="difference",
        formula=_single(formulas.difference),
        equality=0.0,
        furthest=lambda ranges: ranges[0].high - ranges[0].low,
        needs_errors=False,
    ),
    GroupMeasure(
        name="log_spread",
        formula=_single(formulas.log_spread),
        equality=0.0,
        furthest=lambda ranges: math.log10(ranges[0].ratio) / 2,
        ratio=True,
    ),
    GroupMeasure(
        name="gini_raw",
        formula=_single(formulas.gini_raw),
        equality=0.0,
        furthest=lambda ranges: ranges[0].gini_raw,
    ),
    GroupMeasure(
        name="gini_corrected",
        formula=_single(formulas.gini_corrected),
        equality=0.0,
        furthest=lambda ranges: ranges[0].gini_corrected,
    ),
)


def blended(alpha: float) -> tuple[GroupMeasure, ...]:
    """The measures that blend FMR (weight alpha) and FNMR (weight 1 - alpha)."""

    def pair(formula: Callable[..., FloatArray]) -> Callable[[Sequence[FloatArray]], FloatArray]:
        weighted = partial(formula, alpha=alpha)
        return lambda components: weighted(components[0], components[1])

    def mixed(of: Callable[[RateRange], float]) -> Callable[[Ranges], float]:
        return lambda ranges: alpha * of(ranges[0]) + (1 - alpha) * of(ranges[1])

    apart = mixed(lambda limits: limits.high - limits.low)
    return (
        GroupMeasure(
            name="garbe", formula=pair(formulas.garbe), equality=0.0, furthest=mixed(lambda r: r.gini_corrected)
        ),
        GroupMeasure(
            name="fairness_discrepancy_rate",
            formula=pair(formulas.fairness_discrepancy_rate),
            equality=1.0,
            furthest=lambda ranges: 1.0 - apart(ranges),
            needs_errors=False,
            sign=-1.0,
        ),
        GroupMeasure(
            name="inequity_rate",
            formula=pair(formulas.inequity_rate),
            equality=1.0,
            furthest=lambda ranges: ranges[0].ratio ** alpha * ranges[1].ratio ** (1 - alpha),
            ratio=True,
        ),
    )
