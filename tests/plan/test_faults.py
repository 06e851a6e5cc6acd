"""Faulty plans: golden messages, each with its line and column."""

from pathlib import Path

import pytest

from evalharness.errors import PlanError
from evalharness.plan import load_plan

SHORT = """\
audit: a
purpose: internal-testing
dataset: {id: x}
system: {kind: dlib}
groups: [gender]
operating_points: [{policy: vendor, threshold: 1}]
"""


def faults(folder: Path, text: str) -> list[str]:
    (folder / "plan.yaml").write_text(text)
    with pytest.raises(PlanError) as caught:
        load_plan(folder / "plan.yaml")
    assert str(caught.value).startswith(f"{folder}/plan.yaml: ")
    return [fault.removeprefix(f"{folder}/") for fault in caught.value.faults]


FAULTY = """\
audit: my audit
date: 2026-02-30
purpos: research-evaluation
dataset: {}
system: {kind: dlibb}
two_faces: biggest
two_faces: x
task: {kind: verification, comparisons: all-pair}
groups: [gender, [gender, gender], 3, []]
age_bins: [18, 30, 20]
min_subjects: 2
operating_points:
  - {policy: vendor, fmr: 0.6}
  - policy: pooled
    fmr: 1.5
    group: {ethnicity: white}
  - {policy: reference, group: {}}
  - {policy: per-group, fmr: 1%, impostors: all}
  - {policy: pool, fmr: 0.1}
  - {policy: pooled, fmr: 0.000000000000000000001, impostors: within}
interval_level: 95
seed: 1.5
disclosure: {min_subject: 5}
"""

GOLDEN = """\
plan.yaml:1:1: audit: found 'my audit', expected letters, digits, - and _, at most 100, beginning with a letter or digit
plan.yaml:1:1: purpose: this key is missing and is needed
plan.yaml:2:1: date: found 2026-02-30, which is no day of the calendar
plan.yaml:3:1: purpos: unknown key 'purpos'; did you mean 'purpose'? Known keys: audit, date, purpose, dataset, \
system, two_faces, task, groups, age_bins, min_subjects, operating_points, interval_level, seed, disclosure, \
statistics, ground_truth
plan.yaml:4:1: dataset.id: names no dataset; expected an id from the catalogue, or a manifest
plan.yaml:5:10: system.kind: unknown value 'dlibb'; did you mean 'dlib'? \
Known values: dlib, deepface, templates, scores
plan.yaml:6:1: two_faces: unknown value 'biggest'. Known values: largest, most-confident, failure
plan.yaml:7:1: two_faces: stands here twice; first on line 6
plan.yaml:8:28: task.comparisons: unknown value 'all-pair'; did you mean 'all-pairs'? Known values: all-pairs
plan.yaml:9:18: groups.1: gender*gender names an attribute twice
plan.yaml:9:36: groups.2: found 3, expected an attribute, or a list of attributes
plan.yaml:9:39: groups.3: an empty list; expected an attribute, or several for their intersection
plan.yaml:10:20: age_bins.2: found 20 after 30, expected ages that increase
plan.yaml:11:1: min_subjects: found 2, expected at least 3
plan.yaml:13:5: operating_points.0.threshold: policy vendor needs this key
plan.yaml:13:22: operating_points.0.fmr: policy vendor takes no fmr; it takes name, threshold
plan.yaml:15:5: operating_points.1.fmr: found 1.5, expected a number above 0 and below 1, such as 0.01
plan.yaml:16:5: operating_points.1.group: policy pooled takes no group; it takes name, fmr, impostors
plan.yaml:17:5: operating_points.2.fmr: policy reference needs this key
plan.yaml:17:25: operating_points.2.group: policy reference needs this key
plan.yaml:18:5: operating_points.3.partition: policy per-group needs this key
plan.yaml:18:25: operating_points.3.fmr: found '1%', expected a number above 0 and below 1, such as 0.01
plan.yaml:18:34: operating_points.3.impostors: policy per-group takes no impostors; it takes name, partition, fmr
plan.yaml:19:6: operating_points.4.policy: unknown value 'pool'; did you mean 'pooled'? \
Known values: vendor, pooled, reference, per-group
plan.yaml:20:22: operating_points.5.fmr: found 0.000000000000000000001, expected at most 20 decimals: \
no data resolve more
plan.yaml:20:52: operating_points.5.impostors: unknown value 'within'; did you mean 'within-group'? \
Known values: all, within-group
plan.yaml:21:1: interval_level: found 95, expected less than 1.0
plan.yaml:22:1: seed: found 1.5, expected a whole number
plan.yaml:23:14: disclosure.min_subject: unknown key 'min_subject'; did you mean 'min_subjects'? \
Known keys: min_subjects
"""


def test_every_fault_of_a_plan_is_listed_at_its_line_and_column(tmp_path):
    assert faults(tmp_path, FAULTY) == GOLDEN.splitlines()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("groups: [gender]", "groups: []", "5:1: groups: an empty list; expected at least one attribute"),
        ("[{policy: vendor, threshold: 1}]", "[]", "6:1: operating_points: an empty list; expected at least one"),
        ("groups: [gender]", "groups: gender", "5:1: groups: found 'gender', expected a list"),
        ("[gender]", "[[a, b], c, [b, a]]", "5:21: groups.2: b*a divides as groups.0 does; remove one"),
        ("{id: x}", "{id: x, manifest: m.yaml}", "3:18: dataset.manifest: stands beside id; expected one of the two"),
        ("{id: x}", "x", "3:1: dataset: found 'x', expected a mapping (key: value)"),
        ("{id: x}", '{manifest: ""}', "3:11: dataset.manifest: found '.', expected the path of a file or folder"),
        ("threshold: 1", "threshold: .nan", "6:37: operating_points.0.threshold: found .nan, expected a finite number"),
        ("threshold: 1", "threshold: '1'", "6:37: operating_points.0.threshold: found '1', expected a number"),
        ("audit: a", "audit: all", "1:1: audit: found 'all', expected letters"),
        ("audit: a", "audit: a\ndate: 20261122", "2:1: date: found 20261122, expected a day such as 2026-11-22"),
        ("audit: a", "audit: a\nseed: true", "2:1: seed: found true, expected a whole number"),
    ],
)
def test_single_faults(tmp_path, old, new, expected):
    assert old in SHORT
    (found,) = faults(tmp_path, SHORT.replace(old, new))
    assert found.startswith(f"plan.yaml:{expected}")


def test_two_points_of_one_name_are_a_fault(tmp_path):
    text = SHORT.replace("[{policy: vendor, threshold: 1}]", "\n  - {policy: pooled, fmr: 0.01}\n")
    text += "  - {policy: pooled, fmr: 0.010}\n  - {policy: vendor, threshold: 1, name: pooled-fmr-0.01}\n"
    assert faults(tmp_path, text) == [
        "plan.yaml:9:5: operating_points.1: the name pooled-fmr-0.01 is that of operating_points.0 too; "
        "give it a name of its own",
        "plan.yaml:10:5: operating_points.2: the name pooled-fmr-0.01 is that of operating_points.0 too; "
        "give it a name of its own",
    ]
