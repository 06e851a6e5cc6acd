"""A manifest as YAML text: the same manifest gives the same bytes, and reads back equal."""

import json
import re

from pydantic import JsonValue

from evalharness.manifests.schema import UNKNOWN, Manifest

_PLAIN = re.compile(r"[A-Za-z]([A-Za-z0-9 _.-]*[A-Za-z0-9_.-])?")
_WORDS = {"null", "true", "false"}


def dump_manifest(manifest: Manifest) -> str:
    """The text of ``manifest.yaml``: block style, keys in the order of the schema, ends in a newline."""
    data = manifest.model_dump(mode="json", exclude_none=False)
    for key in ("purposes", "tasks"):
        data["consent"][key] = data["consent"][key] or UNKNOWN
    return "\n".join(_lines(data, "")) + "\n"


def _lines(data: dict[str, JsonValue], indent: str) -> list[str]:
    lines = []
    for key, value in data.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", *_lines(value, indent + "  ")]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{indent}{key}:", *_items(value, indent + "  ")]
        elif isinstance(value, list):
            lines.append(f"{indent}{key}: [{', '.join(_scalar(item) for item in value)}]")
        else:
            lines.append(f"{indent}{key}: {_scalar(value)}")
    return lines


def _items(values: list[JsonValue], indent: str) -> list[str]:
    lines = []
    for value in values:
        first, *rest = _lines(value, indent + "  ") if isinstance(value, dict) else [_scalar(value)]
        lines += [f"{indent}- {first.strip()}", *rest]
    return lines


def _scalar(value: JsonValue) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
