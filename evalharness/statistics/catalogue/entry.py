"""The form of a catalogue row."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One measure, in words."""

    id: str
    name: str
    formula: str
    direction: str
    unit: str
    source: str
    caution: str
