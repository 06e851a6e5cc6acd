"""Foreign text made safe to read: nothing invisible, nothing that reorders what stands beside it."""

import re
from urllib.parse import unquote

# Controls, zero-width and bidirectional characters, line separators and lone surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_LINK = re.compile(r"https?://[^\s<>\"']{1,2000}", re.ASCII)


def visible(text: str) -> str:
    r"""The text with every control or bidirectional character spelled out.

    >>> visible("a\u202eb\x1b[31m")
    'a\\u202eb\\u001b[31m'
    """
    return _INVISIBLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def one_line(text: str) -> str:
    r"""Visible text on a single line.

    >>> one_line("a\n  b")
    'a b'
    """
    return visible(" ".join(text.split()))


def shortened(text: str, width: int) -> str:
    """One line of at most ``width`` characters.

    >>> shortened("west_asian", 6)
    'west_…'
    """
    line = one_line(text)
    return line if len(line) <= width else f"{line[: max(width - 1, 0)]}…"


def web_link(text: str) -> str:
    """The text if it is an http(s) address and nothing else; otherwise empty.

    >>> web_link("https://example.org/a"), web_link("javascript:alert(1)")
    ('https://example.org/a', '')
    """
    return text if _LINK.fullmatch(text) else ""


def group_label(group: str) -> str:
    """A group id as people read it: the values alone, decoded.

    >>> group_label("gender=female;ethnicity=(missing)"), group_label("site=a%3Bb"), group_label("all")
    ('female, not recorded', 'a;b', 'all groups')
    """
    if group == "all":
        return "all groups"
    return ", ".join(_value(part) for part in group.split(";"))


def partition_label(partition: str) -> str:
    """A partition id as people read it.

    >>> partition_label("gender*ethnicity")
    'gender and ethnicity'
    """
    return partition.replace("*", " and ")


def _value(part: str) -> str:
    name, equals, value = part.partition("=")
    if not equals:
        return name
    return "not recorded" if value == "(missing)" else unquote(value)
