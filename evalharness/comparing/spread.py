"""Does one system differ less between the groups than the other? The difference of two measures of spread.

Both systems are measured on the same subjects, so their spreads move together. The interval is that of the
subject bootstrap in its linear form: one draw of the subjects moves the logarithm of every rate, of every group and
of both systems, by the sum of its subjects' influences; each rate's moves are rescaled to its clustered variance.
Sums over many subjects are drawn directly, from Student's distribution with their covariance, so that a draw costs
nothing however many subjects there are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from evalharness.comparing.trials import DyadTrials, Trials
from evalharness.records import FloatArray, IntArray
from evalharness.statistics.dyads import dyad_key
from evalharness.statistics.intervals import Interval


def log_max_geomean(rates: FloatArray) -> FloatArray:
    """log(max / geometric mean) over the last axis; rates above 0.

    >>> round(float(log_max_geomean(np.array([0.04, 0.01]))), 4)
    0.6931
    """
    logs = np.log(rates)
    return np.asarray(logs.max(axis=-1) - logs.mean(axis=-1), dtype=np.float64)


def gini_corrected(rates: FloatArray) -> FloatArray:
    """K/(K-1) x Gini over the last axis; at least one rate above 0.

    >>> round(float(gini_corrected(np.array([0.03, 0.01]))), 4)
    0.5
    """
    groups = rates.shape[-1]
    ranked = np.sort(rates, axis=-1)
    weights = 2 * np.arange(1, groups + 1) - groups - 1  # sum_ij |x_i - x_j| = 2 sum_i (2i - K - 1) x_(i)
    return np.asarray((ranked @ weights) / ((groups - 1) * rates.sum(axis=-1)), dtype=np.float64)


SPREADS: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "log_max_geomean": log_max_geomean,
    "gini_corrected": gini_corrected,
}


@dataclass(frozen=True, slots=True)
class LogRates:
    """The rates of K groups in both systems, and how they move when subjects are drawn."""

    rates: FloatArray = field(repr=False)  # (2, K), each above 0
    covariance: FloatArray = field(repr=False)  # (2K, 2K) of the logarithms: first system's groups, then the second's
    degrees: int  # of freedom: subjects of the smallest group, less one


def log_rates(trials: Sequence[Trials], *, subjects: int) -> LogRates:
    """Rates and their covariance, from the trials of each group; every system errs at least once in every group.

    Args:
        trials: Of each group, on which both systems are measured.
        subjects: Number of subjects, the unit that is drawn.
    """
    moves, rates, degrees = [], [], []
    for system in (0, 1):
        for of_group in trials:
            evidence = of_group.evidence()
            errors = (evidence.errors.first, evidence.errors.second)[system]
            rate = errors / evidence.errors.trials
            influence, variance = _influence(of_group, system, subjects)
            variance = max(variance, (1 - rate) / errors)  # not below that of independent trials
            variance *= evidence.clusters / (evidence.clusters - 1)
            size = float(np.sum(influence * influence))
            moves.append(influence * np.sqrt(variance / size) if size > 0 else influence)
            rates.append(rate)
            degrees.append(evidence.clusters - 1)
    columns = np.stack(moves)
    return LogRates(np.array(rates).reshape(2, -1), np.einsum("is,js->ij", columns, columns), min(degrees))


def spread_interval(
    found: LogRates, measure: Callable[[FloatArray], FloatArray], *, level: float, draws: int, rng: np.random.Generator
) -> Interval:
    """Limits of measure(first) - measure(second).

    Noise biases a measure of spread upwards, the more so the closer the groups are to equality and the fewer errors
    a system makes, so neither the percentiles of the draws nor the reversed ones hold everywhere (where all groups
    were equal and one system four times as noisy: in 0 % and in 69 % of simulated cases). The limits are the
    outermost of three intervals: percentiles, reversed percentiles, and those reversed about equal rates. In
    simulations of 2 to 8 groups, with spreads from none to a standard deviation of 1 in the logarithm and systems of
    equal and of unequal noise, they hold the truth in 89 % of cases or more (``benchmarks/spread_coverage.py``); they
    are wide rather than bold.
    """
    moves = _student(found, draws, rng).reshape(draws, 2, -1)
    value = _difference(measure(found.rates))
    drawn = _limits(found.rates, moves, measure, level)
    level_rates = np.exp(np.log(found.rates).mean(axis=1, keepdims=True)) * np.ones_like(found.rates)
    equal = _limits(level_rates, moves, measure, level)
    lower = min(value, drawn.lower, 2 * value - drawn.upper, value - equal.upper)
    return Interval(lower, max(value, drawn.upper, 2 * value - drawn.lower, value - equal.lower))


def _limits(
    rates: FloatArray, moves: FloatArray, measure: Callable[[FloatArray], FloatArray], level: float
) -> Interval:
    """Percentiles of the difference when rates move."""
    drawn = measure(rates * np.exp(np.clip(moves, -50, 50)))
    lower, upper = np.quantile(drawn[:, 0] - drawn[:, 1], [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(lower), float(upper))


def _difference(pair: FloatArray) -> float:
    return float(pair[0] - pair[1])


def _student(found: LogRates, draws: int, rng: np.random.Generator) -> FloatArray:
    """(draws, 2K) moves with the covariance and Student's tails."""
    values, vectors = np.linalg.eigh(found.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    normal = rng.standard_normal((draws, len(values)))
    scale = np.sqrt(found.degrees / rng.chisquare(found.degrees, size=(draws, 1)))
    return np.asarray((normal * scale) @ root.T, dtype=np.float64)


def _influence(trials: Trials, system: int, subjects: int) -> tuple[FloatArray, float]:
    """(S,) what each subject adds to the logarithm of a rate, and the clustered variance of it."""
    if isinstance(trials, DyadTrials):
        return _dyad_influence(trials, system)
    wrong = trials.errors[system]
    errors = np.bincount(trials.subject[wrong], minlength=subjects)
    influence = errors / errors.sum() - np.bincount(trials.subject, minlength=subjects) / len(trials.subject)
    return influence, float(np.sum(influence * influence))


def _dyad_influence(trials: DyadTrials, system: int) -> tuple[FloatArray, float]:
    first, second = trials.subjects_of(system)
    dyads = trials.cell.dyads
    subjects, errors, total = len(dyads.per_subject), len(first), dyads.total
    touched = np.bincount(first, minlength=subjects) + np.bincount(second, minlength=subjects)
    influence = touched / errors - dyads.per_subject / total
    own = _own(trials, dyad_key(first, second, subjects), errors)
    return influence, own + max(0.0, float(np.sum(influence * influence)) - 2 * own)


def _own(trials: DyadTrials, keys: IntArray, errors: int) -> float:
    """Sum over dyads of (e_d / E - m_d / M)^2."""
    dyads = trials.cell.dyads
    subjects, total = len(dyads.per_subject), dyads.total
    key, count = np.unique(keys, return_counts=True)
    compared = dyads.between(key // subjects, key % subjects)
    squares = float(count @ count) / errors**2 - 2 * float(count @ compared) / (errors * total)
    return max(0.0, squares + dyads.sum_of_squares / total**2)
