"""What is stored of a run beside its result."""

from dataclasses import dataclass
from pathlib import Path

from evalharness.counts import Counts
from evalharness.records import BoolArray, Partition


@dataclass(frozen=True, slots=True)
class StoredCounts:
    """The counts of one run, with the groups of its samples and the digests that say whose they are."""

    counts: Counts
    partitions: tuple[Partition, ...]
    index_sha256: str  # of the dataset's index: which samples the numbers stand for
    plan_sha256: str  # of the resolved plan: which run this belongs to
    calibration: BoolArray | None = None  # (subjects,) who sets fitted thresholds alone; None: nobody was set apart


def counts_folder(run_folder: Path) -> Path:
    """Where a run folder keeps its counts."""
    return run_folder / "comparisons" / "counts"
