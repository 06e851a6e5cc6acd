"""How the rates of groups differ: formulas, intervals that hold near equality, the floor under equality.

SEDG and CEI are left out: their exact formulas have not been read.
"""

from evalharness.statistics.differentials.rows import blends, differentials
from evalharness.statistics.differentials.settings import GroupSettings

__all__ = ["GroupSettings", "blends", "differentials"]
