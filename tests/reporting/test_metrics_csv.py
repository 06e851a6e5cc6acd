import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from evalharness.reporting.metrics_csv import metrics_csv
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
