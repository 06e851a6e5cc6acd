"""What other tools would say of a draw, computed fast, and checked against the tools themselves.

- Wilson's interval on pairs, as if all comparisons were independent; for a ratio, the normal one of its logarithm.
- fairlearn 0.15.0, ``MetricFrame(n_boot=...)``: rows are drawn with replacement, limits are percentiles. The errors
  and non-errors of all groups in a replicate are one multinomial draw, so no row need be touched.
- cimat 0.1.2, ``UncertaintyEstimator.get_binerror_ci``: plug-in variance and Wilson's interval; every non-mated
  comparison stands there twice. Here from the errors of each dyad, without its loops over all comparisons.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from evalharness.records import FloatArray, IntArray

from .observed import Observed

LEVEL = 0.95
REPLICATES = 1000  # of the row bootstrap
_Z = float(ndtri((1 + LEVEL) / 2))


def wilson(errors: FloatArray, trials: FloatArray) -> FloatArray:
    """(..., 3) rate and Wilson's limits for a number of trials that need not be whole."""
    rate = errors / trials
    centre = (rate + _Z**2 / (2 * trials)) / (1 + _Z**2 / trials)
    half = _Z * np.sqrt(rate * (1 - rate) / trials + _Z**2 / (4 * trials**2)) / (1 + _Z**2 / trials)
    return np.stack([rate, np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)], axis=-1)


def pairs_wilson(groups: Sequence[Observed], *, mated: bool) -> FloatArray:
    """(K, 3) limits that treat comparisons as independent."""
    errors, trials = totals(groups, mated=mated)
    return wilson(errors.astype(np.float64), trials.astype(np.float64))


def pairs_ratio(groups: Sequence[Observed]) -> FloatArray:
    """(3,) FMR of the second group over the first's, normal on the log scale, comparisons taken as independent."""
    errors, trials = totals(groups[:2], mated=False)
    if not errors.all():
        return np.full(3, np.nan)
    log = np.log(errors / trials)
    half = _Z * float(np.sqrt(np.sum((1 - errors / trials) / errors)))
    return np.asarray(np.exp(log[1] - log[0] + np.array([0.0, -half, half])))


def totals(groups: Sequence[Observed], *, mated: bool) -> tuple[IntArray, IntArray]:
    """(K,) errors and (K,) comparisons of each group."""
    if mated:
        return (
            np.array([int(group.mated_errors.sum()) for group in groups]),
            np.array([group.subjects * group.mated_trials for group in groups]),
        )
    return np.array([len(group.first) for group in groups]), np.array([group.trials for group in groups])


def row_replicates(errors: IntArray, trials: IntArray, *, replicates: int, rng: np.random.Generator) -> FloatArray:
    """(replicates, K) rates of each group when rows are drawn with replacement; nan where a group has none."""
    cells = np.stack([errors, trials - errors], axis=1).ravel()
    drawn = rng.multinomial(int(trials.sum()), cells / cells.sum(), size=replicates).reshape(replicates, -1, 2)
    rows = drawn.sum(axis=2)
    rates: FloatArray = np.divide(drawn[:, :, 0], rows, out=np.full(rows.shape, np.nan), where=rows > 0)
    return rates


def row_bootstrap(
    groups: Sequence[Observed], *, mated: bool, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """(K, 3) limits of the rates and (3,) of max/min, as fairlearn has them; it gives min/max, turned over here."""
    errors, trials = totals(groups, mated=mated)
    rates = row_replicates(errors, trials, replicates=REPLICATES, rng=rng)
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    own = np.concatenate([(errors / trials)[:, None], np.nanquantile(rates, tails, axis=0).T], axis=1)
    highest = rates.max(axis=1)
    least = np.divide(rates.min(axis=1), highest, out=np.full(len(rates), np.nan), where=highest > 0)
    value = own[:, 0].min() / own[:, 0].max() if own[:, 0].max() > 0 else np.nan
    if not np.all(np.isfinite(least)):  # a quantile of what is not a number is none
        return own, np.full(3, np.nan)
    with np.errstate(divide="ignore"):
        turned = 1 / np.array([value, *np.quantile(least, tails[::-1])])
    return own, turned


def cimat(groups: Sequence[Observed], *, mated: bool) -> FloatArray:
    """(K, 3) limits of the rates by cimat's default."""
    return np.stack([_cimat_fnmr(group) if mated else _cimat_fmr(group) for group in groups])


def _cimat_fmr(group: Observed) -> FloatArray:
    n, errors, trials = group.subjects, len(group.first), group.trials
    low, high = np.minimum(group.first, group.second), np.maximum(group.first, group.second)
    _, count = np.unique(low * n + high, return_counts=True)
    own = np.bincount(low, minlength=n) + np.bincount(high, minlength=n)
    rate, cell = errors / trials, group.images**2
    squares = float(count @ count) - 2 * rate * cell * errors + rate**2 * cell**2 * (n * (n - 1) / 2)
    residual = own - rate * cell * (n - 1)
    variance = (squares + max(float(residual @ residual) - 2 * squares, 0.0)) / trials**2
    return _cimat_limits(2 * errors, 2 * trials, variance)


def _cimat_fnmr(group: Observed) -> FloatArray:
    trials = group.subjects * group.mated_trials
    errors = int(group.mated_errors.sum())
    residual = group.mated_errors - errors / trials * group.mated_trials
    return _cimat_limits(errors, trials, float(residual @ residual) / trials**2)


def _cimat_limits(errors: int, trials: int, variance: float) -> FloatArray:
    rate = errors / trials
    effective = trials if errors in (0, trials) else rate * (1 - rate) / variance
    value, lower, upper = wilson(np.array(rate * effective), np.array(effective, dtype=np.float64)).tolist()
    if errors in (0, trials):
        return np.array([value, 0.0 if errors == 0 else lower, 1.0 if errors else upper])
    if errors == 1:
        lower = -np.log(LEVEL) / trials
    elif errors == trials - 1:
        upper = 1 + np.log(LEVEL) / trials
    return np.array([value, lower, upper])
