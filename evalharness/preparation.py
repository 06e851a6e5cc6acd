"""Everything that is settled before a system runs: admission, the index, the groups, and what the system works on.

Nothing here writes. Bad input is found here, so that it leaves no run folder behind.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import JsonValue

from evalharness.counts import Counts
from evalharness.errors import PlanError
from evalharness.groundtruth import Decisions, read_decisions
from evalharness.manifests import (
    Admission,
    LoadedManifest,
    Task,
    check_plan_against,
    load_manifest,
    require_admission,
)
from evalharness.plan import AuditPlan, ListedComparisons, ScoresSystem, TemplatesSystem
from evalharness.records import BoolArray, Enrolment, Group, PairList, Partition, Samples
from evalharness.samples import find_root, load_index, partition, root_is_known, verify_files
from evalharness.statistics import split_subjects
from evalharness.systems import PrecomputedScores, load_system, read_scores, read_templates
from evalharness.tasks.verification import count_scores, read_pair_list

Source = Path | Enrolment | PrecomputedScores
"""What a system works on: the folder of the images, or what was computed elsewhere."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An admitted plan with everything that can be known before the system runs."""

    plan: AuditPlan
    dataset: LoadedManifest
    admission: Admission
    samples: Samples
    partitions: tuple[Partition, ...]
    covariates: tuple[Partition, ...]  # samples divided by each covariate of the adjustment
    references: tuple[str, ...]  # ids of groups to which others are set in ratio
    resolved: dict[str, JsonValue]
    pairs: PairList | None
    decisions: Decisions | None  # on doubtful labels


def prepare(plan: AuditPlan) -> Prepared:
    """Admit a plan and read what it names.

    Raises:
        InputError: Plan, manifest, index or pair list are wrong.
        AdmissionRefusedError: Licence or consent does not admit the run.
    """
    dataset = load_manifest(plan.dataset)
    _check_pins(plan, dataset)
    admission = require_admission(dataset.manifest, purpose=plan.purpose, task=Task(plan.task.kind), on=plan.date)
    check_plan_against(plan, dataset.manifest)
    samples = load_index(dataset)
    asked, adjust, truth = plan.task.comparisons, plan.statistics.adjust, plan.ground_truth

    def divided(names: tuple[str, ...]) -> Partition:
        return partition(samples, names, manifest=dataset.manifest, age_bins=plan.age_bins)

    partitions = tuple(divided(names) for names in plan.partitions())
    _check_calibration(plan, calibration_subjects(plan, samples, partitions))
    return Prepared(
        plan=plan,
        dataset=dataset,
        admission=admission,
        samples=samples,
        partitions=partitions,
        covariates=tuple(divided((name,)) for name in adjust.covariates) if adjust else (),
        references=_references(plan, partitions),
        resolved=plan.resolved(dataset.manifest.id, dataset.sha256, dataset.manifest.files.sha256 or ""),
        pairs=read_pair_list(asked.list, samples) if isinstance(asked, ListedComparisons) else None,
        decisions=read_decisions(truth.decisions, samples) if truth else None,
    )


_FEWEST_ON_A_SIDE = 3  # subjects: with fewer, a threshold or a rate has no spread to speak of


def calibration_subjects(plan: AuditPlan, samples: Samples, partitions: tuple[Partition, ...]) -> BoolArray | None:
    """(subjects,) who sets fitted thresholds, drawn by the plan's seed; None where all do and all are measured."""
    share = plan.statistics.calibration_share
    if share is None:
        return None
    rng = np.random.default_rng([plan.seed, *b"calibration"])
    return split_subjects(samples.subject_of, partitions[0], share=float(share), rng=rng)


def _check_calibration(plan: AuditPlan, chosen: BoolArray | None) -> None:
    """Refuse a share that leaves too few subjects on one side.

    Raises:
        PlanError: With the numbers.
    """
    if chosen is None:
        return
    setting, measured = int(np.count_nonzero(chosen)), int(np.count_nonzero(~chosen))
    if min(setting, measured) < _FEWEST_ON_A_SIDE:
        text = (
            f"of {len(chosen)} subjects, {setting} would set thresholds and {measured} would be measured; expected at "
            f"least {_FEWEST_ON_A_SIDE} of each. Choose another share, or leave it out"
        )
        raise PlanError(
            f"the plan {plan.audit} divides too few subjects",
            [plan.fault(("statistics", "calibration_share"), text)],
        )


def _references(plan: AuditPlan, partitions: tuple[Partition, ...]) -> tuple[str, ...]:
    """The groups that the plan names as references, and those that set a threshold.

    Raises:
        PlanError: Nobody is in such a group.
    """
    by_attributes = {frozenset(each.attributes): each for each in partitions}
    named, faults = dict[str, None](), []
    for i, group in enumerate(plan.statistics.references):
        divided = by_attributes[frozenset(group)]
        name = Group(tuple((attribute, group[attribute]) for attribute in divided.attributes)).id
        named[name] = None
        if name not in {each.id for number, each in enumerate(divided.groups) if (divided.group_of == number).any()}:
            faults.append(plan.fault(("statistics", "references", i), f"no sample is in the group {name}"))
    if faults:
        raise PlanError(f"the plan {plan.audit} refers to empty groups", faults)
    setters = (spec.group.id for spec in plan.operating_point_specs() if spec.group)
    return tuple(dict.fromkeys((*named, *setters)))


def open_source(run: Prepared, data_root: Path | None) -> Source:
    """What the system works on, read or verified: every digest of the images, or every row of the files.

    Raises:
        InputError: Images, weights, templates or scores are not what the plan and the index say.
        MissingDependencyError: A library that the system needs is not installed.
    """
    system = run.plan.system
    if isinstance(system, ScoresSystem):
        return read_scores(system, run.samples)
    if isinstance(system, TemplatesSystem):
        return read_templates(system, run.samples)
    load_system(system, run.plan.two_faces)
    root = find_root(run.dataset, data_root=data_root, plan_root=run.plan.dataset.root)
    verify_files(run.samples, root)
    return root


def counts_of_scores(plan: AuditPlan, samples: Samples, scores: PrecomputedScores, *, pairs: PairList | None) -> Counts:
    """Count the comparisons of a score file that the plan asks for.

    Raises:
        SystemInputError: The file lacks comparisons that the plan asks for.
    """
    asked: Literal["all-pairs"] | PairList | None = "all-pairs" if plan.task.comparisons == "all-pairs" else pairs
    return count_scores(samples, scores.listed, score_kind=scores.identity.score_kind, comparisons=asked)


def check_audit(plan: AuditPlan, *, data_root: Path | None = None) -> Iterator[str]:
    """Everything that can be checked without running the system, one line for each thing found in order.

    Raises:
        EvalHarnessError: As ``run_audit`` would, before the system runs. Images whose folder is not named anywhere
            are left unchecked, and a line says so.
    """
    run = prepare(plan)
    manifest = run.dataset.manifest
    yield f"plan {plan.audit}: well formed"
    yield f"dataset {manifest.id}, {manifest.version}: admitted for {plan.purpose}, {plan.task.kind}, on {plan.date}"
    yield f"index: {len(run.samples)} samples of {len(run.samples.subjects)} subjects"
    for divided in run.partitions:
        yield f"groups {divided.id}: {len(divided.groups)}"
    yield f"operating points: {', '.join(spec.name for spec in plan.operating_point_specs())}"
    if run.decisions is not None:
        yield f"ground truth: {len(run.decisions.rows)} decisions"
    yield from _check_source(run, data_root)


def _check_source(run: Prepared, data_root: Path | None) -> Iterator[str]:
    system = run.plan.system
    if not isinstance(system, ScoresSystem | TemplatesSystem):
        yield f"system: {load_system(system, run.plan.two_faces).identity.name}"
        if not root_is_known(run.dataset, data_root=data_root, plan_root=run.plan.dataset.root):
            yield "images: not checked; say where they lie with --data-root"
            return
    source = open_source(run, data_root)
    if isinstance(source, PrecomputedScores):
        counts_of_scores(run.plan, run.samples, source, pairs=run.pairs)
        yield f"scores: {len(source.listed.scores)}"
    elif isinstance(source, Enrolment):
        yield f"templates: {len(source.templates)}, failures: {len(source.failures)}"
    else:
        yield f"images: {len(run.samples)} in {source}, every digest as pinned"


def _check_pins(plan: AuditPlan, dataset: LoadedManifest) -> None:
    """A plan may pin the digests of its dataset, as a resolved plan does.

    Raises:
        PlanError: The dataset is another edition than the plan pins.
    """
    pins = (
        ("manifest_sha256", plan.dataset.manifest_sha256, dataset.sha256),
        ("index_sha256", plan.dataset.index_sha256, dataset.manifest.files.sha256),
    )
    faults = [
        plan.fault(("dataset", key), f"the plan pins {wanted}, this dataset has {found}; it is another edition")
        for key, wanted, found in pins
        if wanted is not None and wanted != found
    ]
    if faults:
        raise PlanError(f"the plan {plan.audit} pins another dataset than {dataset.path}", faults)
