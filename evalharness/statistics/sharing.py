"""How many trials each group's rate is worth at a rate that was not observed.

The variance of a false match rate r has two parts: one of single comparisons, r(1-r)/own, and one of comparisons that
share a subject, which on the logit scale hardly depends on the rate: covariance x (r(1-r))^2. So effective trials at
the observed rate are not those at another one. A group whose few errors say little about either part borrows from
the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from evalharness.records import FloatArray
from evalharness.statistics.evidence import Evidence
from evalharness.statistics.spread import spread_of

BORROWED = 3.0  # effective errors that the other groups' covariance part weighs as much as


@dataclass(frozen=True, slots=True)
class TrialParts:
    """What effective trials at a rate r are made of: 1 / (1/own + covariance r(1-r)), for each of K groups."""

    own: FloatArray = field(repr=False)  # (K,)
    covariance: FloatArray = field(repr=False)  # (K,) of the logit
    degrees: FloatArray = field(repr=False)  # (K,) of freedom of the variance; NaN where nothing was estimated


def trial_parts(evidence: Sequence[Evidence], effective: FloatArray, *, dyads: bool) -> TrialParts:
    """Both parts for each group.

    Groups with nothing but errors, or none, take the design effect that the single comparisons of the others have,
    and all take a share of the covariance part of the others, scaled with their subjects; where no group has an
    error, effective trials are all there is.

    Args:
        evidence: Of each group.
        effective: (K,) effective trials at the observed rate.
        dyads: Whether trials have two subjects (FMR); others have one, and no covariance part.
    """
    count = len(evidence)
    own, covariance, degrees = effective.astype(np.float64), np.zeros(count), np.full(count, np.nan)
    some = [i for i, each in enumerate(evidence) if 0 < each.errors < each.trials and each.clusters >= 2]
    for i in some:
        value, spread = evidence[i].errors / evidence[i].trials, spread_of(evidence[i])
        degrees[i] = spread.degrees
        if dyads:
            own[i] = 1 / (spread.own * value * (1 - value))
            covariance[i] = spread.covariance
    if some:
        _borrow(own, evidence, some)
    if some and dyads:
        covariance = _shrunken(covariance, evidence, some, own)
    return TrialParts(own, covariance, degrees)


def _borrow(own: FloatArray, evidence: Sequence[Evidence], some: Sequence[int]) -> None:
    """Give groups without errors, or with nothing else, the others' trials for one effective trial."""
    weights = np.array([evidence[i].errors for i in some], dtype=np.float64)
    effects = np.array([evidence[i].trials / own[i] for i in some])
    effect = max(1.0, float(weights @ effects / weights.sum()))
    for i in set(range(len(evidence))) - set(some):
        own[i] = max(evidence[i].trials / effect, evidence[i].disjoint)


def _shrunken(covariance: FloatArray, evidence: Sequence[Evidence], some: Sequence[int], own: FloatArray) -> FloatArray:
    """(K,) covariance parts drawn towards the one that all groups share, the more the fewer errors they have."""
    people = np.array([max(each.clusters, 1) for each in evidence], dtype=np.float64)
    errors = np.zeros(len(evidence))
    for i in some:
        errors[i] = own[i] * evidence[i].errors / evidence[i].trials
    common = float(errors @ (covariance * people) / errors.sum()) / people
    weight = errors / (errors + BORROWED)
    return np.asarray(weight * covariance + (1 - weight) * common, dtype=np.float64)
