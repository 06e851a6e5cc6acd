from evalharness.reporting import wording
from evalharness.reporting.lookup import Findings
from evalharness.reporting.points import further_table, point_view
from evalharness.result import MeasureRow
from tests.reporting.example_result import build, dataset, london, point, population
from tests.reporting.example_rows import row


def view(p, **changes):
    return point_view(Findings.of(build([p], population(), **changes)), p, key="op")


def test_policy_and_target_in_words():
    facts = {fact.term: fact.text for fact in view(point(policy="reference")).facts}
    assert facts["Policy"] == (
        "reference: one threshold for all groups, fitted so that at most 1.00%, 1 in 100 of comparisons between two "
        "different people of the reference group (white) match"
    )
    assert facts["Target false match rate"] == "1.00%, 1 in 100"


def test_a_target_that_is_no_number_stands_as_written():
    facts = {fact.term: fact.text for fact in view(point(policy="pooled", target_fmr="many")).facts}
    assert facts["Target false match rate"] == "many"


def test_what_set_the_threshold_is_withheld_with_a_small_reference_group():
    reference = point(policy="reference", reference="ethnicity=east_asian")
    rows = view(reference, dataset=dataset(group_sizes_public=False)).thresholds.rows
    assert [cell.text for cell in rows[0]] == ["all groups", "0.6", "suppressed", "suppressed", "suppressed"]
    assert [cell.text for cell in view(reference).thresholds.rows[0]][2:] == ["0.990%", "10,012", "102"]


def test_warnings_about_withheld_groups_are_withheld():
    warned = point(warnings=("ethnicity=east_asian: 1.2345678 errors", "all: 1.2345678 errors"))
    assert view(warned).warnings == ("ethnicity=east_asian: 1.23 errors", "all: 1.23 errors")
    private = view(warned, dataset=dataset(group_sizes_public=False))
    assert private.warnings == ("all: 1.23 errors", wording.WITHHELD_WARNING)


def test_a_partition_without_rows_says_so_instead_of_an_empty_table():
    p = point()
    result = build([p], population())
    rows = tuple(r for r in result.measures if not r.group.startswith("gender=") or ";" in r.group)
    parts = point_view(Findings.of(result.model_copy(update={"measures": rows})), p, key="op").partitions
    assert (parts[0].rates, parts[0].absence) == (None, wording.NOT_AT_THIS_POINT)
    assert parts[1].rates is not None


def test_frr_is_drawn_only_where_it_differs_from_fnmr():
    parts = view(point()).partitions
    assert wording.TWO_SERIES in parts[0].rates.false_non_match_figure.caption
    assert wording.TWO_SERIES not in parts[1].rates.false_non_match_figure.caption


def test_measures_of_later_versions_are_tabled():
    measure = MeasureRow(
        measure="index.later", operating_point="vendor", policy="vendor", threshold=0.6, group="ethnicity",
        other_group="", errors=None, trials=None, subjects=None, value=75.19, lower=20.0, upper=310.5, level=0.95,
        note="",
    )  # fmt: skip
    undefined = measure.model_copy(update={"value": None, "lower": None, "upper": None, "note": "undefined: no errors"})
    table = further_table(Findings.of(london(measures=(measure, undefined))), "vendor", key="op")
    assert table is not None
    assert [cell.text for cell in table.rows[0]] == ["index.later", "ethnicity", "75.2", "20.0 to 310", ""]
    assert [cell.text for cell in table.rows[1]][2:] == ["undefined", "", "undefined: no errors"]
    assert further_table(Findings.of(london()), "vendor", key="op") is None


def test_lookup_takes_a_pair_in_either_order():
    one = row("fmr", "vendor", "g=a", "g=b", errors=1, trials=10, subjects=5)
    findings = Findings.of(london(measures=(one,)))
    assert findings.cell("vendor", "g=b", "g=a") is findings.cell("vendor", "g=a", "g=b") is not None
    assert findings.cell("other", "g=a", "g=b") is None
