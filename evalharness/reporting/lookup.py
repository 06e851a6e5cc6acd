"""Finding rows of a result, and what of them may be passed on."""

from dataclasses import dataclass, field

from evalharness.result import AuditResult, MeasureRow

ALL = "all"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Which groups are too small to appear in a document that is passed on."""

    floor: int
    hidden: frozenset[str]

    @classmethod
    def of(cls, result: AuditResult) -> "Disclosure":
        """The groups below the plan's floor; none where sizes are public or nobody is behind the faces."""
        floor = result.audit.disclosure_min_subjects
        if result.dataset.synthetic or result.dataset.group_sizes_public:
            return cls(floor, frozenset())
        groups = (group for partition in result.population.partitions for group in partition.groups)
        small = {group.id for group in groups if group.subjects < floor}
        if result.population.subjects < floor:
            small.add(ALL)
        return cls(floor, frozenset(small))

    def hides(self, *groups: str) -> bool:
        """Whether a number about these groups is withheld."""
        return not self.hidden.isdisjoint(groups)

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

    def differentials(self, point: str) -> list[MeasureRow]:
        """Measures of an operating point that are not rates: between groups, as later versions add them."""
        rates = {"fmr", "fnmr", "frr", "fta"}
        return [row for row in self.result.measures if row.operating_point == point and row.measure not in rates]
