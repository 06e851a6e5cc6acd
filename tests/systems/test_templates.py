import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.errors import MissingDependencyError, SystemInputError
from evalharness.files import sha256_of
from evalharness.records import AcquisitionFailure, Comparator, FailureReason, ScoreKind, Weights
from evalharness.systems import dependencies, read_templates
from tests.systems.fakes import samples_named
from tests.systems.vector_files import FUZZ, SAMPLES, VECTORS, faults_of, survives, system, write


def test_vectors_are_put_in_index_order(tmp_path):
    result = read_templates(write(tmp_path, ids="sample,note\nc,x\na,y\nb,z\n"), SAMPLES)
    assert result.templates.tolist() == [[3, 4], [5, 6], [1, 2]]
    assert result.templates.dtype == np.float32
    assert not result.templates.flags.writeable
    assert result.enrolled.tolist() == [True, True, True]
    assert (dict(result.failures), dict(result.faults)) == ({}, {})


def test_declared_failures_are_recorded_with_their_reason(tmp_path):
    vectors = np.array([[0, 0], [np.nan, np.nan], [5, 6]])
    result = read_templates(write(tmp_path, vectors, "sample,failure\nb,no-face\na,camera broke\nc,\n"), SAMPLES)
    assert result.enrolled.tolist() == [False, False, True]
    assert result.templates.tolist() == [[5, 6]]
    assert dict(result.failures) == {
        0: AcquisitionFailure(FailureReason.DECLARED, "camera broke"),
        1: AcquisitionFailure(FailureReason.NO_FACE, "declared by the supplier of the templates"),
    }
    assert list(result.failures) == [0, 1]


def test_identity_holds_the_digests_and_no_path(tmp_path):
    spec = write(tmp_path)
    identity = read_templates(spec, SAMPLES).identity
    assert (identity.kind, identity.comparator, identity.score_kind) == (
        "templates",
        Comparator.COSINE,
        ScoreKind.SIMILARITY,
    )
    assert identity.weights == (
        Weights("emb.npy", sha256_of(spec.vectors)),
        Weights("ids.csv", sha256_of(spec.ids)),
    )
    euclidean = spec.model_copy(update={"comparator": Comparator.EUCLIDEAN})
    assert read_templates(euclidean, SAMPLES).identity.score_kind is ScoreKind.DISTANCE


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.float32()), pa.list_(pa.float64(), 2), pa.large_list(pa.float32()), pa.list_(pa.int16())]
)
def test_parquet_lists_are_read_and_a_null_vector_is_a_failures(tmp_path, kind):
    write(tmp_path, ids="sample,failure\na,\nb,no-face\nc,\n")
    table = pa.table({"vector": pa.array([[1, 2], None, [5, 6]], kind), "other": ["x", "y", "z"]})
    pq.write_table(table, tmp_path / "emb.parquet")
    result = read_templates(system(tmp_path, "emb.parquet"), SAMPLES)
    assert result.templates.tolist() == [[1, 2], [5, 6]]
    assert list(result.failures) == [1]


def test_vectors_of_unequal_length_are_all_named(tmp_path):
    write(tmp_path)
    pq.write_table(pa.table({"vector": [[1.0, 2.0], [3.0], [5.0, 6.0, 7.0]]}), tmp_path / "emb.parquet")
    assert faults_of(system(tmp_path, "emb.parquet")) == [
        "emb.parquet: row 2: a vector of 1 numbers; the first has 2",
        "emb.parquet: row 3: a vector of 3 numbers; the first has 2",
    ]


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (pa.table({"v": [[1.0]]}), "emb.parquet: no column 'vector'; the columns are 'v'"),
        (pa.table({"vector": [1.0]}), "emb.parquet: column 'vector' is of type double; expected a list of numbers"),
        (pa.table({"vector": [["x"]]}), "column 'vector' is of type list<element: string>; expected a list of numbers"),
        (pa.table({"vector": pa.array([None, None], pa.list_(pa.float32()))}), "vectors of 0 numbers"),
        (pa.table({"vector": [[1.0, 2.0]]}), "emb.parquet: 1 vectors; the ids file has 3 rows, one for each vector"),
    ],
)
def test_a_parquet_file_of_something_else_is_refused(tmp_path, table, fault):
    write(tmp_path)
    pq.write_table(table, tmp_path / "emb.parquet")
    (found,) = faults_of(system(tmp_path, "emb.parquet"))
    assert fault in found


def test_a_damaged_parquet_file_is_refused(tmp_path):
    write(tmp_path)
    pq.write_table(pa.table({"vector": VECTORS.tolist()}), tmp_path / "emb.parquet")
    content = (tmp_path / "emb.parquet").read_bytes()
    (tmp_path / "emb.parquet").write_bytes(content[:-20])
    (found,) = faults_of(system(tmp_path, "emb.parquet"))
    assert found.startswith("emb.parquet: not a Parquet file: ")


def test_parquet_without_pyarrow_names_the_extra(tmp_path, monkeypatch):
    write(tmp_path)
    find_spec = dependencies.util.find_spec
    monkeypatch.setattr(dependencies.util, "find_spec", lambda name: None if name == "pyarrow" else find_spec(name))
    with pytest.raises(MissingDependencyError, match=r"emb.parquet needs pyarrow.*evalharness\[parquet\]"):
        read_templates(system(tmp_path, "emb.parquet"), SAMPLES)


def test_every_fault_of_the_vectors_is_named(tmp_path):
    samples = samples_named(*"abcdefg")
    vectors = np.array([[1, 2], [0, 0], [np.nan, 1], [np.inf, 1], [1e39, 1], [7, 8], [1e-60, 0]])
    spec = write(tmp_path, vectors, "sample,failure\na,no-face\nb,\nc,\nd,\ne,\nf,\ng,\n")
    assert faults_of(spec, samples) == [
        "emb.npy: row 1: sample 'a': a failure is declared, and there is a vector; expected zeros or NaN",
        "emb.npy: row 2: sample 'b': a vector of zero norm, and no failure is declared",
        "emb.npy: row 3: sample 'c': NaN or infinity, and no failure is declared",
        "emb.npy: row 4: sample 'd': NaN or infinity, and no failure is declared",
        "emb.npy: row 5: sample 'e': a number too large for 32 bits",
        "emb.npy: row 7: sample 'g': a vector of zero norm, and no failure is declared",
    ]


def test_every_fault_of_the_ids_is_named(tmp_path):
    spec = write(tmp_path, ids="sample\na\nstranger\na\nb,extra\n\nc\n")
    assert faults_of(spec) == [
        "ids.csv:3: sample 'stranger' is not in the dataset index",
        "ids.csv:4: sample 'a' is on line 2 already",
        "ids.csv:5: 2 cells; the header has 1",
    ]


def test_a_sample_without_a_row_is_named(tmp_path):
    assert faults_of(write(tmp_path, VECTORS[:2], "sample\na\nc\n")) == [
        "ids.csv: sample 'b' of the dataset index has no row"
    ]


@pytest.mark.parametrize(
    ("ids", "fault"),
    [
        ("name\na\n", "ids.csv:1: no column 'sample'; the header has 'name'"),
        ("", "ids.csv:1: no column 'sample'; the header has nothing"),
        ("sample,sample\na,a\n", "ids.csv:1: column 'sample' appears 2 times"),
        ('sample\n"a\n', "ids.csv:3: not CSV: unexpected end of data"),
    ],
)
def test_a_file_without_the_right_header_is_refused(tmp_path, ids, fault):
    assert faults_of(write(tmp_path, ids=ids)) == [fault]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    spec = write(tmp_path)
    spec.ids.write_bytes(b"\xef\xbb\xbfsample\r\na\r\nb\r\nc\r\n")
    assert read_templates(spec, SAMPLES).enrolled.all()


def test_text_that_is_not_utf8_is_refused(tmp_path):
    spec = write(tmp_path)
    spec.ids.write_bytes(b"sample\na\n\xff\n")
    (fault,) = faults_of(spec)
    assert "not UTF-8" in fault


def test_absent_files_are_named(tmp_path):
    with pytest.raises(SystemInputError, match=r"ids.csv: cannot be read: No such file"):
        read_templates(system(tmp_path), SAMPLES)
    spec = write(tmp_path)
    spec.vectors.unlink()
    with pytest.raises(SystemInputError, match=r"emb.npy: cannot be read: No such file"):
        read_templates(spec, SAMPLES)


def test_a_file_of_another_type_is_refused(tmp_path):
    write(tmp_path)
    (tmp_path / "emb.pkl").write_bytes(b"x")
    (fault,) = faults_of(system(tmp_path, "emb.pkl"))
    assert fault == "emb.pkl: a file of type '.pkl'; expected .npy, .npz, .parquet, .pq"


def test_many_faults_are_counted_and_twenty_are_listed(tmp_path):
    spec = write(tmp_path, ids="sample\n" + "".join(f"x{i}\n" for i in range(50)))
    with pytest.raises(SystemInputError, match=r"ids.csv: 50 faults\.") as caught:
        read_templates(spec, SAMPLES)
    assert len(caught.value.faults) == 21
    assert caught.value.faults[-1] == "... and 30 more"


@FUZZ
@given(content=st.binary(max_size=200))
def test_any_bytes_as_ids_are_read_or_refused(tmp_path, content):
    spec = write(tmp_path)
    spec.ids.write_bytes(b"sample,failure\n" + content)
    survives(spec)


@FUZZ
@given(order=st.permutations(range(3)), failed=st.sets(st.integers(0, 2)))
def test_reading_gives_back_what_was_written(tmp_path, order, failed):
    names = "abc"
    vectors = np.array([VECTORS[i] if i not in failed else [0, 0] for i in order])
    lines = [f"{names[i]},{'no-face' if i in failed else ''}" for i in order]
    result = read_templates(write(tmp_path, vectors, "sample,failure\n" + "\n".join(lines)), SAMPLES)
    assert set(result.failures) == failed
    assert result.templates.tolist() == [VECTORS[i].tolist() for i in range(3) if i not in failed]
