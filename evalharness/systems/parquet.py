"""Parquet files of vectors or of comparisons; pyarrow is imported on first use."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evalharness.errors import SystemInputError
from evalharness.records import FloatArray
from evalharness.systems.dependencies import install_command, require
from evalharness.systems.tables import WIDEST_VECTOR, Faults, VectorSource

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

VECTOR_COLUMN = "vector"
_SCORE_COLUMNS = ("probe", "reference", "score")
_ROWS_AT_ONCE = 4096


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
    names = table.schema_arrow.names
    if VECTOR_COLUMN not in names:
        faults.add(f"no column {VECTOR_COLUMN!r}; the columns are {', '.join(map(repr, names[:20]))}")
        return None
    kind = table.schema_arrow.field(VECTOR_COLUMN).type
    if not _is_vector(kind):
        faults.add(f"column {VECTOR_COLUMN!r} is of type {kind}; expected a list of numbers")
        return None
    width = _width(table, kind)
    if not 1 <= width <= WIDEST_VECTOR:
        faults.add(f"vectors of {width} numbers; expected 1 to {WIDEST_VECTOR}")
        return None
    return _ParquetVectors(table, faults, table.metadata.num_rows, width)


def parquet_scores(path: Path, faults: Faults) -> Iterator[tuple[int, tuple[str, str, float | None]]]:
    """Row number (from 1) and probe, reference and score of each row; a null score is None.

    Raises:
        MissingDependencyError: pyarrow is not installed.
        SystemInputError: The file cannot be read.
    """
    table = _open(path, faults)
    if table is None or not _has_score_columns(table, faults):
        return
    row = 0
    for batch in _batches(table, faults, list(_SCORE_COLUMNS)):
        columns = [batch.column(name).to_pylist() for name in _SCORE_COLUMNS]
        for probe, reference, score in zip(*columns, strict=True):
            row += 1
            if probe is None or reference is None:
                faults.add("no probe or no reference", row=row)
            else:
                yield row, (probe, reference, score)


@dataclass(frozen=True, slots=True)
class _ParquetVectors:
    table: "pq.ParquetFile"
    faults: Faults
    rows: int
    width: int

    def blocks(self) -> Iterator[FloatArray]:
        """Blocks of rows; a null vector is NaN, and one of another length is a fault."""
        start = 0
        for batch in _batches(self.table, self.faults, [VECTOR_COLUMN]):
            yield self._block(batch.column(0), start)
            start += batch.num_rows

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


def _open(path: Path, faults: Faults) -> "pq.ParquetFile | None":
    require("pyarrow", install=install_command("parquet"), purpose=f"reading {path.name}")
    import pyarrow
    import pyarrow.parquet

    try:
        return pyarrow.parquet.ParquetFile(path)
    except (pyarrow.ArrowException, ValueError) as error:
        faults.add(f"not a Parquet file: {error}")
        return None
    except OSError as error:
        raise SystemInputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _batches(table: "pq.ParquetFile", faults: Faults, columns: list[str]) -> Iterator["pa.RecordBatch"]:
    import pyarrow

    try:
        yield from table.iter_batches(_ROWS_AT_ONCE, columns=columns)
    except (pyarrow.ArrowException, ValueError, OSError) as error:
        faults.add(f"damaged: {error}")


def _is_vector(kind: "pa.DataType") -> bool:
    from pyarrow import types

    is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return bool(is_list and (types.is_floating(kind.value_type) or types.is_integer(kind.value_type)))


def _width(table: "pq.ParquetFile", kind: "pa.DataType") -> int:
    """Numbers in the first vector that is there; 0 if none is, or if the file is damaged before it."""
    from pyarrow import types

    if types.is_fixed_size_list(kind):
        return int(kind.list_size)
    for batch in _batches(table, Faults(Path()), [VECTOR_COLUMN]):
        for vector in batch.column(0).drop_null():
            return len(vector.values)
    return 0


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
            faults.add(f"{schema.names.count(name)} columns {name!r}; the columns are {schema.names[:20]}")
        elif not (is_number if name == "score" else is_text)(schema.field(name).type):
            expected = "numbers" if name == "score" else "text"
            faults.add(f"column {name!r} is of type {schema.field(name).type}; expected {expected}")
    return len(faults) == before
