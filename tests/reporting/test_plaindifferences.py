from evalharness.reporting.plaindifferences import difference_lines
from evalharness.result.rows import LeftOutInfo
from tests.reporting.example_differences import differential
from tests.reporting.example_result import bare, build, point, population
from tests.reporting.example_rows import row

PEOPLE = population({"site": {"site=a": 40, "site=b": 5}, "age": {"age=1": 45}})


def lines(*rows, points=None, width=60) -> list[str]:
    return list(difference_lines(build(points or [point()], PEOPLE, differentials=rows), width))


def test_ratio_or_bound_and_dispersion_with_what_equal_rates_show():
    out = (LeftOutInfo(group="site=c\x1b", reason="small"),)
    found = lines(
        differential("fmr.gini_corrected", value=0.6372, lower=0.0, upper=0.71, floor=0.34, floor_upper=0.64),
        differential("fmr.max_min", bound=0.12, left_out=out),
        differential("fmr.max_geomean", value=2.828, lower=1.0),
        differential("fnmr.max_min", value=1.5),
        differential("fmr.max_mean", value=9.0),
        differential("fmr.max_min", value=8.0, partition="age"),
    )
    assert found[0] == "differences by site at vendor"
    assert [line.split() for line in found[1:]] == [
        ["measure", "value", "if", "equal", "rates"],
        ["FMR", "max/min", "at", "least", "0.12"],
        ["FMR", "max/geomean", "2.8", "[1.0,", "none]"],
        ["FMR", "corrected", "Gini", "0.64", "[0,", "0.71]", "0.34,", "95%", "below", "0.64"],
        ["FNMR", "max/min", "1.5"],
        ["left", "out:", "c\\u001b"],
    ]


def test_a_what_if_is_passed_over_and_nothing_known_is_no_block():
    points = [point("p", "per-group"), point()]
    assert lines(differential("fmr.max_min", value=2.0), points=points)[0].endswith("at vendor")
    assert lines(differential("fmr.max_mean", value=2.0)) == []
    assert list(difference_lines(bare(), 60)) == []


def test_an_undefined_measure_without_a_bound_is_not_available():
    assert lines(differential("fmr.max_min", note="one group"))[-1].split() == ["FMR", "max/min", "n/a"]


def test_a_rate_without_errors_takes_one_line():
    none = {"groups": ("site=a", "site=b"), "note": "undefined: no group has an error"}
    rows = [differential("fnmr.max_min", **none), differential("fnmr.gini_corrected", **none)]
    zero = tuple(row("fnmr", "vendor", group, errors=0, trials=50, subjects=5) for group in ("site=a", "site=b"))

    def said(*more):
        result = build([point()], PEOPLE, differentials=(*rows, *more), measures=zero)
        return list(difference_lines(result, 60))

    assert said() == ["differences by site at vendor", "  FNMR: no errors"]
    found = said(differential("fmr.max_min", value=2.0, lower=1.0, upper=3.0))
    assert [line.split()[0] for line in found[1:]] == ["measure", "FMR", "FNMR:"]
