"""A plan without paths: each file that it names becomes its base name and digest."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from evalharness.files import sha256_of
from evalharness.yamlio import Loc, shown


def digests(files: Mapping[Loc, Path]) -> tuple[dict[Loc, dict[str, JsonValue]], dict[Loc, str]]:
    """Name and digest of each file, and what is wrong with those that cannot be read.

    Args:
        files: Path in the plan (``("system", "vectors")``) to the file that stands there.

    Returns:
        ``{"name": ..., "sha256": ...}`` for each readable file, and a sentence for each other one.
    """
    named: dict[Loc, dict[str, JsonValue]] = {}
    faults: dict[Loc, str] = {}
    for where, path in files.items():
        if not path.is_file():
            place = "a path in a plan is relative to the plan's folder"
            faults[where] = f"no file {shown(path.name)} in {path.parent}; {place}"
            continue
        try:
            named[where] = {"name": path.name, "sha256": sha256_of(path)}
        except OSError as problem:
            faults[where] = f"{shown(path.name)} in {path.parent} cannot be read: {problem.strerror}"
    return named, faults


def without_empty(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The keys that hold something: an operating point keeps only the keys of its policy."""
    return {key: value for key, value in values.items() if value is not None}
