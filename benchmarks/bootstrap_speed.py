"""Time of the subject bootstrap and of the plug-in variance, beside cimat 0.1.2 on the same scores.

1,000 subjects with two captures each in eight groups, five operating points fitted on all comparisons, 2,000
replicates: FMR within each group, FNMR, FRR and FTA of each, every interval with the threshold fitted anew. The tail
is cut as a large run would cut it, at three times the scores that the laxest point needs.

    python benchmarks/bootstrap_speed.py --seed 1
    python benchmarks/bootstrap_speed.py --seed 1 --peer          # cimat from the environment
    python benchmarks/bootstrap_speed.py --seed 1 --peer FOLDER   # cimat 0.1.2, unpacked there

The peer takes minutes. Its bootstrap is timed for a few replicates after its own preparation, its plug-in variance
for fewer subjects and carried on by the square and the cube of their number, as both ends of what it would take.
"""

import argparse
import sys
import time
from pathlib import Path

# The script's own folder holds coverage.py, which would hide the module of that name from numba.
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]

import numpy as np

from evalharness.counts import Acquisition, Counts, MatedComparisons, Tail
from evalharness.records import Group, OperatingPointSpec, Partition, Policy, ScoreKind
from evalharness.statistics import MeasureSettings, measure
from evalharness.statistics.cells import everyone, population_cell
from evalharness.statistics.thresholds import errors_at
from evalharness.statistics.variance import dyad_plug_in
from evalharness.synthetic.scores import TwinDraw, TwinGroup, TwinSpec, draw_scores

TARGETS = ("0.01", "0.003", "0.001", "0.0003", "0.0001")
GROUPS, REPLICATES = 8, 2000


def drawn(subjects: int, seed: int) -> TwinDraw:
    groups = tuple(TwinGroup(name=f"g{i}", subjects=subjects // GROUPS) for i in range(GROUPS))
    return draw_scores(TwinSpec(groups=groups), rng=np.random.default_rng(seed))


def counts_of(draw: TwinDraw) -> tuple[Counts, Partition]:
    """The counts of a run with all pairs, the tail cut."""
    everybody = np.ones(len(draw.sample_subject), dtype=np.bool_)
    mated = draw.mated
    other = np.flatnonzero(~mated)
    kept = 3 * int(float(TARGETS[0]) * len(other))
    high = other[np.argsort(draw.scores[other])[::-1][:kept]]
    none = np.ones(int(mated.sum()), dtype=np.bool_)
    counts = Counts(
        ScoreKind.SIMILARITY,
        len(draw.subject_group),
        draw.sample_subject,
        Acquisition(everybody, everybody),
        MatedComparisons(draw.probe[mated], draw.reference[mated], draw.scores[mated], none),
        Tail(
            draw.probe[high].astype(np.int32),
            draw.reference[high].astype(np.int32),
            draw.scores[high],
            float(draw.scores[high].min()),
        ),
        None,
    )
    groups = tuple(Group((("g", str(i)),)) for i in range(GROUPS))
    return counts, Partition(("g",), groups, draw.subject_group[draw.sample_subject])


def ours(subjects: int, seed: int) -> tuple[float, float, float]:
    """Seconds of 2,000 replicates, of everything else, and of one plug-in variance."""
    from decimal import Decimal

    counts, partition = counts_of(drawn(subjects, seed))
    specs = [OperatingPointSpec(f"fmr-{t}", Policy.POOLED, fmr=Decimal(t)) for t in TARGETS]
    seconds = {}
    for replicates in (0, REPLICATES):
        settings = MeasureSettings(level=0.95, min_subjects=3, seed=seed, replicates=replicates)
        start, work = time.perf_counter(), time.process_time()
        found = measure(counts, partitions=[partition], specs=specs, settings=settings)
        seconds[replicates] = time.perf_counter() - start
        print(f"{replicates} replicates: {seconds[replicates]:.2f} s, {time.process_time() - work:.2f} s of CPU time")
    cell = population_cell(counts, everyone(counts))
    threshold = found.operating_points[2].thresholds["all"]
    sides = (partition.group_of >= 0, partition.group_of >= 0)
    start = time.perf_counter()
    for _ in range(20):
        dyad_plug_in(cell.dyads, errors_at(counts, cell, threshold, sides=sides))
    return seconds[REPLICATES] - seconds[0], seconds[0], (time.perf_counter() - start) / 20


def nested(draw: TwinDraw) -> dict:
    """The scores as the peer wants them: scores[id1][id2] = list."""
    table: dict = {}
    subject = draw.sample_subject
    ends = zip(subject[draw.probe].tolist(), subject[draw.reference].tolist(), draw.scores.tolist(), strict=True)
    for first, second, score in ends:
        for a, b in {(first, second), (second, first)}:
            table.setdefault(a, {}).setdefault(b, []).append(score)
    return table


def peer_seconds(folder: str, subjects: int, seed: int, *, replicates: int, smaller: int) -> tuple[float, float]:
    """Seconds of the peer for one replicate at full size, and for one plug-in variance at ``smaller`` subjects."""
    if folder:
        sys.path.insert(0, folder)
    from cimat import UncertaintyEstimator

    draw = drawn(subjects, seed)
    peer = UncertaintyEstimator(scores=nested(draw))
    seconds = []
    for b in (1, 1 + replicates):
        start = time.perf_counter()
        peer.run_bootstrap(B=b)
        seconds.append(time.perf_counter() - start)
    less = drawn(smaller, seed)
    small = UncertaintyEstimator(scores=nested(less))
    threshold = float(np.quantile(less.scores[~less.mated], 0.999))
    start = time.perf_counter()
    small.compute_variance(threshold=threshold, estimator="plugin")
    return (seconds[1] - seconds[0]) / replicates, time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--subjects", type=int, default=1000)
    parser.add_argument("--peer", nargs="?", const="", help="measure cimat too; where it is unpacked, if not installed")
    parser.add_argument("--smaller", type=int, default=200)
    options = parser.parse_args()
    boot, rest, plug_in = ours(options.subjects, options.seed)
    print(f"all intervals with {REPLICATES} replicates: {boot + rest:.2f} s (aim: under 3 s on two idle cores)")
    print(f"one replicate: {1e3 * boot / REPLICATES:.2f} ms; one plug-in variance: {1e3 * plug_in:.2f} ms")
    if options.peer is None:
        print("cimat: not measured (--peer)")
        return 0
    n, less = options.subjects, options.smaller
    one, variance = peer_seconds(options.peer, n, options.seed, replicates=3, smaller=less)
    print(f"cimat: one replicate {one:.3f} s, {one / (boot / REPLICATES):.0f} times ours (aim: 300)")
    print(f"cimat: one plug-in variance {variance:.2f} s at {less} subjects; at {n} subjects (aim: 1000 times ours)")
    for power in (2, 3):
        carried = variance * (n / less) ** power
        print(f"  carried on by the power {power}: {carried:.0f} s, {carried / plug_in:.0f} times ours")
    return 0


if __name__ == "__main__":
    sys.exit(main())
