"""The index of a dataset: ``files.csv`` beside its manifest, pinned by the digest that the manifest states."""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from evalharness.errors import DatasetError
from evalharness.manifests import LabelSpec, LoadedManifest, Manifest, how_to_render
from evalharness.manifests.schema import ManifestKind
from evalharness.manifests.words import SEPARATOR, bad_path
from evalharness.records import Sample, Samples
from evalharness.yamlio import shown, unknown

INDEX_COLUMNS: Final = ("sample", "path", "subject", "sha256")
MOST_BYTES = 1 << 29
MOST_ROWS = 2_000_000
MOST_FAULTS = 1000  # listed; the others are counted

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")


def load_index(loaded: LoadedManifest) -> Samples:
    """Read the index of a dataset.

    Args:
        loaded: The manifest; its labels are the label columns, in any order.

    Raises:
        DatasetError: The index is missing, has another digest than the manifest pins, or is wrong: every fault is
            listed with its line.
    """
    path, content = _content(loaded)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise DatasetError(f"{path}:{line}: not UTF-8 text; save the index as UTF-8") from problem
    reader = _Reader(path, loaded.manifest)
    rows = reader.read(text)
    if reader.faults:
        more = len(reader.faults) - MOST_FAULTS
        listed = [*reader.faults[:MOST_FAULTS], *([f"... and {more} more"] if more > 0 else [])]
        count = "1 fault" if len(reader.faults) == 1 else f"{len(reader.faults)} faults"
        raise DatasetError(f"{path}: {count}", listed)
    return Samples.of(rows)


def _content(loaded: LoadedManifest) -> tuple[Path, bytes]:
    """The bytes of the index, after their digest was compared with the manifest."""
    manifest = loaded.manifest
    files = manifest.files
    if files.index is None or files.sha256 is None:
        if manifest.kind is ManifestKind.GENERATED:
            raise DatasetError(how_to_render(manifest))
        raise DatasetError(f"{loaded.path}: files.index and files.sha256 are needed to read the dataset {manifest.id}")
    path = loaded.folder / files.index
    if not path.is_file():
        raise DatasetError(f"{path}: no such file; the manifest {loaded.path} names it as the index")
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as problem:
        raise DatasetError(f"{path}: cannot be read: {problem.strerror}") from problem
    if len(content) > MOST_BYTES:
        raise DatasetError(f"{path}: more than {MOST_BYTES} bytes; divide the dataset")
    found = hashlib.sha256(content).hexdigest()
    if found != files.sha256:
        text = f"{path}: its SHA-256 is {found}, the manifest {loaded.path} pins {files.sha256}."
        raise DatasetError(f"{text} Restore the index; if the change is meant, write the new digest in the manifest.")
    return path, content


class _Reader:
    """Rows from CSV text; every fault is kept and reading goes on."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.faults: list[str] = []
        self._path = path
        self._labels = {label.attribute: label for label in manifest.labels}
        self._checks: list[tuple[str, Callable[[str], str]]] = []
        self._first: dict[tuple[str, str], int] = {}  # (column, cell) -> line

    def read(self, text: str) -> list[Sample]:
        if text.startswith("\ufeff"):
            self._fault(1, "the file begins with a byte order mark; save it as UTF-8 without one")
            text = text[1:]
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows: list[Sample] = []
        try:
            header = next(reader, [])
            if self._header_is_right(header):
                rows = list(self._rows(((reader.line_num, cells) for cells in reader), header))
                if not rows and not self.faults:
                    self._fault(1, "no samples; expected a row for each image")
        except csv.Error as problem:
            self._fault(reader.line_num, f"not CSV: {problem}")
        return rows

    def _fault(self, line: int, text: str) -> None:
        self.faults.append(f"{self._path}:{line}: {text}")

    def _header_is_right(self, header: Sequence[str]) -> bool:
        before = len(self.faults)
        if tuple(header[:4]) != INDEX_COLUMNS:
            expected = ",".join((*INDEX_COLUMNS, *self._labels))
            self._fault(1, f"the header is {shown(','.join(header))}, expected {expected}")
            return False
        columns = header[4:]
        for column in columns:
            if column not in self._labels:
                self._fault(1, unknown("label column", column, self._labels))
        for attribute in self._labels:
            if columns.count(attribute) != 1:
                times = "is missing" if attribute not in columns else "stands there twice"
                self._fault(1, f"the label column {attribute} {times}; the manifest declares it")
        if len(self.faults) > before:
            return False
        self._checks = [(column, _label_check(self._labels[column])) for column in columns]
        return True

    def _rows(self, numbered: Iterable[tuple[int, list[str]]], header: Sequence[str]) -> Iterator[Sample]:
        for count, (line, cells) in enumerate(numbered, start=1):
            if count > MOST_ROWS:
                self._fault(line, f"more than {MOST_ROWS} rows; divide the dataset")
                return
            if len(cells) != len(header):
                self._fault(line, f"found {len(cells)} cells, expected {len(header)} as in the header")
                continue
            for text in self._row_faults(cells, line):
                self._fault(line, text)
            yield _sample(cells, header)

    def _row_faults(self, cells: Sequence[str], line: int) -> Iterator[str]:
        sample, path, subject, digest, *labels = cells
        for column, identity in (("sample", sample), ("subject", subject)):
            if not identity or not identity.isprintable() or identity != identity.strip() or len(identity) > 200:
                yield f"{column}: found {shown(identity)}, expected printable text without spaces around it"
        if problem := bad_path(path):
            yield f"path: {shown(path)} {problem}; expected a path relative to the data root"
        if not _SHA256.fullmatch(digest):
            yield f"sha256: found {shown(digest)}, expected 64 digits and letters a to f"
        for column, cell in (("sample", sample), ("path", path)):
            first = self._first.setdefault((column, cell), line)
            if first != line:
                yield f"{column}: {shown(cell)} stands on line {first} too"
        for cell, (column, check) in zip(labels, self._checks, strict=True):
            if cell and (text := check(cell)):
                yield f"{column}: {text}"


def _sample(cells: Sequence[str], header: Sequence[str]) -> Sample:
    labels: Mapping[str, str | None] = {name: cell or None for name, cell in zip(header[4:], cells[4:], strict=True)}
    return Sample(cells[0], cells[1], cells[2], cells[3], MappingProxyType(labels))


def _label_check(label: LabelSpec) -> Callable[[str], str]:
    known = frozenset(label.values)

    def numeric(cell: str) -> str:
        return "" if _NUMBER.fullmatch(cell) else f"found {shown(cell)}, expected a number, or nothing where missing"

    def categorical(cell: str) -> str:
        wrong = [part for part in cell.split(SEPARATOR) if part not in known]
        if not wrong:
            return ""
        return "; ".join(unknown("value", part, label.values) for part in wrong)

    return numeric if label.kind == "numeric" else categorical
