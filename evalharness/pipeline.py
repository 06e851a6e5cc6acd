"""run_audit(plan) -> AuditResult: the only module that knows every stage."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from evalharness.assembly import Audited, assemble
from evalharness.counts import Counts
from evalharness.errors import InputError
from evalharness.files import write_atomic
from evalharness.manifests import (
    Admission,
    LoadedManifest,
    Task,
    check_plan_against,
    load_manifest,
    manifest_schema,
    require_admission,
)
from evalharness.plan import AuditPlan, ListedComparisons, ScoresSystem, TemplatesSystem, plan_schema
from evalharness.progress import progress_for
from evalharness.records import Enrolment, PairList, Partition, Samples, SystemIdentity
from evalharness.reporting.html import render_html
from evalharness.reporting.metrics_csv import metrics_csv
from evalharness.result import AuditResult, dump_result, result_schema
from evalharness.runfolder import RunFolder, plan_text
from evalharness.samples import PIXEL_LIMIT, find_root, load_index, partition, read_image, verify_files
from evalharness.statistics import measure
from evalharness.systems import EnrolmentOptions, enrol, load_system, read_scores, read_templates
from evalharness.tasks.verification import count, count_scores, read_pair_list


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run an audit; none of it changes a number."""

    out: Path | None = None  # the run folder; None: nothing is kept but the result
    data_root: Path | None = None  # goes before the plan's own root
    resume: bool = False  # continue a run of the same plan
    discard: bool = False  # remove templates and comparisons at the end
    progress: bool = False  # report on standard error
    workers: int | None = None  # processes; None: one for each core


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A plan with everything that can be known before the system runs."""

    plan: AuditPlan
    dataset: LoadedManifest
    admission: Admission
    samples: Samples
    partitions: tuple[Partition, ...]
    resolved: dict[str, JsonValue]
    pairs: PairList | None


@dataclass(frozen=True, slots=True)
class _Measured:
    """What the system gave, counted."""

    identity: SystemIdentity
    enrolment: Enrolment | None
    counts: Counts


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
    run = _admit(plan)
    root = _verified_root(run, options)
    with _run_folder(run, options) as folder:
        with folder.stage("enrol and compare"):
            measured = _measure_system(run, root, folder, options)
        with folder.stage("statistics"):
            result = _evaluate(run, measured)
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


def check_audit(plan: AuditPlan, options: RunOptions | None = None) -> Iterator[str]:
    """Everything that can be checked without running the system, one line for each thing found in order.

    Raises:
        EvalHarnessError: As ``run_audit`` would, before the system runs.
    """
    options = options or RunOptions()
    run = _admit(plan)
    manifest = run.dataset.manifest
    yield f"plan {plan.audit}: well formed"
    yield f"dataset {manifest.id}, {manifest.version}: admitted for {plan.purpose}, {plan.task.kind}, on {plan.date}"
    yield f"index: {len(run.samples)} samples of {len(run.samples.subjects)} subjects"
    for divided in run.partitions:
        yield f"groups {divided.id}: {len(divided.groups)}"
    yield f"operating points: {', '.join(spec.name for spec in plan.operating_point_specs())}"
    if isinstance(plan.system, TemplatesSystem):
        enrolment = read_templates(plan.system, run.samples)
        yield f"templates: {len(enrolment.templates)}, failures: {len(enrolment.failures)}"
    elif isinstance(plan.system, ScoresSystem):
        yield f"scores: {len(read_scores(plan.system, run.samples).listed.scores)}"
    else:
        yield f"system: {load_system(plan.system, plan.two_faces).identity.name}"
        root = _verified_root(run, options)
        yield f"images: {len(run.samples)} in {root}, every digest as pinned"


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


def _admit(plan: AuditPlan) -> _Admitted:
    dataset = load_manifest(plan.dataset)
    admission = require_admission(dataset.manifest, purpose=plan.purpose, task=Task(plan.task.kind), on=plan.date)
    check_plan_against(plan, dataset.manifest)
    samples = load_index(dataset)
    asked = plan.task.comparisons
    return _Admitted(
        plan=plan,
        dataset=dataset,
        admission=admission,
        samples=samples,
        partitions=tuple(
            partition(samples, names, manifest=dataset.manifest, age_bins=plan.age_bins) for names in plan.partitions()
        ),
        resolved=plan.resolved(dataset.manifest.id, dataset.sha256, dataset.manifest.files.sha256 or ""),
        pairs=read_pair_list(asked.list, samples) if isinstance(asked, ListedComparisons) else None,
    )


def _verified_root(run: _Admitted, options: RunOptions) -> Path | None:
    """The data root with every digest verified; None where the system brings templates or scores."""
    if isinstance(run.plan.system, TemplatesSystem | ScoresSystem):
        return None
    root = find_root(run.dataset, data_root=options.data_root, plan_root=run.plan.dataset.root)
    verify_files(run.samples, root)
    return root


def _run_folder(run: _Admitted, options: RunOptions) -> RunFolder:
    """The run folder of this plan; a temporary one where nothing is to be kept."""
    text = plan_text(run.resolved)
    if options.out is None:
        return RunFolder.temporary(text)
    return RunFolder.open(options.out, text, resume=options.resume)


def _measure_system(run: _Admitted, root: Path | None, folder: RunFolder, options: RunOptions) -> _Measured:
    system = run.plan.system
    if isinstance(system, ScoresSystem):
        scores = read_scores(system, run.samples)
        comparisons: Literal["all-pairs"] | PairList | None = run.pairs
        if run.plan.task.comparisons == "all-pairs":
            comparisons = "all-pairs"
        kind = scores.identity.score_kind
        counts = count_scores(run.samples, scores.listed, score_kind=kind, comparisons=comparisons)
        return _Measured(scores.identity, None, counts)
    if isinstance(system, TemplatesSystem):
        enrolment = read_templates(system, run.samples)
    else:
        assert root is not None  # _verified_root gives one for every system that enrols
        enrolment = enrol(
            run.samples,
            spec=system,
            two_faces=run.plan.two_faces,
            root=root,
            store_folder=folder.path / "templates",
            options=_enrolment_options(options),
        )
    specs = run.plan.operating_point_specs()
    counts = count(run.samples, enrolment, specs=specs, partitions=run.partitions, pairs=run.pairs)
    return _Measured(enrolment.identity, enrolment, counts)


def _enrolment_options(options: RunOptions) -> EnrolmentOptions:
    progress = progress_for(enabled=options.progress)
    return EnrolmentOptions(read=read_image, pixel_limit=PIXEL_LIMIT, workers=options.workers, progress=progress)


def _evaluate(run: _Admitted, measured: _Measured) -> AuditResult:
    plan = run.plan
    measurements = measure(
        measured.counts,
        partitions=run.partitions,
        specs=plan.operating_point_specs(),
        level=plan.interval_level,
        min_subjects=plan.min_subjects,
    )
    return assemble(
        Audited(
            plan=plan,
            resolved=run.resolved,
            plan_sha256=hashlib.sha256(plan_text(run.resolved).encode()).hexdigest(),
            dataset=run.dataset,
            admission=run.admission,
            samples=run.samples,
            partitions=run.partitions,
            identity=measured.identity,
            enrolment=measured.enrolment,
            measurements=measurements,
            mated_subjects=measured.counts.mated_subjects,
        )
    )
