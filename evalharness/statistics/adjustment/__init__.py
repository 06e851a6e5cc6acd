"""Rates adjusted for covariates: crude and adjusted side by side.

Adjusted differences are associations. Whether a covariate should be adjusted for is no matter of statistics: image
quality that comes from how a camera renders skin is part of the harm, and adjusting for it hides it.
"""

from evalharness.statistics.adjustment.adjusting import adjusted_rates
from evalharness.statistics.adjustment.strata import target_faults

__all__ = ["adjusted_rates", "target_faults"]
