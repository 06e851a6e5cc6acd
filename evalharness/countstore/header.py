"""The header of stored counts: every number that is no array, and what each array must be."""

import hashlib
import json
import math
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

HEADER = "counts.json"
FORMAT: Literal["evalharness counts"] = "evalharness counts"
VERSION: Literal[1] = 1

_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Size = Annotated[int, Field(ge=0, lt=2**53)]


def _is_number(text: str) -> str:
    if len(text) > 40 or math.isnan(float(text)):
        raise ValueError("expected a number")
    return text


def _is_finite(text: str) -> str:
    if not math.isfinite(float(_is_number(text))):
        raise ValueError("expected a finite number")
    return text


Number = Annotated[str, AfterValidator(_is_number)]
"""A float as Python's ``repr``: exact, and ``-inf`` where JSON has no word for it."""

Finite = Annotated[str, AfterValidator(_is_finite)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ArrayEntry(_Part):
    """One ``.npy`` file."""

    dtype: Literal["|u1", "<i4", "<i8", "<f8"]
    shape: tuple[_Size, ...] = Field(max_length=3)
    sha256: _Digest

    @property
    def size(self) -> int:
        """Bytes of its numbers."""
        return math.prod(self.shape) * int(self.dtype[-1])


class HistogramEntry(_Part):
    """The numbers of histograms."""

    codes: _Size
    low: Finite
    high: Finite


class StreamEntry(_Part):
    """The numbers of a threshold that was counted while streaming."""

    threshold: Finite
    codes: _Size


class PartitionEntry(_Part):
    """A partition: its attributes and the values of each of its groups; null where the label is missing."""

    attributes: tuple[str, ...]
    groups: tuple[tuple[str | None, ...], ...]


class Header(_Part):
    """Everything in ``counts.json`` except its seal."""

    format: Literal["evalharness counts"] = FORMAT
    version: Literal[1] = VERSION
    index_sha256: str
    plan_sha256: str
    score_kind: Literal["similarity", "distance"]
    subjects: _Size
    directed: bool
    complete: bool
    excluded: _Size
    cut: Number
    acquisition: bool
    listed: bool
    calibration: bool = False
    histograms: HistogramEntry | None
    streamed: tuple[StreamEntry, ...]
    partitions: tuple[PartitionEntry, ...]
    arrays: dict[str, ArrayEntry]

    def dump(self) -> bytes:
        """The sealed file."""
        document = self.model_dump(mode="json")
        return json.dumps(document | {"seal": seal(document)}, indent=1).encode() + b"\n"


def seal(document: dict[str, object]) -> str:
    """SHA-256 of a header without its seal, as canonical JSON."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
