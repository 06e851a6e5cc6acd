"""Pair lists: reading them, and refusing pairs that cannot be counted once each."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evalharness.errors import DatasetError, InputError, SystemInputError
from evalharness.records import IntArray, PairList, Samples, frozen

MAX_FAULTS_SHOWN = 100
_COLUMNS = ("probe", "reference")


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    probe: str
    reference: str


def read_pair_list(path: Path, samples: Samples) -> PairList:
    """Read a pair list: UTF-8 CSV with the header ``probe,reference``; further columns are ignored.

    Args:
        path: The file.
        samples: The admitted samples; both columns name them.

    Returns:
        The pairs in file order.

    Raises:
        DatasetError: The file cannot be read, or a row has the wrong number of columns, names an unknown
            sample, compares a sample with itself or repeats a pair in either order. Every fault is listed
            with its line.
    """
    number = {row.sample: i for i, row in enumerate(samples.rows)}
    faults: list[str] = []
    seen: dict[tuple[int, int], int] = {}
    probe: list[int] = []
    reference: list[int] = []
    for row in _rows(path, faults):
        fault = _fault_of(row, number, seen)
        if fault is not None:
            faults.append(f"{path}:{row.line}: {fault}")
            continue
        probe.append(number[row.probe])
        reference.append(number[row.reference])
    if not probe and not faults:
        faults.append(f"{path}: no pairs; expected at least one row below the header")
    if faults:
        raise DatasetError(f"{path}: {_plural(len(faults), 'fault')} in the pair list:", shorten(faults))
    return PairList(frozen(np.array(probe, dtype=np.int64)), frozen(np.array(reference, dtype=np.int64)))


def _fault_of(row: _Row, number: dict[str, int], seen: dict[tuple[int, int], int]) -> str | None:
    """What is wrong with one row, if anything; remembers the pair otherwise."""
    unknown = [name for name in dict.fromkeys((row.probe, row.reference)) if name not in number]
    if unknown:
        return f"unknown sample {', '.join(map(_quoted, unknown))}; expected a name of the dataset's index"
    a, b = number[row.probe], number[row.reference]
    if a == b:
        return f"sample {_quoted(row.probe)} is compared with itself; a pair needs two samples"
    first = seen.setdefault((min(a, b), max(a, b)), row.line)
    if first != row.line:
        names = f"{_quoted(row.probe)}, {_quoted(row.reference)}"
        return f"the pair {names} repeats line {first} (in either order); list it once"
    return None


def _rows(path: Path, faults: list[str]) -> Iterator[_Row]:
    """Rows of the file with their line numbers; faults of form go into ``faults``."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = next(reader, [])
            missing = [name for name in _COLUMNS if header.count(name) != 1]
            if missing:
                faults.append(f"{path}:1: the header is {header!r}; expected the columns {' and '.join(missing)} once")
                return
            at_probe, at_reference = (header.index(name) for name in _COLUMNS)
            for cells in reader:
                if len(cells) == len(header):
                    yield _Row(reader.line_num, cells[at_probe], cells[at_reference])
                elif cells:
                    found = _plural(len(cells), "column")
                    faults.append(f"{path}:{reader.line_num}: {found}; expected {len(header)} as in the header")
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror}. Name a readable CSV file.") from error
    except UnicodeDecodeError as error:
        faults.append(f"{path}: not UTF-8 text (byte {error.start}); save the file as UTF-8")
    except csv.Error as error:
        faults.append(f"{path}:{reader.line_num}: not CSV: {error}")


def check_pairs(pairs: PairList, samples: Samples, *, where: str, error: type[InputError] = SystemInputError) -> None:
    """Refuse self-comparisons and pairs that occur twice, in either order.

    Args:
        pairs: The pairs.
        samples: Names for the message.
        where: What holds the pairs, for the message.
        error: Which input is at fault.

    Raises:
        InputError: Every such pair, by its position.
    """
    key = pair_key(pairs.probe, pairs.reference, len(samples))
    order = np.argsort(key, kind="stable")
    again = np.zeros(len(key), dtype=np.bool_)
    again[order[1:]] = key[order[1:]] == key[order[:-1]]
    itself = pairs.probe == pairs.reference
    faults = [
        f"row {i + 1}: {_names(pairs, samples, i)} {'is a sample with itself' if itself[i] else 'occurs twice'}"
        for i in np.flatnonzero(again | itself).tolist()
    ]
    if faults:
        message = f"{where}: {_plural(len(faults), 'comparison')} cannot be counted; each unordered pair of two"
        raise error(f"{message} different samples may occur once:", shorten(faults))


def pair_key(first: IntArray, second: IntArray, samples: int) -> IntArray:
    """(m,) one number for each unordered pair of samples."""
    key: IntArray = np.minimum(first, second) * samples + np.maximum(first, second)
    return key


def shorten(faults: Sequence[str]) -> list[str]:
    """The first faults in full and how many more there are: a broken file of a million rows stays readable."""
    more = len(faults) - MAX_FAULTS_SHOWN
    return [*faults[:MAX_FAULTS_SHOWN], *([f"... and {more} more"] if more > 0 else [])]


def _names(pairs: PairList, samples: Samples, i: int) -> str:
    return f"({samples.rows[pairs.probe[i]].sample}, {samples.rows[pairs.reference[i]].sample})"


def _quoted(name: str) -> str:
    return repr(name if len(name) <= 80 else name[:80] + "...")


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
