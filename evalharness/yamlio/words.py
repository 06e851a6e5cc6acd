"""How a found value, a path into a file and a near miss are put into words."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

LONGEST = 60
MOST_NAMES = 60


def shown(value: object) -> str:
    """A found value in a message: quoted, without control characters, at most 60 characters.

    >>> shown("a" * 100)[:12], shown(None), shown({"a": 1}), shown([1, 2])
    ("'aaaaaaaaaaa", 'nothing', 'a mapping', 'a list')
    """
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(str(value)) if isinstance(value, str) else str(getattr(value, "written", value))
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def dotted(path: Sequence[str | int]) -> str:
    """A path into a file: ``operating_points.1.fmr``; a part with odd characters is quoted.

    >>> dotted(("operating_points", 1, "fmr")), dotted(("a b",))
    ('operating_points.1.fmr', "'a b'")
    """
    return ".".join(_part(part) for part in path)


def _part(part: str | int) -> str:
    plain = isinstance(part, int) or (part.isprintable() and part and not set(part) & set(" .:'\""))
    return str(part) if plain and len(str(part)) <= LONGEST else shown(part)


def unknown(what: str, name: object, known: Iterable[str], *, plural: str = "") -> str:
    """An unknown name, the nearest known one and all that are known.

    >>> unknown("key", "fnr", ["fmr", "name"])
    "unknown key 'fnr'; did you mean 'fmr'? Known keys: fmr, name"
    >>> unknown("attribute", "x", [])
    "unknown attribute 'x'. Known attributes: none"
    """
    names = list(known)
    asked = str(name)[:200]
    near = get_close_matches(asked, names, n=1) or [known for known in names if len(asked) > 2 and asked in known]
    hint = f"; did you mean {near[0]!r}?" if near else "."
    rest = f", ... ({len(names)} in all)" if len(names) > MOST_NAMES else ""
    listed = ", ".join(names[:MOST_NAMES]) or "none"
    return f"unknown {what} {shown(name)}{hint} Known {plural or what + 's'}: {listed}{rest}"
