"""Curves and score shifts."""

from evalharness.statistics.catalogue.entry import CatalogueEntry

ENTRIES: tuple[CatalogueEntry, ...] = ()
