"""The group with the highest rate, and what choosing the highest does to the number."""

from dataclasses import dataclass

import numpy as np

from evalharness.records import FloatArray
from evalharness.statistics.differentials.evidence import Draws, Evidence
from evalharness.statistics.differentials.settings import GroupSettings
from evalharness.statistics.differentials.simultaneous import simultaneous_limits
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.rows import WorstGroup
from evalharness.statistics.worst.estimates import model_note
from evalharness.statistics.worst.halves import Halves, SplitHalf, split_half
from evalharness.statistics.worst.shrinkage import Shrunken, shrink


@dataclass(frozen=True, slots=True)
class EqualHighest:
    """The highest rate of groups whose true rates are equal."""

    mean: float
    upper: float  # one-sided quantile
    p_value: float  # (1 + draws at least as high as observed) / (1 + draws)


def highest_under_equality(
    evidence: Evidence, *, level: float, simulations: int, rng: np.random.Generator
) -> EqualHighest:
    """Simulate the highest of K rates that are equal to the rate of all groups together.

    Args:
        evidence: Rates and effective trials, with at least one error.
        level: Of the one-sided quantile.
        simulations: Number of draws.
        rng: Source of the draws.
    """
    groups = len(evidence.rates)
    draws = Draws.of(groups, simulations, rng)
    truth = evidence.rates_along(np.zeros(groups))
    highest: FloatArray = draws.rates(truth, evidence.trials_at(truth)).max(axis=0)
    reached = int((highest >= evidence.rates.max() * (1 - 1e-9)).sum())
    upper = float(np.quantile(highest, level, method="higher"))
    return EqualHighest(float(highest.mean()), upper, (1 + reached) / (1 + simulations))


def worst_group(
    rates: GroupRates, *, settings: GroupSettings, rng: np.random.Generator, halves: Halves | None = None
) -> WorstGroup | None:
    """The highest of at least two rates, with limits that hold for all groups at once.

    Args:
        rates: Rates of the groups of one partition.
        settings: Level and simulations.
        rng: Source of the draws under equal rates.
        halves: Rates on random halves of the subjects, if at hand.

    Returns:
        None with fewer than two groups. Without any error a row whose value is None.
    """
    if len(rates.groups) < 2:
        return None
    if not rates.errors.any():
        return _nothing_found(rates, settings)
    worst = int(rates.values.argmax())
    lower, upper = simultaneous_limits(rates, level=settings.level)
    shrunken = shrink(rates)
    equal = highest_under_equality(Evidence.of(rates), level=settings.level, simulations=settings.simulations, rng=rng)
    halved = split_half(halves, group=worst) if halves else None
    return WorstGroup(
        measure=rates.measure,
        operating_point=rates.operating_point,
        partition=rates.partition,
        groups=len(rates.groups),
        group=rates.groups[worst],
        value=float(rates.values[worst]),
        lower=float(lower[worst]),
        upper=float(upper[worst]),
        level=settings.level,
        shrunken=float(shrunken.rates[worst]),
        equal_mean=equal.mean,
        equal_upper=equal.upper,
        p_equal=equal.p_value,
        split_half=halved.rate if halved else None,
        split_agreement=halved.agreement if halved else None,
        note="; ".join(_remarks(rates, worst, shrunken, halved)),
    )


def _remarks(rates: GroupRates, worst: int, shrunken: Shrunken, halved: SplitHalf | None) -> list[str]:
    tied = [group for i, group in enumerate(rates.groups) if rates.values[i] == rates.values[worst] and i != worst]
    remarks = [f"as high: {', '.join(tied)}"] if tied else []
    remarks.append(model_note(shrunken))
    remarks.append(f"{halved.halves} random halves" if halved else "no halves of subjects were compared")
    if halved and halved.agreement is None:
        remarks.append("no agreement of halves: most of them have no error")
    return remarks


def _nothing_found(rates: GroupRates, settings: GroupSettings) -> WorstGroup:
    return WorstGroup(
        measure=rates.measure,
        operating_point=rates.operating_point,
        partition=rates.partition,
        groups=len(rates.groups),
        group="",
        value=None,
        lower=None,
        upper=None,
        level=settings.level,
        shrunken=None,
        equal_mean=None,
        equal_upper=None,
        p_equal=None,
        split_half=None,
        split_agreement=None,
        note="no group has an error: none is the worst",
    )
