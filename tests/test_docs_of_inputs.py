"""The examples of docs/plan.md and docs/manifest.md load, and what they print is true."""

import contextlib
import hashlib
import io
import re
from pathlib import Path

import pytest

from evalharness.errors import PlanError
from evalharness.manifests import read_manifest
from evalharness.plan import load_plan
from evalharness.samples import label_coverage, load_index, partition

WEIGHTS = ("arcface_weights.onnx", "face_detection_yunet_2023mar.onnx")
DOCS = Path(__file__).resolve().parents[1] / "docs"


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / name).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("number", range(7))
def test_every_plan_of_the_guide_loads(tmp_path, number):
    examples = blocks("plan.md", "yaml")
    assert len(examples) == 7
    (tmp_path / "plan.yaml").write_text(examples[number])
    plan = load_plan(tmp_path / "plan.yaml")
    assert plan.operating_point_specs()


@pytest.mark.parametrize("number", range(4))
def test_every_system_of_its_guide_loads(tmp_path, number):
    examples = blocks("systems.md", "yaml")
    assert len(examples) == 4
    whole = blocks("plan.md", "yaml")[0]
    assert "system: {kind: dlib}" in whole
    plan = re.sub(r"^system: \{kind: dlib\}.*$", lambda _: examples[number], whole, flags=re.MULTILINE)
    (tmp_path / "plan.yaml").write_text(plan)
    loaded = load_plan(tmp_path / "plan.yaml").system
    assert loaded.kind == ("deepface", "deepface", "templates", "scores")[number]
    assert getattr(loaded, "weights_sha256", {}) == (dict.fromkeys(WEIGHTS, "0" * 64) if number == 1 else {})


def test_a_digest_of_digits_without_quotes_is_told_what_it_lacks(tmp_path):
    (tmp_path / "plan.yaml").write_text("audit: " + "0" * 64)
    with pytest.raises(PlanError, match="a number of 64 characters; at most 60 are read; quote it if it is text"):
        load_plan(tmp_path / "plan.yaml")


def test_the_default_names_of_the_guide_are_the_names(tmp_path):
    text = blocks("plan.md", "yaml")[0].replace("name: vendor, ", "")
    (tmp_path / "plan.yaml").write_text(text)
    names = [spec.name for spec in load_plan(tmp_path / "plan.yaml").operating_point_specs()]
    assert names == re.findall(
        r"^\| `[a-z-]+` \| .*? \| `(.*?)` \|", (DOCS / "plan.md").read_text(), flags=re.MULTILINE
    )


def test_the_dataset_of_the_guide_loads(tmp_path):
    (manifest,) = blocks("manifest.md", "yaml")
    (index,) = blocks("manifest.md", "csv")
    (tmp_path / "files.csv").write_text(index)
    (tmp_path / "manifest.yaml").write_text(manifest)
    loaded = read_manifest(tmp_path / "manifest.yaml")
    assert loaded.manifest.files.sha256 == hashlib.sha256(index.encode()).hexdigest()
    samples = load_index(loaded)
    groups = partition(samples, ["gender"], manifest=loaded.manifest)
    assert [group.id for group in groups.groups][-1] == "gender=male/non-binary"
    assert label_coverage(samples, "age").missing == 1


def test_the_python_of_the_guide_runs():
    (code,) = blocks("manifest.md", "python")
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, "manifest.md", "exec"), {})
    assert output.getvalue().startswith("False ('the purpose procurement-evaluation is outside the consent")
