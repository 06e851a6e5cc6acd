"""Rows of groups among groups: simultaneous limits and shrunken rates."""

from evalharness.statistics.differentials.settings import GroupSettings
from evalharness.statistics.differentials.simultaneous import simultaneous_limits
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.rows import GroupEstimate
from evalharness.statistics.worst.shrinkage import Shrunken, shrink


def group_estimates(rates: GroupRates, *, settings: GroupSettings) -> tuple[GroupEstimate, ...]:
    """One row for each group; none where no group is left.

    Args:
        rates: Rates of the groups of one partition.
        settings: The level at which all limits hold together.
    """
    if not rates.groups:
        return ()
    lower, upper = simultaneous_limits(rates, level=settings.level)
    shrunken = shrink(rates) if len(rates.groups) > 1 else None
    return tuple(
        GroupEstimate(
            measure=rates.measure,
            operating_point=rates.operating_point,
            partition=rates.partition,
            group=group,
            value=float(rates.values[i]),
            lower=float(lower[i]),
            upper=float(upper[i]),
            level=settings.level,
            shrunken=float(shrunken.rates[i]) if shrunken else None,
            note=model_note(shrunken) if shrunken else "one group: nothing to shrink towards",
        )
        for i, group in enumerate(rates.groups)
    )


def model_note(shrunken: Shrunken) -> str:
    """Towards what rates were shrunken, and when entirely."""
    model = "main effects of the attributes" if shrunken.additive else "the common rate"
    if shrunken.between == 0:
        return f"shrunken entirely to {model}: sampling alone explains the spread about it"
    return f"shrunken towards {model}"
