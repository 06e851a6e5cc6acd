"""How often the intervals of `compare` for a difference and a ratio of two systems hold the truth.

    python benchmarks/paired_coverage.py [repetitions]

Two systems on the same trials. Each subject is hard or easy for both (normal effects on the logit for FNMR; log-normal
ones, a product of two, for FMR, where three subjects in ten have another effect in the second system), and half of the
trials share their luck. Truth is the population's: by a large sample for FNMR, in closed form for FMR. One line for
each setting: true rates, coverage of the difference and of the ratio, and how often the p-value is below 0.05.
"""

import math
import sys

import numpy as np

from evalharness.comparing.paired import (
    PairedEvidence,
    difference_interval,
    dyad_pairs,
    p_no_difference,
    ratio_interval,
    subject_pairs,
)
from evalharness.counts import Acquisition, Counts, MatedComparisons, Tail
from evalharness.records import ScoreKind
from evalharness.statistics.cells import Cell, everyone, population_cell

LEVEL = 0.95
# subjects, trials of each, rates of an average subject in both systems
FNMR = ((50, 6, 0.02, 0.02), (50, 6, 0.03, 0.01), (200, 3, 0.01, 0.01), (200, 3, 0.02, 0.005), (25, 6, 0.05, 0.05))
# subjects with one sample, rates of average subjects in both systems
FMR = ((100, 0.005, 0.005), (100, 0.01, 0.003), (300, 0.0003, 0.0003), (300, 0.0006, 0.0002), (50, 0.01, 0.01))
EFFECT_FNMR, EFFECT_FMR = 1.2, 0.6


class Tally:
    """Counts of what held."""

    def __init__(self, first: float, second: float) -> None:
        self.first, self.second = first, second
        self.runs = self.difference = self.ratios = self.ratio = self.significant = 0

    def add(self, evidence: PairedEvidence) -> None:
        """Take in one comparison of the two systems."""
        limits, ratio = difference_interval(evidence, level=LEVEL), ratio_interval(evidence, level=LEVEL)
        self.runs += 1
        self.difference += limits.lower <= self.first - self.second <= limits.upper
        self.significant += p_no_difference(evidence) < 1 - LEVEL
        if ratio is not None:
            self.ratios += 1
            self.ratio += ratio.lower <= self.first / self.second <= ratio.upper

    def __str__(self) -> str:
        shares = self.difference / self.runs, self.ratio / max(self.ratios, 1), self.significant / self.runs
        text = "difference {:.3f}  ratio {:.3f}  p < 0.05 {:.3f}".format(*shares)
        return f"{self.first:.3g} and {self.second:.3g}: {text}"


def luck(rng: np.random.Generator, trials: int) -> tuple[np.ndarray, np.ndarray]:
    """Uniform numbers of both systems, equal in half of the trials."""
    first = rng.random(trials)
    return first, np.where(rng.random(trials) < 0.5, first, rng.random(trials))


def fnmr(subjects: int, each: int, rates: tuple[float, float], repetitions: int) -> Tally:
    rng = np.random.default_rng(1)

    def probabilities(people: int) -> list[np.ndarray]:
        effect = rng.normal(0, EFFECT_FNMR, people)
        return [1 / (1 + np.exp(-(math.log(rate / (1 - rate)) + effect))) for rate in rates]

    tally = Tally(*(float(p.mean()) for p in probabilities(2_000_000)))
    subject = np.repeat(np.arange(subjects), each)
    for _ in range(repetitions):
        wrong = [z < p[subject] for z, p in zip(luck(rng, len(subject)), probabilities(subjects), strict=True)]
        tally.add(subject_pairs(subject, *wrong))
    return tally


def one_image_each(subjects: int) -> Cell:
    """All comparisons of subjects with one sample each."""
    none, everybody = np.zeros(0, dtype=np.int64), np.ones(subjects, dtype=bool)
    counts = Counts(
        score_kind=ScoreKind.SIMILARITY,
        subjects=subjects,
        subject_of=np.arange(subjects),
        acquisition=Acquisition(everybody, everybody),
        mated=MatedComparisons(none, none, none.astype(float), none.astype(bool)),
        tail=Tail(none.astype(np.int32), none.astype(np.int32), none.astype(float), 0.0),
        listed=None,
    )
    return population_cell(counts, everyone(counts))


def fmr(subjects: int, rates: tuple[float, float], repetitions: int) -> Tally:
    rng = np.random.default_rng(1)
    tally = Tally(*(rate * math.exp(EFFECT_FMR**2) for rate in rates))
    i, j = np.triu_indices(subjects, 1)
    cell, codes, people = one_image_each(subjects), i * subjects + j, np.arange(subjects)
    for _ in range(repetitions):
        effect, other = np.exp(rng.normal(0, EFFECT_FMR, (2, subjects)))
        effects = effect, np.where(rng.random(subjects) < 0.7, effect, other)
        drawn = zip(luck(rng, len(i)), rates, effects, strict=True)
        matches = [codes[z < rate * e[i] * e[j]] for z, rate, e in drawn]
        tally.add(dyad_pairs(cell, *matches, subject_of=people, codes=subjects))
    return tally


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    print(f"{repetitions} repetitions, nominal {LEVEL}")
    for subjects, each, *rates in FNMR:
        print(f"FNMR, {subjects} subjects x {each}, {fnmr(subjects, each, (rates[0], rates[1]), repetitions)}")
    for subjects, *rates in FMR:
        print(f"FMR, {subjects} subjects, {fmr(subjects, (rates[0], rates[1]), repetitions)}")


if __name__ == "__main__":
    main()
