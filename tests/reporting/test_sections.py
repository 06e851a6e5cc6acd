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


def test_differences_of_acquisition_stand_with_acquisition():
    result = build([point()], population())
    row = differential("fta.max_min", point="", partition="gender", value=2.5, lower=1.0, upper=6.0)
    root = parse(render_html(result.model_copy(update={"differentials": (row,)})))
    table = root.one(id="acquisition").one("table", id="part-1-fta-fta-differ")
    assert table.rows() == [["fta.max_min", "2.50", "1.00 to 6.00"]]
    assert "Failure-to-acquire rate, by gender" in table.one("caption").text
