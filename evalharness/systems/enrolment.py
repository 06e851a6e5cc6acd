"""Enrolment: samples in, templates and failures out; resumable, on every core."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from evalharness.errors import RunError
from evalharness.plan import DeepFaceSystem, DlibSystem
from evalharness.progress import NoProgress, Progress
from evalharness.records import (
    AcquisitionFailure,
    DatasetFault,
    Enrolment,
    Sample,
    Samples,
    SystemIdentity,
    Template,
    TemplateArray,
    TwoFaces,
    frozen,
)
from evalharness.systems.pool import SystemLoader, Work, run_pool
from evalharness.systems.protocol import ImageReader, Outcome
from evalharness.systems.registry import load_system
from evalharness.systems.store import TemplateStore
from evalharness.systems.timing import SampleSeconds


@dataclass(frozen=True, slots=True)
class EnrolmentOptions:
    """How to enrol; none of it changes the result, except the pixel limit."""

    read: ImageReader  # a top-level function: workers receive it by name
    pixel_limit: int  # px; larger images are dataset faults
    workers: int | None = None  # processes; None: one for each core this process may use
    progress: Progress = field(default_factory=NoProgress)
    load: SystemLoader = load_system


def enrol(
    samples: Samples,
    *,
    spec: DlibSystem | DeepFaceSystem,
    two_faces: TwoFaces,
    root: Path,
    store_folder: Path,
    options: EnrolmentOptions,
) -> Enrolment:
    """Enrol every sample that the store does not already hold, and give back all of them in index order.

    The result is read from the store, so it is the same to the last byte however the work was divided,
    and whether or not it was interrupted. Files with the same digest are enrolled once.

    Args:
        samples: The admitted samples; their digests must have been verified.
        spec: The plan's system.
        two_faces: The plan's policy.
        root: Data root that the samples' paths are relative to.
        store_folder: The run's ``templates`` folder; nothing else may write to it meanwhile.
        options: Reader, pixel limit, workers, progress.

    Raises:
        MissingDependencyError: A library that the system needs is not installed.
        SystemInputError: Weights are not the pinned or declared ones.
        RunError: The system broke, workers died, or the disk is full; what was done is kept.
    """
    system = options.load(spec, two_faces)
    store = TemplateStore(store_folder, system.identity, pixel_limit=options.pixel_limit)
    store.prepare()
    by_digest = {row.sha256: row for row in samples.rows}
    outcomes = {digest: outcome for digest in by_digest if (outcome := store.read(digest)) is not None}
    # Workers get no labels: a system must not be able to know them.
    missing = [replace(row, labels={}) for digest, row in by_digest.items() if digest not in outcomes]
    work = Work(spec, two_faces, root, store_folder, options.pixel_limit, options.read, options.load)
    _enrol_missing(missing, work, options, done=len(outcomes))
    store.sweep()
    outcomes.update({row.sha256: _stored(store, row) for row in missing})
    return _collect(samples, system.identity, outcomes)


def enrolment_seconds(
    samples: Samples, identity: SystemIdentity, *, store_folder: Path, pixel_limit: int
) -> tuple[SampleSeconds | None, ...]:
    """How long each sample took when it was enrolled, in index order; None where that was not kept.

    A sample that an earlier run enrolled keeps its first duration. Samples with the same file share one.

    Args:
        samples: The samples.
        identity: Of the system that enrolled them.
        store_folder: The run's ``templates`` folder.
        pixel_limit: As in the options of ``enrol``.
    """
    store = TemplateStore(store_folder, identity, pixel_limit=pixel_limit)
    return tuple(store.read_seconds(row.sha256) for row in samples.rows)


def _enrol_missing(missing: list[Sample], work: Work, options: EnrolmentOptions, *, done: int) -> None:
    options.progress.start(total=len(missing) + done, done=done)
    try:
        if missing:
            workers = min(options.workers or _usable_cores(), len(missing))
            run_pool(missing, work, workers=workers, advance=options.progress.advance)
    finally:
        options.progress.stop()


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _stored(store: TemplateStore, row: Sample) -> Outcome:
    outcome = store.read(row.sha256)
    if outcome is None:
        raise RunError(
            f"{store.folder}: the entry of {row.sample} vanished or changed while the run was writing it. "
            "Make sure that nothing else uses the folder, then run again with --resume."
        )
    return outcome


def _collect(samples: Samples, identity: SystemIdentity, outcomes: Mapping[str, Outcome]) -> Enrolment:
    per_sample = [outcomes[row.sha256] for row in samples.rows]
    templates = [outcome for outcome in per_sample if isinstance(outcome, Template)]
    return Enrolment(
        identity=identity,
        enrolled=frozen(np.array([isinstance(outcome, Template) for outcome in per_sample], dtype=np.bool_)),
        templates=_stack(templates),
        failures=MappingProxyType({i: o for i, o in enumerate(per_sample) if isinstance(o, AcquisitionFailure)}),
        faults=MappingProxyType({i: o for i, o in enumerate(per_sample) if isinstance(o, DatasetFault)}),
    )


def _stack(templates: list[Template]) -> TemplateArray:
    """Templates as the rows of one array; ``(0, 0)`` if there are none."""
    widths = sorted({template.vector.shape for template in templates})
    if len(widths) > 1:
        raise RunError(f"the system gave templates of different shapes: {widths}; they cannot be compared")
    if not templates:
        return frozen(np.empty((0, 0), dtype=np.float32))
    return frozen(np.stack([template.vector for template in templates]).astype(np.float32, copy=False))
