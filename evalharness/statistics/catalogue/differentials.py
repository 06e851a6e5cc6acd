"""Differential measures over the rates of groups."""

from evalharness.statistics.catalogue.entry import CatalogueEntry

ENTRIES: tuple[CatalogueEntry, ...] = ()
