"""compare_runs(first, second) -> Comparison."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalharness.comparing.aligning import Aligned, align
from evalharness.comparing.points import ComparedGroup, SharedPoint, groups_of, shared_points
from evalharness.comparing.record import ComparedRate, ComparedSpread, Comparison, Side
from evalharness.comparing.rows import GroupTrials, OwnRates, RowSettings, rate_rows, spread_rows
from evalharness.comparing.runs import AuditedRun, check_same_data, refusal
from evalharness.comparing.trials import Trials, acquisition_trials, trials_of
from evalharness.errors import InputError
from evalharness.statistics.rates import FEWEST_SUBJECTS

_MEASURES = ("fmr", "fnmr", "frr")
_NOTES = (
    "FMR and FNMR are compared on the trials that both systems completed; each system's rate on its own trials stands "
    "in its own report. FRR counts every attempt, so that a system gains nothing by refusing hard samples.",
    "Thresholds that were fitted on these samples are taken as given: the intervals do not hold what fitting adds.",
    "A system can differ less between groups because it errs more in all of them: read the rates first.",
)
_EQUAL = (
    "Both runs hold the same scores of the same comparisons: probably one system was measured twice. A difference of 0 "
    "here says nothing about two systems."
)


@dataclass(frozen=True, slots=True)
class ComparisonOptions:
    """How to draw; the same options give the same numbers."""

    draws: int = 10_000
    seed: int | None = None  # None: that of the first run's plan


DEFAULTS = ComparisonOptions()


def compare_runs(first: AuditedRun, second: AuditedRun, options: ComparisonOptions = DEFAULTS) -> Comparison:
    """Compare two runs on the same samples, trial by trial.

    Args:
        first: One run.
        second: The other; differences are first - second, ratios first / second.
        options: Number and seed of the draws behind the intervals of spreads.

    Raises:
        InputError: The runs did not make the same comparisons on the same samples in the same groups.
    """
    check_same_data(first, second)
    aligned = _aligned(first, second)
    points, left_out = shared_points(first, second)
    if not points:
        raise refusal(first, second, [f"operating points: {line}" for line in left_out])
    settings = _settings(first, second, options)
    rates, spreads = _rows(aligned, points, first, settings)
    return Comparison(
        first=_side(first),
        second=_side(second),
        dataset=first.result.dataset.name,
        synthetic=first.result.dataset.synthetic,
        index_sha256=first.stored.index_sha256,
        level=settings.level,
        draws=settings.draws,
        seed=settings.seed,
        thresholds_first={point.name: point.first.thresholds for point in points},
        thresholds_second={point.name: point.second.thresholds for point in points},
        left_out=left_out,
        rates=rates,
        spreads=spreads,
        notes=_NOTES if _differ(aligned) else (_EQUAL, *_NOTES),
    )


def _aligned(first: AuditedRun, second: AuditedRun) -> Aligned:
    try:
        return align(first.stored.counts, second.stored.counts)
    except InputError as error:
        raise refusal(first, second, list(error.faults)) from error


def _differ(aligned: Aligned) -> bool:
    """Whether any score that was kept, mated or high non-mated, is another in the second run."""
    first, second = (
        (each.mated.completed, each.mated.scores[each.mated.completed], np.sort(each.tail.scores))
        for each in (aligned.first, aligned.second)
    )
    return not all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def _settings(first: AuditedRun, second: AuditedRun, options: ComparisonOptions) -> RowSettings:
    audits = first.result.audit, second.result.audit
    return RowSettings(
        level=audits[0].interval_level,
        fewest=max(FEWEST_SUBJECTS, *(audit.min_subjects for audit in audits)),
        draws=options.draws,
        seed=audits[0].seed if options.seed is None else options.seed,
        subjects=first.stored.counts.subjects,
        own=(_own_rates(first), _own_rates(second)),
    )


def _own_rates(run: AuditedRun) -> OwnRates:
    rows = run.result.measures
    return {(row.measure, row.operating_point, row.group, row.other_group): row.value for row in rows}


def _side(run: AuditedRun) -> Side:
    result = run.result
    return Side(
        run=run.folder.name,
        audit=result.audit.name,
        system=result.system.name,
        version=result.system.version,
        plan_sha256=result.audit.plan_sha256,
    )


def _rows(
    aligned: Aligned, points: Sequence[SharedPoint], run: AuditedRun, settings: RowSettings
) -> tuple[tuple[ComparedRate, ...], tuple[ComparedSpread, ...]]:
    """The rows of every operating point, in order; those of FTA, which has none, at the end."""
    rates: list[list[ComparedRate]] = [[] for _ in (*points, None)]
    spreads: list[list[ComparedSpread]] = [[] for _ in points]
    for partition in (None, *run.stored.partitions):
        name, groups = "" if partition is None else partition.id, list(groups_of(aligned, partition))
        for place, point in enumerate(points):
            for measure in _MEASURES if point.applies(partition) else ():
                trials = _trials(measure, aligned, point, groups)
                found = GroupTrials(measure, point.name, name, groups, trials)
                rates[place] += rate_rows(found, settings)
                spreads[place] += () if partition is None else spread_rows(found, settings)
        fta = [acquisition_trials(aligned, group) for group in groups]
        rates[-1] += rate_rows(GroupTrials("fta", "", name, groups, fta), settings)
    return tuple(row for rows in rates for row in rows), tuple(row for rows in spreads for row in rows)


def _trials(measure: str, aligned: Aligned, point: SharedPoint, groups: Sequence[ComparedGroup]) -> list[Trials | str]:
    found: list[Trials | str] = []
    for group in groups:
        thresholds = point.thresholds(group.id, (aligned.first, aligned.second))
        found.append(thresholds if isinstance(thresholds, str) else trials_of(measure, aligned, group, thresholds))
    return found
