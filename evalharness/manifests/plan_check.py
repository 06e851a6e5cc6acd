"""A plan against the manifest of its dataset: do the groups that it names exist?"""

from collections.abc import Iterator

from evalharness.errors import PlanError
from evalharness.manifests.schema import LabelSpec, Manifest
from evalharness.manifests.words import SEPARATOR
from evalharness.plan import AuditPlan
from evalharness.plan.ages import below_name, bin_names
from evalharness.yamlio import Loc, shown, unknown


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
        for attribute, value in (point.group or {}).items():
            path: Loc = (*where, "group", attribute)
            problems = list(_attribute_faults(plan, manifest, (attribute,), path))
            label = manifest.label(attribute)
            if label and not problems:
                problems = [(path, text) for text in _value_faults(plan, label, value)]
            yield from problems


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
