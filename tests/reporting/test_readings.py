from evalharness.reporting.lookup import Findings
from evalharness.reporting.readings import reading_views
from evalharness.result.model import Reading
from tests.reporting.example_result import build, dataset, point, population
from tests.reporting.example_rows import row

PEOPLE = population({"site": {"site=a": 40, "site=c": 5}})


def rates(errors: int, point_name: str = "vendor"):
    return tuple(
        row("fmr", point_name, group, group, errors=errors, trials=9384, subjects=size).model_copy(
            update={"lower": 0.0004, "upper": 0.0041}
        )
        for group, size in (("all", 45), ("site=a", 40), ("site=c", 5))
    )


def views(*readings, private=False):
    data = dataset(group_sizes_public=not private)
    return reading_views(Findings.of(build([point()], PEOPLE, dataset=data, measures=rates(12), readings=readings)))


def reading(**changes) -> Reading:
    known = {
        "name": "reviewed", "decisions_sha256": "34" * 32, "decisions": {"excluded": 2, "same person": 1},
        "operating_points": (point(thresholds={"all": 0.61}),), "measures": rates(3),
    }  # fmt: skip
    return Reading(**known | changes)


def texts(table) -> list[list[str]]:
    return [[" | ".join(filter(None, [cell.text, cell.detail])) for cell in line] for line in table.rows]


def test_both_readings_stand_side_by_side_with_counts():
    (view,) = views(reading())
    assert view.title == "reviewed"
    assert [(fact.term, fact.text) for fact in view.facts] == [
        ("File of decisions", "sha256 " + "34" * 32), ("Decisions applied", "excluded: 2, same person: 1"),
    ]  # fmt: skip
    together, groups = view.tables
    labelled, decided = "0.128% | 12 of 9,384; 0.0400% to 0.410%", "0.0320% | 3 of 9,384; 0.0400% to 0.410%"
    assert texts(together) == [["vendor", labelled, decided, "not reported", "not reported"]]
    assert texts(groups)[0] == ["a", labelled, decided, "not reported", "not reported"]
    assert groups.notes == ("Threshold: 0.6 as labelled, 0.61 with the decisions.",)
    assert groups.collapsed == "Show 2 groups"


def test_groups_below_the_floor_are_withheld_in_both_readings():
    _, groups = views(reading(), private=True)[0].tables
    assert texts(groups)[1] == ["c", *["suppressed"] * 4]
    assert "fewer than 10 subjects" in groups.notes[-1]


def test_a_reading_without_a_common_point_or_a_decision_says_so():
    (view,) = views(reading(operating_points=(), decisions={}, measures=()))
    assert view.tables == ()
    assert view.facts[1].text == "none"
    assert views() == []


def test_a_threshold_that_did_not_move_is_said_once():
    _, groups = views(reading(operating_points=(point(),)))[0].tables
    assert groups.notes == ("Threshold in both readings: 0.6.",)
