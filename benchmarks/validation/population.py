"""Populations whose error rates, and the sampling spread of whose estimates, are known without simulation.

Scores are similarities. With independent standard normal effects b (non-mated) and a (mated) of each subject:

    non-mated, subjects s of g and r of h    m_gh + w (b_s + b_r) + noise,   m_gh = (m_g + m_h) / 2 - [g != h] d
    mated, subject s of g                    l + u a_s + v e,                e standard normal

Noise is normal (a probit model), or exponential with mean 1: then the match probability of two subjects is the
product of two log-normal factors, cut off at 1. In a third kind of population a share of the subjects has one common
effect b = 1, all others none, and noise is normal. Means are set so that every group has its stated rates at
threshold 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from evalharness.records import FloatArray, frozen

from .effects import GRID, NORMAL, Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Groups of subjects with known rates at threshold 0, and how many subjects of each are drawn."""

    subjects: tuple[int, ...]  # of each group
    fmr: tuple[float, ...]  # within each group, at threshold 0
    effect: Effect = Effect.MILD
    images: int = 1
    fnmr: tuple[float, ...] = (0.05,)  # of each group, at threshold 0; one number is for all
    mated_effect: float = 0.6  # u
    mated_noise: float = 0.8  # v
    apart: float = np.inf  # d; infinite: comparisons across groups never match, so none is drawn

    @property
    def means(self) -> FloatArray:
        """(groups, groups) m_gh."""
        return _means(self)

    @property
    def mated_rates(self) -> FloatArray:
        """(groups,) FNMR at threshold 0."""
        return np.broadcast_to(np.array(self.fnmr), len(self.subjects))

    @property
    def mated_means(self) -> FloatArray:
        """(groups,) the means l of mated scores."""
        return np.asarray(-ndtri(self.mated_rates) * np.hypot(self.mated_effect, self.mated_noise))

    def rates(self, threshold: float = 0.0) -> FloatArray:
        """(groups, groups) FMR at a threshold, in closed form."""
        return self.effect.reached(threshold - self.means, subjects=2)

    def pooled(self, threshold: float) -> float:
        """FMR at a threshold over all non-mated comparisons of the design, in closed form."""
        pairs = self._pairs()
        return float((pairs * self.rates(threshold)).sum() / pairs.sum())

    def threshold_at(self, pooled: float) -> float:
        """The threshold at which the population's pooled FMR has a value."""
        return _root(lambda t: np.log(self.pooled(t)) - np.log(pooled))

    def fmr_deviation(self, group: int, threshold: float = 0.0) -> float:
        """Standard deviation of the FMR observed within a group: that of a U-statistic, by quadrature.

        Var = [2 (n - 2) z1 + z2] / (n (n - 1) / 2), z1 the covariance of two dyads with a common subject, z2 the
        variance of a dyad's mean over its images squared comparisons.
        """
        n, cells, distance = self.subjects[group], self.images**2, threshold - float(self.means[group, group])
        rate = float(self.effect.reached(np.array(distance), subjects=2))
        one, weight_of_one = self.effect.nodes(1)
        both, weight_of_both = self.effect.nodes(2)
        common = float(self.effect.reached(distance - one, subjects=1) ** 2 @ weight_of_one) - rate**2
        same = float(self.effect.survival(distance - both) ** 2 @ weight_of_both) - rate**2
        dyad = rate * (1 - rate) / cells + (1 - 1 / cells) * same
        return float(np.sqrt(max(0.0, 2 * (n - 2) * common + dyad) / (n * (n - 1) / 2)))

    def fnmr_deviation(self, group: int) -> float:
        """Standard deviation of the FNMR observed in a group at threshold 0, by quadrature."""
        comparisons = self.images * (self.images - 1) // 2
        rate = float(self.mated_rates[group])
        given = ndtr(-(self.mated_means[group] + self.mated_effect * GRID) / self.mated_noise)
        between = float(given**2 @ NORMAL) - rate**2
        own = rate * (1 - rate) / comparisons + (1 - 1 / comparisons) * between
        return float(np.sqrt(own / self.subjects[group]))

    def _pairs(self) -> FloatArray:
        """(groups, groups) comparisons, each counted once in all."""
        samples = np.array(self.subjects, dtype=np.float64) * self.images
        own = np.array(self.subjects) * (np.array(self.subjects) - 1) / 2 * self.images**2
        return np.asarray(np.triu(np.outer(samples, samples), 1) + np.diag(own))


def effective_errors(rate: float, deviation: float) -> float:
    """Expected errors that would weigh as much if they were independent: p n_eff, n_eff = p (1 - p) / Var."""
    return rate * rate * (1 - rate) / deviation**2


@lru_cache(maxsize=64)
def _means(population: Population) -> FloatArray:
    own = -np.array([_distance(population, rate) for rate in population.fmr])
    between: FloatArray = (own[:, None] + own) / 2
    return frozen(np.where(np.eye(len(own), dtype=np.bool_), between, between - population.apart))


def _distance(population: Population, rate: float) -> float:
    """Threshold minus mean at which the FMR has a value."""
    return _root(lambda x: float(np.log(population.effect.reached(np.array(x), subjects=2) / rate)))


def _root(function: Callable[[float], float]) -> float:
    return float(brentq(function, -5.0, 25.0, xtol=1e-12))
