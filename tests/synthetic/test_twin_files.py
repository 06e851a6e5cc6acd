import csv
import hashlib

import numpy as np
import pytest

from evalharness.errors import InputError
from evalharness.manifests import read_manifest
from evalharness.samples import load_index
from evalharness.synthetic.scores import TwinGroup, TwinSpec
from evalharness.synthetic.twin_files import write_twin

SPEC = TwinSpec(groups=(TwinGroup(name="x", subjects=3), TwinGroup(name="y", subjects=2, captures=3)))


def test_files_are_read_back_as_they_were_drawn(tmp_path):
    draw = write_twin(tmp_path / "twin", spec=SPEC, seed=4)
    samples = load_index(read_manifest(tmp_path / "twin/manifest.yaml"))

    assert np.array_equal(samples.subject_of, draw.sample_subject)
    assert [row.labels["group"] for row in samples.rows] == ["x"] * 6 + ["y"] * 6
    with (tmp_path / "twin/scores.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = [row.sample for row in samples.rows]
    assert [float(row["score"]) for row in rows] == draw.scores.tolist()
    assert [names.index(row["probe"]) for row in rows] == draw.probe.tolist()
    assert [names.index(row["reference"]) for row in rows] == draw.reference.tolist()


def test_every_sample_has_its_file(tmp_path):
    write_twin(tmp_path, spec=SPEC, seed=4)

    for row in load_index(read_manifest(tmp_path / "manifest.yaml")).rows:
        assert hashlib.sha256((tmp_path / row.path).read_bytes()).hexdigest() == row.sha256


def test_manifest_says_what_the_twin_is_not(tmp_path):
    write_twin(tmp_path, spec=SPEC, seed=4)
    manifest = read_manifest(tmp_path / "manifest.yaml").manifest

    assert manifest.id == "evalharness-score-twin"
    assert "says nothing about how a system treats people" in manifest.statements[0]
    assert "no person stands behind them" in manifest.statements[1]
    assert manifest.synthetic


def test_a_seed_gives_the_same_bytes_and_a_full_folder_is_refused(tmp_path):
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        write_twin(tmp_path / name, spec=SPEC, seed=seed)
    files = {name: (tmp_path / name / "scores.csv").read_bytes() for name in "abc"}

    assert files["a"] == files["b"] != files["c"]
    with pytest.raises(InputError, match="expected an empty folder"):
        write_twin(tmp_path / "a", spec=SPEC, seed=4)
