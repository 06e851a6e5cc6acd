"""Records of the statistics as rows of a result."""

from collections.abc import Iterable
from typing import TypeVar

from evalharness.result.part import Part

_Row = TypeVar("_Row", bound=Part)


def rows_of(kind: type[_Row], records: Iterable[object]) -> tuple[_Row, ...]:
    """Records as rows of one kind, field by field."""
    return tuple(kind.model_validate(record, from_attributes=True) for record in records)
