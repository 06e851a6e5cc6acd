"""What a peer sees of a draw: errors and comparisons of each group, and on whom the errors fall."""

from dataclasses import dataclass, field

import numpy as np

from evalharness.counts import Counts
from evalharness.records import IntArray

from .population import Population


@dataclass(frozen=True, slots=True)
class Observed:
    """False matches and false non-matches of one group at one threshold."""

    subjects: int
    images: int
    first: IntArray = field(repr=False)  # (e,) one subject of each false match, 0 .. subjects - 1
    second: IntArray = field(repr=False)  # (e,) the other
    mated_errors: IntArray = field(repr=False)  # (subjects,) false non-matches of each

    @property
    def trials(self) -> int:
        """Non-mated comparisons."""
        return self.subjects * (self.subjects - 1) // 2 * self.images**2

    @property
    def mated_trials(self) -> int:
        """Mated comparisons of each subject."""
        return self.images * (self.images - 1) // 2


def observe(counts: Counts, population: Population, threshold: float) -> list[Observed]:
    """The errors of each group at a threshold."""
    match = counts.tail.scores >= threshold
    first, second = (counts.subject_of[side[match]] for side in (counts.tail.probe, counts.tail.reference))
    wrong = counts.mated.scores < threshold
    mated = np.bincount(counts.subject_of[counts.mated.probe[wrong]], minlength=counts.subjects)
    groups, start = [], 0
    for subjects in population.subjects:
        stop = start + subjects
        inside = (first >= start) & (first < stop) & (second >= start) & (second < stop)
        pair = first[inside] - start, second[inside] - start
        groups.append(Observed(subjects, population.images, *pair, mated[start:stop]))
        start = stop
    return groups
