"""What a report says of the differences between the groups of one partition at one operating point."""

from collections.abc import Iterable
from dataclasses import replace

from evalharness.reporting import groupwording
from evalharness.reporting.adjustments import adjusted_section
from evalharness.reporting.differences import differential_section
from evalharness.reporting.hypotheses import hypothesis_section
from evalharness.reporting.lookup import ALL, Findings
from evalharness.reporting.silent import silent_rates, without
from evalharness.reporting.tables import Section
from evalharness.reporting.text import partition_label
from evalharness.reporting.worst import worst_section

_PARTS = (differential_section, worst_section, hypothesis_section, adjusted_section)


def between_groups(findings: Findings, point: str, partition: str, *, key: str) -> tuple[Section, ...]:
    """The sections on differences that the result has anything for, in the order in which they are read.

    Args:
        findings: The result; of a set that is withheld as a whole there is nothing to tell.
        point: Name of the operating point; empty for failures to acquire.
        partition: Its id.
        key: What every id in these sections begins with.
    """
    if findings.disclosure.hides(ALL):
        return ()
    silent = silent_rates(findings, point, partition)
    kept = without(findings, silent.rates, point, partition)
    differing, *others = (part(kept, point, partition, key=key) for part in _PARTS)
    if differing is None and silent.sentences:
        differing = Section(f"{key}-differ", groupwording.DIFFERENTIALS)
    if differing is not None:
        differing = replace(differing, sentences=(*silent.sentences, *differing.sentences))
    found = (section for section in (differing, *others) if section is not None)
    return tuple(replace(section, title=f"{section.title}, by {partition_label(partition)}") for section in found)


def said_once(partitions: Iterable[tuple[Section, ...]]) -> list[tuple[Section, ...]]:
    """The same sections; a sentence on how to read them stands in the first that has it."""
    said: set[str] = set()
    found = []
    for sections in partitions:
        fresh = []
        for section in sections:
            fresh.append(replace(section, sentences=tuple(s for s in section.sentences if s not in said)))
            said.update(section.sentences)
        found.append(tuple(fresh))
    return found
