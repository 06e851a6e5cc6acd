from evalharness.reporting.between import between_groups
from evalharness.reporting.lookup import Findings
from evalharness.reporting.silent import error_free, silent_rates, without
from tests.reporting.example_differences import differential
from tests.reporting.example_result import build, dataset, point, population
from tests.reporting.example_rows import row
from tests.reporting.test_worst import estimate, worst

PEOPLE = population({"site": {"site=a": 40, "site=b": 30, "site=c": 5}})
GROUPS = ("site=a", "site=b")
NOTHING = {"groups": GROUPS, "note": "undefined: no group has an error"}


def rates(measure: str, errors: dict[str, int], **changes):
    return tuple(
        row(measure, "vendor", group, group if measure == "fmr" else "", errors=number, trials=100, subjects=20)
        for group, number in errors.items()
    )


def nothing(*measures: str, upper: float = 0.283, groups=GROUPS):
    for measure in measures:
        yield differential(f"{measure}.max_min", **NOTHING | {"groups": groups})
        yield differential(f"{measure}.difference", groups=groups, value=0.0, lower=0.0, upper=upper)


def findings(*rows, measures=(), private=False, **changes) -> Findings:
    data = dataset(group_sizes_public=not private)
    return Findings.of(build([point()], PEOPLE, dataset=data, measures=measures, differentials=rows, **changes))


NONE = rates("fnmr", dict.fromkeys(GROUPS, 0)) + rates("frr", dict.fromkeys(GROUPS, 0))


def test_rates_without_any_error_are_named_together_in_one_sentence():
    found = silent_rates(findings(*nothing("fnmr", "frr"), measures=NONE), "vendor", "site")
    assert found.rates == {"fnmr", "frr"}
    assert found.sentences == (
        "By site, no group shown has a false non-match or a false rejection: there is nothing to set in ratio. The "
        "difference of the highest and the lowest rate can be as large as 28.3%.",
    )


def test_limits_that_differ_are_told_apart_and_unknown_ones_not_said():
    rows = [*nothing("fnmr", upper=0.25), *nothing("frr", upper=0.5)]
    (said,) = silent_rates(findings(*rows, measures=NONE), "vendor", "site").sentences
    assert said.endswith("can be as large as 25.0% (FNMR); 50.0% (FRR).")
    bare = [differential(f"{name}.max_min", **NOTHING) for name in ("fnmr", "frr")]
    (said,) = silent_rates(findings(*bare, measures=NONE), "vendor", "site").sentences
    assert said.endswith("nothing to set in ratio.")


def test_a_rate_with_an_error_a_value_or_a_bound_is_not_silent():
    one = rates("fnmr", {"site=a": 0, "site=b": 1})
    assert error_free(findings(*nothing("fnmr"), measures=one), "vendor", "site") == []
    for known in ({"value": 1.5}, {"bound": 0.2}):
        rows = [*nothing("fnmr"), differential("fnmr.max_mean", groups=GROUPS, **known)]
        assert error_free(findings(*rows, measures=NONE), "vendor", "site") == []
    assert error_free(findings(measures=NONE), "vendor", "site") == []
    assert error_free(findings(*nothing("fnmr")), "vendor", "site") == []  # no rate is reported


def test_what_became_of_a_withheld_group_does_not_follow_from_the_sentence():
    def said(errors: int):
        groups = (*GROUPS, "site=c")
        measures = rates("fnmr", dict.fromkeys(GROUPS, 0) | {"site=c": errors})
        return silent_rates(
            findings(*nothing("fnmr", groups=groups), measures=measures, private=True), "vendor", "site"
        )

    assert said(0) == said(3)
    assert said(3).sentences == ("By site, no group shown has a false non-match: there is nothing to set in ratio.",)


def test_a_false_rejection_rate_that_repeats_the_other_stands_once():
    some = {"site=a": 1, "site=b": 2}
    same = rates("fnmr", some) + rates("frr", some)
    rows = [differential(f"{name}.max_min", groups=GROUPS, value=2.0) for name in ("fnmr", "frr")]
    found = silent_rates(findings(*rows, measures=same), "vendor", "site")
    assert found.rates == {"frr"}
    assert found.sentences[0].startswith("By site, the false rejection rate of every group shown equals")
    other = rates("fnmr", some) + rates("frr", {"site=a": 1, "site=b": 3})
    assert silent_rates(findings(*rows, measures=other), "vendor", "site").rates == frozenset()


def test_left_out_rates_have_no_row_in_any_table_of_their_partition():
    rows = [*nothing("fnmr"), differential("fmr.max_min", groups=GROUPS, value=2.0)]
    parts = {
        "worst_groups": (worst(), worst().model_copy(update={"measure": "fnmr"})),
        "group_estimates": (estimate("site=a"), estimate("site=a").model_copy(update={"measure": "fnmr"})),
    }
    kept = without(findings(*rows, measures=NONE, **parts), {"fnmr"}, "vendor", "site").result
    assert [r.measure for r in kept.differentials] == ["fmr.max_min"]
    assert [r.measure for r in (*kept.worst_groups, *kept.group_estimates)] == ["fmr", "fmr"]


def test_where_every_rate_is_silent_the_sentence_stands_alone():
    (section,) = between_groups(findings(*nothing("fnmr", "frr"), measures=NONE), "vendor", "site", key="k")
    assert section.title == "How much the groups differ, by site"
    assert section.tables == ()
    assert len(section.sentences) == 1
