import pytest

from evalharness.reporting import wording
from evalharness.reporting.keyresults import acquisition_sentence, key_results
from evalharness.reporting.lookup import Findings
from tests.reporting import example_result
from tests.reporting.example_result import build, dataset, point, population
from tests.reporting.example_rows import row


def sentences(result) -> list[str]:
    (only,) = key_results(Findings.of(result))
    return list(only.sentences)


def with_rates(rates: dict[str, tuple[int, int]], *, measure: str = "fmr") -> list[str]:
    """Key results of groups with given errors and trials; everything else is missing."""
    people = population({"site": {f"site={name}": 20 for name in rates}})
    names = {name: (f"site={name}" if measure == "fmr" else "") for name in rates}
    rows = [
        row(measure, "vendor", f"site={name}", names[name], errors=e, trials=n, subjects=20)
        for name, (e, n) in rates.items()
    ]
    return sentences(build([point()], people).model_copy(update={"measures": tuple(rows)}))


def test_highest_and_lowest_with_counts_and_intervals():
    found = with_rates({"a": (4, 400), "b": (40, 400), "c": (20, 400)})
    assert found[1].startswith(
        "By site, the false match rate within a group was highest for “b”: 40 of 400 (10.0%, 1 in 10"
    )
    assert "It was lowest for “a”: 4 of 400 (1.00%, 1 in 100; 95% interval" in found[1]
    assert found[2] == "By site, the false non-match rate could not be given for any group large enough to count."


def test_groups_without_an_error_are_lowest_with_their_upper_limits():
    found = with_rates({"a": (0, 400), "b": (40, 400), "c": (0, 40)})
    assert "It was lowest for “a”, “c”, without an error (upper limits from 3.70% to 27.8%)." in found[1]


def test_no_error_anywhere_gives_upper_limits_and_no_order():
    found = with_rates({"a": (0, 400), "b": (0, 40)}, measure="fnmr")
    assert found[2] == (
        "By site, no false non-match was seen in any of the 2 groups large enough to count "
        "(upper limits from 3.70% to 27.8%)."
    )


def test_equal_rates_are_not_ordered():
    assert with_rates({"a": (4, 400), "b": (4, 400)})[1] == (
        "By site, the false match rate within a group was 1.00% in each of the 2 groups large enough to count."
    )


def test_one_group_alone_is_not_compared():
    assert with_rates({"a": (4, 400)})[1].startswith(
        "By site, the false match rate within a group could be given for one group only: “a”: 4 of 400"
    )


def test_small_unlabelled_and_unmeasured_groups_are_left_out_by_name():
    people = population({"site": {"site=a": 20, "site=b": 2, "site=(missing)": 30, "site=c": 20}})
    rows = tuple(
        row("fmr", "vendor", g, g, errors=1, trials=n, subjects=20)
        for g, n in [("site=a", 100), ("site=b", 1), ("site=(missing)", 2), ("site=c", 0)]
    )
    found = sentences(build([point()], people).model_copy(update={"measures": rows}))
    assert "“a”: 1 of 100" in found[1]
    assert found[3] == "Left out by site, as too small, unlabelled or without comparisons: “b”; “not recorded”; “c”."


def test_withheld_groups_are_not_even_named():
    said = " ".join(s for results in key_results(Findings.of(example_result.private())) for s in results.sentences)
    assert "east_asian" not in said.replace("west_asian", "")
    assert "“black”" in said


def test_a_set_smaller_than_the_floor_is_withheld_as_a_whole():
    people = population({"site": {"site=a": 5}})
    result = build([point()], people, dataset=dataset(group_sizes_public=False, subjects=5))
    said = wording.suppressed(10, sizes_public=False)
    assert sentences(result) == [said]
    assert acquisition_sentence(Findings.of(result)) == said


def test_a_partition_of_groups_that_are_all_too_small_is_said_to_be_so():
    sizes = {"tone=1": 2, "tone=2": 1, "tone=(missing)": 40}
    found = sentences(build([point()], population({"tone": sizes})))
    assert found[1:] == [
        "By tone, none of the 2 labelled groups is large enough for an interval.",
        "Left out by tone, as too small, unlabelled or without comparisons: “1”; “2”; “not recorded”.",
    ]
    (alone, _) = sentences(build([point()], population({"tone": {"tone=1": 2, "tone=(missing)": 40}})))[1:]
    assert alone == "By tone, the one labelled group is too small for an interval."
    (nobody, _) = sentences(build([point()], population({"tone": {"tone=(missing)": 40}})))[1:]
    assert nobody == "By tone, no sample is labelled, so nothing can be said of a group."


def test_withheld_groups_that_are_all_too_small_are_counted_and_not_named():
    people = population({"tone": {"tone=1": 9, "tone=2": 9}})
    assert sentences(build([point()], people, dataset=dataset(group_sizes_public=False)))[1:] == [
        "By tone, none of the 2 labelled groups is large enough for an interval."
    ]


def test_a_partition_without_any_rate_is_said_to_have_none():
    people = population({"site": {"site=a": 20, "site=b": 20}})
    result = build([point()], people).model_copy(update={"measures": ()})
    assert sentences(result)[1:] == ["By site, no rate could be given for any group large enough to count."]


@pytest.mark.parametrize("fitted", ["", "held", "refitted", "other-subjects"])
def test_what_intervals_take_of_choosing_the_threshold_is_said(fitted):
    policy = "pooled" if fitted else "vendor"
    found = sentences(build([point(policy=policy, fitted=fitted)], population()))
    assert [name for name, text in wording.FITTED_INTERVALS.items() if found[0].endswith(f". {text}")] == (
        [fitted] if fitted else []
    )


def test_a_point_without_a_threshold_has_no_interval_to_be_conditional():
    unresolved = point(policy="pooled", thresholds={}, unresolved={"all": "too few comparisons"})
    said = " ".join(sentences(build([unresolved], population())))
    assert not [text for text in wording.FITTED_INTERVALS.values() if text in said]


def test_what_holds_for_several_partitions_is_said_once():
    people = population(
        {"site": {"site=a": 20, "site=b": 20, "site=c": 1}, "age": {"age=1": 20, "age=2": 20, "age=3": 2}}
    )
    rows = tuple(
        row("fnmr", "vendor", g, errors=0, trials=n, subjects=20)
        for g, n in [("site=a", 400), ("site=b", 40), ("age=1", 300), ("age=2", 140)]
    ) + tuple(
        row("fmr", "vendor", g, g, errors=e, trials=400, subjects=20)
        for g, e in [("site=a", 4), ("site=b", 8), ("age=1", 5), ("age=2", 7)]
    )
    found = sentences(build([point()], people).model_copy(update={"measures": rows}))
    assert [text.split(",")[0] for text in found[1:]] == [
        "By site",
        "By age",
        "By site (2 groups) and age (2 groups)",
        "Left out",
    ]
    assert found[3] == (
        "By site (2 groups) and age (2 groups), no false non-match was seen in any group large enough to count "
        "(upper limits from 3.70% to 27.8%)."
    )
    assert found[4] == "Left out, as too small, unlabelled or without comparisons: by site “c”; by age “3”."


def test_a_rate_of_fewer_subjects_than_the_floor_is_neither_highest_nor_lowest():
    people = population({"site": {"site=a": 20, "site=b": 20, "site=c": 20}})
    rows = tuple(
        row("fmr", "vendor", g, g, errors=e, trials=400, subjects=n)
        for g, e, n in [("site=a", 4, 20), ("site=b", 8, 20), ("site=c", 40, 2)]
    )
    found = sentences(build([point()], people).model_copy(update={"measures": rows}))
    assert "highest for “b”" in found[1]
    assert "Left out by site, as too small, unlabelled or without comparisons: “c”." in found


def test_acquisition_in_plain_words():
    assert acquisition_sentence(Findings.of(example_result.london())).startswith(
        "The system made no template from 1 of 204 (0.490%, 1 in 204; 95% interval"
    )
    assert acquisition_sentence(Findings.of(example_result.nulls())) == (
        "The failure-to-acquire rate is undefined: no completed comparison."
    )
