import json
import shutil

import pytest

from evalharness.errors import RunError
from evalharness.records import TwoFaces
from evalharness.systems import purge_templates
from evalharness.systems.store import TemplateStore
from tests.systems.fakes import (
    PIXEL_LIMIT,
    SPEC,
    FakeSystem,
    assert_same,
    content,
    fake_enrol,
    readings,
    samples_named,
)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content[:-40] + bytes([content[-40] ^ 1]) + content[-39:],
    ],
    ids=["truncated", "empty", "one bit flipped"],
)
def test_a_damaged_entry_is_computed_again(tmp_path, damage):
    samples = samples_named("a", "b")
    first = fake_enrol(samples, tmp_path)
    stored = content(tmp_path / "templates")
    (entry,) = (tmp_path / "templates").glob(f"*/*/{samples.rows[1].sha256}.entry")
    entry.write_bytes(damage(entry.read_bytes()))
    assert_same(fake_enrol(samples, tmp_path), first)
    assert readings(tmp_path) == ["a", "b", "b"]
    assert content(tmp_path / "templates") == stored


def test_an_entry_under_another_name_is_not_believed(tmp_path):
    samples = samples_named("a", "b")
    first = fake_enrol(samples, tmp_path)
    a, b = (next((tmp_path / "templates").glob(f"*/*/{row.sha256}.entry")) for row in samples.rows)
    b.write_bytes(a.read_bytes())
    assert_same(fake_enrol(samples, tmp_path), first)


def test_half_written_files_are_removed(tmp_path):
    samples = samples_named("a")
    fake_enrol(samples, tmp_path)
    (entry,) = (tmp_path / "templates").glob("*/*/*.entry")
    leftover = entry.with_name(f".{entry.name}.abc123.tmp")
    leftover.write_bytes(b"half")
    fake_enrol(samples, tmp_path)
    assert not leftover.exists()
    assert entry.exists()


def test_purging_a_sample_removes_it_for_every_system_and_leaves_the_rest(tmp_path):
    samples = samples_named("a", "b")
    for policy in (TwoFaces.LARGEST, TwoFaces.FAILURE):
        fake_enrol(samples, tmp_path, two_faces=policy)
    folder, digest = tmp_path / "templates", samples.rows[0].sha256
    (entry, _) = folder.glob(f"*/*/{digest}.entry")
    entry.with_name(f".{entry.name}.abc123.tmp").write_bytes(b"half")
    assert purge_templates(folder, digest) == 5  # an entry and a duration of each system, and the half-written one
    assert not [path for path in folder.rglob("*") if digest in path.name]
    assert len(list(folder.glob("*/*/*.entry"))) == 2


def test_the_store_says_whose_templates_it_holds(tmp_path):
    fake_enrol(samples_named("a"), tmp_path)
    (path,) = (tmp_path / "templates").glob("*/identity.json")
    document = json.loads(path.read_text())
    assert document["settings"] == {"two_faces": "largest"}
    assert document["pixel_limit"] == PIXEL_LIMIT
    other = TemplateStore(tmp_path, FakeSystem(SPEC, TwoFaces.LARGEST).identity, pixel_limit=PIXEL_LIMIT + 1)
    assert other.folder.name != path.parent.name


def test_a_store_that_cannot_be_written_is_an_error_with_its_place(tmp_path):
    samples = samples_named("a")
    fake_enrol(samples, tmp_path)
    (entry,) = (tmp_path / "templates").glob("*/*/*.entry")
    shutil.rmtree(entry.parent)
    entry.parent.write_bytes(b"in the way")
    with pytest.raises(RunError, match=f"{entry.name}: cannot be written"):
        fake_enrol(samples, tmp_path)
