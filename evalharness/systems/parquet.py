"""Parquet files of vectors or of comparisons; pyarrow is imported on first use."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evalharness.errors import SystemInputError
from evalharness.records import FloatArray
from evalharness.systems.dependencies import install_command, require
from evalharness.systems.parquet_pages import LONGEST_NAME, check_columns, read_footer
from evalharness.systems.tables import WIDEST_VECTOR, Faults, VectorSource, quote

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

VECTOR_COLUMN = "vector"
_NAME_COLUMNS = ("probe", "reference")
_SCORE_COLUMNS = (*_NAME_COLUMNS, "score")
_ROWS_AT_ONCE = 4096
_LONGEST_MESSAGE = 300  # characters
_NUMBERS_AT_ONCE = 1 << 19  # 4 MiB


def open_parquet_vectors(path: Path, faults: Faults) -> VectorSource | None:
    """The column ``vector`` of a Parquet file: lists or fixed-size lists of numbers, all of one length.

    Args:
        path: The file.
        faults: A file that is not such a file is a fault here, and the result is None; so is, while
            the blocks are read, a vector of another length.

    Raises:
        MissingDependencyError: pyarrow is not installed.
        SystemInputError: The file cannot be read.
    """
    table = _open(path, faults)
    if table is None:
        return None
    schema = table.schema_arrow
    if schema.names.count(VECTOR_COLUMN) != 1:
        faults.add(f"{_how_many(schema.names, VECTOR_COLUMN)}; the columns are {_listed(schema.names)}")
        return None
    kind = schema.field(VECTOR_COLUMN).type
    if not _is_vector(kind):
        faults.add(f"column {VECTOR_COLUMN!r} is of type {_kind(kind)}; expected a list of numbers")
        return None
    if not _is_modest(path, table, faults, names=(VECTOR_COLUMN,)):
        return None
    width = _width(table, kind)
    if not 1 <= width <= WIDEST_VECTOR:
        faults.add(f"vectors of {width} numbers; expected 1 to {WIDEST_VECTOR}")
        return None
    return _ParquetVectors(table, faults, table.metadata.num_rows, width)


def parquet_scores(
    path: Path, faults: Faults, *, most_rows: int
) -> Iterator[tuple[int, tuple[str, str, float | None]]]:
    """Row number (from 1) and probe, reference and score of each row; a null score is None.

    Args:
        path: The file.
        faults: Faults of form are added here, and the row or the rest of the file is left out.
        most_rows: A file of more rows is not read: a few bytes can stand for millions of them.

    Raises:
        MissingDependencyError: pyarrow is not installed.
        SystemInputError: The file cannot be read.
    """
    table = _open_scores(path, faults, most_rows)
    if table is None:
        return
    row = 0
    for batch in _batches(table, faults, list(_SCORE_COLUMNS), _ROWS_AT_ONCE):
        names = (_names(batch.column(name)) for name in _NAME_COLUMNS)
        for probe, reference, score in zip(*names, batch.column("score").to_pylist(), strict=True):
            row += 1
            if isinstance(probe, _Refused) or isinstance(reference, _Refused):
                for role, name in (("probe", probe), ("reference", reference)):
                    if isinstance(name, _Refused):
                        faults.add(f"{role}: {name.why}", row=row)
            elif probe is None or reference is None:
                faults.add("no probe or no reference", row=row)
            else:
                yield row, (probe, reference, score)
    if row != table.metadata.num_rows and not len(faults):
        faults.add(f"damaged: the footer claims {table.metadata.num_rows} rows, and the columns hold {row}")


def _open_scores(path: Path, faults: Faults, most_rows: int) -> "pq.ParquetFile | None":
    table = _open(path, faults)
    if table is None or not _has_score_columns(table, faults):
        return None
    if table.metadata.num_rows > most_rows:
        faults.add(f"{table.metadata.num_rows} rows; at most {most_rows} are read for this dataset")
        return None
    if not _is_modest(path, table, faults, names=_SCORE_COLUMNS, text=_NAME_COLUMNS):
        return None
    return _open(path, faults, dictionaries=_NAME_COLUMNS)  # so that a repeated name is not expanded


@dataclass(frozen=True, slots=True)
class _ParquetVectors:
    table: "pq.ParquetFile"
    faults: Faults
    rows: int
    width: int

    def blocks(self) -> Iterator[FloatArray]:
        """Blocks of rows; a null vector is NaN, and one of another length is a fault."""
        start = 0
        at_once = max(1, min(_ROWS_AT_ONCE, _NUMBERS_AT_ONCE // self.width))
        for batch in _batches(self.table, self.faults, [VECTOR_COLUMN], at_once):
            if start + batch.num_rows > self.rows:
                break
            yield self._block(batch.column(VECTOR_COLUMN), start)
            start += batch.num_rows
        if start != self.rows and not len(self.faults):
            self.faults.add(f"damaged: the footer claims {self.rows} rows, and the columns hold another number")

    def _block(self, column: "pa.Array", start: int) -> FloatArray:
        import pyarrow.compute

        present = column.is_valid().to_numpy(zero_copy_only=False)
        lengths = pyarrow.compute.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False)
        wrong = present & (lengths != self.width)
        for place in map(int, np.flatnonzero(wrong)):
            self.faults.add(f"a vector of {lengths[place]} numbers; the first has {self.width}", row=start + place + 1)
        if wrong.any():
            return np.ones((len(column), self.width))  # never used: the faults are raised
        block = np.full((len(column), self.width), np.nan)
        block[present] = column.flatten().to_numpy(zero_copy_only=False).reshape(-1, self.width)
        return block


def _open(path: Path, faults: Faults, *, dictionaries: tuple[str, ...] = ()) -> "pq.ParquetFile | None":
    require("pyarrow", install=install_command("parquet"), purpose=f"reading {path.name}")
    import pyarrow
    import pyarrow.parquet

    try:
        read_footer(path)
        return pyarrow.parquet.ParquetFile(path, read_dictionary=list(dictionaries))
    except (pyarrow.ArrowException, ValueError) as error:
        faults.add(f"not a Parquet file: {_shortened(error)}")
        return None
    except OSError as error:
        raise SystemInputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _is_modest(
    path: Path, table: "pq.ParquetFile", faults: Faults, *, names: tuple[str, ...], text: tuple[str, ...] = ()
) -> bool:
    """Whether these columns can be decoded without taking far more memory than the file has bytes."""
    try:
        schema = table.metadata.schema
        stored = [schema.column(i).path.partition(".")[0] for i in range(len(schema))]
        leaves = [name if name in names else "" for name in stored]
        check_columns(path, read_footer(path), leaves, text=text, rows=table.metadata.num_rows)
    except ValueError as error:
        faults.add(str(error))
        return False
    return True


def _batches(
    table: "pq.ParquetFile", faults: Faults, columns: list[str], rows_at_once: int
) -> Iterator["pa.RecordBatch"]:
    import pyarrow

    try:
        yield from table.iter_batches(rows_at_once, columns=columns, use_threads=False)
    except (pyarrow.ArrowException, ValueError, OSError) as error:
        faults.add(f"damaged: {_shortened(error)}")


@dataclass(frozen=True, slots=True)
class _Refused:
    """Stands for a name that is none."""

    why: str


def _names(column: "pa.Array") -> list[str | _Refused | None]:
    """The names of some rows; each is made once, however often it is repeated."""
    from pyarrow import ArrowIndexError, types

    encoded = column if types.is_dictionary(column.type) else column.dictionary_encode()
    used = encoded.indices.unique().drop_null()
    try:
        texts = encoded.dictionary.take(used)
    except ArrowIndexError:
        return [_Refused("a name that the file's dictionary does not hold")] * len(column)
    name_of: dict[int | None, str | _Refused | None] = {None: None}
    name_of |= zip(used.to_pylist(), map(_name, texts), strict=True)
    return [name_of[code] for code in encoded.indices.to_pylist()]


def _name(scalar: "pa.Scalar") -> str | _Refused | None:
    content = scalar.as_buffer()
    if content is None:
        return None
    try:
        start = bytes(content[: 4 * LONGEST_NAME + 4]).decode()  # 4 bytes a character, at most
    except UnicodeDecodeError:
        if content.size <= 4 * LONGEST_NAME:
            return _Refused("a name that is not UTF-8")
        start = ""
    if content.size > 4 * LONGEST_NAME or len(start) > LONGEST_NAME:
        return _Refused(f"a name of {content.size} bytes; expected at most {LONGEST_NAME} characters")
    return start


def _shortened(error: Exception) -> str:
    """The start of a message of pyarrow's, which may quote the file at length."""
    return str(error)[:_LONGEST_MESSAGE]


def _is_vector(kind: "pa.DataType") -> bool:
    from pyarrow import types

    is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return bool(is_list and (types.is_floating(kind.value_type) or types.is_integer(kind.value_type)))


def _width(table: "pq.ParquetFile", kind: "pa.DataType") -> int:
    """Numbers in the first vector that is there; 0 if none is, or if the file is damaged before it."""
    from pyarrow import types

    if types.is_fixed_size_list(kind):
        return int(kind.list_size)
    at_once = _NUMBERS_AT_ONCE // WIDEST_VECTOR
    for batch in _batches(table, Faults(Path()), [VECTOR_COLUMN], at_once):
        for vector in batch.column(VECTOR_COLUMN).drop_null():
            return len(vector.values)
    return 0


def _how_many(names: list[str], name: str) -> str:
    count = names.count(name)
    return f"{count} columns {name!r}" if count else f"no column {name!r}"


def _listed(names: list[str]) -> str:
    return ", ".join(map(quote, names[:20]))


def _kind(kind: "pa.DataType") -> str:
    """A type in words; a nested one can be very long."""
    return str(kind)[:100]


def _has_score_columns(table: "pq.ParquetFile", faults: Faults) -> bool:
    from pyarrow import types

    def is_text(kind: "pa.DataType") -> bool:
        plain = kind.value_type if types.is_dictionary(kind) else kind
        return bool(types.is_string(plain) or types.is_large_string(plain))

    def is_number(kind: "pa.DataType") -> bool:
        return bool(types.is_floating(kind) or types.is_integer(kind))

    before = len(faults)
    schema = table.schema_arrow
    for name in _SCORE_COLUMNS:
        if schema.names.count(name) != 1:
            faults.add(f"{_how_many(schema.names, name)}; the columns are {_listed(schema.names)}")
        elif not (is_number if name == "score" else is_text)(schema.field(name).type):
            expected = "numbers" if name == "score" else "text"
            faults.add(f"column {name!r} is of type {_kind(schema.field(name).type)}; expected {expected}")
    return len(faults) == before
