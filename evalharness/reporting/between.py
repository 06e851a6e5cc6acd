"""What a report says of the differences between the groups of one partition at one operating point."""

from collections.abc import Iterable
from dataclasses import replace

from evalharness.reporting.adjustments import adjusted_section
from evalharness.reporting.differences import differential_section
from evalharness.reporting.hypotheses import hypothesis_section
from evalharness.reporting.lookup import ALL, Findings
from evalharness.reporting.tables import Section
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
    found = (part(findings, point, partition, key=key) for part in _PARTS)
    return tuple(section for section in found if section is not None)


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
