"""Finding rows of a result, and what of them may be passed on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from evalharness.reporting import wording
from evalharness.result import AuditResult, MeasureRow
from evalharness.result.rows import (
    AdjustedRow,
    DifferentialRow,
    GroupEstimateRow,
    TestRow,
    WorstGroupRow,
)

ALL = "all"
RATES = ("fmr", "far", "fnmr", "frr", "fta")

_PointRow = TypeVar("_PointRow", DifferentialRow, GroupEstimateRow, WorstGroupRow, TestRow, AdjustedRow)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Which groups are too small for a document that is passed on to tell what became of them.

    That a group's size is public does not make the outcome of its one member so: there the sizes stay, and the
    rates and counts of groups below the plan's ``min_subjects`` go.
    """

    floor: int  # subjects; 0 where nothing is withheld
    hidden: frozenset[str]
    sizes_public: bool

    @classmethod
    def of(cls, result: AuditResult) -> "Disclosure":
        """The groups below the floor that holds for this dataset; none where nobody is behind the faces."""
        public = result.dataset.group_sizes_public
        if result.dataset.synthetic:
            return cls(0, frozenset(), sizes_public=True)
        floor = result.audit.min_subjects if public else result.audit.disclosure_min_subjects
        sizes = {g.id: g.subjects for partition in result.population.partitions for g in partition.groups}
        sizes[ALL] = result.population.subjects
        # Of a group that is publicly empty there is nothing to tell but that.
        small = {group for group, size in sizes.items() if size < floor and not (public and size == 0)}
        return cls(floor, frozenset(small), sizes_public=public)

    @property
    def note(self) -> str:
        """What is withheld, in words, for the place where it is."""
        return wording.suppressed(self.floor, sizes_public=self.sizes_public)

    def hides(self, *groups: str) -> bool:
        """Whether rates and counts of these groups are withheld."""
        return not self.hidden.isdisjoint(groups)

    def hides_size(self, *groups: str) -> bool:
        """Whether even the sizes of these groups are withheld."""
        return not self.sizes_public and self.hides(*groups)

    def withholds(self, row: MeasureRow | None, *groups: str) -> bool:
        """Whether a measure of these groups is withheld: by their size, or by how few subjects took part in it."""
        few = row is not None and row.value is not None and row.subjects is not None and row.subjects < self.floor
        return few or self.hides(*groups)

    def mentions_hidden(self, text: str) -> bool:
        """Whether a sentence names a group that is withheld."""
        return any(group in text for group in self.hidden)


@dataclass(frozen=True, slots=True)
class Findings:
    """A result with its measures by key."""

    result: AuditResult
    disclosure: Disclosure
    _rows: dict[tuple[str, str, str, str], MeasureRow] = field(repr=False)

    @classmethod
    def of(cls, result: AuditResult) -> "Findings":
        """Index the measures of a result; of rows with one key the first counts."""
        rows: dict[tuple[str, str, str, str], MeasureRow] = {}
        for row in result.measures:
            rows.setdefault((row.measure, row.operating_point, row.group, row.other_group), row)
        return cls(result, Disclosure.of(result), rows)

    def row(self, measure: str, point: str, group: str, other: str = "") -> MeasureRow | None:
        """One measure, or None where the result has none."""
        return self._rows.get((measure, point, group, other))

    def cell(self, point: str, group: str, other: str) -> MeasureRow | None:
        """A cell of the false match matrix: of an unordered pair whichever order the result holds."""
        return self.row("fmr", point, group, other) or self.row("fmr", point, other, group)

    def group_rate(self, measure: str, point: str, group: str) -> MeasureRow | None:
        """The rate of a group: for false matches that within the group."""
        return self.row(measure, point, group, group if measure == "fmr" else "")

    def conceals(self, measure: str, point: str, *groups: str) -> bool:
        """Whether a row that tells of the rates of these groups is withheld.

        Args:
            measure: ``fmr``, or ``fmr.max_min`` and its like; a measure of no one rate counts as of FMR and FNMR.
            point: Name of the operating point; empty for ``fta``.
            groups: Their ids; empty ones do not count.
        """
        rate = measure.partition(".")[0]
        measures = (rate,) if rate in RATES else ("fmr", "fnmr")
        return any(
            self.disclosure.withholds(self.group_rate(m, point, group), group)
            for m in measures
            for group in groups
            if group
        )

    def conceals_anywhere(self, *groups: str) -> bool:
        """Whether a row on all thresholds is withheld: so is one whose group has a withheld rate at any point."""
        points = [point.name for point in self.result.operating_points]
        return self.disclosure.hides(*groups) or any(self.conceals("", point, *groups) for point in points)

    def at(self, rows: Iterable[_PointRow], point: str, partition: str) -> list[_PointRow]:
        """The rows of one operating point and partition, in the order of the result."""
        return [row for row in rows if (row.operating_point, row.partition) == (point, partition)]

    def measure_name(self, measure: str) -> str:
        """A measure as the result's catalogue calls it; its id where the catalogue has none."""
        return next((row.name for row in self.result.catalogue if row.id == measure), measure)

    def said(self, text: str) -> str:
        """A note; what would name a group that is withheld is replaced by a sentence that it was."""
        return wording.WITHHELD_NOTE if self.disclosure.mentions_hidden(text) else text

    def further(self, point: str) -> list[MeasureRow]:
        """Measures of an operating point that are none of the four rates, as later versions add them."""
        return [row for row in self.result.measures if row.operating_point == point and row.measure not in RATES]
