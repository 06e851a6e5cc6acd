"""Pydantic's errors at their line and column."""

from typing import TypeVar

from pydantic import ValidationError

from evalharness.errors import InputError
from evalharness.yamlio.model import MISSING, StrictModel
from evalharness.yamlio.parser import Document
from evalharness.yamlio.scalars import Loc, YamlValue

M = TypeVar("M", bound=StrictModel)


def validate(
    model: type[M],
    document: Document,
    *,
    error: type[InputError],
    context: dict[str, object] | None = None,
) -> M:
    """The model of a document.

    Args:
        model: What the document should hold.
        document: What ``read_yaml`` read.
        error: What to raise.
        context: Passed to the model's validators.

    Raises:
        InputError: Of the type ``error``, with every fault of the document in the order of its lines.
    """
    faults = [(position, f"{document.name}:{position[0]}:{position[1]}: {text}") for position, text in document.faults]
    made: M | None = None
    try:
        made = model.model_validate(document.data, context=context)
    except ValidationError as problem:
        for item in problem.errors(include_url=False, include_context=False):
            path = _path_in(document.data, item["loc"], missing=item["type"] == MISSING)
            faults.append((document.position(path), document.fault(path, item["msg"])))
    if faults or made is None:
        lines = list(dict.fromkeys(line for _, line in sorted(faults)))
        count = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
        raise error(f"{document.name}: {count}", lines)
    return made


def _path_in(data: YamlValue, loc: Loc, *, missing: bool) -> Loc:
    """The path of an error in the file: pydantic also names the alternatives of a union, which no file holds."""
    path: list[str | int] = []
    for step in loc:
        if isinstance(data, dict) and step in data:
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            continue
        path.append(step)
    if missing and loc:
        path.append(loc[-1])
    return tuple(path)
