"""A plan against the manifest of its dataset: do the groups that it names exist?"""

import math
from collections.abc import Iterator, Mapping

from evalharness.errors import PlanError
from evalharness.manifests.schema import LabelSpec, Manifest
from evalharness.manifests.words import SEPARATOR
from evalharness.plan import AuditPlan
from evalharness.plan.ages import below_name, bin_names
from evalharness.yamlio import Loc, shown, unknown

_SHARES_ADD_UP = 1e-6


def check_plan_against(plan: AuditPlan, manifest: Manifest) -> None:
    """Check every attribute and label value that a plan names.

    Raises:
        PlanError: With every fault, at its line and column where the plan came from a file.
    """
    faults = [plan.fault(path, text) for path, text in _faults(plan, manifest)]
    if faults:
        raise PlanError(f"the plan {plan.audit} does not fit the dataset {manifest.id}", faults)


def _faults(plan: AuditPlan, manifest: Manifest) -> Iterator[tuple[Loc, str]]:
    for i, attributes in enumerate(plan.groups):
        yield from _attribute_faults(plan, manifest, attributes, ("groups", i))
    for i, point in enumerate(plan.operating_points):
        where: Loc = ("operating_points", i)
        yield from _attribute_faults(plan, manifest, point.partition or (), (*where, "partition"))
        yield from _group_faults(plan, manifest, point.group or {}, (*where, "group"))
    yield from _statistics_faults(plan, manifest)


def _group_faults(
    plan: AuditPlan, manifest: Manifest, group: Mapping[str, str], path: Loc
) -> Iterator[tuple[Loc, str]]:
    for attribute, value in group.items():
        where: Loc = (*path, attribute)
        problems = list(_attribute_faults(plan, manifest, (attribute,), where))
        label = manifest.label(attribute)
        if label and not problems:
            problems = [(where, text) for text in _value_faults(plan, label, value)]
        yield from problems


def _statistics_faults(plan: AuditPlan, manifest: Manifest) -> Iterator[tuple[Loc, str]]:
    divided = {frozenset(attributes) for attributes in plan.partitions()}
    for i, group in enumerate(plan.statistics.references):
        where: Loc = ("statistics", "references", i)
        yield from _group_faults(plan, manifest, group, where)
        if frozenset(group) not in divided:
            yield where, f"no partition of the plan divides by {'*'.join(group) or '(nothing)'}; add it to groups"
    adjust = plan.statistics.adjust
    if adjust is None:
        return
    yield from _attribute_faults(plan, manifest, adjust.covariates, ("statistics", "adjust", "covariates"))
    for attribute, shares in adjust.target.items():
        where = ("statistics", "adjust", "target", attribute)
        if attribute not in adjust.covariates:
            yield where, unknown("covariate", attribute, adjust.covariates)
        yield from _share_faults(plan, manifest.label(attribute), shares, where)


def _share_faults(
    plan: AuditPlan, label: LabelSpec | None, shares: Mapping[str, float], path: Loc
) -> Iterator[tuple[Loc, str]]:
    for value, share in shares.items():
        if label is not None:
            yield from (((*path, value), text) for text in _value_faults(plan, label, value))
        if not 0 <= share <= 1:
            yield (*path, value), f"found {share!r}, expected a share between 0 and 1"
    total = math.fsum(shares.values())
    if not abs(total - 1) <= _SHARES_ADD_UP:
        yield path, f"the shares add up to {total!r}, expected 1"


def _attribute_faults(
    plan: AuditPlan, manifest: Manifest, attributes: tuple[str, ...], path: Loc
) -> Iterator[tuple[Loc, str]]:
    for i, attribute in enumerate(attributes):
        label = manifest.label(attribute)
        where = (*path, i)  # falls back to the entry where the plan names one attribute without a list
        if label is None:
            yield where, unknown("attribute", attribute, [known.attribute for known in manifest.labels])
        elif label.kind == "numeric" and not plan.age_bins:
            yield where, f"{attribute} is numeric; write age_bins, such as [18, 30, 40, 50, 60], to divide it"


def _value_faults(plan: AuditPlan, label: LabelSpec, value: str) -> Iterator[str]:
    if label.kind == "numeric":
        known = (below_name(plan.age_bins), *bin_names(plan.age_bins))
        if value not in known:
            yield unknown(f"value of {label.attribute}", value, known, plural="values")
        return
    for part in value.split(SEPARATOR):
        if part not in label.values:
            text = unknown(f"value of {label.attribute}", part, label.values, plural="values")
            yield text if part == value else f"{shown(value)} holds the {text}"
