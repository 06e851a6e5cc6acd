"""Manifests from files, and the catalogue that ships."""

import csv
import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalharness.errors import ManifestError
from evalharness.manifests import catalogue, catalogue_entry, catalogue_folder, load_manifest, loading, read_manifest
from evalharness.plan import DatasetRef


def test_the_catalogue_is_complete_and_right():
    entries = catalogue()
    assert [entry.manifest.id for entry in entries] == ["evalharness-synthetic", "face-research-lab-london-set"]
    for entry in entries:
        assert entry.folder.name == entry.manifest.id
        assert entry.shipped
        assert (entry.folder / "README.md").is_file()
        assert entry.sha256 == hashlib.sha256(entry.path.read_bytes()).hexdigest()
        assert {path.suffix for path in entry.folder.iterdir()} <= {".yaml", ".md", ".csv"}


def test_the_london_index_is_the_pinned_one_and_its_groups_have_the_published_sizes():
    entry = catalogue_entry("face-research-lab-london-set")
    content = (entry.folder / "files.csv").read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry.manifest.files.sha256
    rows = list(csv.DictReader(content.decode().splitlines()))
    assert len(rows) == 204
    people = {row["subject"]: (row["gender"], row["ethnicity"], row["age"]) for row in rows}
    assert len(people) == 102
    assert Counter(label for person in people.values() for label in person[:2]) == {
        "female": 49,
        "male": 53,
        "white": 69,
        "black": 13,
        "west_asian": 10,
        "east_asian": 9,
        "east_asian/white": 1,
    }
    assert [subject for subject, person in people.items() if person[2] == ""] == ["031", "135"]
    assert all(re.fullmatch(r"(neutral_front/\d{3}_03|smiling_front/\d{3}_08)\.jpg", row["path"]) for row in rows)


def test_the_synthetic_benchmark_has_to_be_rendered_first():
    with pytest.raises(ManifestError, match=r"evalharness synth --out DIR .*dataset: \{manifest: DIR/manifest.yaml\}"):
        load_manifest(DatasetRef(id="evalharness-synthetic"))
    statement = "This dataset tests the harness and says nothing about how a system treats people."
    manifest = catalogue_entry("evalharness-synthetic").manifest
    assert statement in manifest.statements
    assert manifest.label("tone").values == tuple(str(tone) for tone in range(1, 11))
    assert manifest.label("form").values == ("a", "b")


def test_an_unknown_id_names_the_nearest_and_all_known_ones():
    with pytest.raises(ManifestError) as caught:
        load_manifest(DatasetRef(id="face-research-lab-london"))
    assert str(caught.value) == (
        "unknown dataset 'face-research-lab-london'; did you mean 'face-research-lab-london-set'? "
        "Known datasets: evalharness-synthetic, face-research-lab-london-set. "
        "For a dataset of your own write `dataset: {manifest: PATH}`."
    )
    with pytest.raises(ManifestError, match="unknown dataset"):
        catalogue_entry("../datasets_manifest/face-research-lab-london-set")


def test_a_manifest_of_ones_own(tmp_path, manifest_text):
    path = tmp_path / "manifest.yaml"
    path.write_text(manifest_text)
    loaded = load_manifest(DatasetRef(manifest=path))
    assert loaded.manifest.id == "volunteers"
    assert (loaded.folder, loaded.shipped) == (tmp_path, False)
    assert loaded.sha256 == hashlib.sha256(manifest_text.encode()).hexdigest()
    with pytest.raises(ManifestError, match=r"other\.yaml: no such file; expected the dataset manifest"):
        load_manifest(DatasetRef(manifest=tmp_path / "other.yaml"))


def test_the_catalogue_is_found_inside_an_installed_package_first(tmp_path, monkeypatch):
    package = tmp_path / "evalharness"
    monkeypatch.setattr(loading.resources, "files", lambda _: package)
    with pytest.raises(ManifestError, match="the dataset catalogue is missing; install evalharness again"):
        catalogue_folder()
    (tmp_path / "datasets_manifest").mkdir()
    assert catalogue_folder() == tmp_path / "datasets_manifest"
    (package / "_datasets_manifest").mkdir(parents=True)
    assert catalogue_folder() == package / "_datasets_manifest"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_only_manifest_errors_come_out_of_damaged_manifests(tmp_path, manifest_text, data):
    content = bytearray(manifest_text, "utf-8")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        end = data.draw(st.integers(at, min(len(content), at + 12)))
        content[at:end] = data.draw(st.binary(max_size=3) | st.sampled_from([b": ", b"[", b"{", b"\n", b"null", b"- "]))
    path: Path = tmp_path / "manifest.yaml"
    path.write_bytes(bytes(content))
    faults: tuple[str, ...] = ()
    try:
        read_manifest(path)
    except ManifestError as error:
        faults = error.faults
    assert all(fault.startswith(f"{path}:") for fault in faults)
