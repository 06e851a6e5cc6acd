"""Batches on worker processes; a worker that dies loses nothing, because a batch can be done again.

Scheduling is all there is here: what a batch is, is in ``batch``; results are merged by their receiver, in any
order, by addition.
"""

import multiprocessing
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from evalharness.comparison.backends import BackendName, open_backend
from evalharness.comparison.batch import BatchCounter, BatchResult, Request
from evalharness.comparison.layout import Batch
from evalharness.comparison.templates import Pool
from evalharness.errors import RunError
from evalharness.processes import spawning, start_worker

_MOST_TRIES = 3
_TICK_SECONDS = 1.0

Done = tuple[Batch, BatchResult]


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker needs to know; sent to it once."""

    folder: Path  # of the pool
    backend: BackendName
    request: Request


def in_this_process(batches: Sequence[Batch], pool: Pool, *, backend: BackendName, request: Request) -> Iterator[Done]:
    """Do batches one after the other."""
    counter = BatchCounter(pool, open_backend(backend, pool, tile=request.tile), request)
    for batch in batches:
        yield batch, counter.count(batch)


def on_workers(
    batches: Sequence[Batch],
    work: Work,
    *,
    workers: int,
    tick: Callable[[], None],
) -> Iterator[Done]:
    """Do batches on processes, in any order; each is given back once.

    If a worker dies, what was under way is done again by new workers.

    Args:
        batches: What to do.
        work: How.
        workers: Number of processes.
        tick: Called about once a second while nothing is finished.

    Raises:
        RunError: Workers died three times over the same batch, or a batch failed.
    """
    queue, tries = deque(batches), Counter[int]()
    while queue:
        lost: list[Batch] = []
        yield from _drain(queue, work, workers=workers, tick=tick, lost=lost)
        tries.update(batch.number for batch in lost)
        spent = sorted(batch.number for batch in lost if tries[batch.number] >= _MOST_TRIES)
        if spent:
            raise RunError(
                f"comparison: worker processes died {_MOST_TRIES} times while batch "
                f"{', '.join(map(str, spent))} was under way: killed, out of memory, or crashed. What was computed is "
                "kept. Free memory or use fewer processes (--workers), then run again with --resume."
            )
        queue.extendleft(reversed(lost))


def _drain(
    queue: deque[Batch], work: Work, *, workers: int, tick: Callable[[], None], lost: list[Batch]
) -> Iterator[Done]:
    """Give back batches until the queue is empty or a worker dies; then ``lost`` is what was under way."""
    futures: dict[Future[BatchResult], Batch] = {}
    executor = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_start, initargs=(work,)
    )
    try:
        while queue or futures:
            with spawning():
                while queue and len(futures) < 2 * workers:
                    futures[executor.submit(_count, queue[0])] = queue[0]
                    queue.popleft()
            finished, _ = wait(futures, timeout=_TICK_SECONDS, return_when=FIRST_COMPLETED)
            for future in finished:
                result = future.result()
                yield futures.pop(future), result
            if not finished:
                tick()
    except BrokenProcessPool:
        for future, batch in futures.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                yield batch, future.result()
            else:
                lost.append(batch)
        if not lost and queue:
            lost.append(queue.popleft())
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


# What follows runs in the worker processes.

_counters: list[BatchCounter] = []  # at most one: this process


def _start(work: Work) -> None:
    start_worker()
    pool = Pool.open(work.folder)
    _counters.append(BatchCounter(pool, open_backend(work.backend, pool, tile=work.request.tile), work.request))


def _count(batch: Batch) -> BatchResult:
    return _counters[0].count(batch)
