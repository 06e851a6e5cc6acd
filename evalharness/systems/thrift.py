"""Thrift structs in compact form, as Parquet files hold them; foreign, so nothing in them is believed.

Format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from typing import TypeAlias

Value: TypeAlias = "int | bytes | list[Value] | Fields"
Fields: TypeAlias = "dict[int, Value]"

MOST_STRUCTS = 200_000
_DEEPEST = 12
_LAST_FIELD = 50
_DAMAGED = "a damaged header"
_TRUE, _FALSE, _BYTE, _INTEGERS, _DOUBLE, _BINARY, _LISTS, _STRUCT = 1, 2, 3, (4, 5, 6), 7, 8, (9, 10), 12
_LONG_LIST = 15


def parse_struct(content: bytes) -> "tuple[Fields, int]":
    r"""The fields of the struct at the start, by number, and its length in bytes.

    Raises:
        ValueError: There is no such struct, it does not end, or it is larger than any honest one.

    >>> parse_struct(bytes([0x15, 6, 0x18, 1, 65, 0x19, 0x25, 2, 4, 0]))
    ({1: 3, 2: b'A', 3: [1, 2]}, 10)
    """
    reader = _Reader(content)
    try:
        return reader.struct(0), reader.at
    except IndexError as error:
        raise ValueError(_DAMAGED) from error


def integer(fields: "Fields", number: int) -> int:
    """A field that is an integer.

    Raises:
        ValueError: It is absent, or something else.
    """
    value = fields.get(number)
    if not isinstance(value, int):
        raise ValueError(_DAMAGED)
    return value


def struct(value: "Value | None") -> "Fields":
    """A value that is a struct; raises ``ValueError`` if it is absent, or something else."""
    if not isinstance(value, dict):
        raise ValueError(_DAMAGED)
    return value


def structs(fields: "Fields", number: int) -> "list[Fields]":
    """A field that is a list of structs; raises ``ValueError`` if it is absent, or something else."""
    value = fields.get(number)
    if not isinstance(value, list):
        raise ValueError(_DAMAGED)
    return [struct(item) for item in value]


class _Reader:
    """A place in the bytes; reading past the end is an IndexError."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0
        self.structs = 0

    def struct(self, depth: int) -> "Fields":
        self.structs += 1
        if depth > _DEEPEST or self.structs > MOST_STRUCTS:
            raise ValueError("a header that is larger than any honest one")
        fields: Fields = {}
        number = 0
        while head := self.byte():
            number = number + (head >> 4) if head >> 4 else self.integer()
            if number in fields or not 1 <= number <= _LAST_FIELD:  # readers differ in which one they keep
                raise ValueError(_DAMAGED)
            kind = head & 15
            fields[number] = int(kind == _TRUE) if kind in (_TRUE, _FALSE) else self.value(kind, depth)
        return fields

    def value(self, kind: int, depth: int) -> "Value":
        if kind in _INTEGERS:
            return self.integer()
        if kind in (_TRUE, _FALSE, _BYTE):
            return self.byte()
        if kind == _BINARY:
            return self.take(self.varint())
        if kind == _DOUBLE:
            return self.take(8)
        if kind in _LISTS:
            return self.list(depth)
        if kind == _STRUCT:
            return self.struct(depth + 1)
        raise ValueError(_DAMAGED)

    def list(self, depth: int) -> "Value":
        head = self.byte()
        count = self.varint() if head >> 4 == _LONG_LIST else head >> 4
        if depth > _DEEPEST or count > len(self.content) - self.at:  # each item has at least one byte
            raise ValueError(_DAMAGED)
        return [self.value(head & 15, depth + 1) for _ in range(count)]

    def byte(self) -> int:
        self.at += 1
        return self.content[self.at - 1]

    def take(self, count: int) -> bytes:
        self.at += count
        if self.at > len(self.content):
            raise ValueError(_DAMAGED)
        return self.content[self.at - count : self.at]

    def integer(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def varint(self) -> int:
        value = shift = 0
        while (part := self.byte()) & 0x80:
            value |= (part & 0x7F) << shift
            shift += 7
            if shift > 63:
                raise ValueError(_DAMAGED)
        return value | part << shift
