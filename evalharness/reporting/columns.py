"""Text in columns of a terminal, where a character may take none, one or two of them."""

import unicodedata
from collections.abc import Iterator, Sequence

from evalharness.reporting.text import one_line

_GAP = "  "
_FEWEST = 8  # columns that names get at least
_NAMES = 18  # columns that a table leaves for names where it could do with fewer numbers

Line = tuple[str, ...]


def aligned(table: Sequence[Line], width: int) -> Iterator[str]:
    """Numbers right-aligned in columns as wide as they need; names take what is left, or a line of their own.

    Args:
        table: Lines of a name and as many numbers each; a line of a name alone is a heading.
        width: Columns to stay within.
    """
    numbers = _widths(table)
    names = max(columns(line[0]) for line in table if len(line) > 1)
    first = max(min(names, width - sum(numbers) - len(_GAP) * len(numbers)), _FEWEST)
    for line in table:
        if len(line) == 1:
            yield fit(line[0], width).rstrip()
            continue
        name = line[0]
        if columns(name) > first:  # a line of its own, rather than a name that could be two groups
            yield fit(name, width).rstrip()
            name = ""
        cells = [" " * (size - columns(cell)) + cell for cell, size in zip(line[1:], numbers, strict=True)]
        yield _GAP.join([fit(name, first), *cells])


def side_by_side(table: Sequence[Line], width: int) -> Iterator[str]:
    """The table, aligned; where its numbers leave no room for names, its last column in a table of its own."""
    numbers = _widths(table)
    if _FEWEST + sum(numbers) + len(_GAP) * len(numbers) <= width:
        yield from aligned(table, width)
        return
    yield from aligned([line[:-1] if len(line) > 1 else line for line in table], width)
    yield from aligned([(line[0], line[-1]) if len(line) > 1 else line for line in table], width)


def least_width(table: Sequence[Line]) -> int:
    """Columns from which a table reads well: names of ordinary length beside their numbers."""
    numbers = _widths(table)
    names = max(columns(line[0]) for line in table if len(line) > 1)
    return min(names, _NAMES) + sum(numbers) + len(_GAP) * len(numbers)


def _widths(table: Sequence[Line]) -> list[int]:
    full = [line[1:] for line in table if len(line) > 1]
    return [max(map(columns, cells)) for cells in zip(*full, strict=True)]


def wrapped(text: str, width: int, *, indent: str = "") -> Iterator[str]:
    """The text on as many lines as it needs; a word longer than a line is cut."""
    line = ""
    for word in one_line(text).split():
        longer = f"{line} {word}" if line else indent + word
        if line and columns(longer) > width:
            yield fit(line, width).rstrip()
            longer = indent + word
        line = longer
    if line:
        yield fit(line, width).rstrip()


def columns(text: str) -> int:
    """Columns that a terminal gives a text."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fit(text: str, width: int) -> str:
    """The text in exactly ``width`` columns, cut with an ellipsis where it is longer."""
    if columns(text) <= width:
        return text + " " * (width - columns(text))
    kept, used = [], 0
    for character in text:
        if used + _width(character) > width - 1:
            break
        kept.append(character)
        used += _width(character)
    return "".join(kept) + "…" + " " * (width - 1 - used)
