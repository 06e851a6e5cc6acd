"""Operating points: the keys that each policy takes, and their default names.

A default name says the policy and its numbers: ``vendor-0.6``, ``pooled-fmr-0.01``,
``reference-ethnicity=white-fmr-0.001``, ``per-group-ethnicity-fmr-0.01``. Where a plan has two pooled points
that differ only in their impostors, the within-group one is ``pooled-within-group-fmr-0.01``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from pydantic import Field

from evalharness.plan.fields import Attributes, Fraction, Label, PointName
from evalharness.records import Group, OperatingPointSpec, Policy
from evalharness.yamlio import Fault, StrictModel

WITHIN_GROUP: Literal["within-group"] = "within-group"

# policy -> (keys that it needs, keys that it takes)
_KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Policy.VENDOR: (("threshold",), ("name", "threshold")),
    Policy.POOLED: (("fmr",), ("name", "fmr", "impostors")),
    Policy.REFERENCE: (("group", "fmr"), ("name", "group", "fmr")),
    Policy.PER_GROUP: (("partition", "fmr"), ("name", "partition", "fmr")),
}


class OperatingPointPlan(StrictModel):
    """One threshold policy; which other keys it takes depends on the policy."""

    policy: Policy
    name: PointName | None = None
    threshold: float | None = Field(default=None, strict=True, description="vendor: in the system's own unit")
    fmr: Fraction | None = Field(default=None, description="the false match rate that a fitted policy aims at")
    impostors: Literal["all", "within-group"] | None = Field(
        default=None, description="pooled: which non-mated comparisons set it; default all"
    )
    group: dict[Label, Label] | None = Field(default=None, description="reference: {attribute: value}")
    partition: Attributes | None = Field(default=None, description="per-group: whose groups get a threshold each")

    @classmethod
    def rules(cls, data: Mapping[str, object]) -> Iterable[Fault]:
        """The keys that the policy needs and takes."""
        policy = data.get("policy")
        if not isinstance(policy, str) or policy not in _KEYS:
            return
        needs, takes = _KEYS[policy]
        for key in needs:
            if data.get(key) in (None, {}, []):
                yield Fault((key,), f"policy {policy!s} needs this key", missing=key not in data)
        for key in ("threshold", "fmr", "impostors", "group", "partition"):
            if key not in takes and data.get(key) is not None:
                yield Fault((key,), f"policy {policy!s} takes no {key}; it takes {', '.join(takes)}")


Partitions = Sequence[tuple[str, ...]]


def point_specs(points: Sequence[OperatingPointPlan], groups: Partitions) -> tuple[OperatingPointSpec, ...]:
    """The operating points of a plan as records, each with a name.

    Args:
        points: Operating points, in the plan's order.
        groups: The plan's partitions: within-group impostors are of the first, and a reference group takes the
            attribute order of the partition that it belongs to.
    """
    return tuple(
        OperatingPointSpec(
            name=point.name or default,
            policy=point.policy,
            threshold=point.threshold,
            fmr=point.fmr,
            impostors=point.impostors or "all",
            group=_group(point, groups),
            partition=_partition(point, groups),
        )
        for point, default in zip(points, _default_names(points, groups), strict=True)
    )


def _group(point: OperatingPointPlan, groups: Partitions) -> Group | None:
    if point.group is None:
        return None
    order = _as_in(groups, tuple(point.group))
    return Group(tuple((name, point.group[name]) for name in order))


def _partition(point: OperatingPointPlan, groups: Partitions) -> tuple[str, ...]:
    if point.partition is not None:
        return _as_in(groups, point.partition)
    return groups[0] if point.impostors == WITHIN_GROUP and groups else ()


def _as_in(groups: Partitions, attributes: tuple[str, ...]) -> tuple[str, ...]:
    same = (known for known in groups if set(known) == set(attributes))
    return next(same, attributes)


def _default_names(points: Sequence[OperatingPointPlan], groups: Partitions) -> list[str]:
    names = [_default_name(point, groups) for point in points]
    pooled = Counter(
        name
        for name, impostors in {(name, point.impostors or "all") for name, point in zip(names, points, strict=True)}
    )
    return [
        name.replace("pooled-", f"pooled-{WITHIN_GROUP}-", 1)
        if point.impostors == WITHIN_GROUP and pooled[name] > 1
        else name
        for name, point in zip(names, points, strict=True)
    ]


def _default_name(point: OperatingPointPlan, groups: Partitions) -> str:
    if point.threshold is not None:
        return f"{point.policy}-{repr(point.threshold).removesuffix('.0')}"
    group = _group(point, groups)
    about = group.id if group else "*".join(_as_in(groups, point.partition or ()))
    return "-".join(part for part in (point.policy, about, "fmr", plain(point.fmr)) if part)


def plain(number: Decimal | None) -> str:
    """A decimal without exponent or trailing zeros: ``1E-4`` is ``0.0001``.

    >>> plain(Decimal("1e-4")), plain(Decimal("0.290")), plain(None)
    ('0.0001', '0.29', '')
    """
    if number is None:
        return ""
    text = format(number, "f")
    return text.rstrip("0").removesuffix(".") if "." in text else text
