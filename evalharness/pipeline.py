"""run_audit(plan) -> AuditResult: the only module that knows every stage."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from evalharness.assembly import Audited, assemble
from evalharness.comparison import CompareOptions
from evalharness.counts import Counts
from evalharness.countstore import StoredCounts, counts_folder, save_counts
from evalharness.errors import InputError
from evalharness.evaluation import Given, analysed, counted, read_again
from evalharness.files import write_atomic
from evalharness.manifests import manifest_schema
from evalharness.plan import AuditPlan, plan_schema
from evalharness.preparation import Prepared, Source, calibration_subjects, open_source, prepare
from evalharness.progress import COMPARING, progress_for
from evalharness.records import Enrolment
from evalharness.reporting.html import render_html
from evalharness.reporting.metrics_csv import metrics_csv
from evalharness.responsetime import ComparisonTime, response_times, write_response_times
from evalharness.result import AuditResult, dump_result, result_schema
from evalharness.runfolder import RunFolder, plan_text, stored_date
from evalharness.samples import PIXEL_LIMIT, read_image
from evalharness.systems import EnrolmentOptions, enrol, enrolment_seconds

__all__ = ["RunOptions", "run_audit", "schema_of", "write_reports"]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run an audit; none of it changes a number."""

    out: Path | None = None  # the run folder; None: nothing is kept but the result
    data_root: Path | None = None  # goes before the plan's own root
    resume: bool = False  # continue a run of the same plan
    discard: bool = False  # remove templates and comparisons at the end
    progress: bool = False  # report on standard error
    workers: int | None = None  # processes; None: one for each core


def run_audit(plan: AuditPlan, options: RunOptions | None = None) -> AuditResult:
    """Run one audit.

    Args:
        plan: What to measure, on whom, for what purpose.
        options: Where to write and how to run; none of it changes a number.

    Returns:
        The result; with ``options.out`` it also stands there as ``result.json``, ``metrics.csv`` and ``report.html``.

    Raises:
        InputError: Plan, manifest, index, images, weights, templates, scores or run folder are wrong.
        AdmissionRefusedError: Licence or consent does not admit the run.
        RunError: The run failed; what was computed is kept.
    """
    options = options or RunOptions()
    run = prepare(_on_the_day_it_began(plan, options))
    source = open_source(run, options.data_root)
    with _run_folder(run, options) as folder:
        with folder.stage("enrol"):
            given = _given(run, source, folder, options)
        with folder.stage("compare"):
            counts = _compared(run, given, folder, options)
        with folder.stage("statistics"):
            result = _result(
                run, given, counts, _compare_options(folder.path / "comparisons" / "blocks-second", options)
            )
        if options.out is not None:
            with folder.stage("report"):
                write_atomic(folder.path / "result.json", dump_result(result).encode())
                write_reports(result, folder.path)
        if options.discard:
            folder.discard_personal_data()
    return result


def write_reports(result: AuditResult, folder: Path) -> None:
    """Render ``metrics.csv`` and ``report.html`` from a result; the same result gives the same bytes."""
    write_atomic(folder / "metrics.csv", metrics_csv(result).encode())
    write_atomic(folder / "report.html", render_html(result).encode())


def schema_of(name: str) -> dict[str, JsonValue]:
    """The JSON Schema of a format: ``plan``, ``manifest`` or ``result``.

    Raises:
        InputError: There is no such format.
    """
    schemas: Mapping[str, Callable[[], dict[str, JsonValue]]] = {
        "plan": plan_schema,
        "manifest": manifest_schema,
        "result": result_schema,
    }
    if name not in schemas:
        raise InputError(f"no schema {name!r}; there are: {', '.join(schemas)}")
    return schemas[name]()


def _on_the_day_it_began(plan: AuditPlan, options: RunOptions) -> AuditPlan:
    """A plan without a date takes the day of the run that it continues, so that it can be resumed tomorrow."""
    if options.out is None or not options.resume or "date" in plan.model_fields_set:
        return plan
    began = stored_date(options.out)
    return plan if began is None else plan.model_copy(update={"date": began})


def _run_folder(run: Prepared, options: RunOptions) -> RunFolder:
    """The run folder of this plan; a temporary one where nothing is to be kept."""
    text = plan_text(run.resolved)
    if options.out is None:
        return RunFolder.temporary(text)
    return RunFolder.open(options.out, text, resume=options.resume)


def _given(run: Prepared, source: Source, folder: RunFolder, options: RunOptions) -> Given:
    """What the system gave: enrolled here where the source is a folder of images."""
    return _enrolled(run, source, folder, options) if isinstance(source, Path) else source


def _compared(run: Prepared, given: Given, folder: RunFolder, options: RunOptions) -> Counts:
    """The counts; kept in the run folder for compare and review, beside the response times of systems that ran here."""
    started = time.monotonic()
    counts = counted(run, given, _compare_options(folder.path / "comparisons" / "blocks", options))
    seconds = time.monotonic() - started
    if options.out is None:
        return counts
    if not options.discard:
        save_counts(counts_folder(folder.path), _to_store(run, counts))
    if isinstance(given, Enrolment) and run.plan.system.kind in ("dlib", "deepface"):
        whole = None if options.resume else ComparisonTime(seconds=seconds, comparisons=_completed(counts))
        _time(run, given, folder.path, whole)
    return counts


def _compare_options(folder: Path, options: RunOptions) -> CompareOptions:
    progress = progress_for(enabled=options.progress, words=COMPARING)
    return CompareOptions(workers=options.workers, folder=folder, progress=progress)


def _time(run: Prepared, enrolment: Enrolment, folder: Path, comparison: ComparisonTime | None) -> None:
    """Keep response times beside the result, in which they would change from run to run.

    A resumed run may have taken up comparisons that were made before: it states no rate of them.
    """
    store = folder / "templates"
    times = response_times(
        run.samples,
        enrolment_seconds(run.samples, enrolment.identity, store_folder=store, pixel_limit=PIXEL_LIMIT),
        partitions=run.partitions,
        level=run.plan.interval_level,
        comparison=comparison,
    )
    write_response_times(folder, times)


def _completed(counts: Counts) -> int:
    """Comparisons that have a score."""
    mated = int(np.count_nonzero(counts.mated.completed))
    if counts.listed is not None:
        return mated + int(np.count_nonzero(counts.listed.completed))
    assert counts.acquisition is not None  # counts of all pairs have it
    enrolled = int(np.count_nonzero(counts.acquisition.enrolled))
    return enrolled * (enrolled - 1) // 2


def _enrolled(run: Prepared, root: Path, folder: RunFolder, options: RunOptions) -> Enrolment:
    system = run.plan.system
    assert system.kind in ("dlib", "deepface")  # open_source gives a root for these alone
    progress = progress_for(enabled=options.progress)
    return enrol(
        run.samples,
        spec=system,
        two_faces=run.plan.two_faces,
        root=root,
        store_folder=folder.path / "templates",
        options=EnrolmentOptions(read=read_image, pixel_limit=PIXEL_LIMIT, workers=options.workers, progress=progress),
    )


def _plan_sha256(run: Prepared) -> str:
    return hashlib.sha256(plan_text(run.resolved).encode()).hexdigest()


def _to_store(run: Prepared, counts: Counts) -> StoredCounts:
    return StoredCounts(
        counts,
        run.partitions,
        index_sha256=run.dataset.manifest.files.sha256 or "",
        plan_sha256=_plan_sha256(run),
        calibration=calibration_subjects(run.plan, run.samples, run.partitions),
    )


def _result(run: Prepared, given: Given, counts: Counts, again: CompareOptions) -> AuditResult:
    """The result; ``again`` says how to compare a second time, with the decisions on doubtful labels."""
    return assemble(
        Audited(
            plan=run.plan,
            resolved=run.resolved,
            plan_sha256=_plan_sha256(run),
            dataset=run.dataset,
            admission=run.admission,
            samples=run.samples,
            partitions=run.partitions,
            identity=given.identity,
            enrolment=given if isinstance(given, Enrolment) else None,
            analysis=analysed(run, counts),
            second=read_again(run, given, again),
            mated_subjects=counts.mated_subjects,
        )
    )
