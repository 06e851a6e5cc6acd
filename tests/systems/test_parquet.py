from contextlib import suppress

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evalharness.errors import SystemInputError
from evalharness.plan import ScoresSystem
from evalharness.records import ScoreKind
from evalharness.systems import parquet_pages, read_scores, read_templates
from evalharness.systems.parquet import parquet_scores
from evalharness.systems.tables import Faults
from tests.systems.bombs import deny, long_list, long_names, many_rows, refuse
from tests.systems.fakes import samples_named
from tests.systems.vector_files import FUZZ, VECTORS, faults_of, survives, system, write

MOST_MIB = 100
ZEROS = 10_000_000


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bombs")
    zeros = long_list(folder / "zeros.parquet", ZEROS)
    delta = {"use_dictionary": False, "column_encoding": {"probe": "DELTA_BYTE_ARRAY"}}
    return refuse(
        [
            zeros,
            deny(zeros, ZEROS + 2, 3),
            long_names(folder / "scores-plain.parquet", 20, 10_000_000, use_dictionary=False),
            long_names(folder / "scores-dictionary.parquet", 20, 10_000_000),
            long_names(folder / "scores-delta.parquet", 2000, 100_000, **delta),
            many_rows(folder / "scores-rows.parquet", 3_000_000),
        ]
    )


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("zeros", "column 'vector' holds 10000002 values in a file of 6"),
        ("denied-zeros", "column 'vector': the footer claims 3 values, and the pages hold more"),
        ("scores-plain", "bytes for 20 values; expected names of at most 200 characters"),
        ("scores-dictionary", "bytes for 1 values; expected names of at most 200 characters"),
        ("scores-delta", "column 'probe' is encoded as DELTA_BYTE_ARRAY; write it plain or with a dictionary"),
        ("scores-rows", "3000000 rows; at most 100000 are read for this dataset"),
    ],
)
def test_a_file_that_stands_for_gigabytes_is_refused_in_little_memory(refused, name, fault):
    faults, peak = refused[f"{name}.parquet"]
    assert [fault in found for found in faults] == [True]
    assert peak < MOST_MIB


def scores(path, samples):
    return read_scores(ScoresSystem(kind="scores", file=path, score=ScoreKind.SIMILARITY), samples).listed


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("how", [{"compression": "none", "use_dictionary": False}, {"compression": "zstd"}])
def test_files_of_any_layout_are_read(tmp_path, version, how):
    samples = samples_named(*(f"s{i}" for i in range(300)))
    first, second = np.triu_indices(300, 1)
    values = np.random.default_rng(1).normal(size=len(first))
    table = pa.table({"probe": [f"s{i}" for i in first], "reference": [f"s{i}" for i in second], "score": values})
    pq.write_table(table, tmp_path / "scores.parquet", data_page_version=version, row_group_size=7000, **how)
    listed = scores(tmp_path / "scores.parquet", samples)
    assert listed.pairs.probe.tolist() == first.tolist()
    assert listed.pairs.reference.tolist() == second.tolist()
    assert listed.scores.tolist() == values.tolist()

    vectors = np.random.default_rng(2).normal(size=(300, 700)).astype(np.float32)
    spec = write(tmp_path, ids="sample\n" + "".join(f"s{i}\n" for i in range(300)))
    table = pa.table({"vector": list(vectors)})
    pq.write_table(table, tmp_path / "emb.parquet", data_page_version=version, row_group_size=70, **how)
    spec = system(tmp_path, "emb.parquet")
    assert read_templates(spec, samples).templates.tobytes() == vectors.tobytes()


def test_one_wide_vector_is_read(tmp_path):
    wide = np.arange(65_536, dtype=np.float32) + 1
    write(tmp_path)
    pq.write_table(pa.table({"vector": [wide, -wide, wide * 2]}), tmp_path / "emb.parquet")
    result = read_templates(system(tmp_path, "emb.parquet"), samples_named("a", "b", "c"))
    assert result.templates.tolist() == [wide.tolist(), (-wide).tolist(), (2 * wide).tolist()]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("x" * 201, "row 2: probe: a name of 201 bytes; expected at most 200 characters"),
        ("é" * 201, "row 2: probe: a name of 402 bytes; expected at most 200 characters"),
        (b"\xff", "row 2: probe: a name that is not UTF-8"),
        ("", "row 2: probe '' is not in the dataset index"),
    ],
)
def test_a_name_that_is_none_is_refused_with_its_row(tmp_path, name, fault):
    content = name if isinstance(name, bytes) else name.encode()
    names = pa.array([b"a", content], pa.binary()).view(pa.string())
    path = tmp_path / "scores.parquet"
    pq.write_table(pa.table({"probe": names, "reference": ["b", "b"], "score": [1.0, 2.0]}), path)
    spec = ScoresSystem(kind="scores", file=path, score=ScoreKind.SIMILARITY)
    with pytest.raises(SystemInputError, match="1 fault") as caught:
        read_scores(spec, samples_named("a", "b"))
    assert caught.value.faults == (f"{path}: {fault}",)


def test_the_longest_name_is_read(tmp_path):
    name = "\U0001f600" * 200
    path = tmp_path / "scores.parquet"
    pq.write_table(pa.table({"probe": [name], "reference": ["b"], "score": [1.0]}), path)
    assert list(parquet_scores(path, Faults(path), most_rows=1)) == [(1, (name, "b", 1.0))]


def test_a_column_that_appears_twice_is_refused(tmp_path):
    write(tmp_path)
    pq.write_table(pa.table([pa.array([[1.0]])] * 2, names=["vector"] * 2), tmp_path / "emb.parquet")
    assert faults_of(system(tmp_path, "emb.parquet")) == [
        "emb.parquet: 2 columns 'vector'; the columns are 'vector', 'vector'"
    ]


def test_a_footer_of_many_megabytes_is_refused_unread(tmp_path):
    write(tmp_path)
    (tmp_path / "emb.parquet").write_bytes(b"PAR1" + bytes(100) + (1 << 24).to_bytes(4, "little") + b"PAR1")
    (fault,) = faults_of(system(tmp_path, "emb.parquet"))
    assert "a footer of 16777216 bytes; at most 8388608 are read" in fault


def written(folder):
    write(folder)
    pq.write_table(pa.table({"vector": VECTORS.tolist()}), folder / "emb.parquet", store_schema=False)
    return (folder / "emb.parquet").read_bytes()


@FUZZ
@given(place=st.integers(0, 10_000), value=st.integers(0, 255))
def test_any_changed_byte_of_a_parquet_file_is_read_or_refused(tmp_path, place, value):
    content = bytearray(written(tmp_path))
    content[place % len(content)] = value
    (tmp_path / "emb.parquet").write_bytes(content)
    survives(system(tmp_path, "emb.parquet"))


@FUZZ
@given(place=st.integers(0, 10_000), value=st.integers(0, 255))
@example(place=128, value=4)  # an index outside the dictionary
def test_any_changed_byte_of_a_score_file_is_read_or_refused(tmp_path, place, value):
    path = tmp_path / "scores.parquet"
    table = pa.table({"probe": ["a", "a"], "reference": ["b", "c"], "score": [1.0, 2.0]})
    pq.write_table(table, path, store_schema=False)
    content = bytearray(path.read_bytes())
    content[place % len(content)] = value
    path.write_bytes(content)
    with suppress(SystemInputError):
        assert len(scores(path, samples_named("a", "b", "c")).scores) == 2


@FUZZ
@given(content=st.binary(max_size=60))
def test_any_bytes_are_a_page_header_or_refused(content):
    try:
        page, length = parquet_pages._parse(content)
    except ValueError:
        return
    assert min(page.values, page.size, page.stored) >= 0
    assert length > 0


def test_fewer_rows_than_the_footer_claims_are_refused(tmp_path, monkeypatch):
    written(tmp_path)
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", lambda *_, **__: iter(()))
    monkeypatch.setattr("evalharness.systems.parquet._width", lambda *_: 2)
    assert faults_of(system(tmp_path, "emb.parquet")) == [
        "emb.parquet: damaged: the footer claims 3 rows, and the columns hold another number"
    ]
