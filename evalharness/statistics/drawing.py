"""Which rates of an audit are resampled, and where their replicates are found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np

from evalharness.counts import Counts, populations
from evalharness.records import BoolArray, FloatArray, IntArray, OperatingPoint, Partition, Policy
from evalharness.statistics.bootstrap import Replicates, Request, Resampled, bootstrap
from evalharness.statistics.cells import Cell, population_cell
from evalharness.statistics.evidence import Evidence, dyad_evidence
from evalharness.statistics.refitting import Rule
from evalharness.statistics.rescaling import Rescaled, factor, rescaled
from evalharness.statistics.sets import joint_codes, named_cells, named_groups
from evalharness.statistics.thresholds import applies, false_matches, threshold_key

_MOST_CROSS = 300  # sets across two groups; with more, their intervals hold a fitted threshold fixed
_MOST_ENTRIES = 5_000_000  # subjects x such sets

SetKey = tuple[str, str, str]  # partition, group, other group


@dataclass(slots=True)
class _Wanted:
    """A request in the making."""

    thresholds: list[float] = field(default_factory=list)
    rules: list[Rule | None] = field(default_factory=list)
    column: dict[tuple[int, str], int] = field(default_factory=dict)  # (operating point, threshold key)
    cells: list[Cell] = field(default_factory=list)
    non_mated: dict[tuple[SetKey, int], tuple[int, int]] = field(default_factory=dict)
    setters: dict[int, tuple[int, int]] = field(default_factory=dict)  # column -> the cell that set it, and itself
    groups: list[BoolArray] = field(default_factory=list)
    mated: dict[tuple[SetKey, int], tuple[int, int]] = field(default_factory=dict)
    samples: dict[SetKey, BoolArray] = field(default_factory=dict)


class Draws:
    """The replicates of an audit: one draw of subjects for all rates."""

    def __init__(
        self,
        counts: Counts,
        partitions: Sequence[Partition],
        points: Sequence[OperatingPoint],
        *,
        refit: bool,
        replicates: int,
        rng: np.random.Generator,
    ) -> None:
        """Resample everything that measures over groups and intervals at fitted thresholds need.

        Args:
            counts: The comparison run.
            partitions: The plan's partitions.
            points: Decided operating points.
            refit: Whether fitted thresholds were fitted on these counts.
            replicates: B, at least 1.
            rng: Where all randomness comes from.
        """
        self._counts, self._partitions, self._points, self.refit = counts, partitions, points, refit
        wanted = _Wanted()
        self._thresholds(wanted)
        for partition in (None, *partitions):
            self._cells(wanted, partition)
            self._groups(wanted, partition)
        request = Request(
            thresholds=np.array(wanted.thresholds, dtype=np.float64),
            rules=tuple(wanted.rules),
            cells=tuple(wanted.cells),
            non_mated=_pairs([*wanted.non_mated.values(), *wanted.setters.values()]),
            groups=tuple(wanted.groups),
            mated=_pairs([*wanted.mated.values()]),
            samples=tuple(wanted.samples.values()),
        )
        codes = joint_codes(partitions, samples=counts.samples)
        self.replicates = replicates
        self._found: Replicates = bootstrap(counts, request, code_of=codes, replicates=replicates, rng=rng)
        self._column, self._samples = wanted.column, {key: n for n, key in enumerate(wanted.samples)}
        self._non_mated = {key: n for n, key in enumerate(wanted.non_mated)}
        self._mated = {key: n for n, key in enumerate(wanted.mated)}
        self._factors = {
            column: self._factor(wanted.cells[cell], wanted.thresholds[column], len(wanted.non_mated) + n)
            for n, (column, (cell, _)) in enumerate(wanted.setters.items())
        }

    def of(
        self, measure: Literal["fmr", "fnmr", "frr"], key: SetKey, point: int, evidence: Evidence
    ) -> Rescaled | None:
        """Replicates of a rate at an operating point; None where it was not resampled."""
        column = self._column.get((point, threshold_key(self._points[point], key[1])), -1)
        places = self._non_mated if measure == "fmr" else self._mated
        if (key, column) not in places:
            return None
        found: Resampled = getattr(self._found, measure)
        at, of_threshold = places[key, column], self._factors.get(column, 1.0)
        return rescaled(evidence, found.held[:, at], found.refitted[:, at], of_threshold=of_threshold)

    def fta(self, key: SetKey, evidence: Evidence) -> Rescaled:
        """Replicates of an FTA."""
        rates: FloatArray = self._found.fta[:, self._samples[key]]
        return rescaled(evidence, rates, rates, of_threshold=1.0)

    def refitted(self, point: int, group: str) -> bool:
        """Whether the threshold of a group is fitted anew in each replicate."""
        return self._column.get((point, threshold_key(self._points[point], group)), -1) in self._factors

    def censored(self, point: int, group: str) -> int:
        """Replicates in which the threshold would lie below the scores that were kept."""
        return int(self._found.censored[self._column[point, threshold_key(self._points[point], group)]])

    def _thresholds(self, wanted: _Wanted) -> None:
        """Columns: every threshold that the tail reaches, with its rule where it was fitted here."""
        shared: dict[tuple[object, ...], int] = {}  # populations that set several thresholds
        for i, point in enumerate(self._points):
            setting = populations(point.spec, self._partitions, samples=self._counts.samples)
            fitted = self.refit and point.spec.policy is not Policy.VENDOR
            for key, threshold in point.thresholds.items():
                if threshold < self._counts.tail.cut:
                    continue  # streamed: its pairs of subjects are not known
                column = wanted.column[i, key] = len(wanted.thresholds)
                wanted.thresholds.append(threshold)
                if not fitted or point.spec.fmr is None:
                    wanted.rules.append(None)
                    continue
                same = (point.spec.policy, point.spec.impostors, point.spec.group, point.spec.partition, key)
                if same not in shared:
                    shared[same] = len(wanted.cells)
                    wanted.cells.append(population_cell(self._counts, setting[key]))
                wanted.rules.append(Rule(wanted.cells[shared[same]], Fraction(point.spec.fmr)))
                wanted.setters[column] = (shared[same], column)

    def _columns(self, wanted: _Wanted, partition: Partition | None, group: str) -> Iterator[tuple[int, bool]]:
        """The thresholds that apply to a group, and whether each is fitted anew."""
        for i, point in enumerate(self._points):
            if applies(point, partition, self._partitions):
                column = wanted.column.get((i, threshold_key(point, group)))
                if column is not None:
                    yield column, wanted.rules[column] is not None

    def _cells(self, wanted: _Wanted, partition: Partition | None) -> None:
        """Within groups always; the other sets where a threshold was fitted."""
        name, size = _name(partition), 0 if partition is None else len(partition.groups)
        crossing = size * (size - 1) // (1 if self._counts.directed else 2)
        skipped = crossing > _MOST_CROSS or crossing * self._counts.subjects > _MOST_ENTRIES
        for named in named_cells(self._counts, partition):
            if not named.cell.dyads.total or (named.across and skipped):
                continue
            columns = [c for c, fitted in self._columns(wanted, partition, named.group) if fitted or named.within]
            for column in columns:
                key = (name, named.group, named.other)
                wanted.non_mated[key, column] = (len(wanted.cells), column)
            if columns:
                wanted.cells.append(named.cell)

    def _groups(self, wanted: _Wanted, partition: Partition | None) -> None:
        name = _name(partition)
        for group in named_groups(self._counts, partition):
            key, attempted = (name, group.group, ""), group.mated(self._counts)
            for column, _ in self._columns(wanted, partition, group.group):
                wanted.mated[key, column] = (len(wanted.groups), column)
            wanted.groups.append(attempted)
            wanted.samples[key] = group.samples

    def _factor(self, cell: Cell, threshold: float, at: int) -> float:
        """What deviations of the comparisons that set a threshold are multiplied with."""
        errors, subject, tail = false_matches(self._counts, cell, threshold), self._counts.subject_of, self._counts.tail
        evidence = dyad_evidence(cell, subject[tail.probe[errors]], subject[tail.reference[errors]])
        return factor(evidence, self._found.fmr.held[:, at])


def _name(partition: Partition | None) -> str:
    return "" if partition is None else partition.id


def _pairs(pairs: Sequence[tuple[int, int]]) -> IntArray:
    return np.array(pairs, dtype=np.int64).reshape(len(pairs), 2)
