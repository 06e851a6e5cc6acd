"""Bins of a numeric label: ``age_bins: [18, 30, 60]`` makes ``under 18``, ``18-29``, ``30-59`` and ``60+``."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise


def bin_names(edges: Sequence[int]) -> tuple[str, ...]:
    """The bins from the first edge on, in order; what lies below it is ``below_name``.

    >>> bin_names([18, 30, 60]), bin_names([18, 19]), bin_names([])
    (('18-29', '30-59', '60+'), ('18', '19+'), ())
    """
    closed = [str(low) if high == low + 1 else f"{low}-{high - 1}" for low, high in pairwise(edges)]
    return (*closed, *(f"{edge}+" for edge in edges[-1:]))


def below_name(edges: Sequence[int]) -> str:
    """The bin below the first edge: ``under 18``."""
    return f"under {edges[0]}"


def bin_of(number: float, edges: Sequence[int]) -> str:
    """The bin of a number; an edge belongs to the bin above it, a fraction of a year does not count.

    >>> bin_of(29.9, [18, 30, 60]), bin_of(30, [18, 30, 60]), bin_of(17, [18, 30, 60])
    ('18-29', '30-59', 'under 18')
    """
    position = bisect_right(edges, number)
    return bin_names(edges)[position - 1] if position else below_name(edges)
