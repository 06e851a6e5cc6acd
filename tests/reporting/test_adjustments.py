from evalharness.reporting import groupwording
from evalharness.reporting.adjustments import adjusted_section
from evalharness.reporting.lookup import Findings
from evalharness.result.rows import AdjustedRow
from tests.reporting.example_differences import ENTRIES
from tests.reporting.example_result import build, dataset, point, population
from tests.reporting.example_rows import row

RATE = row("fnmr", "vendor", "site=a", errors=4, trials=80, subjects=40)


def adjusted(group: str, **changes) -> AdjustedRow:
    known = {
        "measure": "fnmr", "operating_point": "vendor", "partition": "site", "method": "standardised",
        "covariates": ("age", "glasses"), "reference": "site=b", "crude": 0.05, "crude_lower": 0.01,
        "crude_upper": 0.12, "adjusted": 0.03, "lower": 0.01, "upper": 0.08, "crude_ratio": 1.7,
        "adjusted_ratio": 1.2, "ratio_lower": 0.6, "ratio_upper": 2.3, "level": 0.95,
    }  # fmt: skip
    return AdjustedRow(group=group, **known | changes)


def section(*rows, private=False):
    people = population({"site": {"site=a": 40, "site=b": 30, "site=c": 5}})
    data = dataset(group_sizes_public=not private)
    result = build([point()], people, dataset=data, measures=(RATE,), adjusted=rows, catalogue=ENTRIES)
    return adjusted_section(Findings.of(result), "vendor", "site", key="k")


def texts(table) -> list[list[str]]:
    return [[" | ".join(filter(None, [cell.text, cell.detail])) for cell in line] for line in table.rows]


def test_crude_and_adjusted_stand_side_by_side_with_what_was_adjusted_for():
    found = section(adjusted("site=a", empty_strata=("age=60 to 70", "age=site=c")))
    (table,) = found.tables
    assert texts(table) == [
        ["a", "5.00% | 4 of 80 · 1 in 20", "1.00% to 12.0%", "3.00%", "1.00% to 8.00%", "1.70", "1.20", "0.600 to 2.30"]
    ]
    assert table.notes == (
        "Adjusted for age, glasses.",
        "Ratios refer to “b”.",
        "Without any comparison, and so not covered by the adjustment: age=60 to 70; age=site=c.",
    )
    assert "by site (Direct standardisation; 95% intervals)" in table.caption
    assert found.sentences == (groupwording.ASSOCIATION, groupwording.CRUDE_COUNTS)


def test_a_rate_that_cannot_be_adjusted_keeps_its_crude_one_and_the_reason():
    empty = dict.fromkeys(["adjusted", "lower", "upper", "adjusted_ratio", "ratio_lower", "ratio_upper"])
    (table,) = section(adjusted("site=a", **empty, note="weights do not overlap")).tables
    assert texts(table)[0][3:5] == ["undefined | weights do not overlap", ""]
    assert texts(table)[0][1].startswith("5.00%")


def test_methods_and_covariates_have_tables_of_their_own():
    kinds = ({}, {"method": "regression"}, {"covariates": ("age",)}, {"measure": "frr"}, {})
    found = section(*(adjusted("site=a", **kind) for kind in kinds))
    assert len(found.tables) == 4
    assert section() is None


def test_groups_below_the_floor_strata_that_name_them_and_ratios_to_them_are_withheld():
    rows = [adjusted("site=a", reference="site=c", empty_strata=("site=c, old", "old")), adjusted("site=c")]
    first, second = section(*rows, private=True).tables
    assert texts(first) == [["a", "5.00% | 4 of 80 · 1 in 20", "1.00% to 12.0%", "3.00%", "1.00% to 8.00%"]]
    assert "Without any comparison, and so not covered by the adjustment: old." in first.notes
    assert not any("Ratios refer" in note for note in first.notes)
    assert second.rows == ()
    assert "fewer than 10 subjects" in second.notes[-1]


def test_that_adjusted_differences_are_associations_is_said_by_the_section_alone():
    rows = [
        adjusted(f"site={name}", note=f"adjusted differences are associations{more}")
        for name, more in (("a", "; own"), ("b", ""))
    ]
    (table,) = section(*rows).tables
    assert [line[-1] for line in texts(table)] == ["own", ""]
    assert not any("associations" in note for note in table.notes)
