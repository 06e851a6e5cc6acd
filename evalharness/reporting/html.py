"""``report.html``: one self-contained page, without script, the same bytes for the same result."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from evalharness.reporting import facts, groupwording, wording
from evalharness.reporting.between import between_groups, said_once
from evalharness.reporting.keyresults import acquisition_sentence, key_results
from evalharness.reporting.lookup import Findings
from evalharness.reporting.numbers import level
from evalharness.reporting.points import further_table, point_view
from evalharness.reporting.rates import fta_table
from evalharness.reporting.readings import reading_views
from evalharness.reporting.tables import Section, Table
from evalharness.reporting.text import partition_label, visible
from evalharness.reporting.tradeoff import tradeoff_lead, tradeoff_sections
from evalharness.result import AuditResult

if TYPE_CHECKING:
    from jinja2 import Template


def render_html(result: AuditResult) -> str:
    """The report that an auditor hands over.

    Groups below the plan's disclosure floor are blanked, unless the dataset states that its group sizes are
    public or nobody is behind the faces. Every string of the result is printed as text.

    Args:
        result: What an audit found.

    Returns:
        A complete HTML document that loads nothing and runs nothing.
    """
    findings = Findings.of(result)
    partitions = list(enumerate(result.population.partitions, 1))
    observable = result.population.acquisition_observable
    tradeoff, readings = tradeoff_sections(findings), reading_views(findings)
    return _template().render(
        w=wording,
        gw=groupwording,
        no=_numbers(tradeoff=bool(tradeoff), readings=bool(readings)),
        result=result,
        level=level(result.audit.interval_level),
        title=wording.title(result.system.name, result.dataset.name),
        key_results=key_results(findings),
        acquisition=acquisition_sentence(findings),
        reading=wording.reading(synthetic=result.dataset.synthetic),
        lead=f"{wording.versioned(result.system.name, result.system.version)}, measured on "
        f"{wording.versioned(result.dataset.name, result.dataset.version)}.",
        measured=list(facts.measured(result)),
        people=[*facts.people(findings), *facts.evidence(result)],
        labels=facts.label_table(findings),
        groups=[facts.group_table(findings, partition, key=f"part-{i}") for i, partition in partitions],
        fta=list(_acquisition(findings)) if observable else [],
        fta_further=further_table(findings, "", key="all"),
        tradeoff=tradeoff,
        tradeoff_lead=tradeoff_lead(findings),
        readings=readings,
        points=[point_view(findings, point, key=f"op-{i}") for i, point in enumerate(result.operating_points, 1)],
        reproduce=[*facts.reproduce(result), *facts.exact_thresholds(findings)],
        reproduce_text=wording.reproduce(images=facts.needs_images(result)),
        plan=facts.plan_text(result),
    )


@dataclass(frozen=True, slots=True)
class _Acquisition:
    """Failures to acquire by one partition."""

    id: str
    by: str
    table: Table
    sections: tuple[Section, ...]


def _acquisition(findings: Findings) -> Iterator[_Acquisition]:
    partitions = list(enumerate(findings.result.population.partitions, 1))
    between = said_once(between_groups(findings, "", part.id, key=f"part-{i}-fta") for i, part in partitions)
    for (place, partition), sections in zip(partitions, between, strict=True):
        table = fta_table(findings, partition, key=f"part-{place}")
        yield _Acquisition(f"acquisition-{place}", partition_label(partition.id), table, sections)


def _numbers(**present: bool) -> dict[str, int]:
    """The numbers of the sections that this report has."""
    names = (
        "measured",
        "people",
        "groups",
        "acquisition",
        "rates",
        "tradeoff",
        "readings",
        "limits",
        "methods",
        "reproduce",
    )
    return {name: place for place, name in enumerate((name for name in names if present.get(name, True)), 1)}


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("evalharness.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    return environment.get_template("report.html.j2")


def _plain(value: object) -> object:
    """What a template prints: strings that are not already markup lose whatever a reader could not see."""
    return visible(value) if type(value) is str else value
