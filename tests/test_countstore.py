"""Counts on disk come back as they were, and nothing that was altered is believed."""

import dataclasses
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.counts import Acquisition, Counts, Histograms, ListedPairs, MatedComparisons, StreamedPoint, Tail
from evalharness.countstore import StoredCounts, counts_folder, load_counts, save_counts
from evalharness.countstore.header import seal
from evalharness.errors import RunFolderError
from evalharness.records import Group, Partition, ScoreKind
from tests.support.datasets import make_partition

INDEX, PLAN = "a" * 64, "b" * 64


def _streamed_point(code_of: np.ndarray) -> StreamedPoint:
    sums, mixed = np.eye(2, dtype=int), np.array([[0, 1, 1, 1, 5, 6]])
    return StreamedPoint(-1.25, code_of, 2, np.ones((6, 2), int), sums, sums, mixed)


def all_pairs(*, streamed: bool = True) -> StoredCounts:
    """Six samples of three subjects, one of them not enrolled."""
    subject_of = np.array([0, 0, 1, 1, 2, 2])
    code_of = np.array([0, 0, 1, 1, 1, 0])
    counts = Counts(
        score_kind=ScoreKind.DISTANCE,
        subjects=3,
        subject_of=subject_of,
        acquisition=Acquisition(np.ones(6, dtype=bool), np.array([True] * 5 + [False])),
        mated=MatedComparisons(
            np.array([0, 2, 4]), np.array([1, 3, 5]), np.array([-0.1, -0.9, 0.0]), np.array([True, True, False])
        ),
        tail=Tail(np.array([0, 1], dtype=np.int32), np.array([2, 4], dtype=np.int32), np.array([-0.2, -0.5]), -0.5),
        listed=None,
        excluded=4,
        histograms=Histograms(code_of, 2, -1.5, 0.0, np.arange(12).reshape(2, 2, 3)) if streamed else None,
        streamed=(_streamed_point(code_of),) if streamed else (),
    )
    return StoredCounts(counts, (make_partition("team", ["red", "red", None, None, "blue", "red"]),), INDEX, PLAN)


def assert_same(one: object, other: object) -> None:
    """Field by field, dtypes and infinities included."""
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
        assert not other.flags.writeable
    elif dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    else:
        assert one == other


@st.composite
def stored_counts(draw: st.DrawFn) -> StoredCounts:
    n = draw(st.integers(2, 8))
    subject_of = np.array(draw(st.lists(st.integers(0, n - 1), min_size=n, max_size=n)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    first, second = np.triu_indices(n, 1)
    mated = subject_of[first] == subject_of[second]
    scores = rng.normal(size=len(first))
    done = rng.random(len(first)) < 0.8
    other = ~mated & done
    listed = draw(st.booleans())
    cut = draw(st.sampled_from([-math.inf, 0.0, math.inf])) if not listed else -math.inf
    kept = other & (scores >= cut)
    counts = Counts(
        score_kind=draw(st.sampled_from(list(ScoreKind))),
        subjects=n,
        subject_of=subject_of,
        acquisition=None if listed else Acquisition(np.ones(n, dtype=bool), rng.random(n) < 0.5),
        mated=MatedComparisons(first[mated], second[mated], scores[mated], done[mated]),
        tail=Tail(first[kept].astype(np.int32), second[kept].astype(np.int32), scores[kept], cut),
        listed=ListedPairs(first[~mated], second[~mated], done[~mated]) if listed else None,
        directed=listed and draw(st.booleans()),
        complete=not listed,
        excluded=draw(st.integers(0, 10**12)),
    )
    values = draw(st.lists(st.sampled_from(["a", "b;c", "=", "\u202e", None]), min_size=n, max_size=n))
    return StoredCounts(counts, (make_partition("label", values),), INDEX, PLAN)


@settings(max_examples=20)
@given(stored=stored_counts())
def test_what_is_saved_is_loaded(stored: StoredCounts, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = counts_folder(tmp_path_factory.mktemp("run"))
    save_counts(folder, stored)
    assert_same(stored, load_counts(folder))


def test_histograms_and_streamed_points_are_kept(tmp_path: Path) -> None:
    save_counts(tmp_path, all_pairs())
    found = load_counts(tmp_path)
    assert_same(all_pairs(), found)
    assert found.counts.streamed[0].threshold == -1.25
    assert found.counts.histograms is not None
    assert found.counts.histograms.counts[1, 1].tolist() == [9, 10, 11]
    assert found.partitions[0].groups == (
        Group((("team", "blue"),)),
        Group((("team", "red"),)),
        Group((("team", None),)),
    )


def test_who_set_the_thresholds_is_kept(tmp_path: Path) -> None:
    stored = dataclasses.replace(all_pairs(), calibration=np.array([True, False, True]))
    save_counts(tmp_path, stored)
    assert_same(stored, load_counts(tmp_path))
    save_counts(tmp_path, dataclasses.replace(all_pairs(), calibration=np.array([True, False])))
    with pytest.raises(RunFolderError, match="calibration: 2 values for 3 subjects"):
        load_counts(tmp_path)


def test_the_same_counts_give_the_same_bytes_and_nothing_old_remains(tmp_path: Path) -> None:
    save_counts(tmp_path, all_pairs())
    (tmp_path / ".tail.scores.npy.12ab.tmp").write_bytes(b"half")
    save_counts(tmp_path, all_pairs(streamed=False))
    names = {path.name for path in tmp_path.iterdir()}
    assert not any(name.startswith(("streamed", "histograms", ".")) for name in names)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    save_counts(tmp_path, all_pairs(streamed=False))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_without_counts_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"no such file.*discarded.*--resume"):
        load_counts(tmp_path / "none")


@pytest.mark.parametrize("name", ["tail.scores", "subject_of", "partition.0", "streamed.0.errors"])
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-1], "bytes; the header of the counts says|digest"),
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), "digest"),
        (lambda content: content + b"\0" * 20_000, "larger than"),
        (lambda _: b"", "0 bytes"),
    ],
    ids=["cut short", "one bit", "longer", "empty"],
)
def test_a_damaged_array_is_refused(tmp_path: Path, name: str, damage, message: str) -> None:
    save_counts(tmp_path, all_pairs())
    path = tmp_path / f"{name}.npy"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(RunFolderError, match=message) as raised:
        load_counts(tmp_path)
    assert str(path) in str(raised.value)


def test_a_missing_array_is_refused(tmp_path: Path) -> None:
    save_counts(tmp_path, all_pairs())
    (tmp_path / "mated.scores.npy").unlink()
    with pytest.raises(RunFolderError, match=r"mated\.scores\.npy: cannot be read: No such file"):
        load_counts(tmp_path)


@pytest.mark.parametrize("name", ["counts.json", "tail.scores.npy"])
def test_pipes_and_devices_are_refused_at_once(tmp_path: Path, name: str) -> None:
    save_counts(tmp_path, all_pairs())
    path = tmp_path / name
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(RunFolderError, match="a regular file was expected"):
        load_counts(tmp_path)
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(RunFolderError, match="a regular file was expected"):
        load_counts(tmp_path)


def resealed(folder: Path, **changes: object) -> None:
    """Alter the header as someone would who knows how it is sealed."""
    document = json.loads((folder / "counts.json").read_text())
    document.pop("seal")
    document.update(changes)
    (folder / "counts.json").write_text(json.dumps(document | {"seal": seal(document)}))


def reshaped(folder: Path, name: str, shape: list[int]) -> dict[str, object]:
    arrays = json.loads((folder / "counts.json").read_text())["arrays"]
    return arrays | {name: arrays[name] | {"shape": shape}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, "of version 2; this one reads up to 1. Install a newer"),
        ({"format": "other"}, "does not hold counts"),
        ({"subjects": 2}, r"subject_of: an index lies outside 0 to 1"),
        ({"subjects": 10**15}, r"1000000000000000 subjects of 6 samples"),
        ({"subjects": -1}, "subjects: Input should be greater"),
        ({"cut": "nan"}, "cut: Value error, expected a number"),
        ({"cut": "0.0"}, "a score lies below the cut"),
        ({"streamed": [{"threshold": "inf", "codes": 2}]}, "expected a finite number"),
        ({"streamed": [{"threshold": "0.1", "codes": 1}]}, "outside 0 to 0"),
        ({"complete": True, "directed": True}, "no probe and reference roles"),
        ({"acquisition": False}, "need the enrolled samples"),
        ({"listed": True}, "listed.probe: the header names no such array"),
        ({"partitions": [{"attributes": ["team"], "groups": [["red", "x"]]}]}, "value for each attribute"),
        ({"partitions": [{"attributes": ["team"], "groups": [["red"]]}]}, "partition.0: an index lies outside 0 to 0"),
        ({"more": 1}, "more: Extra inputs"),
    ],
)
def test_a_header_that_contradicts_the_arrays_is_refused(tmp_path: Path, changes: dict, message: str) -> None:
    save_counts(tmp_path, all_pairs())
    resealed(tmp_path, **changes)
    with pytest.raises(RunFolderError, match=message):
        load_counts(tmp_path)


def test_claimed_sizes_cost_no_memory(tmp_path: Path) -> None:
    save_counts(tmp_path, all_pairs())
    resealed(tmp_path, arrays=reshaped(tmp_path, "tail.scores", [2**40]))
    with pytest.raises(RunFolderError, match=r"claims \d+ bytes of numbers; at most"):
        load_counts(tmp_path)
    save_counts(tmp_path, all_pairs())
    resealed(tmp_path, arrays=reshaped(tmp_path, "tail.scores", [2**20]))
    with pytest.raises(RunFolderError, match=r"144 bytes; the header of the counts says 8388608 of numbers"):
        load_counts(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"format": "evalharness counts"}']
)
def test_a_header_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "counts.json").write_bytes(content)
    with pytest.raises(RunFolderError, match=r"cut short|does not hold counts|its seal does not fit"):
        load_counts(tmp_path)


def test_an_altered_header_is_refused(tmp_path: Path) -> None:
    save_counts(tmp_path, all_pairs())
    path = tmp_path / "counts.json"
    path.write_text(path.read_text().replace('"excluded": 4', '"excluded": 5'))
    with pytest.raises(RunFolderError, match="its seal does not fit"):
        load_counts(tmp_path)


def test_partitions_keep_groups_that_nobody_is_in(tmp_path: Path) -> None:
    partition = Partition(
        ("a", "b"), (Group((("a", "x"), ("b", "1"))), Group((("a", "y"), ("b", None)))), np.zeros(6, int)
    )
    save_counts(tmp_path, dataclasses.replace(all_pairs(), partitions=(partition,)))
    assert_same(partition, load_counts(tmp_path).partitions[0])
