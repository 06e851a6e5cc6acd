"""The kinds of text and number that a plan holds."""

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema

from evalharness.files import sha256_of
from evalharness.records import ALL_GROUPS
from evalharness.yamlio import Written, shown, written

MOST_DECIMALS = 20

_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
_POINT_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.=-]*$"
_SHA256 = r"^[0-9a-f]{64}$"
_DECIMAL = re.compile(r"[-+]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][-+]?[0-9]{1,4})?")


def _form(pattern: str, words: str) -> AfterValidator:
    expression = re.compile(pattern)

    def check(text: str) -> str:
        if not expression.fullmatch(text) or len(text) > 100 or text == ALL_GROUPS:
            raise ValueError(f"found {shown(text)}, expected {words}")
        return text

    return AfterValidator(check)


def _text_schema(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "maxLength": 100})


Name = Annotated[
    str,
    Written,
    _form(_NAME, "letters, digits, - and _, at most 100, beginning with a letter or digit"),
    _text_schema(_NAME),
]
PointName = Annotated[
    str,
    Written,
    _form(_POINT_NAME, "letters, digits and - _ . =, at most 100, beginning with a letter or digit"),
    _text_schema(_POINT_NAME),
]
Sha256 = Annotated[str, _form(_SHA256, "a SHA-256 digest: 64 digits and letters a to f"), _text_schema(_SHA256)]


def _label(text: str) -> str:
    if not text or not text.isprintable() or text != text.strip() or len(text) > 200:
        raise ValueError(f"found {shown(text)}, expected printable text without spaces around it")
    return text


Label = Annotated[str, Written, AfterValidator(_label)]


def _day(value: object) -> object:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    text = written(value) or value
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(f"found {shown(value)}, expected a day such as 2026-11-22")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as problem:
        raise ValueError(f"found {text}, which is no day of the calendar") from problem


Day = Annotated[datetime.date, BeforeValidator(_day)]


def _fraction(value: object) -> Decimal:
    text = written(value) or (repr(value) if isinstance(value, float) else value)
    expected = "expected a number above 0 and below 1, such as 0.01"
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        raise ValueError(f"found {shown(value)}, {expected}")
    if isinstance(text, str) and not _DECIMAL.fullmatch(text):
        raise ValueError(f"found {shown(value)}, {expected}")
    number = Decimal(text)
    if not number.is_finite() or not 0 < number < 1:
        raise ValueError(f"found {shown(value)}, {expected}")
    if -int(number.as_tuple().exponent) > MOST_DECIMALS:
        raise ValueError(f"found {shown(value)}, expected at most {MOST_DECIMALS} decimals: no data resolve more")
    return number


Fraction = Annotated[
    Decimal,
    BeforeValidator(_fraction),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
]
"""A rate strictly between 0 and 1, exactly as written: 0.29 is 29/100."""


def _from_plan_folder(path: Path, info: ValidationInfo) -> Path:
    if str(path) == "." or "\x00" in str(path):
        raise ValueError(f"found {shown(str(path))}, expected the path of a file or folder")
    folder = info.context.get("folder") if isinstance(info.context, Mapping) else None
    return folder / path if isinstance(folder, Path) else path


PlanPath = Annotated[Path, AfterValidator(_from_plan_folder)]
"""A path; in a plan that is read from a file it is relative to the folder of that file."""


def _pinned(value: object, info: ValidationInfo) -> object:
    """``{name: FILE, sha256: DIGEST}``, as a resolved plan writes it: a file beside the plan, verified now."""
    if not isinstance(value, Mapping):
        return value
    name, digest = (written(part) or part for part in (value.get("name"), value.get("sha256")))
    if set(value) != {"name", "sha256"} or not isinstance(name, str) or Path(name).name != name:
        raise ValueError("expected a path, or name and sha256 of a file beside the plan")
    path = _from_plan_folder(Path(name), info)
    if not path.is_file():
        raise ValueError(f"no file {shown(name)} beside the plan")
    found = sha256_of(path)
    if found != digest:
        raise ValueError(f"{shown(name)} has the SHA-256 {found}, the plan pins {shown(digest)}")
    return Path(name)


PlanFile = Annotated[
    Path,
    BeforeValidator(_pinned),
    AfterValidator(_from_plan_folder),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "path"},
                {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "sha256": {"type": "string", "pattern": _SHA256}},
                    "required": ["name", "sha256"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""A file by its path; or, pinned, by ``name`` and ``sha256``, beside the plan."""


def _attributes(value: object) -> object:
    if not isinstance(value, str | list | tuple):
        raise ValueError(f"found {shown(value)}, expected an attribute, or a list of attributes")
    return (value,) if isinstance(value, str) else value


def _distinct(attributes: tuple[str, ...]) -> tuple[str, ...]:
    if not attributes:
        raise ValueError("an empty list; expected an attribute, or several for their intersection")
    if len(set(attributes)) < len(attributes):
        raise ValueError(f"{'*'.join(attributes)} names an attribute twice")
    return attributes


Attributes = Annotated[
    tuple[Label, ...],
    BeforeValidator(_attributes),
    AfterValidator(_distinct),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]},
    ),
]
"""``gender`` or ``[gender, ethnicity]``: an attribute, or the intersection of several."""
