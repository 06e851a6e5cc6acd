from evalharness.reporting.lookup import Findings
from evalharness.reporting.worst import worst_section
from evalharness.result.rows import GroupEstimateRow, WorstGroupRow
from tests.reporting.example_result import build, dataset, point, population
from tests.reporting.example_rows import row

PEOPLE = population({"site": {"site=a": 40, "site=b": 5}})
RATES = tuple(
    row("fmr", "vendor", group, group, errors=12, trials=9384, subjects=size)
    for group, size in (("site=a", 40), ("site=b", 5))
)
COMMON = {"measure": "fmr", "operating_point": "vendor", "partition": "site", "level": 0.95}


def worst(group: str = "site=a", **changes) -> WorstGroupRow:
    known = {
        "value": 12 / 9384, "lower": 0.0004, "upper": 0.0051, "shrunken": 0.001, "equal_mean": 0.0011,
        "equal_upper": 0.002, "p_equal": 0.25, "split_half": 0.0009, "split_agreement": 0.84,
    }  # fmt: skip
    return WorstGroupRow(**COMMON, groups=2, group=group, **known | changes)


def estimate(group: str, **changes) -> GroupEstimateRow:
    known = {"value": 12 / 9384, "lower": 0.0004, "upper": 0.0051, "shrunken": 0.001}
    return GroupEstimateRow(**COMMON, group=group, **known | changes)


def section(private: bool = False, **parts):
    result = build([point()], PEOPLE, dataset=dataset(group_sizes_public=not private), measures=RATES, **parts)
    return worst_section(Findings.of(result), "vendor", "site", key="k")


def texts(table) -> list[list[str]]:
    return [[" | ".join(filter(None, [cell.text, cell.detail])) for cell in line] for line in table.rows]


def test_the_highest_rate_stands_beside_what_its_choice_does_to_it():
    (table,) = section(worst_groups=(worst(),)).tables
    assert [column.title for column in table.columns] == ["Of the highest rate", "False match rate within a group"]
    assert texts(table) == [
        ["Group with the highest rate", "a | of 2 groups"],
        ["Observed", "0.128% | 12 of 9,384 · 1 in 782"],
        ["Limits that hold for all groups at once", "0.0400% to 0.510%"],
        ["Shrunken towards the other groups", "0.100%"],
        ["Highest rate if all were equal", "0.110% | as far as 0.200%"],
        ["Draws in which equal rates reach as high", "25.0%"],
        ["On people who did not choose it (split-half)", "0.0900%"],
        ["Splits in which it is the worst of both halves", "84.0%"],
    ]


def test_a_remark_on_the_highest_rate_stands_below_the_table():
    (table,) = section(worst_groups=(worst(note="shrunken entirely"),)).tables
    assert table.notes == ("False match rate within a group: shrunken entirely.",)
    assert "Note" not in [line[0] for line in texts(table)]


def test_where_there_is_no_worst_group_the_reason_stands():
    empty = dict.fromkeys(["value", "lower", "upper", "shrunken", "equal_mean", "equal_upper", "p_equal", "split_half"])
    (table,) = section(worst_groups=(worst("", **empty, split_agreement=None, note="no group has an error"),)).tables
    assert texts(table) == [
        ["Group with the highest rate", "none | of 2 groups"],
        ["Observed", "undefined | no group has an error"],
    ]


def test_counts_of_another_rate_are_not_put_beside_it():
    (table,) = section(worst_groups=(worst(value=0.5),)).tables
    assert texts(table)[1] == ["Observed", "50.0%"]


def test_every_group_is_folded_away_with_shared_notes_below():
    empty = dict.fromkeys(["value", "lower", "upper", "shrunken"])
    rows = (estimate("site=a", note="t"), estimate("site=b", **empty, note="n"))
    (table,) = section(group_estimates=rows).tables
    assert table.collapsed == "Show 2 groups"
    assert texts(table) == [
        ["a", "0.128% | 12 of 9,384 · 1 in 782", "0.0400% to 0.510%", "0.100%", "t"],
        ["b", "undefined | n", "", "", ""],
    ]


def test_a_group_below_the_floor_is_neither_worst_nor_listed():
    rows = {"worst_groups": (worst("site=b"),), "group_estimates": (estimate("site=a"), estimate("site=b"))}
    first, second = section(private=True, **rows).tables
    assert texts(first) == [["Group with the highest rate", "suppressed"]]
    assert "fewer than 10 subjects" in first.notes[-1]
    assert [line[0] for line in texts(second)] == ["a"]
    assert "fewer than 10 subjects" in second.notes[-1]
    assert [line[0] for line in texts(section(**rows).tables[1])] == ["a", "b"]


def test_a_rate_that_rests_on_few_people_of_a_large_group_is_withheld_here_too():
    few = tuple(rate.model_copy(update={"subjects": 2}) for rate in RATES)
    result = build([point()], PEOPLE, measures=few, worst_groups=(worst(),), group_estimates=(estimate("site=a"),))
    first, second = worst_section(Findings.of(result), "vendor", "site", key="k").tables
    assert texts(first) == [["Group with the highest rate", "suppressed"]]
    assert second.rows == ()


def test_nothing_measured_no_section():
    assert section() is None
