"""Bootstrap replicates of a rate, brought to the size of its plug-in variance.

Weights that multiply overstate the variance of sparse, nearly independent errors about threefold. So the deviation
of each replicate, on the logit scale, is multiplied by sqrt(variance of the interval / variance of the replicates at
the threshold held). What fitting the threshold anew adds is multiplied by the like of the comparisons that set it.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit, logit

from evalharness.records import FloatArray
from evalharness.statistics.evidence import Evidence
from evalharness.statistics.spread import spread_of

_HALF = 0.5  # an error or a trial: what stands for none, so that there is a logit


@dataclass(frozen=True, slots=True)
class Rescaled:
    """Replicates of one rate."""

    rates: FloatArray = field(repr=False)  # (B,) thresholds fitted anew where they were fitted
    variance: float  # of their logit; 0 where the rate is 0 or 1
    undefined: int  # replicates without trials: they stand at the rate itself


def factor(evidence: Evidence, held: FloatArray) -> float:
    """What deviations of replicates are multiplied with; 1 where nothing can be said.

    Args:
        evidence: Of the rate.
        held: (B,) its replicates at the threshold decided on all subjects.
    """
    if evidence.errors in (0, evidence.trials) or evidence.clusters < 2:
        return 1.0
    found = float(np.var(_logits(evidence, held)))
    return math.sqrt(spread_of(evidence).total / found) if found > 0 else 1.0


def rescaled(evidence: Evidence, held: FloatArray, refitted: FloatArray, *, of_threshold: float) -> Rescaled:
    """Bring replicates to scale.

    Args:
        evidence: Of the rate.
        held: (B,) replicates at the threshold decided on all subjects.
        refitted: (B,) at the threshold of the replicate.
        of_threshold: The factor of the comparisons that set the threshold.
    """
    undefined = int(np.count_nonzero(~np.isfinite(refitted)))
    value = evidence.errors / evidence.trials
    if evidence.errors in (0, evidence.trials):
        return Rescaled(np.where(np.isfinite(refitted), refitted, value), 0.0, undefined)
    own, moved, centre = _logits(evidence, held), _logits(evidence, refitted), float(logit(value))
    total = centre + factor(evidence, held) * (own - centre) + of_threshold * (moved - own)
    return Rescaled(np.asarray(expit(total), dtype=np.float64), float(np.var(total)), undefined)


def _logits(evidence: Evidence, rates: FloatArray) -> FloatArray:
    """(B,) logits, with half an error for none, half a trial for none left, and the rate itself for no trials."""
    least = _HALF / evidence.trials
    defined = np.where(np.isfinite(rates), rates, evidence.errors / evidence.trials)
    return np.asarray(logit(np.clip(defined, least, 1 - least)), dtype=np.float64)
