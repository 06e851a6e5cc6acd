import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.systems.thrift import MOST_STRUCTS, integer, parse_struct, struct, structs


def varint(value):
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def zigzag(value):
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


@given(value=st.integers(-(1 << 63), (1 << 63) - 1), text=st.binary(max_size=300))
def test_integers_and_texts_are_read_back(value, text):
    content = b"\x16" + zigzag(value) + b"\x18" + varint(len(text)) + text + b"\x00"
    assert parse_struct(content + b"rest") == ({1: value, 2: text}, len(content))


def test_every_kind_is_read():
    nested = b"\x15\x02\x00"
    content = (
        b"\x11\x12\x13\x05"  # 1 true, 2 false, 3 a byte
        b"\x17" + bytes(8) + b"\x1c" + nested + b"\x19\x2c" + nested * 2 + b"\x05\x1e\x09\x00"  # 4 to 6, 15 by number
    )
    assert parse_struct(content) == ({1: 1, 2: 0, 3: 5, 4: bytes(8), 5: {1: 1}, 6: [{1: 1}] * 2, 15: -5}, len(content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x15",
        b"\x15\x02",  # no end
        b"\x15\x02\x05\x02\x04\x00",  # field 1 twice
        b"\x1b\x00",  # a map
        b"\x18\x7f\x00",  # a text longer than the rest
        b"\x19\xf5\xff\xff\xff\xff\x07",  # a list longer than the rest
        b"\x15" + b"\xff" * 20,  # an integer without end
        b"\x1c" * 100,
        b"\x05\x80\x02\x02\x00",  # field 128
    ],
)
def test_what_is_no_struct_is_refused(content):
    with pytest.raises(ValueError, match="header"):
        parse_struct(content)


def test_more_structs_than_any_honest_header_has_are_refused():
    count = MOST_STRUCTS + 1
    with pytest.raises(ValueError, match="larger than any honest one"):
        parse_struct(b"\x19\xfc" + varint(count) + bytes(count + 1))


def test_a_field_of_another_kind_is_refused():
    fields, _ = parse_struct(b"\x15\x06\x19\x15\x02\x00")
    assert integer(fields, 1) == 3
    for refused in (lambda: integer(fields, 2), lambda: struct(fields[1]), lambda: structs(fields, 2)):
        with pytest.raises(ValueError, match="damaged"):
            refused()


@given(content=st.binary(max_size=100))
def test_any_bytes_are_a_struct_or_refused(content):
    try:
        _, length = parse_struct(content)
    except ValueError:
        return
    assert 0 < length <= len(content)
