"""What each measure is: the words that travel with its numbers into ``result.json``.

A row describes what the functions of this package compute; a report prints it and adds nothing.
"""

from evalharness.statistics.catalogue import adjustment, curves, differentials, intervals, others, rates, worst
from evalharness.statistics.catalogue.entry import CatalogueEntry

__all__ = ["CATALOGUE", "CatalogueEntry"]

CATALOGUE: tuple[CatalogueEntry, ...] = (
    *rates.ENTRIES,
    *differentials.ENTRIES,
    *worst.ENTRIES,
    *curves.ENTRIES,
    *adjustment.ENTRIES,
    *others.ENTRIES,
    *intervals.ENTRIES,
)
