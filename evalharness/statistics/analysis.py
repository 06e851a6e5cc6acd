"""analyse(counts, ...) -> Analysis: every statistic of an audit, each from the same counts and the same draws."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from evalharness.counts import Counts
from evalharness.records import BoolArray, OperatingPointSpec, Partition, Policy
from evalharness.statistics.adjustment import adjusted_rates
from evalharness.statistics.calibration import restrict
from evalharness.statistics.curves import det_curves
from evalharness.statistics.differentials import GroupSettings, blends, differentials
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.hypotheses import tests_of
from evalharness.statistics.measures import Measurements, MeasureSettings, measure
from evalharness.statistics.rates import IntervalSettings
from evalharness.statistics.rows import (
    Adjusted,
    Curve,
    Differential,
    GroupEstimate,
    ScoreShift,
    TestOutcome,
    WorstGroup,
)
from evalharness.statistics.shift import score_shifts
from evalharness.statistics.worst import group_estimates, random_halves, worst_group
from evalharness.statistics.worst.splitting import halves_of

SPLITS = 100  # random halves of the subjects
ALL_SUBJECTS_NOTE = "over all subjects, also those who set fitted thresholds alone"
DEFAULT_TAIL_SHARE = 0.01  # where no operating point names a rate
_Row = TypeVar("_Row", Curve, ScoreShift)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSettings:
    """How sure, against what, adjusted for what."""

    rates: MeasureSettings
    groups: GroupSettings
    covariates: tuple[Partition, ...] = field(default=(), repr=False)
    target: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # covariate -> value -> share


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Everything that the statistics found."""

    measurements: Measurements
    differentials: tuple[Differential, ...]
    group_estimates: tuple[GroupEstimate, ...]
    worst_groups: tuple[WorstGroup, ...]
    tests: tuple[TestOutcome, ...]
    curves: tuple[Curve, ...]
    score_shifts: tuple[ScoreShift, ...]
    adjusted: tuple[Adjusted, ...]


def analyse(
    counts: Counts,
    *,
    partitions: Sequence[Partition],
    specs: Sequence[OperatingPointSpec],
    settings: AnalysisSettings,
) -> Analysis:
    """Analyse one comparison run.

    Measures over groups are left out where a group has a threshold of its own for FMR: they would be equal by
    construction. Each statistic draws from a generator of its own, so that none depends on which others were asked for.

    Args:
        counts: The comparison run.
        partitions: The plan's partitions, in its order.
        specs: The operating points, in the plan's order.
        settings: How sure, against what, adjusted for what.

    Raises:
        PlanError: An operating point or a reference names an unknown group, or a target population is wrong.
    """
    measurements = measure(counts, partitions=partitions, specs=specs, settings=settings.rates)
    calibration = settings.rates.calibration
    measured = counts if calibration is None else restrict(counts, ~calibration)
    over = _OverGroups(measured, {each.id: each for each in partitions}, measurements, settings)
    rates = [each for each in measurements.group_rates if over.applies(each)]
    whole = "" if calibration is None else ALL_SUBJECTS_NOTE
    return Analysis(
        measurements=measurements,
        differentials=(*(row for each in rates for row in over.differentials(each)), *over.blends(rates)),
        group_estimates=tuple(row for each in rates for row in group_estimates(each, settings=settings.groups)),
        worst_groups=tuple(row for each in rates if (row := over.worst(each)) is not None),
        tests=tuple(row for each in rates for row in over.tests(each)),
        curves=tuple(_noted(row, whole) for each in (None, *partitions) for row in det_curves(counts, each)),
        score_shifts=tuple(
            _noted(row, whole) for row in _shifts(counts, partitions, specs, settings.groups.references)
        ),
        adjusted=tuple(_adjusted(measured, partitions, measurements, settings)),
    )


class _OverGroups:
    """Measures over the groups of one partition, for one rate at one operating point at a time."""

    def __init__(
        self, counts: Counts, partitions: Mapping[str, Partition], found: Measurements, settings: AnalysisSettings
    ) -> None:
        self._counts, self._partitions, self._settings = counts, partitions, settings
        self._points = {point.spec.name: point for point in found.operating_points}
        self._first = self._halves()

    def applies(self, rates: GroupRates) -> bool:
        """Whether groups can be set side by side: not by an FMR that was made equal for each."""
        point = self._points.get(rates.operating_point)
        return point is None or point.spec.policy is not Policy.PER_GROUP or rates.measure != "fmr"

    def differentials(self, rates: GroupRates) -> tuple[Differential, ...]:
        return differentials(rates, settings=self._groups(rates), rng=self._rng("differentials", rates))

    def blends(self, rates: Sequence[GroupRates]) -> Iterator[Differential]:
        """GARBE and its like, where a partition has both FMR and FNMR at an operating point."""
        fnmr = {(each.operating_point, each.partition): each for each in rates if each.measure == "fnmr"}
        for each in rates:
            other = fnmr.get((each.operating_point, each.partition))
            if each.measure == "fmr" and other is not None:
                yield from blends(each, other, settings=self._groups(each), rng=self._rng("blends", each))

    def worst(self, rates: GroupRates) -> WorstGroup | None:
        point, partition = self._points.get(rates.operating_point), self._partitions[rates.partition]
        halves = halves_of(self._counts, partition, point, rates=rates, first=self._first) if rates.groups else None
        return worst_group(rates, settings=self._groups(rates), rng=self._rng("worst", rates), halves=halves)

    def tests(self, rates: GroupRates) -> tuple[TestOutcome, ...]:
        return tests_of(rates, settings=self._groups(rates), rng=self._rng("tests", rates))

    def _groups(self, rates: GroupRates) -> GroupSettings:
        """The references of this partition alone."""
        own = {group.id for group in self._partitions[rates.partition].groups}
        settings = self._settings.groups
        return replace(settings, references=tuple(name for name in settings.references if name in own))

    def _halves(self) -> BoolArray:
        return random_halves(self._counts.subjects, splits=SPLITS, rng=self._rng("halves", None))

    def _rng(self, what: str, rates: GroupRates | None) -> np.random.Generator:
        names = [what] if rates is None else [what, rates.measure, rates.operating_point, rates.partition]
        words = "\0".join(names).encode()
        return np.random.default_rng([self._settings.rates.seed, *words])


def _noted(row: _Row, note: str) -> _Row:
    """A row with one note more, if there is one."""
    return replace(row, note="; ".join(filter(None, (row.note, note))))


def _shifts(
    counts: Counts, partitions: Sequence[Partition], specs: Sequence[OperatingPointSpec], references: Sequence[str]
) -> Iterator[ScoreShift]:
    """Score shifts of every partition; the tail is that of the strictest target."""
    share = min((float(spec.fmr) for spec in specs if spec.fmr is not None), default=DEFAULT_TAIL_SHARE)
    for partition in partitions:
        own = {group.id for group in partition.groups}
        reference = next((name for name in references if name in own), None)
        yield from score_shifts(counts, partition, tail_share=share, reference=reference)


def _adjusted(
    counts: Counts, partitions: Sequence[Partition], found: Measurements, settings: AnalysisSettings
) -> Iterator[Adjusted]:
    """Adjusted rates of the partitions that are not themselves divided by a covariate."""
    if not settings.covariates:
        return
    limits = IntervalSettings(settings.rates.level, settings.rates.min_subjects)
    for point in found.operating_points:
        for partition in partitions:
            rest = [each for each in settings.covariates if not set(each.attributes) & set(partition.attributes)]
            if not rest or point.spec.policy is Policy.PER_GROUP:
                continue
            named = {name for each in rest for name in each.attributes}
            target = {name: shares for name, shares in settings.target.items() if name in named}
            yield from adjusted_rates(
                counts,
                partition=partition,
                point=point,
                covariates=rest,
                target=target,
                settings=limits,
                crude=found.measures,
            )
