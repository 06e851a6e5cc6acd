"""Rates of groups made by hand."""

import numpy as np

from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.intervals import clopper_pearson, zero_error_upper
from evalharness.statistics.rows import LeftOut


def group_rates(errors, trials, *, effective=None, clusters=200, replicates=None, attributes=None, **fields):
    """K groups g0, g1, ... with exact limits at their effective trials; as many disjoint trials, unless given."""
    errors, trials = np.asarray(errors, np.int64), np.asarray(trials, np.int64)
    count = len(errors)
    effective = np.asarray(trials if effective is None else effective, np.float64)
    disjoint = np.asarray(fields.pop("disjoint", effective), np.float64)
    limits = [_limits(e / n, m) for e, n, m in zip(errors, trials, effective, strict=True)]
    left_out = tuple(LeftOut(group=group, reason="label missing") for group in fields.pop("left_out", ()))
    given = {"measure": "fmr", "operating_point": "vendor", "partition": "group", **fields}
    return GroupRates(
        groups=tuple(f"g{i}" for i in range(count)),
        attributes=attributes or tuple((f"g{i}",) for i in range(count)),
        errors=errors,
        trials=trials,
        clusters=np.broadcast_to(np.asarray(clusters, np.int64), (count,)),
        effective_trials=effective,
        disjoint=disjoint,
        lower=np.array([low for low, _ in limits]),
        upper=np.array([high for _, high in limits]),
        level=0.95,
        replicates=replicates,
        left_out=left_out,
        **given,
    )


def _limits(value, trials):
    usable = max(trials, 1.0) if np.isfinite(trials) else 1.0
    if value == 0:
        return 0.0, zero_error_upper(usable, level=0.95)
    limits = clopper_pearson(value * usable, usable, level=0.95)
    return limits.lower, limits.upper
