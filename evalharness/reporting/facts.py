"""What was measured, on whom, by what right, and how to do it again: facts as a result states them."""

import json
from collections.abc import Iterator, Mapping

from evalharness.reporting import wording
from evalharness.reporting.lookup import ALL, Findings
from evalharness.reporting.numbers import count
from evalharness.reporting.tables import Cell, Column, Fact, Table
from evalharness.reporting.text import group_label, partition_label, web_link
from evalharness.result import AuditResult, Evidence, GroupInfo, LabelInfo, PartitionInfo

_READY_MADE = ("templates", "scores")  # kinds of system


def measured(result: AuditResult) -> Iterator[Fact]:
    """The system and how it was asked."""
    system, audit = result.system, result.audit
    yield Fact("System", f"{wording.versioned(system.name, system.version)}; adapter: {system.kind}")
    for weights in system.weights:
        yield Fact(f"Weights: {weights.name}", f"sha256 {weights.sha256}", code=True)
    for name, value in system.settings.items():
        yield Fact(f"Setting: {name}", value)
    yield Fact("Score", f"{system.score_kind}; comparator: {system.comparator or 'the system itself'}")
    yield Fact("Decision rule", f"{audit.decision_rule}. {wording.TIES}")
    yield Fact("Task", f"{audit.task}; compared: {wording.comparisons(audit.comparisons)}")
    yield Fact("An image with more than one face", wording.two_faces(audit.two_faces))
    yield Fact("Purpose", audit.purpose)
    yield Fact("Date", audit.date)


def people(findings: Findings) -> Iterator[Fact]:
    """The dataset, its licence and the consent that the run rests on."""
    data = findings.result.dataset
    hidden = findings.disclosure.hides_size(ALL)
    size = wording.WITHHELD if hidden else f"{count(data.subjects)} subjects, {count(data.samples)} samples"
    yield Fact("Dataset", f"{data.name} ({data.id}), version {data.version}", web_link(data.homepage))
    yield Fact("Size", size)
    yield Fact("Curator", data.curator)
    yield Fact("Attribution", data.attribution)
    yield Fact("Licence", f"{data.licence}; commercial use: {data.commercial_use}")
    yield Fact("Basis of consent", data.consent_basis)
    yield Fact("What was consented to", data.consent_scope)
    yield Fact("Purposes it covers", ", ".join(data.consent_purposes) or "none stated")
    yield Fact("Tasks it covers", ", ".join(data.consent_tasks) or "none stated")
    yield Fact("Consent expires", data.consent_expires or "no date stated")
    yield Fact("Withdrawal", data.withdrawal)
    yield Fact("Withdrawals last applied", data.withdrawals_applied or "no date stated")


def evidence(result: AuditResult) -> Iterator[Fact]:
    """Where the statements on consent, and the grounds of admission, can be checked: each statement once."""
    said = dict.fromkeys(result.dataset.consent_evidence)
    yield from (_evidence("Evidence of consent", item) for item in said)
    word = "Ground for admission" if result.admission.granted else "Reason for refusal"
    grounds = dict.fromkeys(result.admission.grounds)
    yield from (_evidence(word, item) for item in grounds if item not in said)


def _evidence(term: str, item: Evidence) -> Fact:
    link = web_link(item.source)
    return Fact(term, item.text if link else f"{item.text} (source: {item.source})", link)


def label_table(findings: Findings) -> Table:
    """Each label attribute: who assigned it, and what is missing."""
    return Table(
        id="labels",
        caption=wording.LABELS_CAPTION,
        columns=(
            Column("Attribute"),
            Column("Assigned"),
            Column("Values"),
            Column("Samples without", numeric=True),
            Column("Samples with several", numeric=True),
        ),
        rows=tuple(_label_row(findings, label) for label in findings.result.dataset.labels),
    )


def _label_row(findings: Findings, label: LabelInfo) -> tuple[Cell, ...]:
    return (
        Cell(label.attribute, label.description),
        Cell(wording.provenance(label.provenance)),
        Cell(", ".join(label.values) or label.kind),
        _small_count(findings, label.missing_samples),
        _small_count(findings, label.multi_valued_samples),
    )


def _small_count(findings: Findings, number: int) -> Cell:
    """Samples that may belong to fewer subjects than the floor are not counted out where groups are withheld."""
    if findings.disclosure.hides_size(*findings.disclosure.hidden) and 0 < number < findings.disclosure.floor:
        return Cell(wording.WITHHELD, absent=True)
    return Cell(count(number), numeric=True)


def group_table(findings: Findings, partition: PartitionInfo, *, key: str) -> Table:
    """Subjects, samples and what became of them, for each group of a partition."""
    rows = tuple(_group_row(findings, group) for group in partition.groups)
    notes = []
    if any(sum(group.faults.values()) for group in partition.groups):
        notes.append(wording.FAULTS_NOTE)
    if findings.disclosure.hides(*(group.id for group in partition.groups)):
        notes.append(findings.disclosure.note)
    table = Table(
        id=f"{key}-groups",
        caption=f"Groups by {partition_label(partition.id)}",
        columns=(
            Column("Group"),
            Column("Subjects", numeric=True),
            Column("Samples", numeric=True),
            Column("Without template", numeric=True),
            Column("Unusable images", numeric=True),
            Column("Subjects without mated comparison", numeric=True),
            Column("Remark"),
        ),
        rows=rows,
        notes=tuple(notes),
    )
    return table.without_empty_column("Remark")


def _group_row(findings: Findings, group: GroupInfo) -> tuple[Cell, ...]:
    name = Cell(group_label(group.id))
    sizes = Cell(count(group.subjects), numeric=True), Cell(count(group.samples), numeric=True)
    remark = Cell("" if group.adequate else wording.TOO_SMALL)
    if findings.disclosure.hides_size(group.id):
        return (name, *(Cell(wording.WITHHELD, absent=True) for _ in range(5)), Cell(""))
    if findings.disclosure.hides(group.id):
        return (name, *sizes, *(Cell(wording.WITHHELD, absent=True) for _ in range(3)), remark)
    failures = _by_reason(group.failures)
    if not findings.result.population.acquisition_observable:
        failures = Cell("not known", absent=True)
    return (
        name,
        *sizes,
        failures,
        _by_reason(group.faults),
        Cell(count(group.single_sample_subjects), numeric=True),
        remark,
    )


def _by_reason(numbers: Mapping[str, int]) -> Cell:
    said = ", ".join(f"{wording.reason(name)}: {count(number)}" for name, number in numbers.items() if number)
    return Cell(count(sum(numbers.values())), detail=said, numeric=True)


def reproduce(result: AuditResult) -> Iterator[Fact]:
    """The command and every digest that identifies what went in."""
    audit, data = result.audit, result.dataset
    folder = " --data-root FOLDER" if needs_images(result) else ""
    yield Fact("Command", f"evalharness run plan.yaml --out runs/{audit.name}{folder}", code=True)
    yield Fact("Seed", str(audit.seed), code=True)
    yield Fact("Plan", f"sha256 {audit.plan_sha256}", code=True)
    yield Fact("Dataset manifest", f"sha256 {data.manifest_sha256}", code=True)
    yield Fact("Dataset index", f"sha256 {data.index_sha256}", code=True)
    yield Fact("Result schema", result.schema_version, code=True)
    for name, version in result.software.items():
        yield Fact(name, version, code=True)


def exact_thresholds(findings: Findings) -> Iterator[Fact]:
    """Thresholds to the last digit, in the system's own unit."""
    for point in findings.result.operating_points:
        for name, value in point.thresholds.items():
            if not findings.disclosure.hides(name):
                where = "" if name == ALL else f", {group_label(name)}"
                yield Fact(f"Threshold of {point.name}{where}", repr(value), code=True)


def needs_images(result: AuditResult) -> bool:
    """Whether the system was shown images; ready-made templates and scores bring none."""
    return result.system.kind not in _READY_MADE


def plan_text(result: AuditResult) -> str:
    """The resolved plan; JSON is YAML 1.2, so it can be saved as ``plan.yaml``."""
    return json.dumps(result.plan, indent=2, ensure_ascii=False)
