"""Worker processes for enrolment: they decode, detect, describe and store, and cannot outlive their parent.

Processes, because dlib's descriptor runs no faster on two threads. Spawned, because a fork of a process that
has threads may hang. Each worker does a whole sample, so that reading one overlaps with describing another on
every core, and writes the outcome itself, so that nothing done is lost. Only a bounded number of samples is
under way, and images never travel between processes: memory does not grow with the dataset.
"""

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from evalharness.errors import EvalHarnessError, RunError
from evalharness.plan import DeepFaceSystem, DlibSystem
from evalharness.processes import spawning, start_worker
from evalharness.records import DatasetFault, Sample, TwoFaces
from evalharness.systems.protocol import FaceSystem, ImageReader
from evalharness.systems.store import TemplateStore
from evalharness.systems.timing import SampleSeconds

SystemLoader = Callable[[DlibSystem | DeepFaceSystem, TwoFaces], FaceSystem]

_UNDER_WAY = 4  # samples submitted for each worker: enough that none waits for the parent
_TICK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker needs to know; sent to it once. Functions travel by name."""

    spec: DlibSystem | DeepFaceSystem
    two_faces: TwoFaces
    root: Path
    store_folder: Path
    pixel_limit: int
    read: ImageReader
    load: SystemLoader


def run_pool(samples: Sequence[Sample], work: Work, *, workers: int, advance: Callable[[int], None]) -> None:
    """Enrol every sample once, in any order; each outcome is stored before it counts as done.

    If a worker dies, what was under way is tried once more, one sample after another, so that a sample that
    kills its worker is known by name.

    Args:
        samples: What to enrol.
        work: How.
        workers: Number of processes.
        advance: Told how many more are done; called at least once a second.

    Raises:
        RunError: A worker died a second time (the message names what was under way), the system broke on a
            sample, or the disk is full. Everything done until then is stored.
    """
    queue = deque(samples)
    suspects = _drain(queue, work, workers=workers, advance=advance)
    if suspects:
        suspects = _drain(deque(suspects), work, workers=1, advance=advance) or _drain(
            queue, work, workers=workers, advance=advance
        )
    if suspects:
        names = ", ".join(f"{sample.sample} ({sample.path})" for sample in suspects)
        raise RunError(
            "enrolment: a worker process died twice: killed, out of memory, or crashed in the system's own code. "
            f"Under way at the time: {names}. Everything else that was enrolled is kept. Free memory or look at "
            "these files, then run again with --resume."
        )


def _drain(queue: deque[Sample], work: Work, *, workers: int, advance: Callable[[int], None]) -> tuple[Sample, ...]:
    """Take samples off the queue and enrol them; if a worker dies, stop and return what was under way."""
    under_way = 1 if workers == 1 else _UNDER_WAY * workers
    futures: dict[Future[None], Sample] = {}
    executor = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_start_worker, initargs=(work,)
    )
    try:
        while queue or futures:
            with spawning():
                while queue and len(futures) < under_way:
                    future = executor.submit(_enrol_sample, queue[0])
                    futures[future] = queue.popleft()
            finished, _ = wait(futures, timeout=_TICK_SECONDS, return_when=FIRST_COMPLETED)
            for future in finished:
                _check(future, futures[future])
                del futures[future]
            advance(len(finished))
    except BrokenProcessPool:
        lost = tuple(sample for future, sample in futures.items() if not _succeeded(future))
        advance(len(futures) - len(lost))
        return lost or (queue.popleft(),)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
    return ()


def _succeeded(future: Future[None]) -> bool:
    return future.done() and future.exception() is None


def _check(future: Future[None], sample: Sample) -> None:
    error = future.exception()
    if error is None:
        return
    if isinstance(error, EvalHarnessError | BrokenProcessPool):
        raise error
    raise RunError(
        f"enrolment of {sample.sample} ({sample.path}): the system broke: {type(error).__name__}: {error}. "
        "What was enrolled is kept; mend the cause and run again with --resume."
    ) from error


# What follows runs in the worker processes.


@dataclass(slots=True)
class _Worker:
    work: Work
    system: FaceSystem | None = None
    store: TemplateStore | None = None
    called: bool = False  # whether the system has seen an image: its first call loads its models


_workers: list[_Worker] = []  # at most one: this process


def _start_worker(work: Work) -> None:
    start_worker()
    _workers.append(_Worker(work))


def _enrol_sample(sample: Sample) -> None:
    worker = _workers[0]
    work = worker.work
    if worker.system is None or worker.store is None:
        worker.system = work.load(work.spec, work.two_faces)
        worker.store = TemplateStore(work.store_folder, worker.system.identity, pixel_limit=work.pixel_limit)
    started = time.perf_counter()
    image = work.read(work.root, sample, pixel_limit=work.pixel_limit)
    decoded = time.perf_counter()
    if isinstance(image, DatasetFault):
        worker.store.write(sample.sha256, image)
        worker.store.write_seconds(sample.sha256, SampleSeconds(decoded - started, None, first=False))
        return
    outcome = worker.system.enrol((image,))[0]
    seconds = SampleSeconds(decoded - started, time.perf_counter() - decoded, first=not worker.called)
    worker.called = True
    worker.store.write(sample.sha256, outcome)
    worker.store.write_seconds(sample.sha256, seconds)
