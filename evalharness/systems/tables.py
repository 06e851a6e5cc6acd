"""Reading foreign tables: every fault of a file is collected, and memory stays bounded whatever is in it."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, TextIO

from evalharness.errors import InputError, SystemInputError
from evalharness.records import FloatArray

FAULTS_LISTED = 20
WIDEST_VECTOR = 65_536  # numbers in a template
_LONGEST_LINE = 1_000_000  # characters


class VectorSource(Protocol):
    """An open file of vectors, one row each."""

    @property
    def rows(self) -> int:
        """Number of vectors."""

    @property
    def width(self) -> int:
        """Numbers in each."""

    def blocks(self) -> Iterator[FloatArray]:
        """All rows in order, some at a time: float64 arrays of shape (k, width)."""


class Faults:
    """The faults of one file: the first twenty in words, the rest counted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._listed: list[str] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, message: str, *, line: int | None = None, row: int | None = None) -> None:
        """Note a fault, at a line of a text file or a row (from 1) of a binary one."""
        self._count += 1
        if len(self._listed) < FAULTS_LISTED:
            place = f":{line}" if line is not None else f": row {row}" if row is not None else ""
            self._listed.append(f"{self.path}{place}: {message}")

    def raise_if_any(self, advice: str, *, error: type[InputError] = SystemInputError) -> None:
        """Raise if there are faults.

        Args:
            advice: A sentence that says what to do.
            error: Which input is at fault.

        Raises:
            InputError: With the faults in file order.
        """
        if not self._count:
            return
        unlisted = self._count - len(self._listed)
        more = [f"... and {unlisted} more"] if unlisted else []
        noun = "fault" if self._count == 1 else "faults"
        raise error(f"{self.path}: {self._count} {noun}. {advice}", [*self._listed, *more])


def quote(text: str) -> str:
    r"""Foreign text for a message: quoted, escaped, and cut off.

    >>> print(quote("a\n"))
    'a\n'
    >>> len(quote("x" * 1000)) < 60
    True
    """
    return repr(text if len(text) <= 40 else f"{text[:40]}...")


def read_csv(
    path: Path, faults: Faults, *, required: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows of a CSV file with a header, streamed; other columns are ignored.

    Args:
        path: UTF-8, with or without a byte order mark.
        faults: Faults of form are added here, and the row or the rest of the file is left out.
        required: Columns that must be there.
        optional: Columns that count as empty where they are absent.

    Yields:
        Line number and the cells of the required and then the optional columns.

    Raises:
        SystemInputError: The file cannot be read at all.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from _rows(stream, faults, required, optional)
    except OSError as error:
        raise SystemInputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _rows(
    stream: TextIO, faults: Faults, required: Sequence[str], optional: Sequence[str]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(_lines(stream), strict=True)
    try:
        header = next(reader, [])
        columns = _columns(header, faults, required, optional)
        if columns is None:
            return
        for row in reader:
            if len(row) == len(header):
                yield reader.line_num, tuple("" if c is None else row[c] for c in columns)
            elif row:
                faults.add(f"{len(row)} cells; the header has {len(header)}", line=reader.line_num)
    except UnicodeDecodeError as error:
        faults.add(f"not UTF-8 after line {reader.line_num}: {error.reason}")
    except (csv.Error, _LineTooLongError) as error:
        faults.add(f"not CSV: {error}", line=reader.line_num + 1)


def _columns(
    header: Sequence[str], faults: Faults, required: Sequence[str], optional: Sequence[str]
) -> tuple[int | None, ...] | None:
    before = len(faults)
    for name in required:
        if name not in header:
            seen = ", ".join(quote(cell) for cell in header[:20]) or "nothing"
            faults.add(f"no column {name!r}; the header has {seen}", line=1)
    for name in (*required, *optional):
        if header.count(name) > 1:
            faults.add(f"column {name!r} appears {header.count(name)} times", line=1)
    if len(faults) > before:
        return None
    places = [header.index(name) for name in required]
    return (*places, *(header.index(name) if name in header else None for name in optional))


class _LineTooLongError(Exception):
    """A line that is no line of a table."""


def _lines(stream: TextIO) -> Iterator[str]:
    while line := stream.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise _LineTooLongError(f"a line of more than {_LONGEST_LINE} characters")
        yield line
