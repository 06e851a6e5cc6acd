"""Where the sections that schema 1.1 added stand in a page, and what is said only once."""

from functools import cache

from evalharness.reporting import groupwording
from evalharness.reporting.html import render_html
from tests.reporting.example_differences import differential
from tests.reporting.example_result import build, point, population
from tests.reporting.example_variants import differences
from tests.reporting.page import Element, parse


@cache
def page(name: str) -> Element:
    return parse(render_html(differences() if name == "differences" else build([point()], population())))


def test_sections_of_schema_1_1_are_numbered_and_listed_only_where_there_are_any():
    for name, numbers in (("london", [5, 6, 7]), ("differences", [5, 6, 7, 8, 9])):
        root = page(name)
        present = [part for key in ("rates", "tradeoff", "readings", "limits", "methods") for part in root.all(id=key)]
        assert [int(part.one("span", **{"class": "no"}).text) for part in present] == numbers
        listed = [a.attributes["href"] for a in root.one("nav").all("a")]
        assert ("#readings" in listed) == ("#tradeoff" in listed) == (name == "differences")


def test_how_to_read_a_table_is_said_once_at_each_operating_point():
    for key in ("op-1", "op-2"):
        said = [p.text for p in page("differences").one(id=key).all("p", **{"class": "lead-in"})]
        assert groupwording.ASSOCIATION in said
        assert len(set(said)) == len(said)


def test_contents_reach_every_partition():
    listed = [a.attributes["href"] for a in page("differences").one("nav").all("a")]
    for part in ("acquisition-1", "op-1-1", "op-1-3", "op-2-3", "tradeoff-1"):
        assert f"#{part}" in listed


def test_every_block_says_to_which_partition_it_belongs():
    for key in ("op-1", "op-2"):
        titles = [heading.text for heading in page("differences").one(id=key).all("h5")]
        assert len(titles) == len(set(titles)) > 6
        assert all(", by " in title for title in titles)


def test_a_hypothetical_point_is_folded_away_as_a_whole():
    what_if = point("what-if", "per-group", reference="ethnicity")
    root = parse(render_html(build([point(), what_if], population())))
    for part in ("gender", "ethnicity"):
        (folded,) = [
            d for d in root.one(id="op-2").all("details") if d.all("summary")[0].text == f"Show rates by {part}"
        ]
        assert folded.all("h5")
        assert folded.all("table")
    assert not [s for s in root.one(id="op-1").all("summary") if s.text.startswith("Show rates")]


def test_methods_are_folded_away():
    root = page("differences")
    folded = root.one(id="methods").one("details")
    articles = root.one(id="methods").all("article")
    assert len(folded.all("article")) == len(articles) > 2
    assert folded.one("summary").text == f"Show {len(articles)} measures and methods"


def test_what_is_detail_is_folded_and_what_is_first_is_open():
    root = page("differences")
    folded = {t.attributes["id"] for d in root.one(id="op-1").all("details") for t in d.all("table")}
    assert {"op-1-1-blend-differ", "op-1-1-pairs-1", "op-1-1-adjusted-1"} <= folded
    assert not {"op-1-1-fmr", "op-1-1-fnmr", "op-1-1-fmr-differ", "op-1-1-worst-groups", "op-1-1-over-all"} & folded


def test_failures_to_acquire_that_nobody_had_are_one_sentence_and_no_heading():
    result = build([point()], population())
    groups = ("gender=female", "gender=male")
    zero = tuple(r.model_copy(update={"errors": 0, "value": 0.0}) if r.measure == "fta" else r for r in result.measures)
    rows = [
        differential(
            "fta.max_min", point="", partition="gender", groups=groups, note="undefined: no group has an error"
        ),
        differential("fta.difference", point="", partition="gender", groups=groups, value=0.0, lower=0.0, upper=0.06),
    ]
    shown = parse(render_html(result.model_copy(update={"measures": zero, "differentials": tuple(rows)})))
    part = shown.one(id="acquisition")
    assert "By gender, no group shown has a failure to acquire: there is nothing to set in ratio." in part.text
    assert "can be as large as 6.00%." in part.text
    assert part.all("h4") == []


def test_differences_of_acquisition_stand_with_acquisition():
    result = build([point()], population())
    row = differential("fta.max_min", point="", partition="gender", value=2.5, lower=1.0, upper=6.0)
    root = parse(render_html(result.model_copy(update={"differentials": (row,)})))
    table = root.one(id="acquisition").one("table", id="part-1-fta-fta-differ")
    assert table.rows() == [["fta.max_min", "2.50", "1.00 to 6.00"]]
    assert "Failure-to-acquire rate, by gender" in table.one("caption").text
