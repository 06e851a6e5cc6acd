"""What a Parquet column really holds, read from the headers of its pages before anything is decoded.

A few hundred bytes can stand for 150 million zeros, and the footer of a file can deny it. pyarrow decodes what
the page headers say, so these are read first, without decompressing.
Format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from evalharness.systems.thrift import Fields, integer, parse_struct, struct, structs

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
_ROW_GROUPS, _VALUES, _DATA_OFFSET, _DICTIONARY_OFFSET = 4, 5, 9, 11  # fields of the footer and of a column


@dataclass(frozen=True, slots=True)
class _Page:
    """What one header says."""

    values: int  # leaf values, nulls and repeated ones included
    size: int  # bytes, decompressed
    stored: int  # bytes in the file
    encoding: int
    is_dictionary: bool


def read_footer(path: Path) -> "Fields":
    """The footer, before pyarrow sees it: its size is bounded, and pyarrow aborts the process on some bad ones.

    Raises:
        ValueError: It is too long, or damaged.
        OSError: The file cannot be read.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 8))
        length, magic = int.from_bytes(stream.read(4), "little"), stream.read()
        if length > _LONGEST_FOOTER:
            raise ValueError(f"a footer of {length} bytes; at most {_LONGEST_FOOTER} are read. Write fewer row groups")
        if magic != b"PAR1" or length > size - 12:
            raise ValueError("it does not end as one; it may be cut off")
        stream.seek(size - 8 - length)
        return parse_struct(stream.read(length))[0]


def check_columns(path: Path, footer: "Fields", leaves: Sequence[str], *, text: Collection[str], rows: int) -> None:
    """Refuse columns that would take far more memory than the file has bytes.

    Args:
        path: The file.
        footer: As ``read_footer`` gives it.
        leaves: For each stored column in order, the name of the column that will be read from it, or ``""``.
        text: Those of the names whose columns hold text.
        rows: Number of rows as pyarrow reads it.

    Raises:
        ValueError: Says which column and what is wrong with it.
        OSError: The file cannot be read.
    """
    groups = structs(footer, _ROW_GROUPS)
    if sum(integer(group, 3) for group in groups) != rows:
        raise ValueError(f"the footer claims {rows} rows, and its row groups hold another number")
    size = path.stat().st_size
    most = max(_ALWAYS_READ, _VALUES_PER_BYTE * size)
    columns = [[struct(chunk.get(3)) for chunk in structs(group, 1)] for group in groups]
    if any(len(chunks) != len(leaves) for chunks in columns):
        raise ValueError("the row groups hold another number of columns than the schema")
    with path.open("rb") as stream:
        for name, chunks in zip(leaves, zip(*columns, strict=True), strict=False):
            total = sum(integer(chunk, _VALUES) for chunk in chunks) if name else 0
            if total > most:
                raise ValueError(
                    f"column {name!r} holds {total} values in a file of {size} bytes; "
                    f"at most {most} are read. Write the file without repeating values"
                )
            for chunk in chunks if name else ():
                for start in {integer(chunk, _DATA_OFFSET), integer(chunk, _first_page(chunk))}:
                    _check_chunk(stream, start, integer(chunk, _VALUES), name, is_text=name in text)


def _first_page(chunk: "Fields") -> int:
    """The field that says where the first page is; pyarrow begins at the data page if the other comes later."""
    return _DICTIONARY_OFFSET if chunk.get(_DICTIONARY_OFFSET) else _DATA_OFFSET


def _check_chunk(stream: IO[bytes], start: int, claimed: int, name: str, *, is_text: bool) -> None:
    found = 0
    for page in _pages(stream, start, claimed):
        found += 0 if page.is_dictionary else page.values
        if found > claimed or page.values > max(claimed, _ALWAYS_READ):
            raise ValueError(f"column {name!r}: the footer claims {claimed} values, and the pages hold more")
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


def _pages(stream: IO[bytes], offset: int, claimed: int) -> Iterator[_Page]:
    """The pages that pyarrow will decode: from the first on, until the claimed values are there."""
    end = stream.seek(0, 2)
    missing = claimed
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
    fields, length = parse_struct(content)
    kind = integer(fields, 1)
    if kind not in _HEADERS:
        raise ValueError(f"a page of unknown kind {kind}")
    own = struct(fields.get(_HEADERS[kind]))
    numbers = (integer(own, 1), integer(fields, 2), integer(fields, 3), integer(own, _ENCODING[kind]))
    if not all(0 <= number < 1 << 31 for number in numbers):  # other readers keep 32 bits of it
        raise ValueError("a damaged page header")
    return _Page(*numbers, kind == _DICTIONARY_PAGE), length
