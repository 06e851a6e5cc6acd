import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from evalharness.reporting.metrics_csv import metrics_csv
from evalharness.result.rows import LeftOutInfo
from tests.reporting.example_differences import differential
from tests.reporting.example_result import london, nulls
from tests.reporting.example_rows import row

HEADER = (
    "measure,operating_point,policy,threshold,group,other_group,errors,trials,subjects,value,lower,upper,level,note"
)
RESULT = nulls()


def of(*rows):
    return metrics_csv(RESULT.model_copy(update={"measures": rows}))


def test_header_and_a_row_as_the_format_fixes_them():
    found = row("fmr", "vendor", "ethnicity=a", "ethnicity=b", errors=12, trials=9384, subjects=69)
    found = found.model_copy(update={"lower": 0.0004, "upper": 0.0041})
    assert of(found) == (
        f"{HEADER}\nfmr,vendor,vendor,0.6,ethnicity=a,ethnicity=b,12,9384,69,0.0012787723785166241,0.0004,0.0041,0.95,\n"
    )


def test_undefined_is_empty_with_its_reason():
    found = row("fmr", "vendor", "ethnicity=c", "ethnicity=c", errors=0, trials=0, subjects=1)
    assert of(found.model_copy(update={"trials": None})).splitlines()[1] == (
        "fmr,vendor,vendor,0.6,ethnicity=c,ethnicity=c,,,1,,,,0.95,fewer than 2 subjects"
    )


def test_fta_has_neither_point_nor_threshold_and_zero_is_written():
    found = row("fta", "", "gender=female", errors=0, trials=98, subjects=49)
    found = found.model_copy(update={"upper": 0.07, "note": ""})
    assert of(found).splitlines()[1] == "fta,,,,gender=female,,0,98,49,0.0,0.0,0.07,0.95,"


def test_every_measure_is_a_row_in_order():
    result = london()
    table = list(csv.DictReader(io.StringIO(metrics_csv(result))))
    assert [(line["measure"], line["group"], line["other_group"]) for line in table] == [
        (found.measure, found.group, found.other_group) for found in result.measures
    ]
    assert "\r" not in metrics_csv(result)


@given(st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20))
def test_numbers_and_text_survive(value, note):
    found = RESULT.measures[0].model_copy(update={"value": value, "note": note})
    table = list(csv.DictReader(io.StringIO(of(found), newline="")))
    assert float(table[0]["value"]) == value
    assert table[0]["note"].removeprefix("'") == note.removeprefix("'")


def test_no_cell_is_a_formula():
    hostile = ["=1+1", "+1", "-1", "@x", "\tx", "\rx"]
    for text in hostile:
        found = RESULT.measures[0].model_copy(update={"note": text, "group": text, "threshold": -0.5})
        line = next(csv.DictReader(io.StringIO(of(found), newline="")))
        assert line["note"] == line["group"] == "'" + text
        assert line["threshold"] == "-0.5"


def test_measures_over_groups_follow_the_rates_with_blank_counts():
    undefined = differential(
        "fmr.max_min", partition="ethnicity", note="undefined: a group has no errors", bound=0.12, smoothed=5.0
    )
    result = RESULT.model_copy(update={"measures": RESULT.measures[:2], "differentials": (undefined,)})
    lines = metrics_csv(result).splitlines()
    assert len(lines) == 4
    assert lines[3] == (
        "fmr.max_min,vendor,vendor,,ethnicity,,,,,,,,0.95,undefined: a group has no errors; bound 0.12; smoothed 5.0"
    )


def test_a_measure_over_groups_carries_threshold_ends_floor_and_groups_left_out():
    out = (LeftOutInfo(group="ethnicity=c", reason="fewer than 3 subjects"),)
    found = differential(
        "fmr.gini_corrected", partition="gender*ethnicity", value=0.6372, lower=0.0, upper=0.7, floor=0.34,
        floor_upper=0.64, p_equal=0.03, highest="ethnicity=a", lowest="ethnicity=b", left_out=out, note="few",
    )  # fmt: skip
    line = metrics_csv(london(measures=(), differentials=(found,))).splitlines()[1]
    assert line == (
        "fmr.gini_corrected,vendor,vendor,0.6,gender*ethnicity,,,,,0.6372,0.0,0.7,0.95,few; floor 0.34; "
        "floor upper 0.64; equal rates give as much in 0.03; highest ethnicity=a; lowest ethnicity=b; "
        "left out ethnicity=c: fewer than 3 subjects"
    )


def test_a_ratio_to_reference_names_both_groups_and_per_group_thresholds_stay_empty():
    found = differential(
        "fmr.ratio_to_reference", point="per-group-ethnicity-fmr-0.01", group="g=a", reference="g=b", value=2.0
    )
    line = metrics_csv(london(measures=(), differentials=(found,))).splitlines()[1]
    assert line == "fmr.ratio_to_reference,per-group-ethnicity-fmr-0.01,per-group,,g=a,g=b,,,,2.0,,,0.95,"


def test_a_measure_at_a_point_that_the_result_does_not_list_is_still_a_row():
    found = differential("fta.max_min", point="", partition="gender", note="one group")
    line = metrics_csv(london(measures=(), differentials=(found,))).splitlines()[1]
    assert line == "fta.max_min,,,,gender,,,,,,,,0.95,undefined: one group"
