"""Some of the groups of a record of rates."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evalharness.records import FloatArray, IntArray
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.rows import LeftOut


def only(rates: GroupRates, groups: Sequence[str], *, reason: str) -> GroupRates:
    """The rates of some groups, in the order given; the others join those left out.

    Args:
        rates: The rates of K groups.
        groups: Names from ``rates.groups``.
        reason: Why the others take no part.
    """
    at = np.array([rates.groups.index(group) for group in groups], dtype=np.int64)
    missing = tuple(LeftOut(group=group, reason=reason) for group in rates.groups if group not in set(groups))
    return replace(
        rates,
        groups=tuple(groups),
        attributes=tuple(rates.attributes[i] for i in at),
        errors=rates.errors[at],
        trials=rates.trials[at],
        clusters=rates.clusters[at],
        effective_trials=rates.effective_trials[at],
        disjoint=rates.disjoint[at],
        own_trials=_some(rates.own_trials, at),
        covariance=_some(rates.covariance, at),
        degrees=_some(rates.degrees, at),
        lower=rates.lower[at],
        upper=rates.upper[at],
        replicates=None if rates.replicates is None else rates.replicates[:, at],
        left_out=(*rates.left_out, *missing),
    )


def _some(values: FloatArray | None, at: IntArray) -> FloatArray | None:
    return None if values is None else np.asarray(values[at], dtype=np.float64)
