"""Plans from files: the fixed format, defaults, golden messages, resolved form, schema, hostile input."""

import datetime
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalharness.errors import PlanError
from evalharness.files import sha256_of
from evalharness.plan import (
    AuditPlan,
    DatasetRef,
    DeepFaceSystem,
    DlibSystem,
    ListedComparisons,
    OperatingPointPlan,
    Purpose,
    ScoresSystem,
    TemplatesSystem,
    load_plan,
    plan_schema,
)
from evalharness.records import Comparator, Policy, ScoreKind, TwoFaces

FULL = """\
audit: my-audit                      # name; letters, digits, - and _
date: 2026-11-22
purpose: research-evaluation
dataset:
  id: face-research-lab-london-set
system: {kind: dlib}
two_faces: largest
task: {kind: verification, comparisons: all-pairs}
groups: [gender, ethnicity, [gender, ethnicity]]
age_bins: [18, 30, 40, 50, 60]
min_subjects: 3
operating_points:
  - {name: vendor, policy: vendor, threshold: 0.6}
  - {policy: pooled, fmr: 0.01, impostors: within-group}
  - {policy: reference, group: {ethnicity: white}, fmr: 0.001}
  - {policy: per-group, partition: ethnicity, fmr: 0.01}
interval_level: 0.95
seed: 1
disclosure: {min_subjects: 10}
"""

SHORT = """\
audit: a
purpose: internal-testing
dataset: {id: x}
system: {kind: dlib}
groups: [gender]
operating_points: [{policy: vendor, threshold: 1}]
"""


def load(folder: Path, text: str) -> AuditPlan:
    path = folder / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return load_plan(path, today=datetime.date(2026, 12, 31))


def test_the_plan_of_the_format_loads(tmp_path):
    plan = load(tmp_path, FULL)
    assert plan.audit == "my-audit"
    assert plan.date == datetime.date(2026, 11, 22)
    assert plan.purpose is Purpose.RESEARCH_EVALUATION
    assert plan.dataset == DatasetRef(id="face-research-lab-london-set")
    assert plan.system == DlibSystem(kind="dlib")
    assert plan.two_faces is TwoFaces.LARGEST
    assert plan.task.comparisons == "all-pairs"
    assert plan.groups == (("gender",), ("ethnicity",), ("gender", "ethnicity"))
    assert plan.age_bins == (18, 30, 40, 50, 60)
    assert [point.policy for point in plan.operating_points] == list(Policy)
    assert (plan.interval_level, plan.seed, plan.min_subjects, plan.disclosure.min_subjects) == (0.95, 1, 3, 10)


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        (
            "{kind: deepface, model: Dlib, detector: dlib, align: false, distance: euclidean, engine: onnx,"
            " weights_sha256: {dlib.dat: " + "a" * 64 + "}}",
            DeepFaceSystem(
                kind="deepface",
                model="Dlib",
                detector="dlib",
                align=False,
                distance="euclidean",
                engine="onnx",
                weights_sha256={"dlib.dat": "a" * 64},
            ),
        ),
        (
            "{kind: templates, vectors: emb.npy, ids: sub/ids.csv, comparator: cosine}",
            TemplatesSystem(
                kind="templates", vectors=Path("emb.npy"), ids=Path("sub/ids.csv"), comparator=Comparator.COSINE
            ),
        ),
        (
            "{kind: scores, file: scores.csv, score: distance, version: 2.10}",
            ScoresSystem(kind="scores", file=Path("scores.csv"), score=ScoreKind.DISTANCE, version="2.10"),
        ),
    ],
)
def test_every_system_of_the_format_loads(tmp_path, system, expected):
    found = load(tmp_path, SHORT.replace("{kind: dlib}", system)).system
    shown = found.model_dump()
    for key, value in expected.model_dump().items():
        assert shown[key] == (tmp_path / value if isinstance(value, Path) else value)


def test_defaults(tmp_path):
    plan = load(tmp_path, SHORT)
    assert plan.date == datetime.date(2026, 12, 31)
    assert plan.two_faces is TwoFaces.LARGEST
    assert plan.task.kind == "verification"
    assert plan.task.comparisons is None
    assert (plan.min_subjects, plan.interval_level, plan.seed) == (3, 0.95, 1)
    assert plan.disclosure.min_subjects == 10
    assert plan.age_bins == ()


def test_paths_are_relative_to_the_plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path.parent)
    text = SHORT.replace("{id: x}", "{manifest: my-set/manifest.yaml, root: /data/images}")
    text += "task: {comparisons: {list: ../pairs.csv}}\n"
    (tmp_path / "plan.yaml").write_text(text)
    plan = load_plan(Path(tmp_path.name) / "plan.yaml")
    assert plan.dataset.manifest == tmp_path / "my-set/manifest.yaml"
    assert plan.dataset.root == Path("/data/images")
    assert plan.task.comparisons == ListedComparisons(list=tmp_path / "../pairs.csv")


def test_a_plan_made_in_python_needs_no_file():
    plan = AuditPlan(
        audit="a",
        date=datetime.date(2026, 1, 1),
        purpose=Purpose.INTERNAL_TESTING,
        dataset=DatasetRef(manifest=Path("m.yaml")),
        system=DlibSystem(kind="dlib"),
        groups=(("gender",),),
        operating_points=(OperatingPointPlan(policy=Policy.POOLED, fmr=Decimal("0.01")),),
    )
    assert plan.dataset.manifest == Path("m.yaml")
    assert plan.fault(("groups", 0), "x") == "plan: groups.0: x"
    assert plan.operating_point_specs()[0].name == "pooled-fmr-0.01"


def test_the_resolved_plan_holds_digests_and_no_path(tmp_path):
    for name in ("emb.npy", "ids.csv", "pairs.csv"):
        (tmp_path / name).write_text(name)
    text = FULL.replace("{kind: dlib}", "{kind: templates, vectors: emb.npy, ids: ids.csv, comparator: cosine}")
    plan = load(tmp_path, text.replace("all-pairs", "{list: pairs.csv}"))
    resolved = plan.resolved("the-set", "1" * 64, "2" * 64)
    assert str(tmp_path) not in json.dumps(resolved)
    assert list(resolved)[:5] == ["audit", "date", "purpose", "dataset", "system"]
    assert resolved["date"] == "2026-11-22"
    assert resolved["dataset"] == {"id": "the-set", "manifest_sha256": "1" * 64, "index_sha256": "2" * 64}
    assert resolved["system"] == {
        "kind": "templates",
        "vectors": {"name": "emb.npy", "sha256": sha256_of(tmp_path / "emb.npy")},
        "ids": {"name": "ids.csv", "sha256": sha256_of(tmp_path / "ids.csv")},
        "comparator": "cosine",
        "name": "precomputed templates",
        "version": "not stated",
    }
    pairs = {"name": "pairs.csv", "sha256": sha256_of(tmp_path / "pairs.csv")}
    assert resolved["task"] == {"kind": "verification", "comparisons": {"list": pairs}}
    assert resolved["groups"] == [["gender"], ["ethnicity"], ["gender", "ethnicity"]]
    assert resolved["operating_points"] == [
        {"policy": "vendor", "name": "vendor", "threshold": 0.6},
        {"policy": "pooled", "name": "pooled-fmr-0.01", "fmr": "0.01", "impostors": "within-group"},
        {
            "policy": "reference",
            "name": "reference-ethnicity=white-fmr-0.001",
            "fmr": "0.001",
            "group": {"ethnicity": "white"},
        },
        {"policy": "per-group", "name": "per-group-ethnicity-fmr-0.01", "fmr": "0.01", "partition": ["ethnicity"]},
    ]


def test_files_that_a_plan_names_and_that_are_not_there_are_all_listed(tmp_path):
    text = SHORT.replace("{kind: dlib}", "{kind: scores, file: s.csv, score: distance}")
    plan = load(tmp_path, text + "task: {comparisons: {list: p.csv}}\n")
    with pytest.raises(PlanError) as caught:
        plan.resolved("x", "1" * 64, "2" * 64)
    where = [fault.removeprefix(f"{tmp_path}/").split(": no file")[0] for fault in caught.value.faults]
    assert where == ["plan.yaml:4:24: system.file", "plan.yaml:7:22: task.comparisons.list"]


def test_the_schema_names_itself_and_every_key(tmp_path):
    schema = plan_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "https://evalharness.example/schemas/plan-1.0.json"
    assert list(schema["properties"]) == list(AuditPlan.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["audit", "purpose", "dataset", "system", "groups", "operating_points"]
    json.dumps(schema)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_only_plan_errors_come_out_of_damaged_plans(tmp_path, data):
    content = bytearray(FULL, "utf-8")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        end = data.draw(st.integers(at, min(len(content), at + 12)))
        content[at:end] = data.draw(st.binary(max_size=3) | st.sampled_from([b": ", b"[", b"{", b"\n", b"null", b"- "]))
    path = tmp_path / "plan.yaml"
    path.write_bytes(bytes(content))
    faults: tuple[str, ...] = ()
    try:
        plan = load_plan(path)
        plan.operating_point_specs()
        plan.partitions()
    except PlanError as error:
        faults = error.faults
    assert all(fault.startswith(f"{path}:") for fault in faults)
