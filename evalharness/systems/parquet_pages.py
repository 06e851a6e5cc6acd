"""What a Parquet column really holds, read from the headers of its pages before anything is decoded.

A few hundred bytes can stand for 150 million zeros, and the footer of a file can deny it. pyarrow decodes what
the page headers say, so these are read first, without decompressing: a header is a Thrift struct in compact form.
Formats: https://parquet.apache.org/docs/file-format/data-pages/ and
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow.parquet as pq

LONGEST_NAME = 200  # characters
_BYTES_OF_NAME = 1000  # 200 characters of UTF-8, their length, levels
_BYTES_OF_NUMBER = 16  # 8, levels, and what packing adds
_PAGE_OVERHEAD = 4096  # bytes
_LARGEST_PAGE_OF_NAMES = 1 << 25  # bytes
_ALWAYS_READ = 1 << 22  # values: 32 MiB of numbers
_VALUES_PER_BYTE = 16  # of the file; less than a bit each is no measurement
_LONGEST_HEADER = 1 << 16  # bytes
_LONGEST_FOOTER = 1 << 23  # bytes
_DICTIONARY_PAGE = 2
_DELTA_BYTE_ARRAY = 7  # each text repeats the start of the one before: it expands without bound
_HEADERS = {0: 5, _DICTIONARY_PAGE: 7, 3: 8}  # kind of page: field that holds its own header
_ENCODING = {0: 2, _DICTIONARY_PAGE: 2, 3: 4}  # kind of page: field of that header
_LAST_FIELD, _DEEPEST = 20, 2
_Fields = dict[int, "int | _Fields"]


@dataclass(frozen=True, slots=True)
class _Page:
    """What one header says."""

    values: int  # leaf values, nulls and repeated ones included
    size: int  # bytes, decompressed
    stored: int  # bytes in the file
    encoding: int
    is_dictionary: bool


def check_footer(path: Path) -> None:
    """Refuse a footer that is longer than any honest one; pyarrow would read all of it.

    Raises:
        ValueError: It is too long.
        OSError: The file cannot be read.
    """
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 8))
        length = int.from_bytes(stream.read(8)[:4], "little")
    if length > _LONGEST_FOOTER:
        raise ValueError(f"a footer of {length} bytes; at most {_LONGEST_FOOTER} are read. Write fewer row groups")


def check_columns(path: Path, metadata: "pq.FileMetaData", names: tuple[str, ...], *, text: tuple[str, ...]) -> None:
    """Refuse columns that would take far more memory than the file has bytes.

    Args:
        path: The file.
        metadata: Its footer, as read by pyarrow.
        names: Columns that will be read.
        text: Those of them that hold names.

    Raises:
        ValueError: Says which column and what is wrong with it.
        OSError: The file cannot be read.
    """
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    if sum(group.num_rows for group in groups) != metadata.num_rows:
        raise ValueError(f"the footer claims {metadata.num_rows} rows, and its row groups hold another number")
    most = max(_ALWAYS_READ, _VALUES_PER_BYTE * path.stat().st_size)
    with path.open("rb") as stream:
        for leaf in range(metadata.num_columns):
            name = metadata.schema.column(leaf).path.partition(".")[0]
            if name not in names:
                continue
            chunks = [group.column(leaf) for group in groups]
            total = sum(chunk.num_values for chunk in chunks)
            if total > most:
                raise ValueError(
                    f"column {name!r} holds {total} values in a file of {path.stat().st_size} bytes; "
                    f"at most {most} are read. Write the file without repeating values"
                )
            for chunk in chunks:
                _check_chunk(stream, chunk, name, is_text=name in text)


def _check_chunk(stream: IO[bytes], chunk: "pq.ColumnChunkMetaData", name: str, *, is_text: bool) -> None:
    found = 0
    for page in _pages(stream, chunk):
        found += 0 if page.is_dictionary else page.values
        if found > chunk.num_values or page.values > max(chunk.num_values, _ALWAYS_READ):
            raise ValueError(f"column {name!r}: the footer claims {chunk.num_values} values, and the pages hold more")
        if page.size > _largest(page, is_text=is_text):
            kind = f"names of at most {LONGEST_NAME} characters" if is_text else "numbers"
            raise ValueError(f"column {name!r}: a page of {page.size} bytes for {page.values} values; expected {kind}")
        if is_text and page.encoding == _DELTA_BYTE_ARRAY:
            raise ValueError(f"column {name!r} is encoded as DELTA_BYTE_ARRAY; write it plain or with a dictionary")


def _largest(page: _Page, *, is_text: bool) -> int:
    """Bytes that the values of a page can take when they are what the column is for."""
    if is_text:
        return min(_BYTES_OF_NAME * page.values + _PAGE_OVERHEAD, _LARGEST_PAGE_OF_NAMES)
    return _BYTES_OF_NUMBER * page.values + _PAGE_OVERHEAD


def _pages(stream: IO[bytes], chunk: "pq.ColumnChunkMetaData") -> Iterator[_Page]:
    """The pages that pyarrow will decode: from the first on, until the claimed values are there."""
    first = chunk.dictionary_page_offset if chunk.has_dictionary_page else None
    offset = first if first and first < chunk.data_page_offset else chunk.data_page_offset
    end = stream.seek(0, 2)
    missing = chunk.num_values
    while missing > 0:
        if not 0 <= offset < end:
            raise ValueError("a page outside the file")
        stream.seek(offset)
        page, length = _parse(stream.read(_LONGEST_HEADER))
        offset += length + page.stored
        if offset > end:
            raise ValueError("a page that is longer than the file")
        missing -= 0 if page.is_dictionary else page.values
        yield page


def _parse(content: bytes) -> tuple[_Page, int]:
    """A page and the length of its header.

    >>> _parse(bytes([0x15, 0, 0x15, 80, 0x15, 40, 0x2C, 0x15, 20, 0x15, 0, 0, 0]))
    (_Page(values=10, size=40, stored=20, encoding=0, is_dictionary=False), 13)
    """
    try:
        fields, length = _struct(content, 0, depth=0)
        kind = _number(fields[1])
        own = fields[_HEADERS[kind]]
        if isinstance(own, int):
            raise ValueError("a damaged page header")
        values, size, stored, encoding = map(_number, (own[1], fields[2], fields[3], own[_ENCODING[kind]]))
    except (IndexError, KeyError) as error:
        raise ValueError("a damaged page header") from error
    if min(values, size, stored) < 0:
        raise ValueError("a damaged page header: a negative number")
    return _Page(values, size, stored, encoding, kind == _DICTIONARY_PAGE), length


def _number(value: "int | _Fields") -> int:
    if isinstance(value, int) and -(1 << 31) <= value < 1 << 31:  # other readers keep 32 bits of it
        return value
    raise ValueError("a damaged page header")


def _struct(content: bytes, at: int, *, depth: int) -> tuple[_Fields, int]:
    """The fields of a struct by number, and the position after it; texts are left out as 0."""
    fields: _Fields = {}
    number = 0
    while content[at]:
        step, kind = content[at] >> 4, content[at] & 15
        at += 1
        if step:
            number += step
        else:
            number, at = _integer(content, at)
        if number in fields or not 1 <= number <= _LAST_FIELD or depth > _DEEPEST:
            raise ValueError("a damaged page header")
        fields[number], at = _value(content, at, kind, depth)
    return fields, at + 1


def _value(content: bytes, at: int, kind: int, depth: int) -> tuple["int | _Fields", int]:
    if kind in (1, 2):  # true, false: no more bytes
        return 0, at
    if kind in (4, 5, 6):
        return _integer(content, at)
    if kind == 8:
        length, at = _varint(content, at)
        return 0, at + length
    if kind == 12:
        return _struct(content, at, depth=depth + 1)
    raise ValueError("a damaged page header")


def _integer(content: bytes, at: int) -> tuple[int, int]:
    value, at = _varint(content, at)
    return (value >> 1) ^ -(value & 1), at


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while content[at] & 0x80 and shift < 63:
        value |= (content[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | content[at] << shift, at + 1
