from evalharness.reporting import groupwording, wording
from evalharness.reporting.differences import differential_section
from evalharness.reporting.lookup import Findings
from evalharness.reporting.tables import Table
from evalharness.result.rows import LeftOutInfo
from tests.reporting.example_differences import ENTRIES, differential
from tests.reporting.example_result import build, dataset, london, point, population

PEOPLE = population({"site": {"site=a": 40, "site=b": 30, "site=c": 5, "site=d": 1}})


def section(*rows, **changes):
    result = build([point()], PEOPLE, differentials=rows, **changes)
    return differential_section(Findings.of(result), "vendor", "site", key="k")


def texts(table: Table) -> list[list[str]]:
    return [[" | ".join(filter(None, [cell.text, cell.detail])) for cell in row] for row in table.rows]


def test_no_rows_no_section():
    assert section() is None
    assert section(differential("fmr.max_min", point="other"), differential("fmr.max_min", partition="age")) is None


def test_value_interval_and_what_equal_rates_show_stand_side_by_side():
    found = section(
        differential(
            "fmr.max_min", value=75.19, lower=20.0, upper=310.5, floor=1.84, floor_upper=3.21, p_equal=0.0125,
            highest="site=a", lowest="site=b",
        ),
        differential("fmr.gini_corrected", value=0.6372, lower=0.0, upper=None, highest="site=a", lowest="site=b"),
        catalogue=ENTRIES,
    )  # fmt: skip
    (table,) = found.tables
    assert table.caption == "False match rate within a group, by site (95% intervals)"
    assert [column.title for column in table.columns] == [
        "Measure", "Value", "Interval", "If rates were equal", "As far by chance",
    ]  # fmt: skip
    assert texts(table) == [
        ["FMR, highest over lowest", "75.2", "20.0 to 310", "1.84 | as far as 3.21", "1.25%"],
        ["FMR, Gini index, corrected", "0.637", "0 or more", "", ""],
    ]
    assert table.notes == ("Highest rate: “a”; lowest rate: “b”.",)
    assert groupwording.EQUAL_RATES in found.sentences
    assert groupwording.BOUND not in found.sentences


def test_a_ratio_with_a_group_without_errors_is_undefined_with_its_bound():
    found = section(
        differential("fmr.max_min", note="undefined: a group has no errors; few", bound=0.12, smoothed=5.0),
        differential("fmr.difference", value=0.00004, lower=0.0, upper=0.001, note="few"),
        differential("fmr.max_mean", value=1.2, lower=1.0, upper=2.0, note="few; own"),
    )
    (table,) = found.tables
    assert texts(table)[0] == ["fmr.max_min", "undefined | a group has no errors; at least 0.120 times; smoothed: 5.00",
                               "", ""]  # fmt: skip
    assert texts(table)[1][1:] == ["4.00 × 10⁻⁵", "0 to 0.100%", ""]
    assert texts(table)[2][3] == "own"
    assert table.notes == ("Few.",)
    assert groupwording.BOUND in found.sentences


def test_false_matches_false_non_matches_and_blends_have_tables_of_their_own():
    names = ("fmr.max_min", "garbe", "fnmr.max_min", "fmr.max_mean")
    found = section(*(differential(name, value=1.5) for name in names))
    assert [table.caption.split(",")[0] for table in found.tables] == [
        "False match rate within a group", "Blends of both rates", "False non-match rate",
    ]  # fmt: skip
    assert [len(table.rows) for table in found.tables] == [2, 1, 1]
    assert groupwording.SEPARATE in found.sentences


def test_ratios_to_a_reference_are_one_row_a_group():
    rows = [differential("fmr.ratio_to_reference", group=f"site={g}", reference="site=a", value=2.0) for g in "bc"]
    (table,) = section(*rows).tables
    assert table.caption == "False match rate within a group: each group over “a” (95% intervals)"
    assert texts(table) == [["b", "2.00", "none"], ["c", "2.00", "none"]]


def test_groups_left_out_are_named_with_reasons():
    out = (LeftOutInfo(group="site=c", reason="no completed comparison"), LeftOutInfo(group="site=d", reason="one"))
    row = differential("fmr.max_min", value=2.0, lower=1.0, upper=3.0, left_out=out)
    assert section(row).tables[0].notes == (f"Left out: “c” (no completed comparison); “d” ({wording.TOO_SMALL}).",)
    private = section(row, dataset=dataset(group_sizes_public=False)).tables[0]
    assert private.notes == ("Left out: 2 suppressed groups.",)


def test_a_measure_whose_highest_group_is_withheld_is_withheld_with_it():
    rows = [
        differential("fmr.max_min", value=9.87, lower=1.0, upper=30.0, highest="site=c", lowest="site=b", note="n"),
        differential("fmr.gini_raw", value=0.5, lower=0.1, upper=0.6, note="about site=c"),
        differential("fmr.ratio_to_reference", value=6.54, lower=1.0, upper=30.0, group="site=c", reference="site=a"),
        differential("fmr.ratio_to_reference", value=3.21, lower=1.0, upper=30.0, group="site=b", reference="site=c"),
    ]
    found = section(*rows, dataset=dataset(group_sizes_public=False))
    said = str(found)
    assert not any(number in said for number in ("9.87", "6.54", "3.21", "“c”"))
    assert texts(found.tables[0]) == [
        ["fmr.max_min", "suppressed", "", ""],
        ["fmr.gini_raw", "0.500", "0.100 to 0.600", wording.WITHHELD_NOTE],
    ]
    assert groupwording.ENDS_WITHHELD in found.tables[0].notes
    assert [texts(table) for table in found.tables[1:]] == [[], []]
    assert "9.87" in str(section(*rows))


def test_a_row_of_nulls_without_a_reason_is_undefined():
    findings = Findings.of(london(differentials=(differential("x", note=""),)))
    found = differential_section(findings, "vendor", "site", key="k")
    assert texts(found.tables[0]) == [["x", "undefined"]]


def test_a_remark_of_undefined_and_defined_measures_stands_once():
    remark = "alpha 0.5 is the weight; unstable: 6 rates rest on few errors"
    found = section(
        differential("garbe", note=f"undefined: no group has an error; {remark}"),
        differential("fdr", value=0.8, lower=0.5, upper=0.9, note=remark),
        differential("inequity", note=f"undefined: no group has an error; {remark}"),
    )
    (table,) = found.tables
    assert table.collapsed == "Show 3 measures"
    assert [line[1] for line in texts(table)] == [
        "undefined | no group has an error", "0.800", "undefined | no group has an error",
    ]  # fmt: skip
    assert [line[-1] for line in texts(table)] == ["a; unstable"] * 3
    assert table.notes == ("a: alpha 0.5 is the weight.", "Unstable: 6 rates rest on few errors.")


def test_more_than_one_table_of_ratios_is_folded_away():
    rows = [
        differential(f"{rate}.ratio_to_reference", group="site=b", reference="site=a", value=2.0)
        for rate in ("fmr", "fnmr")
    ]
    assert [table.collapsed for table in section(*rows).tables] == ["Show 1 ratio"] * 2
    assert [table.collapsed for table in section(rows[0]).tables] == [""]
