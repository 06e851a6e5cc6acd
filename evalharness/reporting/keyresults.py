"""Key results in plain sentences: what the numbers say and no more."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evalharness.reporting import keywording, wording
from evalharness.reporting.keydifferences import difference_sentences
from evalharness.reporting.lookup import ALL, Findings
from evalharness.reporting.numbers import rate, threshold
from evalharness.reporting.rates import comparable, described, notes_in_words
from evalharness.reporting.text import group_label, partition_label
from evalharness.result import MeasureRow, OperatingPointInfo, PartitionInfo

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class KeyResults:
    """The sentences of one operating point."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What one sentence can say of several partitions."""

    no_match: list[keywording.NoError]
    no_non_match: list[keywording.NoError]
    out: list[keywording.LeftOut]


def key_results(findings: Findings) -> list[KeyResults]:
    """Sentences for every operating point that is not hypothetical."""
    points = [point for point in findings.result.operating_points if not point.hypothetical]
    return [KeyResults(_heading(point), tuple(_sentences(findings, point))) for point in points]


def acquisition_sentence(findings: Findings) -> str:
    """The failure-to-acquire rate of all samples."""
    if not findings.result.population.acquisition_observable:
        return wording.UNOBSERVED
    row = findings.row("fta", "", ALL)
    if findings.disclosure.withholds(row, ALL):
        return findings.disclosure.note
    if row is None or row.value is None:
        return _capital(keywording.not_measured("failure-to-acquire rate", _why(row))) + "."
    return keywording.acquisition(described(row))


def _heading(point: OperatingPointInfo) -> str:
    if len(point.thresholds) == 1:
        return f"{point.name}: threshold {threshold(next(iter(point.thresholds.values())))}"
    return point.name


def _weak(point: OperatingPointInfo) -> Iterator[str]:
    """What a threshold rests on, where that is too little."""
    for warning in point.warnings:
        yield f"{_capital(warning.removeprefix(f'{ALL}: '))}."


def _sentences(findings: Findings, point: OperatingPointInfo) -> Iterator[str]:
    if findings.disclosure.hides(ALL):
        yield findings.disclosure.note
        return
    false_match = _overall(findings, findings.row("fmr", point.name, ALL, ALL), mated=False)
    false_non_match = _overall(findings, findings.row("fnmr", point.name, ALL), mated=True)
    fitted = wording.FITTED_INTERVALS.get(point.fitted, "") if point.thresholds else ""
    yield " ".join(filter(None, [keywording.overall(false_match, false_non_match), fitted, *_weak(point)]))
    yield from difference_sentences(findings, point.name)
    gathered = _Gathered([], [], [])
    for partition in findings.result.population.partitions:
        yield from _partition_sentences(findings, point, partition, gathered)
    if gathered.no_match:
        yield keywording.all_zero("false match within a group", gathered.no_match)
    if gathered.no_non_match:
        yield keywording.all_zero("false non-match", gathered.no_non_match)
    if gathered.out:
        yield keywording.left_out(gathered.out)


def _overall(findings: Findings, row: MeasureRow | None, *, mated: bool) -> str:
    measure = "false non-match rate" if mated else "false match rate"
    if findings.disclosure.withholds(row):
        return keywording.withheld(measure, findings.disclosure.floor)
    if row is None or row.value is None:
        return keywording.not_measured(measure, _why(row))
    return keywording.of_comparisons(described(row), mated=mated)


def _partition_sentences(
    findings: Findings, point: OperatingPointInfo, partition: PartitionInfo, gathered: _Gathered
) -> Iterator[str]:
    """What is to be said of one partition alone; what can be said of several at once is gathered."""
    groups = [group.id for group in partition.groups if comparable(findings, group)]
    within = _known(findings, ((name, findings.row("fmr", point.name, name, name)) for name in groups))
    mated = _known(findings, ((name, findings.row("fnmr", point.name, name)) for name in groups))
    by = partition_label(partition.id)
    if within or mated:
        yield from _ends(within, "false match rate within a group", by, gathered.no_match)
        yield from _ends(mated, "false non-match rate", by, gathered.no_non_match)
    elif groups:
        yield keywording.none_with_a_rate(by)
        return
    else:
        yield keywording.none_large_enough(by, groups=sum(group.known for group in partition.groups))
    counted = {name for name, *_ in within}
    out = [g.id for g in partition.groups if g.id not in counted and not findings.disclosure.hides_size(g.id)]
    if out and (counted or not groups):
        gathered.out.append(keywording.LeftOut(by, _some([keywording.quoted(group_label(name)) for name in out])))


_Known = tuple[str, MeasureRow, float]


def _known(findings: Findings, found: Iterable[tuple[str, MeasureRow | None]]) -> list[_Known]:
    withholds = findings.disclosure.withholds
    return [(name, row, row.value) for name, row in found if row and row.value is not None and not withholds(row)]


def _ends(known: Sequence[_Known], measure: str, by: str, zeros: list[keywording.NoError]) -> Iterator[str]:
    """The highest and the lowest of a partition; one without any error is added to ``zeros`` instead."""
    if len(known) > 1 and all(value == 0 for *_, value in known):
        zeros.append(keywording.NoError(by, len(known), _uppers(known)))
    else:
        yield _highest_and_lowest(known, measure, by)


def _highest_and_lowest(known: Sequence[_Known], measure: str, by: str) -> str:
    if not known:
        return keywording.none_measured(measure, by)
    if len(known) == 1:
        return keywording.only_one(measure, by, _several(known))
    top, bottom = max(value for *_, value in known), min(value for *_, value in known)
    if top == bottom:
        return keywording.all_equal(measure, by, groups=len(known), value=rate(top))
    highest = _several([item for item in known if item[2] == top])
    lowest = _several([item for item in known if item[2] == bottom])
    return keywording.highest_and_lowest(measure, by, highest=highest, lowest=lowest)


def _several(items: Sequence[_Known]) -> str:
    """Groups of equal rate, each with its counts; without an error, their upper limits together."""
    if len(items) > 1 and items[0][2] == 0:
        return keywording.no_error_in([group_label(name) for name, *_ in items], _uppers(items))
    return "; ".join(_some([keywording.named(group_label(name), described(row)) for name, row, _ in items]))


def _uppers(items: Sequence[_Known]) -> list[float]:
    return sorted(row.upper for _, row, _ in items if row.upper is not None)


def _some(items: Sequence[str]) -> list[str]:
    rest = len(items) - _MOST_NAMED
    return [*items[:_MOST_NAMED], *([f"and {rest} more"] if rest > 0 else [])]


def _why(row: MeasureRow | None) -> str:
    return notes_in_words(row.note) if row is not None else "not reported"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
