"""Intervals by inversion of a test against the simulated distribution of a measure.

True rates move from equality along a shape, each with the effective trials that it would have. A value of the measure
belongs to the interval if rates that have it give a measure at least as high as the one observed in (1 - level)/2 of
the draws or more, and one at least as low likewise. The interval is the hull over the shapes. What is compared for the
lower limit is the measure of rates drawn towards the common one (``Anchor``): by itself the measure cannot reject
equality where one small group may show anything.

Where equality itself is not rejected the lower limit is equality, so under equal rates the interval covers with
probability (1 + level)/2: it can miss on one side alone. A value that is low even for equal rates says nothing
about small differences; the upper limit is then that of the 16 % quantile under equal rates (a power constraint:
Cowan, Cranmer, Gross & Vitells, arXiv:1105.3166), so no interval has the width 0.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from evalharness.records import FloatArray
from evalharness.statistics.differentials.evidence import Anchor, Draws, Evidence
from evalharness.statistics.differentials.shapes import shapes

Distances = Callable[[Sequence[FloatArray]], FloatArray]  # rates of each component, (K, S) -> (M, S)

_GRID = np.concatenate([np.linspace(0.0, 1.0, 11) ** 1.5, [1.5, 2.25, 3.5]])  # assumed spreads; finer near none
_REACH = 6.0  # standard errors beyond the observed range of log odds
_POWER_FLOOR = 0.16
_ROUNDS = 6  # of halving a step of the grid in which a share changes by more than ...
_SMOOTH = 1.0  # ... this many normal deviates
_TIE = 1e-9
_GRID_DRAWS = 1000  # of each assumed spread: 25 in a tail of 2.5 %; coverage was measured with 500


@dataclass(frozen=True, slots=True)
class Inverted:
    """What simulated rates say about M measures; all but ``p_equal`` are distances from equality."""

    lower: FloatArray  # (M,)
    upper: FloatArray  # (M,) infinite where there is no limit
    floor: FloatArray  # (M,) mean under equal rates, over the draws in which it is finite; NaN if most are not
    floor_upper: FloatArray  # (M,) quantile under equal rates at ``level``; may be infinite
    p_equal: FloatArray  # (M,) (1 + draws at least as far) / (1 + draws), both drawn towards the common rate


@dataclass(frozen=True, slots=True)
class _Tails:
    """Shares of draws from one assumed spread."""

    above: FloatArray  # (M,) at least as far from equality as observed, both drawn towards the common rate
    below: FloatArray  # (M,) at most as far, both as they are


@dataclass(frozen=True, slots=True)
class _Observed:
    """Distances that decide the two limits."""

    value: FloatArray  # (M,) as observed, of rates drawn towards the common one: for the lower limit
    sought: FloatArray  # (M,) not below what equal rates give in 84 % of draws: for the upper limit


@dataclass(frozen=True, kw_only=True)
class Inversion:
    """Measures over one set of rates, or over FMR and FNMR together.

    Raises:
        ValueError: If a component has fewer than two groups.
    """

    components: tuple[Evidence, ...]
    distances: Distances  # from equality, larger is further, never NaN
    level: float  # two-sided, of the interval; one-sided, of the floor's quantile
    draws: tuple[Draws, ...] = field(repr=False)

    def __post_init__(self) -> None:
        """Without two groups nothing can differ."""
        if any(len(c.rates) < 2 for c in self.components):
            raise ValueError("a component has fewer than two groups; give at least two")

    def run(self) -> Inverted:
        """Simulate equality and every shape, and read the limits off."""
        observed = self._steady([c.rates[:, None] for c in self.components])[:, 0]
        seen = self.distances([c.rates[:, None] for c in self.components])[:, 0]
        drawn = self._drawn([np.zeros(len(c.rates)) for c in self.components], self.draws)
        equal, shown = self._steady(drawn), self.distances(drawn)
        sought = np.maximum(seen, np.quantile(shown, _POWER_FLOOR, axis=1, method="higher"))
        limits = [self._limits(shape, _Observed(observed, sought)) for shape in self._joint_shapes()]
        finite = np.isfinite(shown)
        count = finite.sum(axis=1)
        mean = np.where(finite, shown, 0.0).sum(axis=1) / np.maximum(count, 1)
        return Inverted(
            np.min([lower for lower, _ in limits], axis=0),
            np.max([upper for _, upper in limits], axis=0),
            np.where(2 * count > shown.shape[1], mean, np.nan),
            np.quantile(shown, self.level, axis=1, method="higher"),
            (1 + (equal >= _tied(observed, -1)[:, None]).sum(axis=1)) / (1 + equal.shape[1]),
        )

    @cached_property
    def _anchors(self) -> list[Anchor]:
        return [c.anchor for c in self.components]

    def _truths(self, departures: Sequence[FloatArray]) -> list[FloatArray]:
        return [c.rates_along(d) for c, d in zip(self.components, departures, strict=True)]

    def _drawn(self, departures: Sequence[FloatArray], draws: Sequence[Draws]) -> list[FloatArray]:
        """Rates, (K, S) for each component, that true rates with these departures may show."""
        together = zip(draws, self._truths(departures), self.components, strict=True)
        return [drawn.rates(truth, c.trials_at(truth)) for drawn, truth, c in together]

    def _steady(self, rates: Sequence[FloatArray]) -> FloatArray:
        """(M, S) distances of rates drawn towards the common one, which are finite."""
        return self.distances([a.steadied(drawn) for a, drawn in zip(self._anchors, rates, strict=True)])

    def _true(self, departures: Sequence[FloatArray]) -> FloatArray:
        """(M,) distances of the true rates themselves."""
        return self.distances([truth[:, None] for truth in self._truths(departures)])[:, 0]

    def _joint_shapes(self) -> list[tuple[FloatArray, ...]]:
        """A departure for each component, that ends far beyond the observed range."""
        scaled = []
        for component in self.components:
            reach = np.ptp(component.logits) + _REACH * np.sqrt(component.logit_variances.max())
            scaled.append([shape * reach for shape in shapes(component)])
        longest = max(len(options) for options in scaled)
        return [tuple(options[min(i, len(options) - 1)] for options in scaled) for i in range(longest)]

    def _limits(self, shape: tuple[FloatArray, ...], observed: _Observed) -> tuple[FloatArray, FloatArray]:
        """(M,) lower and (M,) upper limits along one shape."""
        tail = (1 - self.level) / 2
        tails: dict[float, _Tails] = {}
        draws = [drawn.first(_GRID_DRAWS) for drawn in self.draws]

        def look(spread: float) -> _Tails:
            drawn = self._drawn([spread * s for s in shape], draws)
            above = (self._steady(drawn) >= _tied(observed.value, -1)[:, None]).mean(axis=1)
            shown = self.distances(drawn)
            return _Tails(above, (shown <= _tied(observed.sought, 1)[:, None]).mean(axis=1))

        for spread in _GRID.tolist():
            tails[spread] = look(spread)
            if (tails[spread].above >= tail).all() and (tails[spread].below < tail).all():
                break
        for _ in range(_ROUNDS):
            tails |= {spread: look(spread) for spread in _between(tails, tail)}
        lowest, highest = _crossing(tails, tail, rising=True), _crossing(tails, tail, rising=False)
        return self._at(shape, np.nan_to_num(lowest, nan=_GRID[-1])), self._at(shape, highest)

    def _at(self, shape: tuple[FloatArray, ...], spreads: FloatArray) -> FloatArray:
        """(M,) the true distance of measure m at spread m along a shape; infinite where the spread is NaN."""
        wanted = set(spreads[spreads > 0].tolist())
        known = {spread: self._true([spread * s for s in shape]) for spread in wanted}
        limits = [0.0 if s == 0 else known[s][m] if s in known else np.inf for m, s in enumerate(spreads.tolist())]
        return np.array(limits)


def _tied(values: FloatArray, sign: int) -> FloatArray:
    """Values moved by a rounding error, so that equal distances count as equal."""
    return values + sign * _TIE * np.where(np.isfinite(values), values, 0.0)


def _first_inside(shares: FloatArray, tail: float, *, rising: bool) -> FloatArray:
    """(M,) index of the first spread at which a share has crossed ``tail``; NaN where none has.

    Args:
        shares: (spreads, M).
        tail: The share sought.
        rising: Whether shares grow with the spread.
    """
    inside = shares >= tail if rising else shares < tail
    return np.where(inside.any(axis=0), inside.argmax(axis=0), np.nan)


def _deviates(shares: FloatArray) -> FloatArray:
    return np.asarray(ndtri(np.clip(shares, 0.5 / _GRID_DRAWS, 1 - 0.5 / _GRID_DRAWS)))


def _between(tails: Mapping[float, _Tails], tail: float) -> set[float]:
    """Spreads half-way through the steps in which a share crosses ``tail`` too fast to be read off."""
    spreads, wanted = sorted(tails), set()
    for rising in (True, False):
        shares = np.array([tails[s].above if rising else tails[s].below for s in spreads])
        deviates = _deviates(shares)
        for m, after in enumerate(_first_inside(shares, tail, rising=rising).tolist()):
            if not after > 0:  # at equality already, or nowhere
                continue
            step = int(after)
            if abs(deviates[step, m] - deviates[step - 1, m]) > _SMOOTH:
                wanted.add((spreads[step - 1] + spreads[step]) / 2)
    return wanted


def _crossing(tails: Mapping[float, _Tails], tail: float, *, rising: bool) -> FloatArray:
    """(M,) spread at which a share of draws crosses ``tail``: 0 if it has at equality, NaN where it never does.

    Between two spreads the normal deviate of the share is taken as linear.
    """
    spreads = sorted(tails)
    shares = np.array([tails[s].above if rising else tails[s].below for s in spreads])
    deviates, target = _deviates(shares), float(ndtri(tail))
    result = _first_inside(shares, tail, rising=rising)
    for m in np.flatnonzero(result > 0).tolist():
        step = int(result[m])
        before, here = deviates[step - 1, m], deviates[step, m]
        part = 1.0 if here == before else float(np.clip((target - before) / (here - before), 0.0, 1.0))
        result[m] = spreads[step - 1] + part * (spreads[step] - spreads[step - 1])
    return result
