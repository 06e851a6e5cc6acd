"""How fast all pairs of templates are counted, as ratios measured in one run.

    python benchmarks/comparison_speed.py [rate] [peer] [large]

- ``rate``: 20,000 templates of 512 numbers in 8 groups; the engine against the bare matrix product over the same
  blocks, on as many processes, one thread each, taking turns. Aim: 75 % of its rate or more.
- ``peer``: 10,000 templates; ``tasks.verification.count`` against scikit-learn's ``cosine_similarity`` and
  ``roc_curve`` for each group, each in a process of its own. Aim: 20 times as fast, a tenth of the added memory.
- ``large``: 100,000 templates with ``tasks.verification.count``. Aim: peak memory of all processes under 1.5 GB and
  at most 1.2 times the time for each comparison as with 20,000.

Operating points of the last two: pooled thresholds at FMR 10^-4 and 10^-5. Where other work shares the cores, trust
the processor time that is printed beside the clock. Templates are random; no person stands behind them. Compiled
code is loaded before any clock starts.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

if "rate" in sys.argv[1:] or len(sys.argv) == 1:  # one process for each core, one thread each
    os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})

# The script's own folder holds coverage.py, which would hide the module of that name from numba.
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]

import numpy as np

from evalharness.comparison import CompareOptions
from evalharness.comparison.backends import open_backend
from evalharness.comparison.batch import BatchCounter, Request
from evalharness.comparison.engine import open_engine
from evalharness.comparison.layout import batches, block_edges
from evalharness.comparison.record import pair_scores
from evalharness.records import (
    Comparator,
    Enrolment,
    Group,
    OperatingPointSpec,
    Partition,
    Policy,
    Sample,
    Samples,
    SystemIdentity,
)
from evalharness.tasks.verification import count

DIMENSIONS, GROUPS, IMAGES = 512, 8, 2
ROUNDS = 5
FLOOR = 0.1645  # about one pair in 10^4 of random templates reaches it


def templates_of(n: int) -> np.ndarray:
    rng = np.random.default_rng(n)
    found = np.empty((n, DIMENSIONS), dtype=np.float32)
    for start in range(0, n, 4096):
        rng.standard_normal(out=found[start : start + 4096], dtype=np.float32)
    return found


def groups_of(n: int) -> np.ndarray:
    return (np.arange(n) // IMAGES) % GROUPS


# rate


def _half(which: int, workers: int, n: int, gates: tuple, times: multiprocessing.Queue) -> None:
    subject, code = np.arange(n) // IMAGES, groups_of(n)
    options = CompareOptions(workers=1)
    with open_engine(
        templates_of(n), Comparator.COSINE, subject=subject, code=code, codes=GROUPS, options=options
    ) as engine:
        pool = engine.pool
        request = Request(FLOOR, 2**24, (), engine.binning, options.block)
        mine = batches(block_edges(pool.code, pool.subject, size=options.block), pairs=1)[which::workers]
        counter = BatchCounter(pool, open_backend("numba", pool, tile=options.block), request)
        space = np.empty((options.block + IMAGES) ** 2, dtype=np.float32)

        def bare() -> None:
            for batch in mine:
                for block in batch.blocks:
                    left, right = pool.fast[block.rows], pool.fast[block.columns]
                    values = space[: len(left) * len(right)].reshape(len(left), len(right))
                    np.dot(left, right.T, out=values)

        def whole() -> None:
            for batch in batches_of(mine):
                counter.count(batch)

        whole()
        for gate in gates:
            for kind, work in (("bare", bare), ("engine", whole)):
                gate.wait()
                began = time.perf_counter()
                work()
                times.put((kind, time.perf_counter() - began))


def batches_of(blocks: tuple) -> list:
    """Blocks in batches as large as the engine's own."""
    from evalharness.comparison.layout import Batch

    return [Batch(i, tuple(b for batch in blocks[i : i + 64] for b in batch.blocks)) for i in range(0, len(blocks), 64)]


def rate() -> None:
    n, workers = 20_000, 2
    context = multiprocessing.get_context("spawn")
    gates, times = tuple(context.Barrier(workers) for _ in range(ROUNDS)), context.Queue()
    processes = [context.Process(target=_half, args=(i, workers, n, gates, times)) for i in range(workers)]
    for process in processes:
        process.start()
    found: dict[str, list[float]] = {"bare": [], "engine": []}
    for _ in range(2 * ROUNDS * workers):
        kind, seconds = times.get()
        found[kind].append(seconds)
    for process in processes:
        process.join()
    pairs = n * (n - 1) / 2
    rates = {kind: pairs / workers / np.array(seconds) * workers / 1e6 for kind, seconds in found.items()}
    best, middle = (float(f(rates["engine"]) / f(rates["bare"])) for f in (np.max, np.median))
    print(
        f"rate, n = {n}: bare product {np.median(rates['bare']):.0f} M pairs/s, engine "
        f"{np.median(rates['engine']):.0f} M/s; engine / bare: {middle:.1%} (median), {best:.1%} (best of each)"
    )
    print(f"  aim 75 %: {'met' if middle >= 0.75 else 'NOT met'}")


# whole runs


def _dataset(n: int) -> tuple[Samples, Enrolment, Partition]:
    rows = tuple(Sample(f"s{i}", "", str(i // IMAGES), "", {}) for i in range(n))
    identity = SystemIdentity("templates", "random", "1", Comparator.COSINE.score_kind, Comparator.COSINE)
    enrolment = Enrolment(identity, np.ones(n, dtype=np.bool_), templates_of(n), {}, {})
    groups = tuple(Group((("g", str(k)),)) for k in range(GROUPS))
    return Samples.of(rows), enrolment, Partition(("g",), groups, groups_of(n).astype(np.int64))


def _points() -> list[OperatingPointSpec]:
    from decimal import Decimal

    return [
        OperatingPointSpec("pooled-1e-4", Policy.POOLED, fmr=Decimal("0.0001")),
        OperatingPointSpec("pooled-1e-5", Policy.POOLED, fmr=Decimal("0.00001")),
    ]


def _memory_of_tree() -> int:
    """Proportional set size of this process and its children, in bytes."""
    total, waiting = 0, [os.getpid()]
    while waiting:
        pid = waiting.pop()
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        except (OSError, StopIteration):
            continue
    return total


def _processor_time() -> float:
    """Seconds of processor time of this process and the children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Peak:
    """Watches the memory of this process and its children."""

    def __enter__(self) -> "Peak":
        self.base = self.most = _memory_of_tree()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        before = self.base
        while not self._stop.wait(0.05):
            now = _memory_of_tree()
            self.most = max(self.most, min(before, now))  # a child between fork and exec shows its parent's memory
            before = now

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def _warm() -> None:
    small = templates_of(300)
    pair_scores(small, Comparator.COSINE, first=np.zeros(30_000, np.int64), second=np.ones(30_000, np.int64))
    samples, enrolment, groups = _dataset(2400)
    count(samples, enrolment, specs=_points(), partitions=[groups])


def _measured(name: str, n: int) -> dict[str, float]:
    """One whole run in a process of its own."""
    command = [sys.executable, __file__, "--one", name, str(n)]
    plain = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=plain)
    return json.loads(done.stdout.splitlines()[-1])


def _one(name: str, n: int) -> None:
    samples, enrolment, groups = _dataset(n)
    if name == "engine":
        _warm()
        with Peak() as peak:
            began, used = time.perf_counter(), _processor_time()
            counts = count(samples, enrolment, specs=_points(), partitions=[groups])
            seconds, used = time.perf_counter() - began, _processor_time() - used
        assert counts.histograms is not None
        assert int(counts.histograms.counts.sum()) == n * (n - IMAGES) // 2
    else:
        from sklearn.metrics import roc_curve
        from sklearn.metrics.pairwise import cosine_similarity

        cosine_similarity(enrolment.templates[:10])
        with Peak() as peak:
            began, used = time.perf_counter(), _processor_time()
            scores = cosine_similarity(enrolment.templates)
            for group in range(GROUPS):
                rows = np.flatnonzero(groups.group_of == group)
                first, second = rows[:, np.newaxis], np.arange(n)[np.newaxis, :]
                mated = samples.subject_of[first] == samples.subject_of[second]
                above = first < second
                roc_curve(mated[above], scores[rows][above])
            seconds, used = time.perf_counter() - began, _processor_time() - used
    print(json.dumps({"seconds": seconds, "processor": used, "added": peak.most - peak.base, "peak": peak.most}))


def peer() -> None:
    n = 10_000
    runs = [(_measured("engine", n), _measured("sklearn", n)) for _ in range(3)]
    faster = [theirs["seconds"] / ours["seconds"] for ours, theirs in runs]
    leaner = [ours["added"] / theirs["added"] for ours, theirs in runs]
    spared = [theirs["processor"] / ours["processor"] for ours, theirs in runs]
    ours, theirs = runs[int(np.argsort(faster)[1])]
    print(
        f"peer, n = {n}: {ours['seconds']:.2f} s and {ours['added'] / 1e6:.0f} MB added against "
        f"{theirs['seconds']:.1f} s and {theirs['added'] / 1e6:.0f} MB"
    )
    print(f"  {np.median(spared):.1f} times less processor time")
    print(
        f"  {np.median(faster):.1f} times as fast (aim 20: {'met' if np.median(faster) >= 20 else 'NOT met'}), "
        f"{np.median(leaner):.3f} of the added memory (aim 0.1: {'met' if np.median(leaner) <= 0.1 else 'NOT met'})"
    )


def large() -> None:
    small, big = _measured("engine", 20_000), _measured("engine", 100_000)
    again = _measured("engine", 20_000)
    runs = (small, 2e4), (again, 2e4), (big, 1e5)
    each = [run["seconds"] / (n * (n - 1) / 2) for run, n in runs]
    busy = [run["processor"] / (n * (n - 1) / 2) for run, n in runs]
    ratio = each[2] / (sum(each[:2]) / 2)
    print(
        f"large, n = 100000: {big['seconds']:.0f} s, {1e-6 / each[2]:.0f} M pairs/s, peak {big['peak'] / 1e6:.0f} MB "
        f"(aim 1500: {'met' if big['peak'] < 1.5e9 else 'NOT met'})"
    )
    verdict = "met" if ratio <= 1.2 else "NOT met"
    print(
        f"  time for each comparison {ratio:.2f} times that at n = 20000 (aim 1.2: {verdict}); "
        f"processor time {busy[2] / (sum(busy[:2]) / 2):.2f} times"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(sys.argv[2], int(sys.argv[3]))
    else:
        wanted = sys.argv[1:] or ["rate", "peer", "large"]
        for part in wanted:
            {"rate": rate, "peer": peer, "large": large}[part]()
