from evalharness.reporting import groupwording
from evalharness.reporting.detfigure import MOST_CURVES
from evalharness.reporting.lookup import Findings
from evalharness.reporting.tradeoff import MOST_FIGURES, tradeoff_lead, tradeoff_sections
from evalharness.result.rows import CurveInfo
from tests.reporting.example_result import build, dataset, point, population
from tests.reporting.example_rows import row
from tests.reporting.page import parse

SIZES = {"site=a": 40, "site=b": 30, "site=c": 5}


def curve(group: str, partition: str = "site", **changes) -> CurveInfo:
    known = {
        "thresholds": (0.1, 0.2, 0.3), "fmr": (1.0, 0.01, 0.0), "fnmr": (0.0, 0.02, 1.0), "eer_lower": 0.01,
        "eer_upper": 0.02,
    }  # fmt: skip
    return CurveInfo(partition=partition, group=group, **known | changes)


def sections(*curves, sizes=None, private=False, **changes):
    data = dataset(group_sizes_public=not private)
    result = build([point()], population({"site": sizes or SIZES}), dataset=data, curves=curves, **changes)
    return tradeoff_sections(Findings.of(result))


def texts(table) -> list[list[str]]:
    return [[" | ".join(filter(None, [cell.text, cell.detail])) for cell in line] for line in table.rows]


def test_one_figure_and_its_points_for_each_partition():
    found = row("fnmr", "vendor", "site=a", errors=1, trials=40, subjects=40)
    within = row("fmr", "vendor", "site=a", "site=a", errors=12, trials=9384, subjects=40)
    (section,) = sections(curve("site=a"), curve("site=b", eer_upper=0.01), curve("", ""), measures=(found, within))
    assert section.title == "By site"
    (figure,) = section.figures
    described = parse(figure.svg).one("desc").text
    assert described == "a: at vendor FMR 0.128%, FNMR 2.50%; b: no operating point with both rates"
    assert groupwording.CURVE_ALL in figure.caption
    assert groupwording.CURVE_ZERO in figure.caption
    (table,) = section.tables
    assert texts(table) == [
        ["a", "0.128%, 2.50% | 12 of 9,384; 1 of 40", "1.00% to 2.00%"],
        ["b", "not reported, not reported", "1.00%"],
    ]


def test_curves_of_groups_below_the_floor_are_not_drawn():
    curves = [curve(group) for group in SIZES]
    (section,) = sections(*curves, private=True)
    assert "c:" not in parse(section.figures[0].svg).one("desc").text
    assert [line[0] for line in texts(section.tables[0])] == ["a", "b"]
    assert "fewer than 10 subjects" in section.notes[0]
    (whole,) = sections(*curves)
    assert [line[0] for line in texts(whole.tables[0])] == ["a", "b", "c"]
    assert whole.notes == ()


def test_a_curve_whose_rate_rests_on_few_people_is_not_drawn():
    few = row("fnmr", "vendor", "site=a", errors=1, trials=2, subjects=2)
    (section,) = sections(curve("site=a"), curve("site=b"), measures=(few,))
    assert [line[0] for line in texts(section.tables[0])] == ["b"]


def test_a_set_below_the_floor_has_no_curves_at_all():
    assert sections(curve("", ""), sizes={"site=a": 5}, private=True) == []


def test_a_curve_of_nulls_has_no_figure_but_its_reason():
    (section,) = sections(curve("site=a", fmr=(None,) * 3, eer_lower=None, note="one subject"))
    assert section.figures == ()
    assert texts(section.tables[0])[0][2:] == ["undefined", "one subject"]


def test_notes_that_all_curves_share_stand_once_below():
    notes = [("site=a", "cut at 0.61"), ("site=b", "cut at 0.61; few"), ("site=c", "cut at 0.61")]
    (section,) = sections(*(curve(group, note=note) for group, note in notes))
    assert [line[-1] for line in texts(section.tables[0])] == ["", "few", ""]
    assert section.tables[0].notes == ("Cut at 0.61.",)


def test_all_samples_alone():
    (section,) = sections(curve("all", ""))
    assert section.title == "All samples"
    assert texts(section.tables[0])[0][0] == "all samples"
    assert groupwording.CURVE_ALL not in section.figures[0].caption


def test_many_groups_are_spread_over_figures_and_the_rest_is_counted():
    sizes = {f"site={place:02}": 20 for place in range(60)}
    (section,) = sections(*(curve(group) for group in sizes), sizes=sizes)
    assert len(section.figures) == MOST_FIGURES
    drawn = [parse(figure.svg).one("desc").text.split("; ") for figure in section.figures]
    assert [len(said) for said in drawn] == [MOST_CURVES] * MOST_FIGURES
    assert section.notes == (groupwording.curves_left_out(60 - MOST_FIGURES * MOST_CURVES),)
    assert len(section.tables[0].rows) == 60


def test_nothing_to_show_no_section_and_no_lead():
    assert sections() == []
    assert tradeoff_lead(Findings.of(build([point()], population()))) == []
