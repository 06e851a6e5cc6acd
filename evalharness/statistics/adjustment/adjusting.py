"""adjusted_rates(counts, ...): FNMR and FMR of the groups of a partition, adjusted for covariates."""

from collections.abc import Mapping, Sequence

import numpy as np

from evalharness.counts import Counts
from evalharness.errors import PlanError
from evalharness.records import FloatArray, IntArray, Measure, OperatingPoint, Partition
from evalharness.statistics.adjustment.groups import Adjusting, GroupData
from evalharness.statistics.adjustment.regression import regression_rows
from evalharness.statistics.adjustment.rows import Frame, crude_of
from evalharness.statistics.adjustment.standardising import standardised_rows
from evalharness.statistics.adjustment.strata import MOST_COMBINATIONS, Strata, target_weights
from evalharness.statistics.groupscores import largest_group
from evalharness.statistics.rates import IntervalSettings
from evalharness.statistics.rows import Adjusted


def adjusted_rates(
    counts: Counts,
    *,
    partition: Partition,
    point: OperatingPoint,
    covariates: Sequence[Partition],
    target: Mapping[str, Mapping[str, float]],
    settings: IntervalSettings,
    crude: Sequence[Measure] = (),
) -> tuple[Adjusted, ...]:
    """Adjust the rates of every group, at one operating point.

    FNMR by three methods (``standardised``, ``reweighted``, ``regression``), then FMR within each group by the first
    two: its comparisons join two subjects, for which the regression's clusters would be wrong. Ratios are to the known
    group with most subjects.

    Args:
        counts: The comparison run.
        partition: The groups whose rates are adjusted.
        point: The decided operating point; one with thresholds per group must belong to this partition.
        covariates: The samples grouped by each covariate; at least one.
        target: Covariate -> value -> share of the target population, shares adding up to 1; where a covariate is not
            named, the comparisons of all known groups together are the target.
        settings: Level of the limits, and how many subjects they need.
        crude: Measured rows: where they hold the rate of a group, it stands in ``crude`` as it was measured, with
            the uncertainty of a fitted threshold. Without them it is measured here, with the threshold held.

    Raises:
        PlanError: There is no covariate, they have too many combinations, or the target is wrong.
    """
    if not covariates:
        raise PlanError("adjustment: no covariates; name at least one")
    strata = Strata.of(covariates)
    if strata.combinations > MOST_COMBINATIONS:
        names = ", ".join(covariate.id for covariate in covariates)
        found = f"{names} have {strata.combinations} combinations; at most {MOST_COMBINATIONS} are taken"
        raise PlanError(f"adjustment: {found}. Use fewer covariates, or wider bins.")
    work = Adjusting(counts, partition, point, strata)
    at = largest_group(counts, partition)
    measured = {name: crude_of(crude, measure=name, operating_point=point.spec.name) for name in ("fnmr", "fmr")}
    keys, groups = work.mated_groups()
    weights = _weights(strata, keys, groups, target)
    frame = Frame("fnmr", work, settings, None if at is None else groups[at], measured["fnmr"])
    rows = [*standardised_rows(frame, groups, keys, weights), *regression_rows(frame, groups, keys, weights)]
    keys, groups = work.non_mated_groups()
    weights = _weights(strata, keys, groups, target)
    frame = Frame("fmr", work, settings, None if at is None else groups[at], measured["fmr"])
    return (*rows, *standardised_rows(frame, groups, keys, weights))


def _weights(
    strata: Strata, keys: IntArray, groups: Sequence[GroupData], target: Mapping[str, Mapping[str, float]]
) -> FloatArray | str:
    trials = np.zeros(len(keys), dtype=np.int64)
    for group in groups:
        if group.known and group.table is not None:
            trials += group.table.trials
    return target_weights(strata, keys, trials, target) if trials.any() else "no comparisons with known covariates"
