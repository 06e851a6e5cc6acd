from evalharness.reporting import groupwording
from evalharness.reporting.hypotheses import MOST_PAIRS, hypothesis_section
from evalharness.reporting.lookup import Findings
from evalharness.result import rows
from tests.reporting.example_differences import ENTRIES
from tests.reporting.example_result import build, dataset, point, population

COMMON = {"measure": "fmr", "operating_point": "vendor", "partition": "site", "level": 0.95}
EMPTY = dict.fromkeys(["estimate", "lower", "upper", "statistic", "p_value"])


def outcome(test: str, group: str = "", other: str = "", **known):
    return rows.TestRow(**COMMON, test=test, group=group, other_group=other, **EMPTY | known)


def section(*tests, sizes=None, private=False):
    people = population({"site": sizes or {"site=a": 40, "site=b": 30, "site=c": 5}})
    data = dataset(group_sizes_public=not private)
    result = build([point()], people, dataset=data, tests=tests, catalogue=ENTRIES)
    return hypothesis_section(Findings.of(result), "vendor", "site", key="k")


def texts(table) -> list[list[str]]:
    return [[" | ".join(filter(None, [cell.text, cell.detail])) for cell in line] for line in table.rows]


def test_a_test_over_all_groups_and_one_that_could_not_be_made():
    found = section(
        outcome("equal_rates", statistic=17.3, p_value=3.21e-5, note="asymptotic"),
        outcome("equal_rates", note="no group has an error"),
    )
    assert texts(found.tables[0]) == [
        ["All groups have one rate", "False match rate within a group", "17.3", "3.21 × 10⁻⁵", "asymptotic"],
        ["All groups have one rate", "False match rate within a group", "", "undefined | no group has an error", ""],
    ]
    assert found.sentences == (groupwording.TESTS_LEAD,)
    assert "does not show that they are equal" in groupwording.TESTS_LEAD


def test_pairs_with_both_corrections():
    known = {"estimate": 2.5, "lower": 0.9, "upper": 7.0, "p_value": 0.0312, "p_holm": 0.0936, "p_bh": 0.05}
    (table,) = section(outcome("two_groups", "site=a", "site=b", **known)).tables
    assert table.caption == ("Two groups have one rate, by site: False match rate within a group (95% intervals)")
    assert texts(table) == [["a | over b", "2.50", "0.900 to 7.00", "0.0312", "0.0936", "0.0500"]]
    assert groupwording.HOLM in table.notes


def test_a_p_value_without_a_ratio_keeps_its_note_and_no_pair_is_lost():
    (table,) = section(
        outcome("two_groups", "site=a", "site=b", p_value=0.5, note="exact"),
        outcome("two_groups", "site=b", "site=a", note="neither has an error"),
    ).tables
    assert texts(table) == [
        ["a | over b", "undefined", "", "0.500", "exact"],
        ["b | over a", "undefined | neither has an error", "", "", ""],
    ]


def test_equivalence_is_explained_only_where_it_was_declared():
    pair = {"estimate": 1.1, "lower": 0.9, "upper": 1.3}
    found = section(outcome("equivalence", "site=a", "site=b", **pair, verdict="within 1.5"))
    assert groupwording.EQUIVALENCE_LEAD in found.sentences
    assert texts(found.tables[0]) == [["a | over b", "1.10", "0.900 to 1.30", "within 1.5"]]


def test_pairs_with_a_group_below_the_floor_are_not_listed():
    tests = [outcome("two_groups", a, b, estimate=1.5) for a, b in (("site=a", "site=b"), ("site=a", "site=c"))]
    assert [line[0] for line in texts(section(*tests).tables[0])] == ["a | over b", "a | over c"]
    (table,) = section(*tests, private=True).tables
    assert [line[0] for line in texts(table)] == ["a | over b"]
    assert "fewer than 10 subjects" in table.notes[-1]


def test_of_very_many_pairs_those_with_the_smallest_p_values_are_shown():
    sizes = {f"site={place:03}": 20 for place in range(200)}
    tests = [
        outcome("two_groups", "site=000", f"site={place:03}", p_value=None if place == 5 else 1 / place)
        for place in range(1, 200)
    ]
    (table,) = section(*tests, sizes=sizes).tables
    assert len(table.rows) == MOST_PAIRS
    assert texts(table)[0][0] == "000 | over 199"
    assert f"The {MOST_PAIRS} smallest p-values are shown; 79 further pairs stand in result.json." in table.notes
    assert table.collapsed == f"Show {MOST_PAIRS} pairs of groups"


def test_what_could_not_be_tested_has_no_verdict():
    over_all, pairs = section(
        outcome("equal_rates", verdict="undecided", note="no test: no error"),
        outcome("two_groups", "site=a", "site=b", verdict="undecided", note="no test: no error"),
    ).tables
    assert texts(over_all)[0][-1] == "undefined | no test: no error"
    assert texts(pairs) == [["a | over b", "undefined | no test: no error", ""]]


def test_notes_of_several_pairs_stand_once_below_the_table_under_a_sign():
    note = "unstable: few effective errors; exact conditional test"
    sure = outcome("two_groups", "site=a", "site=b", estimate=1.5, lower=1.0, upper=2.0)
    tests = [
        outcome("two_groups", "site=b", "site=a", estimate=place / 2, lower=0.5, upper=9.0, note=note)
        for place in (1, 2)
    ]
    alone = outcome("two_groups", "site=b", "site=c", estimate=1.5, lower=1.0, upper=2.0, note="alone")
    (table,) = section(sure, *tests, alone).tables
    assert [line[-1] for line in texts(table)] == ["", "unstable; a", "unstable; a", "alone"]
    assert table.notes == ("Unstable: few effective errors.", "a: exact conditional test.")
