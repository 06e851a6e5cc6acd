"""How the subjects of a population differ in their non-mated scores; ``population`` has the model."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import ndtr, ndtri

from evalharness.records import FloatArray

NOISE = 0.8  # z: standard deviation of normal noise
GRID = np.linspace(-14.0, 14.0, 20_001)  # standard normal effects, for quadrature by the trapezoidal rule
NORMAL = np.exp(-GRID * GRID / 2) / np.sqrt(2 * np.pi) * (GRID[1] - GRID[0])


@dataclass(frozen=True, slots=True)
class Effect:
    """How the effects b of subjects are distributed, how much they weigh, and what noise they meet."""

    name: str
    spread: float  # w, what a subject's effect is multiplied with
    exponential: bool = False  # noise, not normal
    share: float | None = None  # of subjects with b = 1, all others 0; None: b is standard normal
    rare: bool = False  # meant to be absent from many samples

    NONE: ClassVar["Effect"]
    MILD: ClassVar["Effect"]
    STRONG: ClassVar["Effect"]
    LOG_NORMAL: ClassVar["Effect"]
    FEW: ClassVar["Effect"]

    def draw(self, subjects: int, rng: np.random.Generator) -> FloatArray:
        """(subjects,) effects b."""
        if self.share is not None:
            return (rng.random(subjects) < self.share).astype(np.float64)
        return rng.standard_normal(subjects)

    def nodes(self, subjects: int) -> tuple[FloatArray, FloatArray]:
        """Values of the sum of w b over 0, 1 or 2 subjects, and their weights: a quadrature rule."""
        if self.share is not None:
            some = np.arange(subjects + 1, dtype=np.float64)
            binomial = np.array([math.comb(subjects, k) for k in range(subjects + 1)])
            return self.spread * some, np.asarray(binomial * self.share**some * (1 - self.share) ** (subjects - some))
        return math.sqrt(subjects) * self.spread * GRID, NORMAL

    def survival(self, distance: FloatArray) -> FloatArray:
        """Probability that noise reaches a distance."""
        if self.exponential:
            return np.asarray(np.exp(-np.maximum(distance, 0.0)))
        return np.asarray(ndtr(-distance / NOISE))

    def noise_of(self, survival: FloatArray) -> FloatArray:
        """The inverse of ``survival``."""
        return np.asarray(-np.log(survival) if self.exponential else -NOISE * ndtri(survival))

    def reached(self, distance: FloatArray, *, subjects: int) -> FloatArray:
        """Probability that noise and the effects of 1 or 2 subjects reach a distance, in closed form.

        Args:
            distance: Threshold minus mean.
            subjects: How many effects are random.
        """
        if self.share is not None:
            values, weights = self.nodes(subjects)
            return np.asarray(self.survival(np.asarray(distance)[..., None] - values) @ weights)
        effects = math.sqrt(subjects) * self.spread
        if not self.exponential:
            return np.asarray(ndtr(-distance / np.hypot(effects, NOISE)))
        low = np.exp(effects**2 / 2 - distance) * ndtr((distance - effects**2) / effects)
        return np.asarray(low + ndtr(-distance / effects))


Effect.NONE = Effect("none", 0.0)
Effect.MILD = Effect("mild", 0.5)
Effect.STRONG = Effect("strong", 0.9)
Effect.LOG_NORMAL = Effect("log-normal", 0.9, exponential=True)
Effect.FEW = Effect("few", 0.8, share=0.1)
EFFECTS = (Effect.NONE, Effect.MILD, Effect.STRONG, Effect.LOG_NORMAL, Effect.FEW)


def rare(*, share: float, base: float, match: float) -> tuple[Effect, float]:
    """A rare kind of subject that matches others more often, and the FMR of the population.

    Args:
        share: Of all subjects.
        base: Match probability of two subjects of the common kind.
        match: That of one rare subject and one common one. Two rare subjects match with the probability that twice
            the effect gives.

    >>> effect, fmr = rare(share=0.01, base=0.001, match=0.05)
    >>> round(fmr, 5)
    0.00201
    """
    effect = Effect(f"rare: {share:g}, {match:g}", NOISE * float(ndtri(match) - ndtri(base)), share=share, rare=True)
    return effect, float(effect.reached(np.array(-NOISE * ndtri(base)), subjects=2))
