from evalharness.reporting.keydifferences import difference_sentences
from evalharness.reporting.lookup import Findings
from tests.reporting.example_differences import differential
from tests.reporting.example_result import build, dataset, point, population
from tests.reporting.example_rows import row
from tests.reporting.example_variants import differences
from tests.reporting.test_worst import worst

RATE = row("fmr", "vendor", "site=a", "site=a", errors=12, trials=9384, subjects=40)
RATIO = {"value": 75.19, "lower": 20.0, "upper": 310.5, "highest": "site=a", "lowest": "site=b"}


def said(*rows, private=False, **changes) -> list[str]:
    people = population({"site": {"site=a": 40, "site=b": 5}})
    data = dataset(group_sizes_public=not private)
    result = build([point()], people, dataset=data, measures=(RATE,), differentials=rows, **changes)
    return list(difference_sentences(Findings.of(result), "vendor"))


def test_the_largest_ratio_with_its_interval_and_what_equal_rates_show():
    rows = [differential("fnmr.max_min", value=3.0), differential("fmr.max_min", **RATIO, floor=1.84, floor_upper=3.2)]
    assert said(*rows, differential("fmr.max_mean", value=99.0)) == [
        "By site, the highest false match rate within a group (“a”) is 75.2 times the lowest (“b”) (95% interval 20.0 "
        "to 310; groups of equal rates would show 1.84 on average and, in 95% of such cases, no more than 3.20)."
    ]


def test_where_no_ratio_is_defined_the_largest_bound_is_said_and_what_it_shows():
    low, high = (differential("fmr.max_min", bound=bound) for bound in (0.12, 4.2))
    assert said(low) == [
        "By site, the ratio of the highest to the lowest false match rate within a group is undefined, as a group has "
        "no errors; it is at least 0.120, which shows no difference."
    ]
    assert said(low, high)[0].endswith("it is at least 4.20.")
    assert said(differential("fmr.max_min", note="nothing")) == []


def test_the_worst_group_with_limits_that_hold_for_all_at_once():
    assert said(worst_groups=(worst(),)) == [
        "By site, the highest false match rate within a group is that of “a”, 12 of 9,384 (0.128%, 1 in 782): 0.0400% "
        "to 0.510% with limits that hold for all 2 groups at once. The highest of 2 equal rates would show 0.110% on "
        "average and, in 95% of such cases, no more than 0.200%."
    ]
    assert "“a”, 50.0%:" in said(worst_groups=(worst(value=0.5),))[0]
    assert said(worst_groups=(worst(value=None),)) == []


def test_the_worst_group_is_of_the_partition_and_rate_of_the_ratio():
    other = worst().model_copy(update={"partition": "age"})
    (both,) = said(differential("fmr.max_min", **RATIO), worst_groups=(other, worst()))
    assert both.count("By site, the highest false match rate within a group") == 2
    (unlike,) = said(differential("fnmr.max_min", value=2.0), worst_groups=(other,))
    assert unlike.startswith("By site, the highest false non-match rate is 2.00 times")
    assert " By age, the highest false match rate within a group is that of “a”" in unlike


def test_the_ratio_is_that_of_the_first_partition_of_the_plan_and_of_an_intersection_only_where_there_is_no_other():
    people = population(
        {"site*age": {"site=a;age=1": 5}, "site": {"site=a": 40, "site=b": 30}, "age": {"age=1": 45, "age=2": 25}}
    )
    rows = {
        name: differential("fmr.max_min", partition=name, value=value)
        for name, value in (("site*age", 90.0), ("age", 8.0), ("site", 2.0))
    }

    def first(*names: str) -> str:
        result = build([point()], people, measures=(RATE,), differentials=tuple(rows[name] for name in names))
        return next(difference_sentences(Findings.of(result), "vendor")).split(",")[0]

    assert first("site*age", "age", "site") == "By site"
    assert first("site*age", "age") == "By age"
    assert first("site*age") == "By site and age"


def test_groups_below_the_floor_are_neither_highest_nor_worst():
    rows = (differential("fmr.max_min", **RATIO), differential("fnmr.max_min", value=2.0, highest="site=a"))
    found = said(*rows, private=True, worst_groups=(worst("site=b"),))
    assert len(found) == 1
    assert "false non-match rate (“a”) is 2.00 times the lowest (no interval)" in found[0]


def test_one_entry_at_a_point():
    findings = Findings.of(differences())
    assert [len(list(difference_sentences(findings, p.name))) for p in findings.result.operating_points] == [1, 1]
    assert list(difference_sentences(findings, "other")) == []
