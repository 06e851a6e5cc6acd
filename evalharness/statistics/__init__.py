"""Statistics: pure functions on counts. Rates, thresholds, intervals, and the words that explain them."""

from evalharness.statistics.analysis import Analysis, AnalysisSettings, analyse
from evalharness.statistics.calibration import restrict, split_subjects
from evalharness.statistics.catalogue import CATALOGUE, CatalogueEntry
from evalharness.statistics.differentials import GroupSettings
from evalharness.statistics.measures import Measurements, MeasureSettings, measure

__all__ = [
    "CATALOGUE",
    "Analysis",
    "AnalysisSettings",
    "CatalogueEntry",
    "GroupSettings",
    "MeasureSettings",
    "Measurements",
    "analyse",
    "measure",
    "restrict",
    "split_subjects",
]
