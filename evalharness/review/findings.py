"""What a review found: pairs of samples that deserve a look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FindingKind(StrEnum):
    """Why a pair deserves a look."""

    SAME_FILE = "same-file"  # one file under two subjects
    SAME_TEMPLATE = "same-template"  # two files under two subjects gave one template
    SWAP = "swap"  # a sample matches nobody of its own, but somebody else
    NON_MATED = "non-mated"  # among the highest scores of two subjects
    MATED = "mated"  # among the lowest scores of one subject


@dataclass(frozen=True, slots=True)
class Finding:
    """Two samples, by their places in the index."""

    kind: FindingKind
    probe: int
    reference: int
    score: float | None  # in the system's own unit; None where the two were not compared
    own_best: float | None = None  # swap: the best score of the probe with its own subject


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found, by kind and then by score."""

    findings: tuple[Finding, ...]
    unseen: tuple[str, ...] = ()  # what could not be looked for, and why
    shares: Mapping[str, Mapping[tuple[int, int], float]] = field(default_factory=dict)
    """By operating point: the share of all its false matches that two subjects carry, lower subject first."""
    false_matches: Mapping[str, int] = field(default_factory=dict)  # by operating point
