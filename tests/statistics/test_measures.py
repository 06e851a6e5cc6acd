"""The rows of ``measure``: labels, notes, undefined values, precomputed scores."""

import math

import numpy as np
import pytest

from evalharness.records import PairList, ScoreKind
from evalharness.statistics import MeasureSettings, measure
from evalharness.statistics.measures import FITTED_NOTE, HYPOTHETICAL_NOTE
from evalharness.tasks.verification import count, count_scores
from tests.support.datasets import (
    make_enrolment,
    make_partition,
    make_samples,
    make_scores,
    per_group,
    pooled,
    vendor,
)


def by_name(rows, point):
    found = {(r.measure, r.group, r.other_group): r for r in rows if r.operating_point == point}
    assert len(found) == sum(r.operating_point == point for r in rows)
    return found


def prepare(audit):
    states = audit["states"]
    enrolment = make_enrolment(
        audit["templates"],
        failed=[i for i, s in enumerate(states) if s == "f"],
        faulty=[i for i, s in enumerate(states) if s == "x"],
    )
    return make_samples(audit["subjects"]), enrolment, make_partition("g", audit["labels"], also=["z"])


LONDON_LIKE = make_partition("g", ["x"] * 4 + ["y"] * 4 + ["w"])


def two_groups():
    """Two groups of two subjects with two samples each, and one subject alone."""
    places = [0, 1, 10, 11, 20, 22, 21, 23, 500]
    return make_samples("aabbccdde"), make_enrolment([[float(p), 1.0] for p in places])


def test_the_rows_of_a_vendor_threshold_and_their_labels():
    samples, enrolment = two_groups()
    specs = [vendor(1.0, "t1")]
    counts = count(samples, enrolment, specs=specs, partitions=[LONDON_LIKE])
    rows = measure(
        counts, partitions=[LONDON_LIKE], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3)
    ).measures
    names = (
        "measure",
        "operating_point",
        "policy",
        "threshold",
        "group",
        "other_group",
        "errors",
        "trials",
        "subjects",
    )
    cells = [tuple(getattr(row, name) for name in names) for row in rows]
    t = ("t1", "vendor", 1.0)
    assert cells == [
        ("fmr", *t, "all", "all", 3, 32, 5),
        ("fmr", *t, "g=w", "g=w", None, None, 1),
        ("fmr", *t, "g=x", "g=x", 0, 4, 2),
        ("fmr", *t, "g=y", "g=y", 3, 4, 2),
        ("fmr", *t, "g=w", "g=x", 0, 4, 3),
        ("fmr", *t, "g=w", "g=y", 0, 4, 3),
        ("fmr", *t, "g=x", "g=y", 0, 16, 4),
        ("fmr", *t, "g=w", "all", 0, 8, 5),
        ("fmr", *t, "g=x", "all", 0, 24, 5),
        ("fmr", *t, "g=y", "all", 3, 24, 5),
        ("far", *t, "all", "all", 3, 32, 5),
        ("far", *t, "g=w", "g=w", None, None, 1),
        ("far", *t, "g=x", "g=x", 0, 4, 2),
        ("far", *t, "g=y", "g=y", 3, 4, 2),
        ("far", *t, "g=w", "all", 0, 8, 5),
        ("far", *t, "g=x", "all", 0, 24, 5),
        ("far", *t, "g=y", "all", 3, 24, 5),
        ("fnmr", *t, "all", "", 2, 4, 4),
        ("fnmr", *t, "g=w", "", None, None, 1),
        ("fnmr", *t, "g=x", "", 0, 2, 2),
        ("fnmr", *t, "g=y", "", 2, 2, 2),
        ("frr", *t, "all", "", 2, 4, 4),
        ("frr", *t, "g=w", "", None, None, 1),
        ("frr", *t, "g=x", "", 0, 2, 2),
        ("frr", *t, "g=y", "", 2, 2, 2),
        ("fta", "", "", None, "all", "", 0, 9, 5),
        ("fta", "", "", None, "g=w", "", 0, 1, 1),
        ("fta", "", "", None, "g=x", "", 0, 4, 2),
        ("fta", "", "", None, "g=y", "", 0, 4, 2),
    ]
    notes = {(r.measure, r.group, r.other_group): r.note for r in rows}
    assert notes["fmr", "g=w", "g=w"] == "fewer than 2 subjects"
    assert notes["fmr", "g=x", "g=x"] == "fewer than 3 subjects: no interval"
    assert notes["fmr", "g=x", "g=y"] == "fewer than 3 subjects on a side: no interval"
    assert notes["fnmr", "g=w", ""] == "no mated comparisons"
    optimistic = notes["fta", "all", ""].removeprefix("optimistic upper ")
    assert float(optimistic) == pytest.approx(1 - 0.05 ** (1 / 9))


def test_fitted_and_hypothetical_thresholds_say_so():
    samples = make_samples("abcdefgh")
    enrolment = make_enrolment([[float(i * i), 1.0] for i in range(8)])
    partition = make_partition("g", list("xxxxyyyy"))
    specs = [vendor(1.0), pooled("0.2"), per_group("0.4", "g"), pooled("0.001")]
    counts = count(samples, enrolment, specs=specs, partitions=[partition])
    result = measure(counts, partitions=[partition], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3))
    rows = [by_name(result.measures, spec.name) for spec in specs]
    assert FITTED_NOTE not in rows[0]["fmr", "g=x", "g=x"].note
    assert rows[1]["fmr", "all", "all"].note == FITTED_NOTE
    assert rows[1]["fnmr", "all", ""].note == "no mated comparisons"
    cells = {key[1:] for key in rows[2] if key[0] == "fmr"}
    assert cells == {("g=x", "g=x"), ("g=y", "g=y"), ("g=x", "all"), ("g=y", "all")}
    assert {key[1] for key in rows[2] if key[0] != "fmr"} == {"g=x", "g=y"}
    assert rows[2]["fmr", "g=x", "g=x"].note == f"{FITTED_NOTE}; {HYPOTHETICAL_NOTE}"
    assert rows[2]["fmr", "g=x", "g=x"].threshold == 3.0
    assert rows[2]["fmr", "g=y", "g=y"].threshold == 11.0
    unresolved = rows[3]["fmr", "all", "all"]
    assert (unresolved.errors, unresolved.value, unresolved.threshold, unresolved.subjects) == (None, None, None, 8)
    assert unresolved.note.startswith("target 0.001 is finer than 1/28: without a false match in 28 comparisons of 8")
    assert result.operating_points[3].unresolved["all"] == unresolved.note
    assert result.operating_points[1].warnings[0].startswith("all: the threshold rests on 5 false matches that weigh")
    assert result.operating_points[0].warnings == ()


def test_precomputed_scores_give_the_rates_of_templates_and_no_fta():
    samples, enrolment = two_groups()
    specs = [vendor(1.0), pooled("0.2")]
    counts = count(samples, enrolment, specs=specs, partitions=[LONDON_LIKE])
    rows = measure(
        counts, partitions=[LONDON_LIKE], specs=specs, settings=MeasureSettings(level=0.9, min_subjects=3)
    ).measures
    pairs = []
    for part in (counts.mated, counts.tail):
        pairs += zip(part.reference.tolist(), part.probe.tolist(), part.scores.tolist(), strict=True)
    listed = count_scores(samples, make_scores(pairs), score_kind=ScoreKind.DISTANCE, comparisons="all-pairs")
    again = measure(
        listed, partitions=[LONDON_LIKE], specs=specs, settings=MeasureSettings(level=0.9, min_subjects=3)
    ).measures
    assert [r for r in again if r.measure != "fta"] == [r for r in rows if r.measure != "fta"]
    fta = [r for r in again if r.measure == "fta"]
    assert len(fta) == 4
    assert {(r.value, r.note) for r in fta} == {(None, "not observable: precomputed scores come without samples")}


def test_comparisons_that_were_not_completed_are_counted_in_the_note():
    samples = make_samples("aabbcc")
    partition = make_partition("g", list("xxxxyy"))
    enrolment = make_enrolment([[float(i), 1.0] for i in range(6)], failed=[0, 4, 5])
    specs = [vendor(1.0)]
    counts = count(samples, enrolment, specs=specs, partitions=[partition])
    found = by_name(
        measure(
            counts, partitions=[partition], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3)
        ).measures,
        "vendor",
    )
    assert found["fmr", "all", "all"].note == "fewer than 3 subjects: no interval; 10 comparisons not completed"
    assert found["fmr", "g=x", "g=y"].note == "no completed non-mated comparisons; 8 comparisons not completed"
    assert found["fmr", "g=y", "g=y"].note == "fewer than 2 subjects"
    assert found["fnmr", "g=y", ""].note == "no completed mated comparisons"
    row = found["frr", "all", ""]
    assert (row.errors, row.trials, row.value) == (2, 3, 2 / 3)


def test_missing_labels_set_no_threshold_of_their_own():
    samples = make_samples("abcdefgh")
    enrolment = make_enrolment([[float(i * i), 1.0] for i in range(8)])
    partition = make_partition("g", ["x"] * 4 + [None] * 4)
    specs = [per_group("0.4", "g"), vendor(11.0)]
    counts = count(samples, enrolment, specs=specs, partitions=[partition])
    result = measure(counts, partitions=[partition], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3))
    point, reason = result.operating_points[0], "samples whose label is missing are not known to share a group"
    assert point.thresholds == {"g=x": -3.0}
    assert point.attained_fmr == {"g=x": 2 / 6, "g=(missing)": None}
    assert reason in point.unresolved["g=(missing)"]
    row = by_name(result.measures, specs[0].name)["fmr", "g=(missing)", "g=(missing)"]
    assert (row.value, row.threshold, row.subjects) == (None, None, 4)
    assert reason in row.note
    given = by_name(result.measures, "vendor")["fmr", "g=(missing)", "g=(missing)"]
    assert (given.errors, given.trials) == (2, 6)


def test_comparisons_left_out_for_a_fault_of_the_dataset_stand_in_the_pooled_note():
    samples, partition = make_samples("aabbccdd"), make_partition("g", "xxxxyyyy")
    enrolment = make_enrolment([[float(i), 1.0] for i in range(8)], faulty=[7])
    specs = [vendor(1.0)]
    counts = count(samples, enrolment, specs=specs, partitions=[partition])
    rows = measure(
        counts, partitions=[partition], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3)
    ).measures
    noted = [(row.measure, row.group) for row in rows if "left out" in row.note]
    assert noted == [("fmr", "all")]
    assert rows[0].note.endswith("7 comparisons left out of all rates: dataset fault on a side")


def test_every_two_groups_have_a_row_though_one_has_no_samples():
    samples, partition = make_samples("aabbcc"), make_partition("g", "xxyyyy", also=["z"])
    enrolment = make_enrolment([[float(i), 1.0] for i in range(6)])
    specs = [vendor(1.0)]
    for pairs, wanted in (
        (None, ["xy", "xz", "yz"]),
        (PairList(np.array([0]), np.array([2])), ["xy", "xz", "yx", "yz", "zx", "zy"]),
    ):
        counts = count(samples, enrolment, specs=specs, partitions=[partition], pairs=pairs)
        rows = measure(
            counts, partitions=[partition], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3)
        ).measures
        across = {r.group[-1] + r.other_group[-1]: r for r in rows if r.other_group.startswith("g=")}
        across = {key: row for key, row in across.items() if key[0] != key[1]}
        assert list(across) == wanted
        assert {across[key].note for key in wanted if "z" in key} == {"no samples"}
        assert (across["xz"].value, across["xz"].subjects, across["yz"].subjects) == (None, 1, 2)


@pytest.mark.parametrize("states", ["ffff", "xxxx", "efxf"])
def test_nothing_enrolled_gives_reasons_and_no_exception(states):
    audit = {"subjects": "aabb", "labels": ["x", "x", "y", None], "templates": [(1, 1)] * 4, "states": states}
    samples, enrolment, partition = prepare(audit)
    specs = [vendor(1.0), pooled("0.1"), pooled("0.1", "within-group"), per_group("0.1", "g")]
    counts = count(samples, enrolment, specs=specs, partitions=[partition])
    result = measure(counts, partitions=[partition], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3))
    fmr = [r for r in result.measures if r.measure == "fmr"]
    assert {r.value for r in fmr} == {None}
    assert all(r.note for r in fmr)
    assert result.operating_points[0].attained_fmr == {"all": None}
    assert result.operating_points[1].unresolved == {
        "all": "no completed non-mated comparisons to set the threshold on"
    }
    fta = by_name(result.measures, "")["fta", "all", ""]
    assert fta.value == (None if states == "xxxx" else states.count("f") / (4 - states.count("x")))


def test_more_subjects_may_be_asked_for_and_all_equal_scores_are_defined():
    samples = make_samples("abcdef")
    enrolment = make_enrolment([[1.0, 1.0]] * 6)
    specs = [vendor(0.0), pooled("0.5")]
    counts = count(samples, enrolment, specs=specs, partitions=[])
    few = measure(counts, partitions=[], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=7)).measures
    assert [r.note for r in few if r.measure == "fmr"] == ["fewer than 7 subjects: no interval"] * 2
    rows = by_name(
        measure(counts, partitions=[], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3)).measures,
        "vendor",
    )
    row = rows["fmr", "all", "all"]
    assert (row.value, row.upper, row.effective_trials) == (1.0, 1.0, 3.0)
    assert row.lower == pytest.approx(0.05 ** (1 / 3))
    assert float(row.note.removeprefix("optimistic lower ")) == pytest.approx(0.05 ** (1 / 15))
    fitted = measure(counts, partitions=[], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3)).measures
    fitted = next(row for row in fitted if row.operating_point == "pooled-all-0.5")
    assert (fitted.operating_point, fitted.errors, fitted.threshold) == (
        "pooled-all-0.5",
        0,
        0.0 - math.nextafter(0, 1),
    )
