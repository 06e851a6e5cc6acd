"""What a template prints: tables, figures and lists of facts, already in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; ``detail`` is its smaller second line."""

    text: str
    detail: str = ""
    numeric: bool = False
    absent: bool = False  # undefined, withheld or not measured
    shade: int = 0  # 0 none, 1 lightest .. 4 darkest


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column."""

    title: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row names the row."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    total: bool = False  # the first row is all groups together
    collapsed: str = ""  # not empty: folded away under this sentence
    wide: bool = False  # rows and columns are read against each other: on a phone it scrolls instead of stacking

    def without_empty_columns(self, *titles: str) -> "Table":
        """The same table, less those of these columns in which no row says anything."""
        table = self
        for title in titles:
            table = table.without_empty_column(title)
        return table

    def without_empty_column(self, title: str) -> "Table":
        """The same table, less one column if no row says anything in it."""
        place = [column.title for column in self.columns].index(title)
        if any(row[place].text for row in self.rows):
            return self
        return replace(
            self,
            columns=_without(self.columns, place),
            rows=tuple(_without(row, place) for row in self.rows),
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """An inline SVG; the table next to it holds the same data."""

    id: str
    caption: str
    svg: str


@dataclass(frozen=True, slots=True)
class Section:
    """One question with its answer: sentences first, then figures, then tables."""

    id: str
    title: str
    sentences: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A term and what is known about it; ``link`` is an http(s) address or empty."""

    term: str
    text: str
    link: str = ""
    code: bool = False


def _without(items: Sequence[_T], place: int) -> tuple[_T, ...]:
    return (*items[:place], *items[place + 1 :])
