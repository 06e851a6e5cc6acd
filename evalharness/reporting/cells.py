"""Cells of the tables on differences: numbers with what stands beside them, and why there is none."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from evalharness.reporting import groupwording, wording
from evalharness.reporting.lookup import Findings
from evalharness.reporting.numbers import counts, interval, number, one_in, rate
from evalharness.reporting.rates import Noted, notes_in_words, split_notes
from evalharness.reporting.tables import Cell
from evalharness.reporting.text import group_label
from evalharness.result import MeasureRow

SUPPRESSED = Cell(wording.WITHHELD, absent=True)
EMPTY = Cell("")

_OPEN_UP_TO = 8  # rows; a longer table is folded away


@dataclass(frozen=True, slots=True)
class Remark:
    """A note with what it is about, for rows that name their numbers otherwise."""

    value: float | None
    lower: float | None
    note: str


def number_cell(value: float | None, *, why: str = "", detail: str = "") -> Cell:
    """A ratio, score or index; where there is none, the reason."""
    if value is None:
        return Cell("undefined", detail=why, absent=True)
    return Cell(number(value), detail=detail, numeric=True)


def known_cell(value: float | None, form: Callable[[float], str] = number, detail: str = "") -> Cell:
    """A number that a row may lack without a reason; then the cell is empty."""
    return EMPTY if value is None else Cell(form(value), detail=detail, numeric=True)


def counted_cell(value: float | None, row: MeasureRow | None, *, why: str = "") -> Cell:
    """A rate with the counts of the same rate, as the table of rates has them."""
    if value is None:
        return Cell("undefined", detail=why, absent=True)
    beside = counted(row) if row is not None and row.value == value else ""
    return Cell(rate(value), detail=" · ".join(filter(None, [beside, one_in(value)])), numeric=True)


def counted(row: MeasureRow) -> str:
    """Errors and trials, where the row has both."""
    return counts(row.errors, row.trials) if row.errors is not None and row.trials is not None else ""


def rate_limits(lower: float | None, upper: float | None) -> Cell:
    """The interval of a proportion."""
    return _limits(lower, upper, interval, rate)


def number_limits(lower: float | None, upper: float | None) -> Cell:
    """The interval of a ratio, score or index."""
    return _limits(lower, upper, lambda low, high: f"{number(low)} to {number(high)}", number)


def _limits(
    lower: float | None, upper: float | None, form: Callable[[float, float], str], one: Callable[[float], str]
) -> Cell:
    if lower is None:
        return Cell("none", absent=True)
    return Cell(groupwording.or_more(one(lower)) if upper is None else form(lower, upper), numeric=True)


def equal_cell(mean: float | None, upper: float | None, form: Callable[[float], str]) -> Cell:
    """What groups of equal rates would show: on average, and at most."""
    most = groupwording.as_far_as(form(upper)) if upper is not None else ""
    if mean is None:
        return Cell(most, numeric=bool(most))
    return Cell(form(mean), detail=most, numeric=True)


def shared_notes(findings: Findings, rows: Sequence[Noted]) -> tuple[list[str], list[Cell]]:
    """Sentences that stand once below a table, and for each row a cell with what is left of its note.

    What every row with an interval shares is a sentence alone. What several rows share is a sentence with a sign, and
    the cells of these rows hold the sign: the word that the note begins with, or a letter. The first part of the note
    of an undefined row is its reason, and stands with it.
    """
    shared, left = split_notes(rows)
    own = [text.split("; ") if text else [] for text in left]
    for row, parts in zip(rows, own, strict=True):
        if row.value is None:
            parts += [part for part in row.note.split("; ")[1:] if part not in shared]
    words = [[findings.said(notes_in_words(part)) for part in parts] for parts in own]
    signs = _signs([part for parts in words for part in dict.fromkeys(parts)])
    sentences = [sentence(findings.said(notes_in_words(part))) for part in shared]
    sentences += [_explained(sign, part) for part, sign in signs.items()]
    undefined = [row.value is None for row in rows]
    return sentences, [
        Cell("; ".join(dict.fromkeys(signs.get(part, part) for part in parts if part in signs or not bare)))
        for parts, bare in zip(words, undefined, strict=True)
    ]


def _signs(parts: Sequence[str]) -> dict[str, str]:
    """Parts of notes that stand in more than one row, each with its sign."""
    repeated = [part for part, number in Counter(parts).items() if number > 1 and part]
    heads = [part.partition(": ")[0] if ": " in part else "" for part in repeated]
    letters = iter(ascii_lowercase)
    return {
        part: head if head.isalpha() and heads.count(head) == 1 else next(letters, "*")
        for part, head in zip(repeated, heads, strict=True)
    }


def _explained(sign: str, part: str) -> str:
    return sentence(part) if part.startswith(f"{sign}: ") else f"{sign}: {part.removesuffix('.')}."


def why(findings: Findings, note: str, said: Sequence[str] = ()) -> str:
    """The reason of an undefined number, without the word that stands above it and what a sentence below says."""
    parts = notes_in_words(note).removeprefix("undefined: ").split("; ")
    return findings.said("; ".join(part for part in parts if not _is_said(part, said)))


def _is_said(part: str, said: Sequence[str]) -> bool:
    below = sentence(part)
    return bool(part) and (below in said or any(text[1:] == f": {part.removesuffix('.')}." for text in said))


def sentence(text: str) -> str:
    """A note as a sentence."""
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}." if text else ""


def name_cell(group: str, detail: str = "") -> Cell:
    """A group by its values."""
    return Cell(group_label(group), detail=detail)


def folded(rows: int, what: str) -> str:
    """The line under which a long table is folded away; empty where it stays open."""
    return groupwording.show(f"{rows:,} {what}") if rows > _OPEN_UP_TO else ""
