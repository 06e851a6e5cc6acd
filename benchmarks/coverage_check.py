"""How often the intervals hold a rate that is known: coverage in draws of a score twin, as a table.

A twin's population rates are known in closed form. Each line draws one group of subjects (two captures each, all
pairs compared) again and again, puts the threshold where the population's FMR has the stated value and counts how
often the 95 % interval holds the true FMR, lies below or above it, and holds the true FNMR (0.05). w is the standard
deviation of a subject's effect on its non-mated scores, beside noise of 0.8: with 0.9, subjects make more of the
spread than the single comparisons do, as wolves and lambs would.

    python benchmarks/coverage_check.py --seed 1
"""

import argparse
import sys
import time
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from evalharness.records import OperatingPointSpec, Policy, Sample, Samples, ScoreKind
from evalharness.statistics import MeasureSettings, measure
from evalharness.synthetic.scores import TwinGroup, TwinSpec, draw_scores, threshold_for
from evalharness.tasks.verification import count_scores

FNMR = 0.05
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Case:
    """One population and how many of its subjects are drawn."""

    fmr: float
    effect: float  # w, standard deviation of the subjects' effect on non-mated scores; the noise has 0.8
    subjects: int


CASES = (
    *(Case(0.01, effect, subjects) for effect in (0.5, 0.9) for subjects in (10, 30, 60, 100)),
    Case(0.001, 0.9, 100),
)


@dataclass(slots=True)
class Tally:
    """What became of the intervals of one case."""

    held: int = 0
    above: int = 0  # the truth lies above the upper limit: the interval is too optimistic
    below: int = 0  # the truth lies below the lower limit
    fnmr_held: int = 0


def twin_of(case: Case) -> tuple[TwinSpec, float]:
    """The population, and the threshold at which it has the case's FMR and an FNMR of 0.05."""

    def spec(mean: float) -> TwinSpec:
        group = TwinGroup(name="g", subjects=case.subjects, non_mated_effect=case.effect, mated_mean=mean)
        return TwinSpec(groups=(group,))

    threshold = threshold_for(spec(0.0), case.fmr, group="g")
    group = spec(0.0).groups[0]
    spread = float(np.hypot(group.mated_effect, group.mated_noise))
    return spec(threshold - float(ndtri(FNMR)) * spread), threshold


def measured(case: Case, draws: int, rng: np.random.Generator) -> Tally:
    """Audit every draw and compare its intervals with the truth."""
    twin, threshold = twin_of(case)
    point = OperatingPointSpec("fixed", Policy.VENDOR, threshold=threshold)
    tally = Tally()
    for _ in range(draws):
        draw = draw_scores(twin, rng=rng)
        samples = Samples.of(
            [Sample(str(i), str(i), str(s), "0" * 64, {}) for i, s in enumerate(draw.sample_subject.tolist())]
        )
        counts = count_scores(samples, draw.listed(), score_kind=ScoreKind.SIMILARITY, comparisons="all-pairs")
        rows = measure(
            counts, partitions=[], specs=[point], settings=MeasureSettings(level=LEVEL, min_subjects=3)
        ).measures
        limits = {row.measure: (row.lower, row.upper) for row in rows if row.lower is not None}
        lower, upper = limits["fmr"]
        tally.above += case.fmr > upper
        tally.below += case.fmr < lower
        tally.held += lower <= case.fmr <= upper
        tally.fnmr_held += limits["fnmr"][0] <= FNMR <= limits["fnmr"][1]
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()
    start = time.process_time()
    print("| FMR | w | subjects | FMR interval holds | truth above it | truth below it | FNMR interval holds |")
    print("|---|---|---|---|---|---|---|")
    for number, case in enumerate(CASES):
        tally = measured(case, options.draws, np.random.default_rng([options.seed, number]))
        shares = (n / options.draws for n in (tally.held, tally.above, tally.below, tally.fnmr_held))
        cells = " | ".join(f"{share:.3f}" for share in shares)
        print(f"| {case.fmr} | {case.effect} | {case.subjects} | {cells} |", flush=True)
    print(f"{options.draws} draws each, seed {options.seed}: {time.process_time() - start:.0f} s of CPU time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
