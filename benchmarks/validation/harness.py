"""The harness under test: one draw -> its rates. This file and ``over_groups`` alone call the statistics."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalharness.counts import Counts
from evalharness.records import ALL_GROUPS, FloatArray, Measure, OperatingPointSpec, Partition
from evalharness.statistics import MeasureSettings, measure
from evalharness.statistics.grouprates import GroupRates

LEVEL = 0.95
REPLICATES = 200  # of the subject bootstrap, where a measure uses it; the default of an audit is 2,000
_FEWEST = 3  # subjects below which there is no interval


@dataclass(frozen=True, slots=True)
class Measured:
    """The rows of one draw that are judged."""

    rates: dict[tuple[str, str], Measure]  # by measure and group: within the group for fmr
    threshold: float  # similarity; as given or as fitted
    groups: Sequence[GroupRates]


def measured(
    counts: Counts, *, partition: Partition, spec: OperatingPointSpec, resample: bool, seed: int
) -> Measured | None:
    """Measure one draw; None where its threshold cannot be resolved.

    Args:
        counts: The draw.
        partition: Its groups.
        spec: The operating point.
        resample: Whether an answer that is asked for uses the subject bootstrap.
        seed: Of the bootstrap.
    """
    replicates = REPLICATES if resample else 0
    settings = MeasureSettings(level=LEVEL, min_subjects=_FEWEST, seed=seed, replicates=replicates)
    found = measure(counts, partitions=[partition], specs=[spec], settings=settings)
    thresholds = found.operating_points[0].thresholds
    if ALL_GROUPS not in thresholds:
        return None
    rates = {(row.measure, row.group): row for row in found.measures if row.other_group in ("", row.group)}
    return Measured(rates, thresholds[ALL_GROUPS], found.group_rates)


def limits(row: Measure) -> FloatArray:
    """(3,) value, lower and upper limit; nan where there is none."""
    return np.array([row.value, row.lower, row.upper], dtype=np.float64)
