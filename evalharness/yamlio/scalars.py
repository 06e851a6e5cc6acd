"""Scalars of the YAML 1.2 core schema; a number remembers how it was written."""

import re
from collections.abc import Callable
from typing import TypeAlias

YamlValue: TypeAlias = "str | int | float | bool | list[YamlValue] | dict[str, YamlValue] | None"
Loc: TypeAlias = tuple[str | int, ...]

LONGEST_NUMBER = 60

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {word: value for value in (True, False) for word in (str(value), str(value).lower(), str(value).upper())}
_INT = re.compile(r"[-+]?[0-9]+")
_OCT = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class WrittenInt(int):
    """An integer and the characters that stood in the file."""

    written: str

    def __new__(cls, value: int, text: str = "") -> "WrittenInt":
        """Keep ``text`` beside ``value``."""
        made = super().__new__(cls, value)
        made.written = text
        return made


class WrittenFloat(float):
    """A float and the characters that stood in the file: ``0.29`` stays ``0.29``."""

    written: str

    def __new__(cls, value: float, text: str = "") -> "WrittenFloat":
        """Keep ``text`` beside ``value``."""
        made = super().__new__(cls, value)
        made.written = text
        return made


def written(value: object) -> str | None:
    """The characters of a number as they stood in the file; None if it did not come from one."""
    return value.written if isinstance(value, WrittenInt | WrittenFloat) else None


def resolve(text: str) -> YamlValue:
    """A plain (unquoted) scalar by the YAML 1.2 core schema; dates stay text.

    Raises:
        ValueError: A number of more than 60 characters.

    >>> resolve("1e-4"), resolve("0o17"), resolve("yes"), resolve("2026-11-22"), resolve("~")
    (0.0001, 15, 'yes', '2026-11-22', None)
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    for pattern, convert in _NUMBERS:
        if pattern.fullmatch(text):
            if len(text) > LONGEST_NUMBER:
                raise ValueError(
                    f"a number of {len(text)} characters; at most {LONGEST_NUMBER} are read; quote it if it is text"
                )
            return convert(text)
    return text


def _float(text: str) -> WrittenFloat:
    return WrittenFloat(float(text.lower().replace(".inf", "inf").replace(".nan", "nan")), text)


_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], YamlValue]], ...] = (
    (_INT, lambda text: WrittenInt(int(text), text)),
    (_OCT, lambda text: WrittenInt(int(text[2:], 8), text)),
    (_HEX, lambda text: WrittenInt(int(text[2:], 16), text)),
    (_FLOAT, _float),
)
