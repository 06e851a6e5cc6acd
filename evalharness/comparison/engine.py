"""One pass over all pairs of templates: histograms, highest pairs, and matches at streamed thresholds."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evalharness.comparison.backends import choose
from evalharness.comparison.batch import BatchResult, Request
from evalharness.comparison.binning import Binning, bins_for
from evalharness.comparison.held import Candidates, Highest
from evalharness.comparison.layout import Batch, batches, block_edges
from evalharness.comparison.options import CompareOptions
from evalharness.comparison.store import BatchStore, identity_of
from evalharness.comparison.streaming import Matches
from evalharness.comparison.templates import Pool, arrange
from evalharness.comparison.workers import Done, Work, in_this_process, on_workers
from evalharness.errors import RunError
from evalharness.records import Comparator, IntArray, TemplateArray

_POOL = "pool-"  # begins the name of the folder of mapped arrays


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one pass found; pairs are rows of the pool."""

    pairs: int
    floor: float  # every non-mated pair that reaches it is held
    held: Candidates
    histogram: NDArray[np.int64] = field(repr=False)  # (codes, codes, bins)
    matches: tuple[Matches, ...]  # one for each streamed threshold


@dataclass(frozen=True, slots=True)
class Engine:
    """Templates ready to be compared."""

    pool: Pool
    order: IntArray = field(repr=False)  # (m,) template of each row of the pool
    options: CompareOptions
    folder: Path | None  # of the mapped arrays of the pool, where workers are used

    @property
    def binning(self) -> Binning:
        """Bins over every possible score; widths are those of fast values."""
        bins = bins_for(self.pool.codes)
        if not self.pool.squared:
            return Binning(-1.0, 1.0, bins, squared=False)
        return Binning(-2.0 * float(self.pool.sizes.max(initial=2.0**-60)) * (1 + 2.0**-20), 0.0, bins, squared=True)

    def gather(self, *, floor: float, streamed: tuple[float, ...], most: int) -> Gathered:
        """Compare all pairs once.

        Args:
            floor: Similarity; pairs at or above it are held.
            streamed: Similarities at which matches are counted in the stream.
            most: How many pairs may be held: where more reach the floor, it rises until about so many are left.

        Raises:
            RunError: Counts do not add up, workers died again and again, or the disk is full; finished batches
                are kept.
        """
        options, pool = self.options, self.pool
        request = Request(floor, most, streamed, self.binning, options.block)
        plan = batches(block_edges(pool.code, pool.subject, size=options.block), pairs=options.batch_pairs)
        store = None
        if options.folder is not None:
            store = BatchStore(options.folder, identity=identity_of(pool, request, plan))
        merger = _Merger(pool, request)
        missing = [
            batch for batch in plan if not merger.add(None if store is None else store.read(batch, pool, request))
        ]
        total = sum(batch.pairs for batch in plan)
        options.progress.start(total=total, done=total - sum(batch.pairs for batch in missing))
        try:
            for batch, result in self._results(missing, request):
                if store is not None:
                    store.write(batch.number, result)
                merger.add(result)
                options.progress.advance(batch.pairs)
        finally:
            options.progress.stop()
        return merger.gathered()

    def _results(self, missing: list[Batch], request: Request) -> Iterator[Done]:
        """The batches that are to be done, here or on workers."""
        options = self.options
        backend = choose(options.backend, templates=len(self.pool))
        if self.folder is None:
            return in_this_process(missing, self.pool, backend=backend, request=request)
        work = Work(self.folder, backend, request)
        workers = min(_workers(options), max(len(missing), 1))
        return on_workers(missing, work, workers=workers, tick=lambda: options.progress.advance(0))


@contextmanager
def open_engine(
    templates: TemplateArray,
    comparator: Comparator,
    *,
    subject: IntArray,
    code: IntArray,
    codes: int,
    options: CompareOptions,
) -> Iterator[Engine]:
    """Arrange templates for comparing; temporary files are removed at the end, stored batches if all went well.

    Args:
        templates: (m, d) float32, finite, no zero vector.
        comparator: How two templates are compared.
        subject: (m,) subject of each template.
        code: (m,) code of each template.
        codes: How many codes there are.
        options: How to run.

    Yields:
        The engine.
    """
    work = len(templates) ** 2 / 2 * templates.shape[1]
    on_device = choose(options.backend, templates=len(templates)) == "torch"
    pooled = _workers(options) > 1 and work > options.pool_from and not on_device
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
        for left in options.folder.glob(f"{_POOL}*"):  # by a run that was killed
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_POOL, dir=options.folder, ignore_cleanup_errors=True) as name:
        folder = Path(name) if pooled else None
        pool, order = arrange(templates, comparator, subject=subject, code=code, codes=codes, folder=folder)
        if folder is not None:
            pool.save(folder)
            pool = Pool.open(folder)  # mapped anew: pages that were written and are not read again leave the memory
        yield Engine(pool, order, options, folder)
    if options.folder is not None:
        shutil.rmtree(options.folder, ignore_errors=True)  # the count is complete


def _workers(options: CompareOptions) -> int:
    if options.workers is not None:
        return options.workers
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Merger:
    """Adds up batches, in any order."""

    def __init__(self, pool: Pool, request: Request) -> None:
        self._pool = pool
        self._pairs = 0
        self._histogram = np.zeros((pool.codes**2, request.binning.bins), dtype=np.int64)
        self._highest = Highest(pool, floor=request.floor, most=request.most)
        self._matches = tuple(Matches.none(len(pool), pool.codes) for _ in request.streamed)

    def add(self, result: BatchResult | None) -> bool:
        """Take in a batch, if there is one."""
        if result is None:
            return False
        self._pairs += result.pairs
        self._histogram[result.keys] += result.counts
        self._highest.add(result.held, floor=result.floor)
        for mine, theirs in zip(self._matches, result.matches, strict=True):
            mine.add(theirs)
        return True

    def gathered(self) -> Gathered:
        """Everything, checked once more.

        Raises:
            RunError: The histograms do not hold every pair.
        """
        counted = int(self._histogram.sum())
        if counted != self._pairs:
            raise RunError(f"comparison: {counted} scores were counted; {self._pairs} pairs were expected.")
        codes = self._pool.codes
        histogram = self._histogram.reshape(codes, codes, -1)
        return Gathered(self._pairs, self._highest.floor, self._highest.held(), histogram, self._matches)
