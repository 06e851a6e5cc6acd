"""Where files lie, whether they are the pinned ones, and reading one."""

import dataclasses
import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from evalharness.errors import DatasetError
from evalharness.manifests import catalogue_entry
from evalharness.records import DatasetFault, FaultReason, Image, Sample, Samples
from evalharness.samples import files, find_root, read_image, root_variable, verify_files


def sample(name: str, path: str, digest: str) -> Sample:
    return Sample(name, path, "p", digest, {})


def test_the_root_is_found_in_the_stated_order(dataset, tmp_path):
    loaded = dataset.index([])
    places = {name: tmp_path / name for name in ("option", "plan", "environment")}
    for folder in places.values():
        folder.mkdir()
    environ = {"EVALHARNESS_DATA_DRAWN_SET": str(places["environment"])}
    assert root_variable("drawn-set") == "EVALHARNESS_DATA_DRAWN_SET"
    everything = find_root(loaded, data_root=places["option"], plan_root=places["plan"], environ=environ)
    assert everything == places["option"]
    assert find_root(loaded, plan_root=places["plan"], environ=environ) == places["plan"]
    assert find_root(loaded, environ=environ) == places["environment"]
    assert find_root(loaded, environ={}) == dataset.folder


def test_the_environment_of_the_process_is_the_default(dataset, monkeypatch, tmp_path):
    monkeypatch.setenv("EVALHARNESS_DATA_DRAWN_SET", str(tmp_path))
    assert find_root(dataset.index([])) == tmp_path


def test_a_root_that_is_named_has_to_be_there(dataset, tmp_path):
    gone = tmp_path / "gone"
    with pytest.raises(DatasetError, match="gone: no such folder; --data-root names it"):
        find_root(dataset.index([]), data_root=gone, environ={})
    with pytest.raises(DatasetError, match="gone: no such folder; the environment variable EVALHARNESS_DATA_DRAWN_SET"):
        find_root(dataset.index([]), environ={"EVALHARNESS_DATA_DRAWN_SET": str(gone)})


def test_a_dataset_of_the_catalogue_has_no_default_root():
    with pytest.raises(DatasetError) as caught:
        find_root(catalogue_entry("face-research-lab-london-set"), environ={})
    assert str(caught.value).startswith(
        "face-research-lab-london-set: where its files lie is not known. Give --data-root, dataset.root in the plan, "
        "or the environment variable EVALHARNESS_DATA_FACE_RESEARCH_LAB_LONDON_SET. To obtain them: Download version 5"
    )


def test_right_files_pass(dataset, draw):
    rows = [sample(f"s{i}", f"a/{i}.png", dataset.image(f"a/{i}.png", draw(i))) for i in range(150)]
    verify_files(Samples.of(rows), dataset.folder)


def test_every_wrong_file_is_listed_in_index_order(dataset, draw, tmp_path):
    root = tmp_path / "root"
    digest = dataset.image("root/right.png", draw())
    dataset.image("outside.png", draw())
    (root / "inner.png").symlink_to(root / "right.png")
    (root / "out.png").symlink_to(tmp_path / "outside.png")
    (root / "up").symlink_to(tmp_path)
    (root / "loop.png").symlink_to(root / "loop.png")
    (root / "folder.png").mkdir()
    names = ["missing.png", "right.png", "out.png", "up/outside.png", "loop.png", "inner.png", "folder.png"]
    rows = [sample(f"s{i}", path, digest) for i, path in enumerate(names)] + [sample("d", "right.png", "f" * 64)]
    with pytest.raises(DatasetError) as caught:
        verify_files(Samples.of(rows), root)
    assert str(caught.value).startswith(f"{root}: 6 of 8 files are not what the index pins\n")
    found = list(caught.value.faults)
    assert found[0] == f"missing.png: no such file in {root}"
    assert found[1] == f"out.png: leaves the data root {root}; put the file itself there, not a link"
    assert found[2] == f"up/outside.png: leaves the data root {root}; put the file itself there, not a link"
    assert found[3].startswith("loop.png: cannot be read: ")
    assert found[4] == "folder.png: is not a file"
    text = f"right.png: its SHA-256 begins {digest[:12]}, the index pins ffffffffffff; restore the file of sample 'd'"
    assert found[5] == text


def test_an_image_is_read_and_is_read_only(dataset, draw):
    content = draw(3)
    row = sample("s", "a.png", dataset.image("a.png", content))
    image = read_image(dataset.folder, row)
    assert isinstance(image, Image)
    assert image.sample == "s"
    assert image.pixels.tolist() == np.asarray(PillowImage.open(io.BytesIO(content))).tolist()
    assert not image.pixels.flags.writeable


def test_a_file_that_changed_after_it_was_verified_stops_the_run(dataset, draw):
    row = sample("s", "a.png", dataset.image("a.png", draw(3)))
    verify_files(Samples.of([row]), dataset.folder)
    dataset.image("a.png", draw(4))
    with pytest.raises(DatasetError, match=r"a\.png: its SHA-256 begins"):
        read_image(dataset.folder, row)
    (dataset.folder / "a.png").unlink()
    with pytest.raises(DatasetError, match=r"a\.png: no such file"):
        read_image(dataset.folder, row)


def test_a_path_that_leaves_the_root_is_not_read(dataset, tmp_path):
    (tmp_path / "root").mkdir()
    secret = dataset.image("secret.png", b"secret")
    with pytest.raises(DatasetError, match="leaves the data root"):
        read_image(tmp_path / "root", sample("s", "../secret.png", secret))


def test_right_digest_and_no_image_is_a_fault_of_the_dataset(dataset, draw, monkeypatch):
    text = sample("t", "t.jpg", dataset.image("t.jpg", b"this is no image"))
    assert read_image(dataset.folder, text) == DatasetFault(
        FaultReason.UNDECODABLE, "not an image in one of the formats JPEG, PNG, WEBP, BMP, TIFF, GIF"
    )
    wide = sample("w", "w.png", dataset.image("w.png", draw(0, (10, 10))))
    fault = DatasetFault(FaultReason.TOO_LARGE, "10 x 10 px; the limit is 99 px")
    assert read_image(dataset.folder, wide, pixel_limit=99) == fault
    assert isinstance(read_image(dataset.folder, wide, pixel_limit=100), Image)
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    assert read_image(dataset.folder, wide) == DatasetFault(FaultReason.TOO_LARGE, "more than 10 bytes")


def test_a_relative_root_works(dataset, draw, monkeypatch):
    row = sample("s", "a.png", hashlib.sha256(draw()).hexdigest())
    dataset.image("sub/a.png", draw())
    monkeypatch.chdir(dataset.folder)
    verify_files(Samples.of([row]), Path("sub"))
    assert isinstance(read_image(Path("sub"), row), Image)
    with pytest.raises(DatasetError, match="are not what the index pins"):
        verify_files(Samples.of([dataclasses.replace(row, path="b.png")]), Path("sub"))
