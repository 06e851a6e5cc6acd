"""Operating points as records: exact targets, default names, groups and partitions."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from evalharness.plan.ages import below_name, bin_names, bin_of
from evalharness.plan.fields import Fraction
from evalharness.plan.points import OperatingPointPlan, plain, point_specs
from evalharness.records import Group, OperatingPointSpec, Policy
from evalharness.yamlio import WrittenFloat

GROUPS = (("gender",), ("ethnicity",), ("gender", "ethnicity"))


def specs(*points: dict[str, object]) -> tuple[OperatingPointSpec, ...]:
    return point_specs([OperatingPointPlan.model_validate(point) for point in points], GROUPS)


def test_default_names_say_policy_and_numbers():
    found = specs(
        {"policy": "vendor", "threshold": 0.6},
        {"policy": "pooled", "fmr": WrittenFloat(0.01, "0.01")},
        {"policy": "reference", "group": {"ethnicity": "white"}, "fmr": WrittenFloat(0.001, "1e-3")},
        {"policy": "per-group", "partition": "ethnicity", "fmr": "0.010"},
        {"policy": "vendor", "threshold": 42},
        {"policy": "vendor", "threshold": -0.5, "name": "mine"},
        {"policy": "reference", "group": {"ethnicity": "a;b", "gender": "x"}, "fmr": "0.5"},
        {"policy": "per-group", "partition": ["ethnicity", "gender"], "fmr": "0.5"},
    )
    assert [spec.name for spec in found] == [
        "vendor-0.6",
        "pooled-fmr-0.01",
        "reference-ethnicity=white-fmr-0.001",
        "per-group-ethnicity-fmr-0.01",
        "vendor-42",
        "mine",
        "reference-gender=x;ethnicity=a%3Bb-fmr-0.5",
        "per-group-gender*ethnicity-fmr-0.5",
    ]


def test_pooled_points_that_differ_in_their_impostors_have_two_names():
    alone = specs({"policy": "pooled", "fmr": "0.01", "impostors": "within-group"})
    assert [spec.name for spec in alone] == ["pooled-fmr-0.01"]
    both = specs(
        {"policy": "pooled", "fmr": "0.01", "impostors": "within-group"},
        {"policy": "pooled", "fmr": "0.01"},
        {"policy": "pooled", "fmr": "0.02", "impostors": "within-group"},
    )
    assert [spec.name for spec in both] == [
        "pooled-within-group-fmr-0.01",
        "pooled-fmr-0.01",
        "pooled-fmr-0.02",
    ]


def test_records_carry_what_the_statistics_need():
    vendor, within, every, reference, per_group = specs(
        {"policy": "vendor", "threshold": 0.6},
        {"policy": "pooled", "fmr": "0.29", "impostors": "within-group", "name": "w"},
        {"policy": "pooled", "fmr": "0.29"},
        {"policy": "reference", "group": {"ethnicity": "white", "gender": "male"}, "fmr": "0.1"},
        {"policy": "per-group", "partition": ["ethnicity", "gender"], "fmr": "0.1"},
    )
    assert vendor == OperatingPointSpec("vendor-0.6", Policy.VENDOR, threshold=0.6)
    assert within == OperatingPointSpec(
        "w", Policy.POOLED, fmr=Decimal("0.29"), impostors="within-group", partition=("gender",)
    )
    assert (every.impostors, every.partition) == ("all", ())
    assert reference.group == Group((("gender", "male"), ("ethnicity", "white")))
    assert per_group.partition == ("gender", "ethnicity")


def test_a_partition_outside_the_plans_groups_keeps_its_own_order():
    (spec,) = point_specs(
        [OperatingPointPlan.model_validate({"policy": "per-group", "partition": ["b", "a"], "fmr": "0.1"})], GROUPS
    )
    assert spec.partition == ("b", "a")


@pytest.mark.parametrize("text", ["0.29", "1e-4", "0.000100", ".5", "0.1234567890123456789", "5E-1"])
def test_a_target_is_exactly_what_was_written(text):
    value = TypeAdapter(Fraction).validate_python(WrittenFloat(float(text), text))
    assert value == Decimal(text)


NO_RATES = [0, 1, 0.0, 1.0, -0.1, "x", "0_1", " 0.1", "٠.١", True, [0.1], "1e-99999", "nan", "inf"]


@pytest.mark.parametrize("value", NO_RATES)
def test_a_target_that_is_no_rate_is_refused(value):
    with pytest.raises(ValidationError, match="found "):
        TypeAdapter(Fraction).validate_python(value)


@settings(deadline=None)
@given(st.decimals(min_value=Decimal("1e-18"), max_value=Decimal("0.999"), places=18))
def test_plain_text_of_a_target_reads_back_equal(number):
    text = plain(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert not text.endswith("0")


@settings(deadline=None)
@given(st.sets(st.integers(0, 120), min_size=1, max_size=8), st.floats(0, 130))
def test_every_number_lies_in_the_bin_that_names_it(edges, number):
    ages = sorted(edges)
    name = bin_of(number, ages)
    if name == below_name(ages):
        assert number < ages[0]
        return
    assert name in bin_names(ages)
    low, _, high = name.removesuffix("+").partition("-")
    assert int(number) >= int(low)
    assert name.endswith("+") or int(number) <= int(high or low)
