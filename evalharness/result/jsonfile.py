"""Reading and writing ``result.json``; a file that we did not write ourselves is treated as hostile."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

from pydantic import JsonValue, ValidationError

from evalharness.errors import InputError
from evalharness.files import read_regular
from evalharness.result.model import SCHEMA_VERSION, AuditResult

SCHEMA_ID = "https://evalharness.example/schemas/result-1.0.json"

_LARGEST = 256 * 1024 * 1024  # bytes; the London audit writes less than one megabyte
_MOST_FAULTS = 50
_MAJOR = int(SCHEMA_VERSION.partition(".")[0])


def dump_result(result: AuditResult) -> str:
    """``result.json`` as text: fields in schema order, two-space indent, floats as ``repr``; ends in a newline."""
    return json.dumps(result.model_dump(mode="json"), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def load_result(path: Path) -> AuditResult:
    """Read a ``result.json`` of this or an earlier schema version.

    Args:
        path: The file. Fields that this version does not know are ignored.

    Raises:
        InputError: The file cannot be read, is not JSON, has a key twice, was written by a newer major version,
            or does not fit the schema; every fault of the schema is listed.
    """
    content = _read(path)
    _check_version(path, _parse(path, content))
    try:
        return AuditResult.model_validate_json(content, strict=True)
    except ValidationError as error:
        faults = [f"{_where(fault['loc'])}: {fault['msg']}" for fault in error.errors(include_url=False)]
        raise InputError(
            f"{path}: not a result of evalharness: {len(faults)} fault(s). Render the file as the run wrote it.",
            _shortened(faults),
        ) from error


def result_schema() -> dict[str, JsonValue]:
    """JSON Schema (2020-12) of ``result.json``, with ``$schema`` and ``$id``."""
    schema: dict[str, JsonValue] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
    }
    return schema | AuditResult.model_json_schema()


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, most=_LARGEST)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read: {error.strerror}. Name the result.json of a finished run."
        ) from error


def _parse(path: Path, content: bytes) -> JsonValue:
    def unique(pairs: Sequence[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"{path}: the key {twice!r} stands twice in one object; a result has each key once.")
        return found

    def finite(number: str) -> float:
        if math.isfinite(value := float(number)):
            return value
        raise InputError(f"{path}: {number[:40]} stands where a finite number was expected. Undefined is null.")

    try:
        parsed: JsonValue = json.loads(
            content.decode("utf-8"), object_pairs_hook=unique, parse_float=finite, parse_constant=finite
        )
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start}). A result is JSON in UTF-8.") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}. Was it cut short?") from error
    except (RecursionError, ValueError) as error:  # nested too deeply, or a number of thousands of digits
        raise InputError(f"{path}: nested deeper, or with longer numbers, than any result. It is not one.") from error
    return parsed


def _check_version(path: Path, parsed: JsonValue) -> None:
    version = parsed.get("schema_version") if isinstance(parsed, dict) else None
    if not isinstance(version, str):
        raise InputError(f"{path}: no 'schema_version'; a result says {SCHEMA_VERSION!r}. Is it another JSON file?")
    major, dot, minor = version.partition(".")
    if not (dot and all(part.isascii() and part.isdigit() and len(part) < 5 for part in (major, minor))):
        raise InputError(f"{path}: schema_version is {version[:40]!r}; expected the form {SCHEMA_VERSION!r}.")
    if int(major) > _MAJOR:
        raise InputError(
            f"{path}: written in schema version {version}; this evalharness reads up to {_MAJOR}.x. "
            "Install a newer evalharness to read it."
        )
    if int(major) < _MAJOR:
        raise InputError(
            f"{path}: written in schema version {version}, before the first that was published ({SCHEMA_VERSION}). "
            "Run the audit again."
        )


def _where(location: Sequence[int | str]) -> str:
    return ".".join(str(step) for step in location) or "(whole file)"


def _shortened(faults: Sequence[str]) -> list[str]:
    rest = len(faults) - _MOST_FAULTS
    return [*faults[:_MOST_FAULTS], *([f"and {rest} more"] if rest > 0 else [])]
