"""The rates of the groups of one partition at one operating point: what measures over groups work on."""

from dataclasses import dataclass, field

import numpy as np

from evalharness.records import FloatArray, IntArray
from evalharness.statistics.rows import LeftOut


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRates:
    """K groups with known labels, enough subjects and at least one trial; the others are listed.

    Groups of one partition hold different samples, so their rates are independent but for subjects whose samples
    lie in several groups and for a threshold that was fitted on all of them; ``replicates`` carry both.
    """

    measure: str  # fmr (within the group), fnmr, frr, fta
    operating_point: str
    partition: str
    groups: tuple[str, ...]  # (K,)
    attributes: tuple[tuple[str, ...], ...]  # (K, attributes) the values of each group, in the partition's order
    errors: IntArray = field(repr=False)  # (K,)
    trials: IntArray = field(repr=False)  # (K,)
    clusters: IntArray = field(repr=False)  # (K,) subjects, of the smaller side
    effective_trials: FloatArray = field(repr=False)  # (K,) n_eff, not below ``disjoint``
    disjoint: FloatArray = field(repr=False)  # (K,) trials without a common subject
    lower: FloatArray = field(repr=False)  # (K,) limits of each rate taken alone
    upper: FloatArray = field(repr=False)  # (K,)
    level: float
    own_trials: FloatArray | None = field(default=None, repr=False)  # (K,) n_eff if comparisons shared no subjects
    covariance: FloatArray | None = field(default=None, repr=False)  # (K,) what sharing adds to the logit's variance
    degrees: FloatArray | None = field(default=None, repr=False)  # (K,) of freedom of its variance; NaN: no errors
    replicates: FloatArray | None = field(default=None, repr=False)  # (B, K) rescaled bootstrap rates, one draw for all
    left_out: tuple[LeftOut, ...] = ()

    @property
    def values(self) -> FloatArray:
        """(K,) rates."""
        return np.asarray(self.errors / self.trials, dtype=np.float64)

    @property
    def effective_errors(self) -> FloatArray:
        """(K,) errors that weigh as much if they were independent: x n_eff."""
        return np.asarray(self.values * self.effective_trials, dtype=np.float64)
