"""Every row of ``measure`` against explicit loops over all comparisons."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.records import PairList, Partition
from evalharness.statistics import MeasureSettings, measure
from evalharness.statistics.dyads import ListedDyads, disjoint_dyads
from evalharness.tasks.verification import TailBudget, count
from tests.support import brute
from tests.support.datasets import (
    make_enrolment,
    make_partition,
    make_samples,
    per_group,
    pooled,
    reference,
    vendor,
)


@st.composite
def audits(draw):
    n = draw(st.integers(1, 13))

    def lists(values):
        return st.lists(values, min_size=n, max_size=n)

    subjects = draw(lists(st.integers(0, draw(st.integers(0, 8)))))
    if draw(st.booleans()):
        labels = draw(lists(st.sampled_from(["x", "y", None])))
    else:
        labels = [["x", "y", None][s % 3] for s in subjects]
    return {
        "subjects": subjects,
        "labels": labels,
        "templates": draw(lists(st.tuples(st.integers(0, 2), st.integers(1, 2)))),
        "states": draw(lists(st.sampled_from("eeeeeefx"))),
        "threshold": draw(st.sampled_from([0.0, 1.0, math.sqrt(2), 5.0])),
    }


def prepare(audit):
    states = audit["states"]
    enrolment = make_enrolment(
        audit["templates"],
        failed=[i for i, s in enumerate(states) if s == "f"],
        faulty=[i for i, s in enumerate(states) if s == "x"],
    )
    return make_samples(audit["subjects"]), enrolment, make_partition("g", audit["labels"], also=["z"])


def pair_of(audit, i, j):
    """One comparison, by hand."""
    score = None
    if audit["states"][i] == audit["states"][j] == "e":
        (a, b), (c, d) = audit["templates"][i], audit["templates"][j]
        score = -math.sqrt((a - c) ** 2 + (b - d) ** 2)
    return brute.Pair(i, j, score)


def named(partition):
    return {i: group.id for i, group in enumerate(partition.groups)}


def check(row, expected, present):
    """A row of ``measure`` against one of the second implementation."""
    if expected is None:
        assert (row.errors, row.trials, row.value, row.lower, row.upper) == (None,) * 5
        assert row.subjects == present
        assert row.note
        return
    assert (row.errors, row.trials, row.subjects) == (expected["errors"], expected["trials"], expected["subjects"])
    assert row.value == expected["errors"] / expected["trials"]
    if expected["limits"] is None:
        assert (row.lower, row.upper, row.effective_trials) == (None, None, None)
        assert "no interval" in row.note
    else:
        assert (row.lower, row.upper) == pytest.approx(expected["limits"], rel=1e-7, abs=1e-9)
        assert 0 <= row.lower <= row.value <= row.upper <= 1


def fmr_inside(label, g):
    """Comparisons with a sample of a group."""
    return lambda i, j: g in (label[i], label[j])


def check_far(row, pairs, subject, inside, threshold):
    """The same errors as FMR, out of all attempts."""
    tried = [p for p in pairs if subject[p.first] != subject[p.second] and inside(p.first, p.second)]
    errors = sum(p.score is not None and p.score >= threshold for p in tried)
    assert (row.errors or 0, row.trials or 0) == (errors, len(tried))
    assert row.value == (errors / len(tried) if tried else None)
    assert row.lower is None or 0 <= row.lower <= row.value <= row.upper <= 1


def by_name(rows, point):
    found = {(r.measure, r.group, r.other_group): r for r in rows if r.operating_point == point}
    assert len(found) == sum(r.operating_point == point for r in rows)
    return found


def clusters_across(subject, label, g, h):
    """Subjects on the smaller side of a cell of two groups; ``h`` None for any impostor."""

    def side(done, own):
        ends = [(p.first, p.second) for p in done] + [(p.second, p.first) for p in done]
        other = h if own == g else g
        return {subject[a] for a, b in ends if label[a] == own and other in (None, label[b])}

    return lambda done: min(len(side(done, x)) for x in ((g, h) if h is not None else (g,)))


@settings(max_examples=150, deadline=None)
@given(audit=audits(), two_passes=st.booleans())
def test_all_pairs_against_loops(audit, two_passes):
    samples, enrolment, partition = prepare(audit)
    budget = TailBudget(keep_all=0) if two_passes else None
    specs = [vendor(audit["threshold"])]
    counts = count(samples, enrolment, specs=specs, partitions=[partition], budget=budget)
    rows = measure(
        counts, partitions=[partition], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3)
    ).measures
    found, names = by_name(rows, "vendor"), named(partition)
    label = [names[g] for g in partition.group_of.tolist()]
    subject, threshold = audit["subjects"], -audit["threshold"]
    attempted = [i for i, s in enumerate(audit["states"]) if s != "x"]
    pairs = [pair_of(audit, i, j) for i, j in itertools.combinations(attempted, 2)]
    people = {name: {s for s, own in zip(subject, label, strict=True) if own == name} for name in names.values()}

    def fmr(inside, clusters=None):
        return brute.fmr(pairs, subject, inside, threshold, clusters=clusters)

    check(found.pop(("fmr", "all", "all")), fmr(lambda i, j: True), len(set(subject)))
    check_far(found.pop(("far", "all", "all")), pairs, subject, lambda i, j: True, threshold)
    for g in names.values():
        check_far(found.pop(("far", g, g)), pairs, subject, lambda i, j, g=g: label[i] == label[j] == g, threshold)
        touching = fmr_inside(label, g)
        check_far(found.pop(("far", g, "all")), pairs, subject, touching, threshold)
        check(found.pop(("fmr", g, g)), fmr(lambda i, j, g=g: label[i] == label[j] == g), len(people[g]))
        expected = fmr(lambda i, j, g=g: g in (label[i], label[j]), clusters_across(subject, label, g, None))
        check(found.pop(("fmr", g, "all")), expected, len(people[g]))
    for g, h in itertools.combinations(sorted(names.values()), 2):
        expected = fmr(lambda i, j, g=g, h=h: {label[i], label[j]} == {g, h}, clusters_across(subject, label, g, h))
        check(found.pop(("fmr", g, h)), expected, len(people[g] | people[h]))
    for g in (None, *names.values()):
        own = [p for p in pairs if subject[p.first] == subject[p.second]]
        own = [p for p in own if g is None or g in (label[p.first], label[p.second])]
        present = len(set(subject) if g is None else people[g])
        completed = [(subject[p.first], p.score < threshold) for p in own if p.score is not None]
        check(found.pop(("fnmr", g or "all", "")), brute.clustered(completed), present)
        tried = [(subject[p.first], p.score is None or p.score < threshold) for p in own]
        check(found.pop(("frr", g or "all", "")), brute.clustered(tried), present)
        given_up = [(subject[i], audit["states"][i] == "f") for i in attempted if g in (None, label[i])]
        check(by_name(rows, "")["fta", g or "all", ""], brute.clustered(given_up), present)
    assert found == {}


@settings(max_examples=80, deadline=None)
@given(audit=audits(), data=st.data())
def test_pair_lists_against_loops(audit, data):
    samples, enrolment, partition = prepare(audit)
    chosen = data.draw(
        st.lists(st.sampled_from(list(itertools.combinations(range(len(samples)), 2)) or [(0, 0)]), unique=True)
    )
    ends = [(i, j) if data.draw(st.booleans()) else (j, i) for i, j in chosen if i != j]
    probe, ref = (np.array([e[k] for e in ends], dtype=np.int64) for k in (0, 1))
    specs = [vendor(audit["threshold"])]
    counts = count(samples, enrolment, specs=specs, partitions=[partition], pairs=PairList(probe, ref))
    rows = measure(
        counts, partitions=[partition], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3)
    ).measures
    found, names = by_name(rows, "vendor"), named(partition)
    label = [names[g] for g in partition.group_of.tolist()]
    subject, threshold = audit["subjects"], -audit["threshold"]
    pairs = [pair_of(audit, i, j) for i, j in ends if "x" not in (audit["states"][i], audit["states"][j])]
    people = {name: {s for s, own in zip(subject, label, strict=True) if own == name} for name in names.values()}

    def fmr(inside):
        def clusters(done):
            probes, refs = {subject[p.first] for p in done}, {subject[p.second] for p in done}
            overlap = 1 if probes & refs else 0
            return min(min(len(probes), len(refs)) + overlap, len(probes | refs))

        done = [p for p in pairs if p.score is not None and inside(p.first, p.second)]
        sides = [(samples.subject_of[p.first], samples.subject_of[p.second]) for p in done]
        first, second = (np.array([side[k] for side in sides if side[0] != side[1]], np.int64) for k in (0, 1))
        dyads = ListedDyads.of(first, second, subjects=9)
        return brute.fmr(pairs, subject, inside, threshold, clusters=clusters, floor=disjoint_dyads(dyads))

    check(found.pop(("fmr", "all", "all")), fmr(lambda i, j: True), len(set(subject)))
    check_far(found.pop(("far", "all", "all")), pairs, subject, lambda i, j: True, threshold)
    for g in names.values():
        check_far(found.pop(("far", g, g)), pairs, subject, lambda i, j, g=g: label[i] == label[j] == g, threshold)
        check_far(found.pop(("far", g, "all")), pairs, subject, lambda i, j, g=g: label[i] == g, threshold)
        check(found.pop(("fmr", g, g)), fmr(lambda i, j, g=g: label[i] == label[j] == g), len(people[g]))
        check(found.pop(("fmr", g, "all")), fmr(lambda i, j, g=g: label[i] == g), len(people[g]))
        own = [p for p in pairs if subject[p.first] == subject[p.second] and label[p.first] == g]
        tried = [(subject[p.first], p.score is None or p.score < threshold) for p in own]
        check(found.pop(("frr", g, "")), brute.clustered(tried), len(people[g]))
    for g, h in itertools.permutations(names.values(), 2):
        expected = fmr(lambda i, j, g=g, h=h: (label[i], label[j]) == (g, h))
        check(found.pop(("fmr", g, h)), expected, len(people[g] | people[h]))
    assert {key[0] for key in found} == {"fnmr", "frr"}


@settings(max_examples=100, deadline=None)
@given(audit=audits(), target=st.sampled_from(["0.05", "0.2", "0.29", "0.5", "0.9"]), two_passes=st.booleans())
def test_fitted_thresholds_against_loops(audit, target, two_passes):
    samples, enrolment, partition = prepare(audit)
    label, names = partition.group_of.tolist(), named(partition)
    specs = [
        pooled(target),
        pooled(target, "within-group"),
        reference(target, partition.groups[0]),
        per_group(target, "g"),
    ]
    budget = TailBudget(keep_all=0) if two_passes else None
    counts = count(samples, enrolment, specs=specs, partitions=[partition], budget=budget)
    points = measure(
        counts, partitions=[partition], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3)
    ).operating_points
    known = {g for g, group in enumerate(partition.groups) if group.known}
    inside = [
        {"all": lambda i, j: True},
        {"all": lambda i, j: label[i] == label[j] and label[i] in known},
        {"all": lambda i, j: label[i] == label[j] == 0},
        {name: lambda i, j, g=g: label[i] == label[j] == g for g, name in names.items()},
    ]
    enrolled = [i for i, s in enumerate(audit["states"]) if s == "e"]
    for point, keyed in zip(points, inside, strict=True):
        for key, belongs in keyed.items():
            if key == "g=(missing)":  # nobody knows that these share a group
                assert (point.impostors[key], point.subjects[key], point.attained_fmr[key]) == (0, 0, None)
                assert key not in point.thresholds
                assert "not known to share a group" in point.unresolved[key]
                continue
            pairs = [(i, j) for i, j in itertools.combinations(enrolled, 2) if belongs(i, j)]
            pairs = [(i, j) for i, j in pairs if audit["subjects"][i] != audit["subjects"][j]]
            scores = [pair_of(audit, i, j).score for i, j in pairs]
            expected = brute.threshold(scores, target)
            assert point.thresholds.get(key) == expected
            assert point.impostors[key] == len(scores)
            assert point.subjects[key] == len({audit["subjects"][i] for pair in pairs for i in pair})
            if expected is None:
                assert point.attained_fmr[key] is None
                assert ("finer than 1/" if scores else "no completed") in point.unresolved[key]
            else:
                assert point.attained_fmr[key] == sum(s >= expected for s in scores) / len(scores) <= float(target)
                assert key not in point.unresolved


@settings(max_examples=60, deadline=None)
@given(audit=audits(), seed=st.integers(0, 99))
def test_reordering_samples_and_renaming_changes_no_number(audit, seed):
    samples, enrolment, partition = prepare(audit)
    specs = [vendor(1.0), pooled("0.3"), per_group("0.5", "g")]
    counts = count(samples, enrolment, specs=specs, partitions=[partition])
    before = measure(counts, partitions=[partition], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3))
    order = np.random.default_rng(seed).permutation(len(samples))
    moved = {key: [audit[key][i] for i in order] for key in ("subjects", "labels", "templates", "states")}
    moved["subjects"] = [f"person {s}" for s in moved["subjects"]]
    samples, enrolment, _ = prepare(moved)
    shuffled = Partition(partition.attributes, partition.groups, partition.group_of[order])
    counts = count(samples, enrolment, specs=specs, partitions=[shuffled])
    after = measure(counts, partitions=[shuffled], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3))
    assert len(before.measures) == len(after.measures)
    for a, b in zip(before.measures, after.measures, strict=True):
        assert (a.measure, a.group, a.other_group, a.note) == (b.measure, b.group, b.other_group, b.note)
        assert (a.errors, a.trials, a.subjects) == (b.errors, b.trials, b.subjects)
        assert (a.value, a.threshold) == (b.value, b.threshold)
        assert (a.lower is None) == (b.lower is None)
        if a.lower is not None:
            assert (a.lower, a.upper) == pytest.approx((b.lower, b.upper), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(audit=audits())
def test_a_laxer_threshold_never_lowers_fmr_nor_raises_fnmr(audit):
    samples, enrolment, partition = prepare(audit)
    specs = [vendor(t, f"v{i}") for i, t in enumerate((0.0, 1.0, 1.5, 5.0))]
    counts = count(samples, enrolment, specs=specs, partitions=[partition])
    rows = measure(
        counts, partitions=[partition], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3)
    ).measures
    for stricter, laxer in itertools.pairwise(by_name(rows, spec.name) for spec in specs):
        for key, row in stricter.items():
            if row.value is not None:
                assert row.value <= laxer[key].value if key[0] in ("fmr", "far") else row.value >= laxer[key].value
