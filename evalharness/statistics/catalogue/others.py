"""Ground truth, comparison of systems, response time."""

from evalharness.statistics.catalogue.entry import CatalogueEntry

ENTRIES: tuple[CatalogueEntry, ...] = ()
