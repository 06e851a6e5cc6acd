"""A plan against the manifest of its dataset."""

import datetime
from pathlib import Path

import pytest

from evalharness.errors import PlanError
from evalharness.manifests import catalogue_entry, check_plan_against
from evalharness.plan import AuditPlan, DatasetRef, DlibSystem, OperatingPointPlan, Purpose, load_plan

LONDON = catalogue_entry("face-research-lab-london-set").manifest

PLAN = """\
audit: a
purpose: research-evaluation
dataset: {id: face-research-lab-london-set}
system: {kind: dlib}
groups: [gendr, ethnicity, [gender, race]]
operating_points:
  - {policy: reference, group: {ethnicity: whit, gender: male}, fmr: 0.1}
  - {policy: reference, group: {ethnicity: east_asian/white}, fmr: 0.1}
  - {policy: reference, group: {ethnicity: white/blue}, fmr: 0.2}
  - {policy: reference, group: {tone: 3}, fmr: 0.2}
  - {policy: per-group, partition: tone, fmr: 0.2}
  - {policy: per-group, partition: [gender, age], fmr: 0.2}
"""


def faults(path: Path, text: str) -> list[str]:
    path.write_text(text)
    with pytest.raises(PlanError) as caught:
        check_plan_against(load_plan(path), LONDON)
    return [fault.removeprefix(f"{path}:") for fault in caught.value.faults]


def test_every_unknown_group_is_named_where_it_stands(tmp_path):
    known = "Known attributes: gender, ethnicity, age"
    values = "Known values: white, black, west_asian, east_asian"
    assert faults(tmp_path / "plan.yaml", PLAN) == [
        f"5:10: groups.0: unknown attribute 'gendr'; did you mean 'gender'? {known}",
        f"5:37: groups.2.1: unknown attribute 'race'. {known}",
        f"7:33: operating_points.0.group.ethnicity: unknown value of ethnicity 'whit'; did you mean 'white'? {values}",
        f"9:33: operating_points.2.group.ethnicity: 'white/blue' holds the unknown value of ethnicity 'blue'. {values}",
        f"10:33: operating_points.3.group.tone: unknown attribute 'tone'. {known}",
        f"11:25: operating_points.4.partition: unknown attribute 'tone'. {known}",
        "12:45: operating_points.5.partition.1: age is numeric; write age_bins, such as [18, 30, 40, 50, 60], "
        "to divide it",
    ]


def test_bins_are_the_values_of_a_numeric_label(tmp_path):
    text = PLAN.split("groups:")[0] + (
        "groups: [age]\nage_bins: [20, 30]\noperating_points:\n"
        "  - {policy: reference, group: {age: 20-29}, fmr: 0.1}\n"
        "  - {policy: reference, group: {age: under 20}, fmr: 0.1}\n"
        "  - {policy: reference, group: {age: 25}, fmr: 0.1}\n"
    )
    assert faults(tmp_path / "plan.yaml", text) == [
        "10:33: operating_points.2.group.age: unknown value of age '25'. Known values: under 20, 20-29, 30+"
    ]


def test_every_fault_of_the_statistics_is_named_where_it_stands(tmp_path):
    text = PLAN.split("groups:")[0] + (
        "groups: [ethnicity]\noperating_points: [{policy: vendor, threshold: 0.6}]\nstatistics:\n"
        "  references: [{ethnicity: white}, {ethnicity: whit}, {gender: male}, {tone: 1}]\n"
        "  adjust:\n"
        "    covariates: [gender, age, race]\n"
        "    target: {gender: {female: 0.5, male: 0.6}, ethnicity: {white: 1.0}, age: {}}\n"
    )
    known = "Known attributes: gender, ethnicity, age"
    assert faults(tmp_path / "plan.yaml", text) == [
        "8:37: statistics.references.1.ethnicity: unknown value of ethnicity 'whit'; did you mean 'white'? "
        "Known values: white, black, west_asian, east_asian",
        "8:55: statistics.references.2: no partition of the plan divides by gender; add it to groups",
        f"8:72: statistics.references.3.tone: unknown attribute 'tone'. {known}",
        "8:71: statistics.references.3: no partition of the plan divides by tone; add it to groups",
        "10:26: statistics.adjust.covariates.1: age is numeric; write age_bins, such as [18, 30, 40, 50, 60], "
        "to divide it",
        f"10:31: statistics.adjust.covariates.2: unknown attribute 'race'. {known}",
        "11:14: statistics.adjust.target.gender: the shares add up to 1.1, expected 1",
        "11:48: statistics.adjust.target.ethnicity: unknown covariate 'ethnicity'. Known covariates: gender, age, race",
        "11:73: statistics.adjust.target.age: the shares add up to 0.0, expected 1",
    ]


def test_a_share_beyond_one_is_named(tmp_path):
    text = PLAN.split("groups:")[0] + (
        "groups: [ethnicity]\noperating_points: [{policy: vendor, threshold: 0.6}]\nstatistics:\n"
        "  adjust: {covariates: [gender], target: {gender: {female: -0.5, male: 1.5, men: 0}}}\n"
    )
    found = faults(tmp_path / "plan.yaml", text)
    assert [fault.partition(": ")[2] for fault in found] == [
        "statistics.adjust.target.gender.female: found -0.5, expected a share between 0 and 1",
        "statistics.adjust.target.gender.male: found 1.5, expected a share between 0 and 1",
        "statistics.adjust.target.gender.men: unknown value of gender 'men'. Known values: female, male",
    ]


def test_a_plan_made_in_python_is_checked_too():
    plan = AuditPlan(
        audit="a",
        date=datetime.date(2026, 1, 1),
        purpose=Purpose.RESEARCH_EVALUATION,
        dataset=DatasetRef(id=LONDON.id),
        system=DlibSystem(kind="dlib"),
        groups=(("gender",),),
        operating_points=(OperatingPointPlan.model_validate({"policy": "vendor", "threshold": 0.6}),),
    )
    check_plan_against(plan, LONDON)
    with pytest.raises(PlanError, match=r"plan: groups\.0\.0: unknown attribute 'x'"):
        check_plan_against(plan.model_copy(update={"groups": (("x",),)}), LONDON)
