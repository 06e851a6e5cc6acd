"""How a comparison is run; none of it changes which pairs are held, a count at a threshold, or a rate."""

from dataclasses import dataclass, field
from pathlib import Path

from evalharness.comparison.backends import BackendName
from evalharness.progress import NoProgress, Progress


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """Settings of the engine."""

    workers: int | None = None  # processes; None: one for each core
    backend: BackendName | None = None  # None: the fastest at hand
    folder: Path | None = None  # where finished batches are kept until the count is complete; None: nowhere
    progress: Progress = field(default_factory=NoProgress)  # counts pairs of templates
    block: int = 1024  # templates on a side of a block, about
    batch_pairs: int | None = None  # about how many pairs a batch has; None: chosen
    pool_from: float = 2e11  # products of two numbers; fewer are done in this process
