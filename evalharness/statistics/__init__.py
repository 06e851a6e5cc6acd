"""Statistics: pure functions on counts. Rates, thresholds, intervals, and the words that explain them."""

from evalharness.statistics.catalogue import CATALOGUE, CatalogueEntry
from evalharness.statistics.measures import Measurements, measure

__all__ = ["CATALOGUE", "CatalogueEntry", "Measurements", "measure"]
