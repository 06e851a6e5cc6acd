"""The kinds of text that a manifest holds; each is printable, so that a report can carry it."""

import re
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from evalharness.records import MISSING_LABEL
from evalharness.yamlio import Written, shown

LONGEST_TEXT = 4000
SEPARATOR = "/"  # between several values of one label

_ID = r"^[a-z0-9][a-z0-9-]*$"
_ATTRIBUTE = r"^[A-Za-z][A-Za-z0-9_-]*$"
_RESERVED = {"sample", "path", "subject", "sha256"}


def _text(text: str) -> str:
    words = " ".join(text.split())
    if not words or not words.isprintable() or len(words) > LONGEST_TEXT:
        raise ValueError(f"found {shown(text)}, expected printable text of 1 to {LONGEST_TEXT} characters")
    return words


def _id(text: str) -> str:
    if not re.fullmatch(_ID, text) or len(text) > 100:
        raise ValueError(f"found {shown(text)}, expected small letters, digits and -")
    return text


def _attribute(text: str) -> str:
    if not re.fullmatch(_ATTRIBUTE, text) or len(text) > 60:
        raise ValueError(f"found {shown(text)}, expected letters, digits, - and _, beginning with a letter")
    if text in _RESERVED:
        raise ValueError(f"found {text!r}, which is a column of every index; choose another name")
    return text


def _label_value(text: str) -> str:
    if not text or not text.isprintable() or text != text.strip() or len(text) > 200:
        raise ValueError(f"found {shown(text)}, expected printable text without spaces around it")
    if SEPARATOR in text or text == MISSING_LABEL:
        raise ValueError(f"found {shown(text)}; / joins several values in the index and {MISSING_LABEL} is reserved")
    return text


def _web_address(text: str) -> str:
    if (text and not re.fullmatch(r"https?://[^\s\"'<>\\]+", text)) or not text.isascii() or len(text) > 500:
        raise ValueError(f"found {shown(text)}, expected an address that begins with https://")
    return text


def _index_path(text: str) -> str:
    if bad_path(text):
        raise ValueError(f"found {shown(text)}: {bad_path(text)}; expected a path such as files.csv")
    return text


def bad_path(text: str) -> str:
    """Why a path of a manifest or index is refused; empty if it is a plain relative POSIX path.

    >>> bad_path("a/b.jpg"), bad_path("../b.jpg"), bad_path("/b.jpg"), bad_path("a//b")
    ('', 'leaves its folder', 'is absolute', 'has empty parts')
    """
    parts = text.split("/")
    if not text or not text.isprintable():
        return "is empty or not printable"
    if "\\" in text:
        return "has a backslash; write /"
    if PurePosixPath(text).is_absolute() or re.match(r"[A-Za-z]:", text):
        return "is absolute"
    if ".." in parts:
        return "leaves its folder"
    return "has empty parts" if {"", "."} & set(parts) else ""


Text = Annotated[str, Written, AfterValidator(_text)]
"""One or more sentences on one line: white space is collapsed."""

DatasetId = Annotated[str, Written, AfterValidator(_id), WithJsonSchema({"type": "string", "pattern": _ID})]
AttributeName = Annotated[str, AfterValidator(_attribute), WithJsonSchema({"type": "string", "pattern": _ATTRIBUTE})]
LabelValue = Annotated[str, Written, AfterValidator(_label_value)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
IndexPath = Annotated[str, AfterValidator(_index_path)]
