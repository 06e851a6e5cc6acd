"""What a report withholds of groups that are too small, and what it leaves in the run folder."""

import re
from functools import cache

from evalharness.reporting import wording
from evalharness.reporting.html import render_html
from evalharness.reporting.metrics_csv import metrics_csv
from tests.reporting import example_result, example_variants
from tests.reporting.example_result import build, dataset, london, point, population
from tests.reporting.page import Element, parse

LONE_TABLES = ("part-2-groups", "part-2-fta", "op-1-2-fmr", "op-1-2-fnmr", "op-1-2-matrix")


@cache
def page(name: str) -> Element:
    examples = example_variants if hasattr(example_variants, name) else example_result
    return parse(render_html(getattr(examples, name)()))


def test_small_groups_are_blanked_unless_sizes_are_public():
    root = page("private")
    rows = {row[0]: row[1:] for row in root.one("table", id="op-1-2-fmr").rows()}
    assert rows["white"][1] == "0.128% 12 of 9,384 · 1 in 782"
    assert rows["west_asian"][1].startswith("3.33%")  # ten subjects: at the floor
    for group in ("east_asian", "east_asian/white"):
        assert rows[group] == ["suppressed", "suppressed", ""]
    matrix = {row[0]: row[1:] for row in root.one("table", id="op-1-2-matrix").rows()}
    assert matrix["white"][3] == "suppressed"
    assert set(matrix["east_asian"]) == {"suppressed"}
    groups = {row[0]: row[1:] for row in root.one("table", id="part-2-groups").rows()}
    assert groups["east_asian"][:5] == ["suppressed"] * 5
    assert "fewer than 10 subjects" in root.one(id="groups").text
    figure = root.one("figure", id="op-1-2-fmr-figure").one("desc").text
    assert "east_asian: suppressed" in figure
    assert "suppressed" not in page("synthetic").text.lower()


def test_what_became_of_one_person_is_withheld_though_the_size_of_the_group_is_public():
    root = page("london")
    tables = {name: {row[0]: row[1:] for row in root.one("table", id=name).rows()} for name in LONE_TABLES}
    assert tables["part-2-groups"]["east_asian/white"] == ["1", "2", *["suppressed"] * 3, wording.TOO_SMALL]
    assert tables["part-2-fta"]["east_asian/white"][:2] == ["1", "suppressed"]
    assert tables["op-1-2-fmr"]["east_asian/white"][:2] == ["1", "suppressed"]
    assert tables["op-1-2-fnmr"]["east_asian/white"][:5] == ["1", "suppressed", "", "suppressed", ""]
    assert set(tables["op-1-2-matrix"]["east_asian/white"]) == {"suppressed"}
    assert tables["op-1-2-matrix"]["white"][4] == "suppressed"
    assert tables["op-1-2-matrix"]["white"][3] == "0.0805% 2 of 2,484"  # nine subjects: above the plan's three
    for table in LONE_TABLES:
        frame = root.one("table", id=table)
        assert wording.suppressed(3, sizes_public=True) in root.text[root.text.index(frame.text) :]
    assert "east_asian/white: suppressed" in root.one("figure", id="op-1-2-fmr-figure").one("desc").text
    assert "as too small, unlabelled or without comparisons: by ethnicity “east_asian/white”" in root.text
    assert root.one("table", id="labels").rows()[1][3:] == ["0", "2"]  # sizes, not outcomes


def test_what_became_of_one_person_stays_in_the_run_folder():
    lone = [line for line in metrics_csv(london()).splitlines() if line.startswith("fnmr,vendor,") and "/white" in line]
    assert [line.split(",")[6:9] for line in lone] == [["0", "1", "1"], ["0", "1", "1"]]


def test_a_rate_that_rests_on_few_people_of_a_large_group_is_withheld():
    result = build([point()], population({"site": {"site=a": 40, "site=b": 40}}))
    few = {"subjects": 2, "errors": 1, "trials": 2, "value": 0.5, "lower": None, "upper": None}
    rows = tuple(
        r.model_copy(update=few) if (r.measure, r.group) in (("fnmr", "site=b"), ("frr", "site=b")) else r
        for r in result.measures
    )
    root = parse(render_html(result.model_copy(update={"measures": rows})))
    found = {row[0]: row[1:] for row in root.one("table", id="op-1-1-fnmr").rows()}
    assert found["b"] == ["40", "suppressed", "", "suppressed", ""]
    assert "b: suppressed" in root.one("figure", id="op-1-1-fnmr-figure").one("desc").text
    assert found["a"][1].startswith("0 0 of")


def test_a_group_that_is_publicly_empty_says_why_it_has_no_rate():
    sizes = {"site=a": 40, "site=b": 40, "site=c": 0}
    result = build([point()], population({"site": sizes}))
    rows = tuple(
        r.model_copy(update={"value": None, "errors": None, "trials": 0, "note": "no samples"})
        if "site=c" in (r.group, r.other_group)
        else r
        for r in result.measures
    )
    root = parse(render_html(result.model_copy(update={"measures": rows})))
    matrix = {row[0]: row[1:] for row in root.one("table", id="op-1-1-matrix").rows()}
    assert matrix["a"][2] == matrix["c"][0] == matrix["c"][2] == "undefined no samples"
    assert "not reported" not in root.text


def test_totals_that_rest_on_few_people_are_withheld_too():
    result = build([point(impostor_subjects={"all": 2})], population())
    few = {"subjects": 2, "errors": 1, "trials": 2, "value": 0.5}
    rows = tuple(r.model_copy(update=few) if r.group == "all" and r.measure != "fmr" else r for r in result.measures)
    root = parse(render_html(result.model_copy(update={"measures": rows})))
    assert "the false non-match rate is suppressed, as it rests on fewer than 3 subjects" in root.one(id="results").text
    said = wording.suppressed(3, sizes_public=True)
    assert said in root.one(id="results").text
    assert root.one("table", id="op-1-thresholds").rows() == [["all groups", "0.6", *["suppressed"] * 3]]
    assert "1 of 2" not in root.text.replace("1 of 204", "")


def test_sections_on_differences_name_no_group_below_the_floor():
    root = page("private_differences")
    for part in (root.one(id="tradeoff"), root.one(id="op-1")):
        for table in part.all("table"):
            if re.search(
                "differ|ratio|worst|all-groups|over-all|pairs|adjusted|points|shift", table.attributes["id"] or ""
            ):
                heads = [row[0] for row in table.rows()]
                assert not [head for head in heads if "east_asian" in head.replace("west_asian", "")]
        drawn = [
            figure.one("desc").text for figure in part.all("figure") if "curves" in (figure.attributes["id"] or "")
        ]
        assert not [text for text in drawn if "east_asian" in text.replace("west_asian", "")]
    shifts = [row[0] for row in root.one("table", id="tradeoff-2-shift-1").rows()]
    assert shifts == ["white", "black beside white", "west_asian beside white"]
    readings = {row[0]: row[1:] for row in root.one("table", id="reading-1-1").rows()}
    assert readings["east_asian"] == ["suppressed"] * 4
    assert "9 of" not in readings["white"][0]


def test_sections_on_differences_show_every_group_where_nothing_is_withheld():
    synthetic = dataset(synthetic=True, group_sizes_public=False)
    root = parse(render_html(example_variants.differences().model_copy(update={"dataset": synthetic})))
    heads = [row[0] for row in root.one("table", id="tradeoff-2-shift-1").rows()]
    assert "east_asian/white beside white" in heads
    assert "suppressed" not in root.text.lower()
