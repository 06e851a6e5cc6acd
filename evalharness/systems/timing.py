"""How long enrolment took, sample by sample: beside the templates, apart from everything that is reproducible."""

import json
import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SampleSeconds:
    """Wall time of one sample in its worker process, when it was enrolled for the first time."""

    decode: float  # reading and decoding the file
    system: float | None  # the system's own work; None where it was not called, because the file did not decode
    first: bool  # the first of its process: the system's time holds the loading of its models


def dump_seconds(seconds: SampleSeconds) -> bytes:
    """As a line of JSON."""
    return json.dumps({"decode": seconds.decode, "system": seconds.system, "first": seconds.first}).encode() + b"\n"


def parse_seconds(content: bytes) -> SampleSeconds | None:
    """What ``dump_seconds`` wrote; None where it was cut short or is something else.

    >>> parse_seconds(b'{"decode": 0.01, "system": 0.5, "first": false}')
    SampleSeconds(decode=0.01, system=0.5, first=False)
    >>> parse_seconds(b'{"decode": -1, "system": 0.5, "first": false}') is None
    True
    """
    try:
        document = json.loads(content)
        decode, system, first = (document[key] for key in ("decode", "system", "first"))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not (_duration(decode) and (system is None or _duration(system)) and isinstance(first, bool)):
        return None
    return SampleSeconds(float(decode), None if system is None else float(system), first)


def _duration(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value < 1e7
