"""Samples divided into demographic groups, by the labels as recorded.

A missing label is a group of its own, and so is a label with several values. A group that was asked for is listed
even when nobody is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from evalharness.errors import PlanError
from evalharness.manifests import LabelSpec, Manifest
from evalharness.manifests.words import SEPARATOR
from evalharness.plan.ages import below_name, bin_names, bin_of
from evalharness.records import Group, Partition, Samples, frozen
from evalharness.yamlio import unknown

MOST_GROUPS = 10_000

Value = str | None  # None: the label is missing


@dataclass(frozen=True, slots=True)
class LabelCoverage:
    """How many samples lack a label, and how many carry several values of it."""

    missing: int
    multi_valued: int


def label_coverage(samples: Samples, attribute: str) -> LabelCoverage:
    """Count the samples without a label and those with several values of it."""
    values = [row.labels[attribute] for row in samples.rows]
    return LabelCoverage(values.count(None), sum(SEPARATOR in value for value in values if value is not None))


def partition(
    samples: Samples, attributes: Sequence[str], *, manifest: Manifest, age_bins: Sequence[int] = ()
) -> Partition:
    """Divide all samples by one attribute, or by the intersection of several.

    Args:
        samples: The samples of the dataset.
        attributes: One or more label attributes, in the plan's order.
        manifest: Declares the attributes and the order of their values.
        age_bins: Edges of the bins of a numeric label.

    Returns:
        One attribute: its declared values (or bins) in order, then combinations such as ``a/b`` that were recorded.
        Several: every combination of values that occur. Groups with a missing label come last, if there are any.

    Raises:
        PlanError: An attribute is unknown, a numeric one has no bins, or there are more than 10 000 groups.
    """
    labels = [_label(manifest, attribute, age_bins) for attribute in attributes]
    columns = [_column(samples, label, age_bins) for label in labels]
    listed = [_listed(label, column, age_bins) for label, column in zip(labels, columns, strict=True)]
    observed = list(zip(*columns, strict=True))
    if len(attributes) > 1:
        found = [set(column) for column in columns]
        listed = [[value for value in values if value in seen] for values, seen in zip(listed, found, strict=True)]
    combinations = _combinations(listed, observed)
    number = {values: i for i, values in enumerate(combinations)}
    groups = tuple(Group(tuple(zip(attributes, values, strict=True))) for values in combinations)
    return Partition(tuple(attributes), groups, frozen(np.array([number[row] for row in observed], dtype=np.int64)))


def _label(manifest: Manifest, attribute: str, age_bins: Sequence[int]) -> LabelSpec:
    label = manifest.label(attribute)
    if label is None:
        raise PlanError(unknown("attribute", attribute, [known.attribute for known in manifest.labels]))
    if label.kind == "numeric" and not age_bins:
        raise PlanError(f"{attribute} is numeric; write age_bins, such as [18, 30, 40, 50, 60], to divide it")
    return label


def _column(samples: Samples, label: LabelSpec, age_bins: Sequence[int]) -> list[Value]:
    values = [row.labels[label.attribute] for row in samples.rows]
    if label.kind == "categorical":
        return values
    return [None if value is None else bin_of(float(value), age_bins) for value in values]


def _listed(label: LabelSpec, column: Sequence[Value], age_bins: Sequence[int]) -> list[str]:
    found = {value for value in column if value is not None}
    if label.kind == "numeric":
        below = below_name(age_bins)
        return [*([below] if below in found else []), *bin_names(age_bins)]
    return [*label.values, *sorted(found - set(label.values))]


def _combinations(listed: Sequence[Sequence[str]], observed: Sequence[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    size = 1
    for values in listed:
        size *= len(values)
    if size > MOST_GROUPS:
        raise PlanError(f"the intersection has {size} groups; at most {MOST_GROUPS} are made. Use fewer attributes.")
    rank = [{value: i for i, value in enumerate(values)} for values in listed]
    known: list[tuple[Value, ...]] = list(product(*listed))
    incomplete = {values for values in observed if None in values}
    return known + sorted(
        incomplete,
        key=lambda values: [
            len(ranks) if value is None else ranks[value] for ranks, value in zip(rank, values, strict=True)
        ],
    )
