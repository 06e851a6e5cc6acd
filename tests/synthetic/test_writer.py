"""Layout, bytes, labels; another number of workers or subjects; killed and resumed; other people's folders."""

import hashlib
from pathlib import Path

import pytest

from evalharness.errors import InputError
from evalharness.manifests import read_manifest
from evalharness.samples import load_index
from evalharness.synthetic.writer import write_benchmark


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    out = tmp_path_factory.mktemp("small") / "benchmark"
    write_benchmark(out, subjects=11, captures=2, seed=7, workers=1)
    return out


def test_index_and_layout(small):
    samples = load_index(read_manifest(small / "manifest.yaml"))

    assert (len(samples), len(samples.subjects)) == (22, 11)
    assert (small / "files.csv").read_text().splitlines()[0] == "sample,path,subject,sha256,tone,form"
    assert [row.labels["tone"] for row in samples.rows[::2]] == [*"123456789", "10", "1"]
    assert [row.labels["form"] for row in samples.rows[::2]] == ["a"] * 10 + ["b"]
    for row in samples.rows:
        assert hashlib.sha256((small / row.path).read_bytes()).hexdigest() == row.sha256


def test_manifest_says_what_the_benchmark_cannot_say(small):
    manifest = read_manifest(small / "manifest.yaml").manifest

    assert "tests the harness and says nothing about how a system treats people" in manifest.statements[0]
    assert manifest.synthetic
    assert manifest.consent.basis == "not-applicable-synthetic"
    assert len(manifest.consent.purposes) == len(manifest.consent.tasks) == 4
    assert "--subjects 11 --captures 2 --seed 7" in manifest.source.how


def test_workers_do_not_change_a_byte(small, tmp_path):
    write_benchmark(tmp_path / "two", subjects=11, captures=2, seed=7, workers=2)

    assert content(tmp_path / "two") == content(small)


def test_a_subject_is_the_same_whatever_the_number_of_subjects_and_captures(small, tmp_path):
    write_benchmark(tmp_path / "few", subjects=2, captures=1, seed=7, workers=1)
    few, many = (content(folder) for folder in (tmp_path / "few", small))
    images = {name: data for name, data in few.items() if name.endswith(".jpg")}

    assert len(images) == 2
    assert all(many[name] == data for name, data in images.items())


def test_another_seed_gives_other_images(small, tmp_path):
    write_benchmark(tmp_path / "other", subjects=1, captures=1, seed=8, workers=1)
    name = "images/s000000/s000000-000.jpg"

    assert (tmp_path / "other" / name).read_bytes() != (small / name).read_bytes()


class Killed(Exception):
    pass


def test_a_run_that_was_stopped_is_continued_to_the_same_bytes(small, tmp_path):
    out, seen = tmp_path / "out", []

    def stop(done, total):
        seen.append((done, total))
        if done == 6:
            raise Killed

    with pytest.raises(Killed):
        write_benchmark(out, subjects=11, captures=2, seed=7, workers=1, progress=stop)
    assert not (out / "manifest.yaml").exists()
    kept = out / "images/s000000/s000000-000.jpg"
    before = kept.stat().st_mtime_ns
    write_benchmark(out, subjects=11, captures=2, seed=7, workers=1)

    assert seen == [(2, 22), (4, 22), (6, 22)]
    assert kept.stat().st_mtime_ns == before
    assert content(out) == content(small)


def test_a_second_run_mends_what_was_changed_or_lost(small, tmp_path):
    out = tmp_path / "out"
    write_benchmark(out, subjects=2, captures=2, seed=7, workers=1)
    good = content(out)
    (out / "images/s000000/s000000-001.jpg").write_bytes(b"broken")
    (out / "images/s000001/s000001-000.jpg").unlink()
    write_benchmark(out, subjects=2, captures=2, seed=7, workers=1)

    assert content(out) == good


def test_half_files_of_a_killed_run_are_swept_away(tmp_path):
    out = tmp_path / "out"
    (out / "images/s000000").mkdir(parents=True)
    (out / "images/s000000/.s000000-000.jpg.abc.tmp").write_bytes(b"half")
    (out / "images").rename(tmp_path / "aside")
    (out / ".recipe.txt.xyz.tmp").write_bytes(b"half")
    write_benchmark(out, subjects=1, captures=1, seed=7, workers=1)
    (tmp_path / "aside/s000000/.s000000-000.jpg.abc.tmp").rename(out / "images/s000000/.s000000-000.jpg.abc.tmp")
    (out / "images/s000000/.mine.tmp").write_bytes(b"another's")
    write_benchmark(out, subjects=1, captures=1, seed=7, workers=1)

    assert sorted(content(out)) == [
        "files.csv",
        "images/s000000/.mine.tmp",
        "images/s000000/s000000-000.jpg",
        "manifest.yaml",
        "recipe.txt",
    ]


def test_folders_of_others_are_refused_and_left_alone(small, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty and holds no benchmark"):
        write_benchmark(tmp_path, subjects=1, captures=1, seed=1, workers=1)
    with pytest.raises(InputError, match="found a file"):
        write_benchmark(tmp_path / "notes.txt", subjects=1, captures=1, seed=1, workers=1)
    before = content(small)
    with pytest.raises(InputError, match=r"holds another benchmark .*--seed 7.*expected .*--seed 1'"):
        write_benchmark(small, subjects=11, captures=2, seed=1, workers=1)
    assert content(small) == before
    assert content(tmp_path) == {"notes.txt": b"mine"}


def test_every_number_out_of_range_is_named(tmp_path):
    with pytest.raises(InputError) as caught:
        write_benchmark(tmp_path / "out", subjects=0, captures=1001, seed=-1, workers=0)

    assert [fault.split(":")[0] for fault in caught.value.faults] == ["subjects", "captures", "seed", "workers"]
    assert not (tmp_path / "out").exists()
