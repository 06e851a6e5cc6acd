"""Statistics: pure functions on counts. Rates, thresholds, intervals, and the words that explain them."""

from evalharness.statistics.calibration import restrict, split_subjects
from evalharness.statistics.catalogue import CATALOGUE, CatalogueEntry
from evalharness.statistics.measures import Measurements, MeasureSettings, measure

__all__ = [
    "CATALOGUE",
    "CatalogueEntry",
    "MeasureSettings",
    "Measurements",
    "measure",
    "restrict",
    "split_subjects",
]
