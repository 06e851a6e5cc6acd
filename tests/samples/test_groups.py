"""Groups: declared order, several values, missing labels, bins, intersections."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.errors import PlanError
from evalharness.manifests import LabelSpec, Manifest, Provenance, catalogue_entry
from evalharness.records import Partition, Sample, Samples
from evalharness.samples import LabelCoverage, groups, label_coverage, load_index, partition

LABELS = (
    LabelSpec(attribute="gender", kind="categorical", values=("female", "male", "other"), provenance=Provenance.RECORD),
    LabelSpec(attribute="origin", kind="categorical", values=("b", "a"), provenance=Provenance.RECORD),
    LabelSpec(attribute="age", kind="numeric", provenance=Provenance.RECORD),
)
MANIFEST: Manifest = catalogue_entry("evalharness-synthetic").manifest.model_copy(update={"labels": LABELS})


def samples(*rows: tuple[str | None, str | None, str | None]) -> Samples:
    names = ("gender", "origin", "age")
    return Samples.of(
        [
            Sample(f"s{i}", f"{i}.png", f"p{i}", "a" * 64, dict(zip(names, row, strict=True)))
            for i, row in enumerate(rows)
        ]
    )


FOUR = samples(("male", "a", "17"), ("female", "b/a", "18"), (None, "a", "29.9"), ("female", None, None))


def shown(found: Partition) -> list[tuple[str, list[int]]]:
    members = [[i for i, g in enumerate(found.group_of.tolist()) if g == number] for number in range(len(found.groups))]
    return [(group.id, who) for group, who in zip(found.groups, members, strict=True)]


def test_declared_values_then_recorded_combinations_then_missing():
    assert shown(partition(FOUR, ["gender"], manifest=MANIFEST)) == [
        ("gender=female", [1, 3]),
        ("gender=male", [0]),
        ("gender=other", []),
        ("gender=(missing)", [2]),
    ]
    assert shown(partition(FOUR, ["origin"], manifest=MANIFEST)) == [
        ("origin=b", []),
        ("origin=a", [0, 2]),
        ("origin=b/a", [1]),
        ("origin=(missing)", [3]),
    ]


def test_bins_are_listed_when_asked_for_and_below_only_when_found():
    assert shown(partition(FOUR, ["age"], manifest=MANIFEST, age_bins=[18, 30, 60])) == [
        ("age=under 18", [0]),
        ("age=18-29", [1, 2]),
        ("age=30-59", []),
        ("age=60+", []),
        ("age=(missing)", [3]),
    ]
    assert [name for name, _ in shown(partition(FOUR, ["age"], manifest=MANIFEST, age_bins=[10, 20]))] == [
        "age=10-19",
        "age=20+",
        "age=(missing)",
    ]


def test_intersections_list_every_combination_of_values_that_occur():
    found = partition(FOUR, ["gender", "origin"], manifest=MANIFEST)
    assert found.id == "gender*origin"
    assert shown(found) == [
        ("gender=female;origin=a", []),
        ("gender=female;origin=b/a", [1]),
        ("gender=male;origin=a", [0]),
        ("gender=male;origin=b/a", []),
        ("gender=female;origin=(missing)", [3]),
        ("gender=(missing);origin=a", [2]),
    ]
    assert [group.known for group in found.groups] == [True, True, True, True, False, False]


def test_the_order_of_attributes_is_the_plans():
    found = partition(FOUR, ["origin", "gender"], manifest=MANIFEST)
    assert found.attributes == ("origin", "gender")
    assert found.groups[0].id == "origin=a;gender=female"


def test_the_groups_of_the_london_set_have_the_published_sizes():
    entry = catalogue_entry("face-research-lab-london-set")
    rows = load_index(entry)
    found = partition(rows, ["gender", "ethnicity"], manifest=entry.manifest)
    people = {(int(s), int(g)) for s, g in zip(rows.subject_of, found.group_of, strict=True)}
    sizes = Counter(found.groups[g].id for _, g in people)
    assert [(group.id, sizes[group.id]) for group in found.groups] == [
        ("gender=female;ethnicity=white", 35),
        ("gender=female;ethnicity=black", 5),
        ("gender=female;ethnicity=west_asian", 5),
        ("gender=female;ethnicity=east_asian", 4),
        ("gender=female;ethnicity=east_asian/white", 0),
        ("gender=male;ethnicity=white", 34),
        ("gender=male;ethnicity=black", 8),
        ("gender=male;ethnicity=west_asian", 5),
        ("gender=male;ethnicity=east_asian", 5),
        ("gender=male;ethnicity=east_asian/white", 1),
    ]
    assert label_coverage(rows, "age") == LabelCoverage(missing=4, multi_valued=0)
    assert label_coverage(rows, "ethnicity") == LabelCoverage(missing=0, multi_valued=2)


def test_what_cannot_be_divided_is_refused(monkeypatch):
    with pytest.raises(PlanError, match="unknown attribute 'gendr'; did you mean 'gender'"):
        partition(FOUR, ["gendr"], manifest=MANIFEST)
    with pytest.raises(PlanError, match="age is numeric; write age_bins"):
        partition(FOUR, ["age"], manifest=MANIFEST)
    monkeypatch.setattr(groups, "MOST_GROUPS", 3)
    with pytest.raises(PlanError, match="the intersection has 4 groups; at most 3 are made"):
        partition(FOUR, ["gender", "origin"], manifest=MANIFEST)


value = st.sampled_from([None, "female", "male", "female/male"])
origin = st.sampled_from([None, "a", "b"])
age = st.none() | st.integers(0, 99).map(str)


@settings(deadline=None)
@given(st.lists(st.tuples(value, origin, age), min_size=1, max_size=12), st.permutations(["gender", "origin", "age"]))
def test_every_sample_is_in_the_one_group_of_its_labels(rows, attributes):
    found = partition(samples(*rows), attributes, manifest=MANIFEST, age_bins=[20, 40])
    assert len(set(found.groups)) == len(found.groups)
    for row, number in zip(rows, found.group_of.tolist(), strict=True):
        labels = dict(zip(("gender", "origin", "age"), row, strict=True))
        if labels["age"] is not None:
            years = int(labels["age"])
            labels["age"] = "under 20" if years < 20 else "20-39" if years < 40 else "40+"
        assert found.groups[number].values == tuple((name, labels[name]) for name in attributes)
    known = [group.known for group in found.groups]
    assert known == sorted(known, reverse=True)
