"""The rows of a result: each measure over groups with its interval, its floor and its zero policy."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

import numpy as np

from evalharness.records import FloatArray
from evalharness.statistics.differentials.box import least_distances
from evalharness.statistics.differentials.evidence import Draws, Evidence
from evalharness.statistics.differentials.inversion import Inversion, Inverted
from evalharness.statistics.differentials.measures import DISPERSIONS, GroupMeasure, RateRange, blended
from evalharness.statistics.differentials.reference import Ratios, ratios_to_references
from evalharness.statistics.differentials.settings import GroupSettings
from evalharness.statistics.differentials.subset import only
from evalharness.statistics.differentials.zeros import max_geomean_bound, max_min_bound
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.rows import Differential, LeftOut

TOO_FEW_GROUPS = "fewer than two groups with known labels and enough subjects"
UNEVEN = (
    "under equal rates the groups of which little is known not rarely show a value as far from equality; p and the "
    "lower limit weigh what is known of each"
)
_ALL_PAIRS = 30  # groups; with more, the pairs with the highest or the lowest rate alone limit their ratio
FEW_ERRORS = 5.0  # effective errors below which a rate is unstable


def differentials(rates: GroupRates, *, settings: GroupSettings, rng: np.random.Generator) -> tuple[Differential, ...]:
    """All measures over the groups of one partition, for one rate at one operating point.

    Args:
        rates: The groups' rates and effective trials; groups are taken as independent, but for ratios to a
            reference, which use the replicates.
        settings: Level, simulations and references.
        rng: Source of the simulated draws.

    Returns:
        Seven rows, then one for each reference of this partition and each other group.
    """
    rows = _rows([rates], DISPERSIONS, settings=settings, rng=rng)
    widened = (not_below_the_pair(row, rates, settings.level) for row in rows)
    return (*widened, *ratios_to_references(rates, settings=settings))


def not_below_the_pair(row: Differential, rates: GroupRates, level: float) -> Differential:
    """The ratio of the highest to the lowest rate can be no less than that of any two groups: nor can its limit."""
    if not row.measure.endswith(".max_min") or row.upper is None or not (row.highest and row.lowest):
        return row
    ratios, every = Ratios.of(rates), range(len(rates.groups))
    pairs: Iterable[tuple[int, int]] = permutations(every, 2)
    if len(every) > _ALL_PAIRS:
        highest, lowest = rates.groups.index(row.highest), rates.groups.index(row.lowest)
        pairs = [*((highest, g) for g in every if g != highest), *((g, lowest) for g in every if g != lowest)]
    limits = [ratios.ratio(g, h, level=level).upper for g, h in pairs]
    return replace(row, upper=max([row.upper, *(limit for limit in limits if limit is not None)]))


def blends(
    fmr: GroupRates, fnmr: GroupRates, *, settings: GroupSettings, rng: np.random.Generator
) -> tuple[Differential, ...]:
    """GARBE, Fairness Discrepancy Rate and Inequity Rate over the groups that have both rates.

    Args:
        fmr: Rates within the groups.
        fnmr: Rates of the same partition at the same operating point.
        settings: Level, simulations and alpha, the weight of FMR.
        rng: Source of the simulated draws.
    """
    both = [group for group in fmr.groups if group in set(fnmr.groups)]
    reason = "only one of FMR and FNMR is known"
    components = [only(fmr, both, reason=reason), only(fnmr, both, reason=reason)]
    return _rows(components, blended(settings.alpha), settings=settings, rng=rng)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What the rows of one partition and operating point share."""

    components: Sequence[GroupRates]
    measures: Sequence[GroupMeasure]
    settings: GroupSettings
    found: Inverted | None = field(repr=False)

    def row(self, index: int) -> Differential:
        """The row of one measure."""
        measure, first = self.measures[index], self.components[0]
        single = len(self.components) == 1
        value, reason = self._value(measure)
        lower, upper = self._interval(index, value)
        floor, floor_upper, p_equal = self._equality(index)
        zeros = measure.ratio and not self._empty() and len(first.groups) > 1 and self._some_group_without_errors()
        return Differential(
            measure=f"{first.measure}.{measure.name}" if single else measure.name,
            operating_point=first.operating_point,
            partition=first.partition,
            groups=first.groups,
            left_out=_left_out(self.components),
            reference="",
            group="",
            highest=_extreme(first, -1) if single else "",
            lowest=_extreme(first, 1) if single else "",
            value=value,
            lower=lower,
            upper=upper,
            level=self.settings.level,
            floor=floor,
            floor_upper=floor_upper,
            p_equal=p_equal,
            bound=_bound(measure, first, self.settings.level) if zeros and single else None,
            smoothed=self._smoothed(measure) if zeros else None,
            note="; ".join(part for part in (reason, *self._remarks(measure, value, (lower, upper))) if part),
        )

    def _value(self, measure: GroupMeasure) -> tuple[float | None, str]:
        if len(self.components[0].groups) < 2:
            return None, TOO_FEW_GROUPS
        empty = self._empty()
        if measure.needs_errors and empty:
            return None, f"undefined: no group has an error ({', '.join(c.measure for c in empty)})"
        if len(empty) == len(self.components) > 1:
            return None, "undefined: no group has an error, so that nothing was measured"
        if measure.ratio and self._some_group_without_errors():
            return None, "undefined: a group without errors; a bound or a smoothed value stands beside it"
        return float(measure.formula([c.values[:, None] for c in self.components])[0]), ""

    def _empty(self) -> list[GroupRates]:
        return [c for c in self.components if not c.errors.any()]

    def _some_group_without_errors(self) -> bool:
        return any(bool((c.errors == 0).any()) for c in self.components)

    def _ranges(self) -> list[RateRange]:
        return [RateRange(float(c.lower.min()), float(c.upper.max()), len(c.groups)) for c in self.components]

    def _interval(self, index: int, value: float | None) -> tuple[float | None, float | None]:
        if value is None:
            return None, None
        measure, ranges = self.measures[index], self._ranges()
        near, far = (0.0, math.inf) if self.found is None else (self.found.lower[index], self.found.upper[index])
        limits = measure.value(float(near), ranges), measure.value(float(far), ranges)
        return limits if measure.sign > 0 else limits[::-1]

    def _equality(self, index: int) -> tuple[float | None, float | None, float | None]:
        """Floor, its quantile and p; None where no group has an error."""
        if self.found is None or (self.measures[index].needs_errors and self._empty()):
            return None, None, None
        measure = self.measures[index]
        floor = measure.equality + measure.sign * float(self.found.floor[index])
        quantile = measure.equality + measure.sign * float(self.found.floor_upper[index])
        return _finite(floor), _finite(quantile), float(self.found.p_equal[index])

    def _smoothed(self, measure: GroupMeasure) -> float | None:
        return _finite(float(measure.formula([Evidence.of(c).smoothed[:, None] for c in self.components])[0]))

    def _remarks(
        self, measure: GroupMeasure, value: float | None, limits: tuple[float | None, float | None]
    ) -> list[str]:
        """What a reader has to know to read the numbers."""
        remarks = []
        if len(self.components) > 1:
            remarks.append(f"alpha {self.settings.alpha:g} is the weight of FMR")
        if self.found is None:
            return remarks
        few = sum(int((c.effective_errors < FEW_ERRORS).sum()) for c in self.components)
        if few:
            remarks.append(f"unstable: {few} of the rates rest on fewer than {FEW_ERRORS:g} effective errors")
        lower, upper = limits
        if value is None:
            return remarks
        if (lower is not None and value < lower) or (upper is not None and value > upper):
            remarks.append("the value lies outside its interval because chance alone moves it away from equality")
        if None in limits:
            remarks.append("the data set no limit on the far side")
        if self._hidden(measure, value, limits):
            remarks.append(UNEVEN)
        if math.isnan(self.found.floor[self.measures.index(measure)]):
            remarks.append("no floor: most draws under equal rates hold a group without errors")
        return remarks

    def _hidden(self, measure: GroupMeasure, value: float, limits: tuple[float | None, float | None]) -> bool:
        """Whether the interval excludes equality though equal rates often show a value as far from it."""
        near = limits[0] if measure.sign > 0 else limits[1]
        floor = self._equality(self.measures.index(measure))[1]
        apart = near is not None and near != measure.equality
        return apart and (floor is None or measure.sign * (floor - value) > 0)


def _rows(
    components: Sequence[GroupRates],
    measures: Sequence[GroupMeasure],
    *,
    settings: GroupSettings,
    rng: np.random.Generator,
) -> tuple[Differential, ...]:
    found = _inverted(components, measures, settings=settings, rng=rng)
    frame = _Frame(components=components, measures=measures, settings=settings, found=found)
    return tuple(frame.row(index) for index in range(len(measures)))


def _inverted(
    components: Sequence[GroupRates],
    measures: Sequence[GroupMeasure],
    *,
    settings: GroupSettings,
    rng: np.random.Generator,
) -> Inverted | None:
    """Simulated intervals; None where there is nothing to simulate from."""
    if len(components[0].groups) < 2 or not any(c.errors.any() for c in components):
        return None

    def distances(rates: Sequence[FloatArray]) -> FloatArray:
        return np.stack([measure.distance(rates) for measure in measures])

    inversion = Inversion(
        components=tuple(Evidence.of(c) for c in components),
        distances=distances,
        level=settings.level,
        draws=tuple(Draws.of(len(c.groups), settings.simulations, rng) for c in components),
    )
    error = (1 - settings.level) / 4
    return _raised(inversion.run(), least_distances(components, distances, error=error), most=2 * error)


def _raised(found: Inverted, least: FloatArray, *, most: float) -> Inverted:
    """With the higher of two lower limits; where joint limits exclude equality, its p is at most ``most``."""
    return replace(
        found,
        lower=np.maximum(found.lower, least),
        upper=np.maximum(found.upper, least),
        p_equal=np.where(least > 0, np.minimum(found.p_equal, most), found.p_equal),
    )


def _bound(measure: GroupMeasure, rates: GroupRates, level: float) -> float | None:
    bounds = {"max_min": max_min_bound, "max_geomean": max_geomean_bound}
    return bounds[measure.name](rates, level=level) if measure.name in bounds else None


def _left_out(components: Sequence[GroupRates]) -> tuple[LeftOut, ...]:
    """Those of all components, each group once."""
    return tuple({left.group: left for c in components for left in c.left_out}.values())


def _extreme(rates: GroupRates, sign: int) -> str:
    """The one group with the lowest (sign 1) or highest (sign -1) rate; empty where there is none or several."""
    if not rates.groups:
        return ""
    values = sign * rates.values
    at = np.flatnonzero(values == values.min())
    return rates.groups[int(at[0])] if len(at) == 1 else ""


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
