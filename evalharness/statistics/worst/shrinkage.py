"""Shrinkage of noisy rates towards what the groups have in common."""

from dataclasses import dataclass

import numpy as np

from evalharness.records import FloatArray
from evalharness.statistics.differentials.evidence import Evidence
from evalharness.statistics.grouprates import GroupRates


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Rates drawn towards a model, each by how little it is known."""

    rates: FloatArray  # (K,)
    centre: FloatArray  # (K,) the model
    between: float  # tau^2, variance of the true rates about the model
    additive: bool  # whether the model has main effects of the attributes, or one common rate


def shrink(rates: GroupRates) -> Shrunken:
    """Empirical Bayes estimates x_g - v_g / (tau^2 + v_g) (x_g - model), with the corrected between-group variance.

    The model has one effect for each value of each attribute (a weighted least-squares fit, effective trials at the
    common rate as weights) if the partition crosses attributes and the groups outnumber the effects; else it is one
    common rate.

    Args:
        rates: At least one group.
    """
    evidence = Evidence.of(rates)
    ordinary = (evidence.rates > 0) & (evidence.rates < 1)
    rate = np.where(ordinary, evidence.rates, evidence.smoothed)
    variances = rate * (1 - rate) / evidence.trials
    design = main_effects(rates.attributes)
    additive = int(np.linalg.matrix_rank(design)) < len(design) and design.shape[1] > 1 and _crossed(rates.attributes)
    if not additive:
        design = np.ones((len(evidence.rates), 1))
    weights = evidence.trials_at(evidence.rates_along(np.zeros(len(rate))))
    smoother = _projection(design, weights)
    between = between_variance(evidence.rates, variances, weights=weights, smoother=smoother)
    centre = np.clip(smoother @ evidence.rates, 0.0, 1.0)
    pull = variances / (between + variances)
    return Shrunken(evidence.rates - pull * (evidence.rates - centre), centre, between, additive)


def between_variance(
    rates: FloatArray, variances: FloatArray, *, weights: FloatArray, smoother: FloatArray | None = None
) -> float:
    """tau^2 by moments: squares about the model less what sampling alone gives, not below 0.

    With equal weights and a common rate it is S^2 - mean(Var_g), S^2 with K - 1.

    Args:
        rates: (K,) observed rates.
        variances: (K,) their sampling variances.
        weights: (K,) weights of the squares.
        smoother: (K, K) rates -> model; None: the weighted mean.
    """
    if smoother is None:
        smoother = _projection(np.ones((len(rates), 1)), weights)
    residual_maker = np.eye(len(rates)) - smoother
    form = residual_maker.T @ (weights[:, None] * residual_maker)
    freedom = float(np.trace(form))
    if freedom <= 1e-9 * float(weights.sum()):
        return 0.0
    return max(0.0, float(rates @ form @ rates - np.diag(form) @ variances) / freedom)


def main_effects(attributes: tuple[tuple[str, ...], ...]) -> FloatArray:
    """(K, 1 + effects) a constant, and an indicator for each value but the first of each attribute.

    >>> main_effects((("f", "x"), ("f", "y"), ("m", "x"))).tolist()
    [[1.0, 0.0, 0.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
    """
    columns = [np.ones(len(attributes))]
    for values in zip(*attributes, strict=True):
        for value in list(dict.fromkeys(values))[1:]:
            columns.append(np.array([float(v == value) for v in values]))
    return np.column_stack(columns)


def _crossed(attributes: tuple[tuple[str, ...], ...]) -> bool:
    return sum(len(set(values)) > 1 for values in zip(*attributes, strict=True)) > 1


def _projection(design: FloatArray, weights: FloatArray) -> FloatArray:
    """(K, K) weighted least squares: rates -> fitted rates."""
    root = np.sqrt(weights / weights.max())
    return np.asarray(design @ np.linalg.pinv(root[:, None] * design) * root)
