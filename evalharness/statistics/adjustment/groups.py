"""The comparisons of each group of a partition at one operating point, divided into strata."""

from dataclasses import dataclass

import numpy as np

from evalharness.counts import Counts, Tail
from evalharness.records import ALL_GROUPS, BoolArray, IntArray, OperatingPoint, Partition, Policy
from evalharness.statistics.adjustment.strata import Strata
from evalharness.statistics.adjustment.tables import AllPairsTable, FalseMatches, ListedTable, MatedTable, Stratified
from evalharness.statistics.cells import Cell, cells_of
from evalharness.statistics.groupscores import mated_of
from evalharness.statistics.rates import Evidence, dyad_evidence, subject_evidence
from evalharness.statistics.thresholds import false_matches

MOST_CELLS = 20_000_000  # combinations x subjects held at once


@dataclass(frozen=True, slots=True)
class GroupData:
    """One group: all its comparisons for the crude rate, and those with a stratum."""

    group: str
    known: bool
    reason: str  # why there is no rate; empty where there is one
    crude: Evidence | None = None
    table: Stratified | None = None
    clusters: int = 0  # subjects of the comparisons with a stratum
    left_out: int = 0  # comparisons without a stratum


def threshold_of(point: OperatingPoint, group: str) -> float | str:
    """The threshold that applies to a group, or the reason why there is none."""
    key = group if point.spec.policy is Policy.PER_GROUP else ALL_GROUPS
    if key in point.thresholds:
        return point.thresholds[key]
    return point.unresolved.get(key, "the operating point has no threshold for this group")


@dataclass(frozen=True, slots=True)
class Adjusting:
    """What one adjustment works on."""

    counts: Counts
    partition: Partition
    point: OperatingPoint
    strata: Strata

    def mated_groups(self) -> tuple[IntArray, tuple[GroupData, ...]]:
        """The strata that occur in known groups, and FNMR of each group by stratum."""
        counts, mated = self.counts, self.counts.mated
        having = mated.completed & self.strata.has_stratum(mated.probe, mated.reference)
        members = [mated_of(counts, self.partition.group_of == g) for g in range(len(self.partition.groups))]
        in_known = np.zeros(len(mated), dtype=np.bool_)
        for group, member in zip(self.partition.groups, members, strict=True):
            in_known |= member & np.bool_(group.known)
        keys = self.strata.keys(mated.probe, mated.reference)
        present = np.unique(keys[having & in_known])
        return present, tuple(self._mated(g, member, having, keys, present) for g, member in enumerate(members))

    def _mated(self, g: int, member: BoolArray, having: BoolArray, keys: IntArray, present: IntArray) -> GroupData:
        counts, mated, group = self.counts, self.counts.mated, self.partition.groups[g]
        threshold = threshold_of(self.point, group.id)
        done = member & mated.completed
        if isinstance(threshold, str):
            return GroupData(group.id, group.known, threshold)
        if not done.any():
            return GroupData(group.id, group.known, "no completed mated comparisons")
        wrong, subject = mated.scores < threshold, counts.subject_of[mated.probe]
        crude = subject_evidence(subject[done], wrong[done])
        at = np.flatnonzero(done & having & np.isin(keys, present))
        stratum = np.searchsorted(present, keys[at])
        table = MatedTable(len(present), counts.subjects, stratum, subject[at], wrong[at])
        clusters = len(np.unique(subject[at]))
        return GroupData(group.id, group.known, "", crude, table, clusters, int(done.sum()) - len(at))

    def non_mated_groups(self) -> tuple[IntArray, tuple[GroupData, ...]]:
        """The strata that occur within known groups, and FMR within each group by stratum."""
        if self.counts.listed is None and self.strata.combinations * self.counts.subjects > MOST_CELLS:
            reason = f"{self.strata.combinations} combinations of covariates are too many for so many subjects"
            return np.zeros(0, dtype=np.int64), tuple(GroupData(g.id, g.known, reason) for g in self.partition.groups)
        cells = cells_of(self.counts, self.partition)
        found = [cells.within(g) for g in range(len(self.partition.groups))]
        keys = [self._keys_within(g) for g, group in enumerate(self.partition.groups) if group.known]
        present = np.unique(np.concatenate(keys)) if keys else np.zeros(0, dtype=np.int64)
        return present, tuple(self._non_mated(g, cell, present) for g, cell in enumerate(found))

    def _listed(self, g: int) -> IntArray:
        """Positions of the completed listed comparisons within a group that have a stratum."""
        pairs = self.counts.listed
        assert pairs is not None
        group_of = self.partition.group_of
        inside = (group_of[pairs.probe] == g) & (group_of[pairs.reference] == g) & pairs.completed
        return np.flatnonzero(inside & self.strata.has_stratum(pairs.probe, pairs.reference))

    def _keys_within(self, g: int) -> IntArray:
        """Strata that can occur within a group; some may have no comparison of two subjects."""
        if self.counts.listed is not None:
            at = self._listed(g)
            return self.strata.keys(self.counts.listed.probe[at], self.counts.listed.reference[at])
        codes = np.unique(self.strata.code_of[self._enrolled(g)])
        low, high = np.triu_indices(len(codes))
        keys: IntArray = codes[low] * self.strata.combinations + codes[high]
        return keys

    def _enrolled(self, g: int) -> IntArray:
        """Enrolled samples of a group whose covariates are known."""
        assert self.counts.acquisition is not None
        known = self.strata.known[self.strata.code_of]
        return np.flatnonzero((self.partition.group_of == g) & self.counts.acquisition.enrolled & known)

    def _non_mated(self, g: int, cell: Cell, present: IntArray) -> GroupData:
        group = self.partition.groups[g]
        threshold = threshold_of(self.point, group.id)
        if isinstance(threshold, str):
            return GroupData(group.id, group.known, threshold)
        if not cell.dyads.total:
            return GroupData(group.id, group.known, "no completed non-mated comparisons within the group")
        if threshold < self.counts.tail.cut:
            reason = "matches at this threshold were counted while streaming and are not known by stratum"
            return GroupData(group.id, group.known, reason)
        tail, subject = self.counts.tail, self.counts.subject_of
        at = false_matches(self.counts, cell, threshold)
        crude = dyad_evidence(cell, subject[tail.probe[at]], subject[tail.reference[at]])
        table, clusters = self._table(g, cell, at, present)
        left_out = cell.dyads.total - int(table.trials.sum())
        return GroupData(group.id, group.known, "", crude, table, clusters, left_out)

    def _table(self, g: int, cell: Cell, at: IntArray, present: IntArray) -> tuple[Stratified, int]:
        """The comparisons by stratum, and G."""
        tail, subject = self.counts.tail, self.counts.subject_of
        if self.counts.listed is not None:
            return self._listed_table(g, cell, at, present), cell.clusters
        chosen = self._enrolled(g)
        people, own = np.unique(subject[chosen], return_inverse=True)
        size = self.strata.combinations, len(people)
        flat = self.strata.code_of[chosen] * size[1] + own
        samples = np.bincount(flat, minlength=size[0] * size[1]).reshape(size).astype(np.float64)
        first, second = _samples_of(tail, at)
        having = self.strata.has_stratum(first, second)
        keys = self.strata.keys(first, second)
        inside = having & np.isin(keys, present)
        stratum = np.searchsorted(present, keys[inside])
        errors = FalseMatches(stratum, subject[first[inside]], subject[second[inside]])
        table = AllPairsTable.of(samples, present, people=people, subjects=self.counts.subjects, errors=errors)
        return table, len(people)

    def _listed_table(self, g: int, cell: Cell, errors: IntArray, present: IntArray) -> ListedTable:
        pairs, tail, subject = self.counts.listed, self.counts.tail, self.counts.subject_of
        assert pairs is not None
        at = self._listed(g)
        keys = self.strata.keys(pairs.probe[at], pairs.reference[at])
        inside = np.isin(keys, present)
        at, stratum = at[inside], np.searchsorted(present, keys[inside])
        matched = _pair_keys(*_samples_of(tail, errors), self.counts.samples)
        wrong = np.isin(_pair_keys(pairs.probe[at], pairs.reference[at], self.counts.samples), matched)
        sides = subject[pairs.probe[at]], subject[pairs.reference[at]]
        return ListedTable(len(present), self.counts.subjects, stratum, *sides, wrong, cell.disjoint)


def _samples_of(tail: Tail, at: IntArray) -> tuple[IntArray, IntArray]:
    """The two samples of some entries of the tail."""
    return tail.probe[at].astype(np.int64), tail.reference[at].astype(np.int64)


def _pair_keys(first: IntArray, second: IntArray, samples: int) -> IntArray:
    """(m,) one number for each unordered pair of samples."""
    key: IntArray = np.minimum(first, second) * samples + np.maximum(first, second)
    return key
