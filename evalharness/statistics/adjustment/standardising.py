"""Direct standardisation and reweighting: the rates of groups if their comparisons were spread over strata alike."""

import numpy as np

from evalharness.records import FloatArray, IntArray
from evalharness.statistics.adjustment.estimates import Ratio, Weighted, interval_of, ratio_of, weighted_rate
from evalharness.statistics.adjustment.groups import GroupData
from evalharness.statistics.adjustment.rows import Frame, Outcome, without_rate
from evalharness.statistics.intervals import Interval
from evalharness.statistics.rows import Adjusted

_WHOLE = 1 - 1e-9


def standardised_rows(
    frame: Frame, groups: tuple[GroupData, ...], keys: IntArray, weights: FloatArray | str
) -> tuple[Adjusted, ...]:
    """Two rows for each group: ``standardised`` needs comparisons in every stratum, ``reweighted`` takes those present.

    Args:
        frame: Measure, settings and reference group.
        groups: All groups of the partition.
        keys: (strata,) the strata.
        weights: (strata,) their shares of the target, or why there are none.
    """
    rows = [frame.row(g, _standardised(frame, g, keys, weights), method="standardised") for g in groups]
    rows += [frame.row(g, _reweighted(frame, g, keys, weights), method="reweighted") for g in groups]
    return tuple(rows)


def _standardised(frame: Frame, group: GroupData, keys: IntArray, weights: FloatArray | str) -> Outcome:
    rate = _rate(group, weights)
    if isinstance(rate, Outcome):
        return rate
    if rate.covered < _WHOLE:
        missing = f"strata that hold {1 - rate.covered:.1%} of the target have no comparisons in this group"
        return Outcome(None, empty=_empty(frame, group, keys, weights), notes=(missing,))
    ratio, errors = _ratio(frame, group, weights)
    return Outcome(rate.value, _interval(frame, rate), ratio, rate.errors, errors)


def _reweighted(frame: Frame, group: GroupData, keys: IntArray, weights: FloatArray | str) -> Outcome:
    rate = _rate(group, weights)
    if isinstance(rate, Outcome):
        return rate
    assert group.table is not None
    ratio, errors = _ratio(frame, group, weights)
    notes = [f"Kish's effective number is {rate.kish:.1f} of {int(group.table.trials.sum())} comparisons"]
    if rate.covered < _WHOLE:
        notes.append(f"over the strata present, {rate.covered:.1%} of the target; the ratio over those of both groups")
    empty = _empty(frame, group, keys, weights)
    return Outcome(rate.value, _interval(frame, rate), ratio, rate.errors, errors, empty, tuple(notes))


def _rate(group: GroupData, weights: FloatArray | str) -> Weighted | Outcome:
    """The weighted rate, or the outcome that says why there is none."""
    none = without_rate(group)
    if none is not None:
        return none
    if isinstance(weights, str):
        return Outcome(None, notes=(weights,))
    assert group.table is not None
    rate = weighted_rate(group.table, weights, clusters=group.clusters)
    return Outcome(None, notes=("no comparisons in any stratum of the target",)) if rate is None else rate


def _interval(frame: Frame, rate: Weighted) -> Interval | None:
    return interval_of(rate, level=frame.settings.level) if frame.may_have_interval(rate.clusters) else None


def _ratio(frame: Frame, group: GroupData, weights: FloatArray | str) -> tuple[Ratio | None, int]:
    """Ratio to the reference over the strata that both have, and the errors of the reference there."""
    base = frame.reference
    if base is None or base.table is None or group.table is None or isinstance(weights, str):
        return None, 0
    shared = np.where((group.table.trials > 0) & (base.table.trials > 0), weights, 0.0)
    own = weighted_rate(group.table, shared, clusters=group.clusters)
    other = weighted_rate(base.table, shared, clusters=base.clusters)
    if own is None or other is None:
        return None, 0
    if group is base:
        return (Ratio(1.0, None, None) if own.value else None), other.errors
    ratio = ratio_of(own, other, level=frame.settings.level)
    if ratio is not None and not frame.may_have_interval(min(own.clusters, other.clusters)):
        ratio = Ratio(ratio.value, None, None)
    return ratio, other.errors


def _empty(frame: Frame, group: GroupData, keys: IntArray, weights: FloatArray | str) -> tuple[str, ...]:
    assert group.table is not None
    lacking = np.flatnonzero((np.asarray(weights) > 0) & (group.table.trials == 0))
    return tuple(frame.work.strata.name(int(key)) for key in keys[lacking].tolist())
