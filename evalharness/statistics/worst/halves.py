"""Split halves: find the worst group on one half of the subjects, and measure it on the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalharness.records import BoolArray, FloatArray, IntArray

Halves = Sequence[tuple[FloatArray, FloatArray]]  # for each split, (K,) rates on either half; NaN without trials


@dataclass(frozen=True, slots=True)
class SplitHalf:
    """What random halves say about the group that is worst on all subjects."""

    rate: float  # mean rate, on one half, of the group that is worst on the other
    halves: int  # whose worst group was measured on the other half: behind the rate
    agreement: float | None  # share of splits in which the group alone has the highest rate, above 0, of both halves


def random_halves(subjects: int, *, splits: int, rng: np.random.Generator) -> BoolArray:
    """(splits, subjects) whether a subject is in the first half; halves differ by one subject at most."""
    order = rng.permuted(np.tile(np.arange(subjects), (splits, 1)), axis=1)
    return np.asarray(order < subjects // 2)


def subject_halves(errors: IntArray, trials: IntArray, *, first: BoolArray) -> Halves:
    """Rates on either half from sums over subjects: FNMR, FRR or FTA.

    Args:
        errors: (K, S) errors of each subject in each group.
        trials: (K, S) trials of each subject in each group.
        first: (splits, S) subjects of the first half.
    """
    halves = []
    for mask in first:
        pair = [(errors[:, side].sum(axis=1), trials[:, side].sum(axis=1)) for side in (mask, ~mask)]
        rates = [np.where(n > 0, e / np.maximum(n, 1), np.nan) for e, n in pair]
        halves.append((rates[0], rates[1]))
    return halves


def split_half(halves: Halves, *, group: int) -> SplitHalf | None:
    """Summarise the splits in which the worst group of one half has trials in the other.

    Where several groups share the highest rate of a half, their mean rate on the other half counts. A half on which
    no group has an error shows no worst group, and neither does one on which several share the highest rate: such a
    split agrees on nothing.

    Args:
        halves: Rates on either half; both directions are used.
        group: Index of the group that is worst on all subjects.

    Returns:
        None where no split can be used; without an agreement where most halves have no error.
    """
    found, agreed, empty = [], [], 0
    for one, other in halves:
        either = [(a, b) for a, b in ((one, other), (other, one)) if not np.isnan(a).all()]
        measured = [b[a == np.nanmax(a)] for a, b in either]
        found += [float(rates[~np.isnan(rates)].mean()) for rates in measured if not np.isnan(rates).all()]
        if len(either) == 2:
            agreed.append(all(_alone_highest(a, group) for a, _ in either))
            empty += sum(float(np.nanmax(a)) <= 0 for a, _ in either)
    if not found or not agreed:
        return None
    return SplitHalf(float(np.mean(found)), len(found), None if empty > len(agreed) else float(np.mean(agreed)))


def _alone_highest(rates: FloatArray, group: int) -> bool:
    """Whether a group, and no other, has the highest of rates that are not all 0."""
    highest = np.nanmax(rates)
    return bool(highest > 0 and rates[group] == highest and np.count_nonzero(rates == highest) == 1)
