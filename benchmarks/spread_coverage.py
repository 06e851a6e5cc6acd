"""How often the interval of `compare` for a difference of spreads holds the truth, beside plainer intervals.

    python benchmarks/spread_coverage.py [repetitions]

Logarithms of the rates of K groups in two systems are drawn from a normal distribution around fixed truths, with a
known covariance: the same group of both systems is correlated. What estimating the covariance adds is not in it;
`compare` has Student's quantiles for that. One line for each setting and measure: the share of intervals that hold the
true difference, for percentiles, reversed percentiles, and the outermost limits that `compare` takes.
"""

import sys
from collections.abc import Callable

import numpy as np

from evalharness.comparing.spread import SPREADS, LogRates, spread_interval

LEVEL, DRAWS = 0.95, 800
# groups, standard errors of both systems' logarithms, true spreads of both, correlation
SETTINGS = (
    (8, 0.2, 0.2, 0.0, 0.0, 0.5),
    (8, 0.1, 0.4, 0.0, 0.0, 0.5),
    (8, 0.2, 0.2, 0.2, 0.2, 0.5),
    (8, 0.2, 0.2, 0.5, 0.1, 0.5),
    (8, 0.1, 0.4, 0.3, 0.3, 0.5),
    (8, 0.1, 0.4, 0.5, 0.2, 0.0),
    (2, 0.2, 0.2, 0.3, 0.3, 0.5),
    (2, 0.1, 0.4, 0.3, 0.1, 0.5),
    (4, 0.15, 0.15, 0.4, 0.4, 0.9),
    (8, 0.2, 0.2, 1.0, 0.3, 0.7),
    (3, 0.1, 0.3, 0.2, 0.0, 0.5),
)

Measure = Callable[[np.ndarray], np.ndarray]


def truth_of(groups: int, spreads: tuple[float, float]) -> np.ndarray:
    """(2, K) true logarithms: one pattern of standard deviation 1, scaled for each system and shuffled for one."""
    rng = np.random.default_rng(5)
    pattern = rng.normal(size=groups)
    pattern = (pattern - pattern.mean()) / pattern.std()
    return np.stack([pattern * spreads[0], rng.permutation(pattern) * spreads[1]])


def covariance_of(groups: int, errors: tuple[float, float], correlation: float) -> np.ndarray:
    both = np.array([[1.0, correlation], [correlation, 1.0]]) * np.outer(errors, errors)
    return np.kron(both, np.eye(groups))


def coverage(measure: Measure, truth: np.ndarray, covariance: np.ndarray, repetitions: int) -> list[float]:
    """Shares of percentiles, reversed percentiles and ``spread_interval`` that hold the truth."""
    rng, groups = np.random.default_rng(1), truth.shape[1]
    root = np.linalg.cholesky(covariance)
    difference = float(np.subtract(*measure(np.exp(truth))))
    held = np.zeros(3)
    for _ in range(repetitions):
        logs = truth + (root @ rng.normal(size=2 * groups)).reshape(2, groups)
        drawn = np.exp(logs + (rng.normal(size=(DRAWS, 2 * groups)) @ root.T).reshape(DRAWS, 2, groups))
        moved = measure(drawn)
        low, high = np.quantile(moved[:, 0] - moved[:, 1], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        value = float(np.subtract(*measure(np.exp(logs))))
        found = LogRates(np.exp(logs), covariance, degrees=10_000)
        ours = spread_interval(found, measure, level=LEVEL, draws=DRAWS, rng=rng)
        limits = ((low, high), (2 * value - high, 2 * value - low), (ours.lower, ours.upper))
        held += [lower <= difference <= upper for lower, upper in limits]
    return list(held / repetitions)


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(f"{repetitions} repetitions, nominal {LEVEL}; percentiles, reversed, compare")
    for groups, *numbers in SETTINGS:
        errors, spreads, correlation = (numbers[0], numbers[1]), (numbers[2], numbers[3]), numbers[4]
        for name, measure in SPREADS.items():
            covariance = covariance_of(groups, errors, correlation)
            shares = coverage(measure, truth_of(groups, spreads), covariance, repetitions)
            text = "  ".join(f"{share:.3f}" for share in shares)
            print(f"K={groups} errors {errors} spreads {spreads} correlation {correlation} {name}: {text}")


if __name__ == "__main__":
    main()
