"""What stands in for a ratio where a group has no errors: bounds, never an added constant.

A bound is the lower limit of the highest rate over the upper limit of the others, each limit one-sided at the
level and taken alone. Below 1 it establishes no difference.
"""

from dataclasses import replace

import numpy as np

from evalharness.records import FloatArray
from evalharness.statistics.differentials.evidence import Evidence
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.intervals import clopper_pearson, zero_error_upper


def one_sided(rates: GroupRates, group: int, *, level: float) -> tuple[float, float]:
    """Exact lower and upper limit of one group's rate, each one-sided at the level.

    Effective trials count as trials. Without an error the effective trials are unknown, and the upper limit is
    that of the disjoint trials alone.
    """
    evidence = Evidence.of(rates)
    errors, trials = float(evidence.errors[group]), float(evidence.trials[group])
    if rates.errors[group] == 0:
        return 0.0, zero_error_upper(max(float(rates.disjoint[group]), 1.0), level=level)
    limits = clopper_pearson(errors, trials, level=2 * level - 1)
    return limits.lower, limits.upper


def cautious(rates: GroupRates) -> GroupRates:
    """The same rates, where a group without errors, or with nothing else, counts as its disjoint trials.

    Its own interval rests on these alone. The trials that it borrows from other groups would let a test reject a
    rate that the interval holds.
    """
    known = (rates.errors > 0) & (rates.errors < rates.trials)
    if rates.own_trials is None or known.all():
        return rates
    return replace(rates, own_trials=np.where(known, rates.own_trials, rates.disjoint))


def max_min_bound(rates: GroupRates, *, level: float) -> float | None:
    """Lower limit of the highest rate / upper limit of the lowest; None where no group has an error.

    Of several groups without errors the one with the most disjoint trials is taken.
    """
    if not rates.errors.any():
        return None
    lowest = np.flatnonzero(rates.values == rates.values.min())
    upper = min(one_sided(rates, int(group), level=level)[1] for group in lowest)
    return one_sided(rates, int(rates.values.argmax()), level=level)[0] / upper


def max_geomean_bound(rates: GroupRates, *, level: float) -> float | None:
    """The same against the geometric mean, to which the highest rate itself belongs: (max^(K-1) / others)^(1/K)."""
    if not rates.errors.any():
        return None
    highest, groups = int(rates.values.argmax()), len(rates.groups)
    others: FloatArray = np.array([one_sided(rates, g, level=level)[1] for g in range(groups) if g != highest])
    logs = (groups - 1) * np.log(one_sided(rates, highest, level=level)[0]) - np.log(others).sum()
    return float(np.exp(logs / groups))
