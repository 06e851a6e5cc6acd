"""How many comparisons and subjects it takes to tell two error rates apart, and what a given number can tell.

Two proportions by the normal approximation (two-sided test at 1 - level, with the given power):

    n = [z_(1-a/2) sqrt(2 p q) + z_(power) sqrt(p1 q1 + p2 q2)]^2 / (p1 - p2)^2,   p = (p1 + p2) / 2

independent comparisons in each group, times the design effect where comparisons share subjects (Kish 1965).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.special import ndtri

MOST_SUBJECTS = 10**12  # a plan beyond this many is no plan


@dataclass(frozen=True, slots=True)
class Question:
    """A difference that somebody wants to see."""

    rate: float  # in the group with the lower rate
    level: float = 0.95
    power: float = 0.8


@dataclass(frozen=True, slots=True)
class Dependence:
    """How much comparisons of one subject repeat each other: a fixed design effect, or a correlation.

    ``correlation`` is that of two comparisons that share one subject. For mated comparisons it is at most 1, for
    non-mated ones at most 0.5, because they share one of two subjects.
    """

    design_effect: float | None = None
    correlation: float | None = None


def comparisons_needed(question: Question, ratio: float, *, design_effect: float = 1.0) -> int:
    """Comparisons in each of two groups of which one has ``ratio`` times the rate of the other.

    Args:
        question: The lower rate, level and power.
        ratio: Above 1; the higher rate must stay below 1.
        design_effect: At least 1 where comparisons share subjects.

    >>> [comparisons_needed(Question(p), r) for p, r in ((0.01, 2), (0.0001, 2), (0.0001, 10))]
    [2319, 235430, 10652]
    """
    return math.ceil(_independent(question, ratio, 1.0) * design_effect)


def smallest_ratio(question: Question, *, higher: float, lower: float) -> float | None:
    """The smallest ratio of two rates that so many independent comparisons tell apart.

    Args:
        question: The lower rate, level and power.
        higher: Effective comparisons in the group with the higher rate.
        lower: Effective comparisons in the other group.

    Returns:
        The ratio, or None where even a rate of 1 in the one group would not be told from the lower rate in the other.
    """
    most = 1 / question.rate
    if not (higher > 0 and lower > 0):
        return None
    if _independent(question, most, higher / lower) > lower:
        return None
    low, high = 1.0, most
    while (high - low) > 1e-9 * low:
        middle = (low + high) / 2
        low, high = (low, middle) if _independent(question, middle, higher / lower) <= lower else (middle, high)
    return high


def _independent(question: Question, ratio: float, share: float) -> float:
    """Comparisons in the group with the lower rate, when the other has ``share`` times as many."""
    p1, p2 = question.rate, question.rate * ratio
    p = (p1 + share * p2) / (1 + share)
    under_equality = math.sqrt(max(p * (1 - p), 0.0) * (1 + 1 / share))
    under_difference = math.sqrt(p1 * (1 - p1) + max(p2 * (1 - p2), 0.0) / share)
    z = float(ndtri((1 + question.level) / 2)), float(ndtri(question.power))
    return ((z[0] * under_equality + z[1] * under_difference) / (p2 - p1)) ** 2


def mated_comparisons(subjects: int, images: int) -> int:
    """All mated pairs of so many subjects with so many images each."""
    return subjects * (images * (images - 1) // 2)


def non_mated_comparisons(subjects: int, images: int) -> int:
    """All non-mated pairs within a group of so many subjects with so many images each."""
    return subjects * (subjects - 1) // 2 * images * images


def effective_mated(subjects: int, images: int, dependence: Dependence) -> float:
    """Independent mated comparisons that all mated pairs are worth; Kish: DEFF = 1 + (m - 1) rho.

    Never below the number of subjects, whose comparisons share nobody.

    >>> round(effective_mated(10, 5, Dependence(correlation=0.1)), 6), effective_mated(10, 2, Dependence())
    (52.631579, 10.0)
    """
    each = images * (images - 1) // 2
    effect = dependence.design_effect
    if effect is None:
        effect = 1 + (each - 1) * (dependence.correlation or 0.0) if each else 1.0
    return max(subjects * each / effect, subjects if each else 0)


def effective_non_mated(subjects: int, images: int, dependence: Dependence) -> float:
    """Independent comparisons that all non-mated pairs of a group are worth.

    With additive subject effects two comparisons that share one subject have correlation rho, and two that share both
    have 2 rho. A comparison shares one subject with 2 (n - 2) m^2 others and both with m^2 - 1 others, so that
    DEFF = 1 + 2 rho (m^2 - 1) + 2 rho (n - 2) m^2. Never below the floor(n/2) pairs that share nobody.

    >>> effective_non_mated(100, 1, Dependence()), effective_non_mated(100, 1, Dependence(correlation=0.5))
    (4950.0, 50.0)
    """
    effect = dependence.design_effect
    if effect is None:
        rho = dependence.correlation or 0.0
        effect = 1 + 2 * rho * (images**2 - 1) + 2 * rho * max(subjects - 2, 0) * images**2
    return max(non_mated_comparisons(subjects, images) / effect, subjects // 2)


def subjects_for(effective: Callable[[int], float], needed: float) -> int | None:
    """The fewest subjects with so many effective comparisons; None where no number suffices.

    Args:
        effective: Effective comparisons of a number of subjects; never decreases.
        needed: How many.
    """
    high = 2
    while effective(high) < needed:
        high *= 2
        if high > MOST_SUBJECTS:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if effective(middle) >= needed else (middle, high)
    return low if effective(low) >= needed else high
