import math
from contextlib import suppress

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalharness.errors import SystemInputError
from evalharness.files import sha256_of
from evalharness.plan import ScoresSystem
from evalharness.records import ScoreKind, Weights
from evalharness.systems import read_scores
from tests.systems.fakes import samples_named

SAMPLES = samples_named("a", "b", "c")


def system(path, score=ScoreKind.SIMILARITY):
    return ScoresSystem(kind="scores", file=path, score=score)


def write(folder, text, score=ScoreKind.SIMILARITY):
    (folder / "scores.csv").write_text(text)
    return system(folder / "scores.csv", score)


def faults_of(spec):
    with pytest.raises(SystemInputError) as caught:
        read_scores(spec, SAMPLES)
    return [fault.replace(f"{spec.file.parent}/", "") for fault in caught.value.faults]


def test_comparisons_are_kept_in_file_order(tmp_path):
    spec = write(tmp_path, "note,probe,reference,score\nx,c,a,0.5\ny,a,b,-1.25e-3\nz,b,c,\n")
    listed = read_scores(spec, SAMPLES).listed
    assert listed.pairs.probe.tolist() == [2, 0, 1]
    assert listed.pairs.reference.tolist() == [0, 1, 2]
    assert listed.completed.tolist() == [True, True, False]
    assert listed.scores[:2].tolist() == [0.5, -0.00125]
    assert not listed.scores.flags.writeable


def test_a_distance_is_negated_and_zero_stays_positive(tmp_path):
    listed = read_scores(write(tmp_path, "probe,reference,score\na,b,0.6\na,c,0\n", ScoreKind.DISTANCE), SAMPLES).listed
    assert listed.scores.tolist() == [-0.6, 0.0]
    assert math.copysign(1, listed.scores[1]) == 1


def test_identity_holds_the_digest_and_no_path(tmp_path):
    spec = write(tmp_path, "probe,reference,score\na,b,1\n", ScoreKind.DISTANCE)
    identity = read_scores(spec, SAMPLES).identity
    assert (identity.kind, identity.score_kind, identity.comparator) == ("scores", ScoreKind.DISTANCE, None)
    assert identity.weights == (Weights("scores.csv", sha256_of(spec.file)),)


def test_every_fault_is_named_with_its_line(tmp_path):
    rows = ["a,b,nan", "a,c,inf", "x,b,1", "a,a,1", "b,c,0.5", "c,b,0.4", "a,b,1e999", "a,b,1_0", "b,y,z", "a,b"]
    spec = write(tmp_path, "probe,reference,score\n" + "\n".join(rows) + "\n")
    assert faults_of(spec) == [
        "scores.csv:2: score 'nan' is not a finite number",
        "scores.csv:3: score 'inf' is not a finite number",
        "scores.csv:4: probe 'x' is not in the dataset index",
        "scores.csv:5: sample 'a' is compared with itself",
        "scores.csv:8: score inf is not a finite number",
        "scores.csv:9: score '1_0' is not a finite number",
        "scores.csv:10: score 'z' is not a finite number",
        "scores.csv:11: 2 cells; the header has 3",
        "scores.csv:7: 'c' and 'b' are compared on line 6 already",
    ]


def test_a_repeated_comparison_is_a_fault_even_if_one_was_not_completed(tmp_path):
    spec = write(tmp_path, "probe,reference,score\na,b,1\nb,c,1\na,b,\nb,a,1\n")
    assert faults_of(spec) == [
        "scores.csv:4: 'a' and 'b' are compared on line 2 already",
        "scores.csv:5: 'b' and 'a' are compared on line 4 already",
    ]


def test_many_faults_are_counted_and_twenty_are_listed(tmp_path):
    spec = write(tmp_path, "probe,reference,score\n" + "a,b,nan\n" * 1000)
    with pytest.raises(SystemInputError, match=r"scores.csv: 1000 faults\.") as caught:
        read_scores(spec, SAMPLES)
    assert len(caught.value.faults) == 21
    assert caught.value.faults[-1] == "... and 980 more"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("probe,reference,score\n", "scores.csv: no comparisons"),
        ("", "scores.csv:1: no column 'probe'; the header has nothing"),
        ("probe,reference,value\na,b,1\n", "scores.csv:1: no column 'score'; the header has"),
        ("probe,reference,score\na,b," + "1" * 2_000_000, "a line of more than 1000000 characters"),
        ("probe,reference,score\na,b," + "1" * 200_000 + "\n", "field larger than field limit"),
    ],
)
def test_a_file_that_is_no_table_of_scores_is_refused(tmp_path, text, fault):
    assert fault in faults_of(write(tmp_path, text))[0]


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(SystemInputError, match=r"none.csv: cannot be read: No such file or directory"):
        read_scores(system(tmp_path / "none.csv"), SAMPLES)


@pytest.mark.parametrize("text", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_parquet_is_read(tmp_path, text):
    table = pa.table(
        {
            "reference": pa.array(["b", "c", "c"], pa.string()).cast(text),
            "probe": pa.array(["a", "a", "b"], pa.string()).cast(text),
            "score": pa.array([0.5, None, 2], pa.float32()),
        }
    )
    pq.write_table(table, tmp_path / "scores.parquet")
    listed = read_scores(system(tmp_path / "scores.parquet", ScoreKind.DISTANCE), SAMPLES).listed
    assert listed.pairs.probe.tolist() == [0, 0, 1]
    assert listed.pairs.reference.tolist() == [1, 2, 2]
    assert listed.completed.tolist() == [True, False, True]
    assert listed.scores[[0, 2]].tolist() == [-0.5, -2.0]


def test_every_fault_of_a_parquet_file_is_named_with_its_row(tmp_path):
    table = pa.table(
        {"probe": ["a", None, "x", "b", "c"], "reference": ["b", "b", "c", "c", "b"], "score": [np.nan, 1, 1, 1, 1]}
    )
    pq.write_table(table, tmp_path / "scores.parquet")
    assert faults_of(system(tmp_path / "scores.parquet")) == [
        "scores.parquet: row 1: score nan is not a finite number",
        "scores.parquet: row 2: no probe or no reference",
        "scores.parquet: row 3: probe 'x' is not in the dataset index",
        "scores.parquet: row 5: 'c' and 'b' are compared on row 4 already",
    ]


def test_parquet_columns_of_another_type_are_refused(tmp_path):
    pq.write_table(pa.table({"probe": [1], "score": ["x"]}), tmp_path / "scores.parquet")
    assert faults_of(system(tmp_path / "scores.parquet")) == [
        "scores.parquet: column 'probe' is of type int64; expected text",
        "scores.parquet: no column 'reference'; the columns are 'probe', 'score'",
        "scores.parquet: column 'score' is of type string; expected numbers",
    ]


FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(content=st.one_of(st.binary(max_size=200), st.text('abc,0.5-enif\n"', max_size=100).map(str.encode)))
def test_any_bytes_are_read_or_refused(tmp_path, content):
    path = tmp_path / "scores.csv"
    path.write_bytes(b"probe,reference,score\n" + content)
    with suppress(SystemInputError):
        listed = read_scores(system(path), SAMPLES).listed
        assert np.isfinite(listed.scores).all()
        assert len(listed.scores) > 0


@FUZZ
@given(
    scores=st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3),
    kind=st.sampled_from(list(ScoreKind)),
)
def test_scores_survive_the_way_through_a_file(tmp_path, scores, kind):
    pairs = [("a", "b"), ("c", "a"), ("b", "c")]
    lines = [f"{p},{r},{'' if s is None else repr(s)}" for (p, r), s in zip(pairs, scores, strict=True)]
    listed = read_scores(write(tmp_path, "probe,reference,score\n" + "\n".join(lines), kind), SAMPLES).listed
    assert listed.completed.tolist() == [s is not None for s in scores]
    for got, score in zip(listed.scores, scores, strict=True):
        assert score is None or got == kind.to_similarity(score)
