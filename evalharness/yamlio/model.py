"""StrictModel: a pydantic model that refuses unknown keys and reports every fault in our own words."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from evalharness.yamlio.scalars import Loc, WrittenFloat, WrittenInt
from evalharness.yamlio.words import shown, unknown

FAULT = "evalharness_fault"
MISSING = "evalharness_missing"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a model, with its path from there."""

    path: Loc
    text: str
    missing: bool = False  # True: the last key of ``path`` is not there and should be


def refuse(faults: Iterable[Fault], *, title: str = "faults") -> NoReturn:
    """Raise several faults at once from inside a validator; pydantic puts the path so far in front of each."""
    raise ValidationError.from_exception_data(title, [_details(fault) for fault in faults])


def _details(fault: Fault, found: object = None) -> InitErrorDetails:
    kind = PydanticCustomError(MISSING if fault.missing else FAULT, "{text}", {"text": fault.text})
    return InitErrorDetails(type=kind, loc=fault.path, input=found)


class StrictModel(BaseModel):
    """Frozen; unknown keys are faults that name the nearest known key; so are infinite numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def rules(cls, data: Mapping[str, object]) -> Iterable[Fault]:
        """Faults between keys; sees the data as written, also when single values are wrong."""
        return ()

    @model_validator(mode="wrap")
    @classmethod
    def _every_fault(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        faults: list[InitErrorDetails] = []
        made: Self | None = None
        try:
            made = handler(data)
        except ValidationError as error:
            faults = [_restate(item, tuple(cls.model_fields)) for item in error.errors(include_url=False)]
        if isinstance(data, Mapping):
            faults += [_details(fault) for fault in cls.rules(data)]
        if faults or made is None:
            raise ValidationError.from_exception_data(cls.__name__, faults)
        return made


def _restate(error: ErrorDetails, known: tuple[str, ...]) -> InitErrorDetails:
    """One error of pydantic in our words; what is in our words already is kept."""
    path, kind = error["loc"], error["type"]
    if kind in {FAULT, MISSING}:
        return _details(Fault(path, error["msg"], missing=kind == MISSING), error["input"])
    context = error.get("ctx", {})
    if kind.startswith("union_tag"):
        path = (*path, str(context["discriminator"]).strip("'"))
    text = unknown("key", path[-1], known) if kind == "extra_forbidden" else _SENTENCES.get(kind, _other)(error)
    return _details(Fault(path, text, missing=kind in {"missing", "union_tag_not_found"}), error["input"])


def _other(error: ErrorDetails) -> str:
    message = error["msg"].removeprefix("Value error, ")
    return f"found {shown(error['input'])}; {message[:1].lower() + message[1:]}"


def _own_words(error: ErrorDetails) -> str:
    return error["msg"].removeprefix("Value error, ")


def _choice(error: ErrorDetails) -> str:
    expected = str(error["ctx"]["expected"])
    names = re.findall(r"'([^']*)'", expected) or [expected]
    if not isinstance(error["input"], str):
        return f"found {shown(error['input'])}, expected one of: {', '.join(names)}"
    return unknown("value", error["input"], names)


def _tag(error: ErrorDetails) -> str:
    names = re.findall(r"'([^']*)'", str(error["ctx"]["expected_tags"]))
    return unknown("value", error["ctx"]["tag"], names)


def _expected(words: str) -> Callable[[ErrorDetails], str]:
    return lambda error: f"found {shown(error['input'])}, expected {words}"


def _bound(words: str, key: str) -> Callable[[ErrorDetails], str]:
    return lambda error: f"found {shown(error['input'])}, expected {words} {error['ctx'][key]}"


_SENTENCES: Mapping[str, Callable[[ErrorDetails], str]] = {
    "missing": lambda _: "this key is missing and is needed",
    "union_tag_not_found": lambda _: "this key is missing and is needed",
    "union_tag_invalid": _tag,
    "literal_error": _choice,
    "enum": _choice,
    "value_error": _own_words,
    "string_type": _expected("text; put a number or a word such as true in quotes"),
    "int_type": _expected("a whole number"),
    "int_from_float": _expected("a whole number"),
    "float_type": _expected("a number"),
    "bool_type": _expected("true or false"),
    "finite_number": _expected("a finite number"),
    "tuple_type": _expected("a list"),
    "dict_type": _expected("a mapping (key: value)"),
    "model_type": _expected("a mapping (key: value)"),
    "model_attributes_type": _expected("a mapping (key: value)"),
    "too_long": _bound("at most this many:", "max_length"),
    "greater_than": _bound("more than", "gt"),
    "greater_than_equal": _bound("at least", "ge"),
    "less_than": _bound("less than", "lt"),
    "less_than_equal": _bound("at most", "le"),
}


def _as_written(value: object) -> object:
    return value.written if isinstance(value, WrittenInt | WrittenFloat) else value


Written = BeforeValidator(_as_written)
"""For text that may look like a number (a label value ``1``): take the characters as they were written."""
