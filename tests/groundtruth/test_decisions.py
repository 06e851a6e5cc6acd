"""Files of decisions: every fault at once, no contradiction accepted, and the data as decided."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from evalharness.errors import DatasetError
from evalharness.groundtruth import (
    Decision,
    SecondReading,
    apply_decisions,
    read_decisions,
    subset_enrolment,
    subset_listed,
)
from evalharness.records import ListedScores, PairList
from evalharness.tasks.verification import count
from tests.support.datasets import make_enrolment, make_partition, make_samples, vendor

SUBJECTS = ["a", "a", "b", "b", "c", "d"]
SAMPLES = make_samples(SUBJECTS)  # s0 .. s5
HEADER = "kind,probe,reference,decision,reason,decided_by,date"
SIGNED = "seen side by side,R. Viewer,2026-11-22"


def read(tmp_path: Path, *rows: str, header: str = HEADER):
    path = tmp_path / "review.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return read_decisions(path, SAMPLES)


def faults(tmp_path: Path, *rows: str, header: str = HEADER) -> list[str]:
    with pytest.raises(DatasetError) as raised:
        read(tmp_path, *rows, header=header)
    return [fault.replace(f"{tmp_path / 'review.csv'}", "") for fault in raised.value.faults]


def test_decisions_are_read_and_empty_ones_passed_over(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        f"non-mated,s0,s2,same-person,{SIGNED}",
        "mated,s2,s3,,,,",
        f",s4,s5,leave-out,{SIGNED}",
        f"swap,s5,s4,leave-out,{SIGNED}",
    )
    assert [(d.line, d.probe, d.reference, d.decision) for d in found.rows] == [
        (2, 0, 2, Decision.SAME_PERSON),
        (4, 4, 5, Decision.LEAVE_OUT),
        (5, 5, 4, Decision.LEAVE_OUT),
    ]
    assert found.undecided == 1
    assert found.counts == {"same-person": 1, "wrong-subject": 0, "leave-out": 1, "correct": 0}
    assert found.sha256 == hashlib.sha256((tmp_path / "review.csv").read_bytes()).hexdigest()


def test_the_order_of_columns_and_further_ones_do_not_matter(tmp_path: Path) -> None:
    found = read(
        tmp_path, "2026-11-22,s0,x,s2,correct,me,why", header="date,probe,note,reference,decision,decided_by,reason"
    )
    assert found.rows[0].decision is Decision.CORRECT


def test_every_fault_of_a_file_is_listed_with_its_line(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        f"x,s0,nobody,same-person,{SIGNED}",
        f"x,s0,s0,correct,{SIGNED}",
        f"x,s0,s2,same-persn,{SIGNED}",
        "x,s0,s2,correct,,,22.11.2026",
        f"x,s0,s1,same-person,{SIGNED}",
        "x,s0",
    )
    assert [fault.split(": ", 1)[0] for fault in found] == [":2", ":3", ":4", ":5", ":5", ":5", ":6", ":7"]
    text = "\n".join(found)
    assert "reference: unknown sample 'nobody'" in text
    assert "probe and reference are the same sample 's0'" in text
    assert "unknown decision 'same-persn'; did you mean 'same-person'?" in text
    assert "reason: found ''" in text
    assert "decided_by: found ''" in text
    assert "date: found '22.11.2026', expected the day of the decision as YYYY-MM-DD" in text
    assert "same-person: both samples are of subject 'a' already" in text
    assert "2 cells; the header has 7" in text


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            ["s0,s2,correct", "s2,s0,leave-out"],
            ":3: the pair 's2', 's0' is leave-out here and correct on line 2; keep one",
        ),
        (
            ["s0,s1,wrong-subject", "s1,s0,wrong-subject"],
            ":3: the pair 's1', 's0' is wrong-subject of the other sample here and wrong-subject on line 2; to leave "
            "out both, write leave-out",
        ),
        (
            ["s0,s2,same-person", "s3,s4,same-person", "s1,s4,correct"],
            ":4: correct: 'a' and 'c' are two people; same-person of line 2, 3 makes them one",
        ),
        (
            ["s0,s1,wrong-subject", "s0,s4,correct"],
            ":3: correct of line 3 takes the label of 's0' as right; line 2 says wrong-subject",
        ),
        (
            ["s0,s4,same-person", "s4,s5,wrong-subject"],
            ":3: same-person of line 2 takes the label of 's4' as right; line 3 says wrong-subject",
        ),
    ],
)
def test_contradictions_are_refused(tmp_path: Path, rows: list[str], expected: str) -> None:
    assert faults(tmp_path, *(f"x,{row},{SIGNED}" for row in rows)) == [expected]


def test_what_only_looks_like_a_contradiction_is_accepted(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        f"x,s0,s2,leave-out,{SIGNED}",
        f"x,s1,s3,correct,{SIGNED}",
        f"x,s1,s3,correct,{SIGNED}",
        f"x,s4,s5,same-person,{SIGNED}",
    )
    assert len(found.rows) == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no column 'probe'"),
        (b"kind,probe\n", "no column 'reference'"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (HEADER.encode() + b'\nx,"s0,s1\n', "not CSV"),
        (HEADER.encode() + b"\n" + b"x" * 2_000_000, "a line of more than"),
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "review.csv"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        read_decisions(path, SAMPLES)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read: No such file"):
        read_decisions(tmp_path / "none.csv", SAMPLES)


def test_merging_goes_through_and_the_first_subject_stands_for_all(tmp_path: Path) -> None:
    found = read(tmp_path, f"x,s5,s3,same-person,{SIGNED}", f"x,s2,s4,same-person,{SIGNED}")
    merged, out = apply_decisions(SAMPLES, found)
    assert [row.subject for row in merged.rows] == ["a", "a", "b", "b", "b", "b"]
    assert merged.subjects == ("a", "b")
    assert merged.subject_of.tolist() == [0, 0, 1, 1, 1, 1]
    assert not out.any()
    assert [row.subject for row in SAMPLES.rows] == SUBJECTS


def test_who_is_left_out(tmp_path: Path) -> None:
    found = read(
        tmp_path, f"x,s1,s0,wrong-subject,{SIGNED}", f"x,s4,s5,leave-out,{SIGNED}", f"x,s2,s3,correct,{SIGNED}"
    )
    merged, out = apply_decisions(SAMPLES, found)
    assert out.tolist() == [False, True, False, False, True, True]
    assert merged.subjects == SAMPLES.subjects


def test_the_second_reading_of_an_enrolment(tmp_path: Path) -> None:
    found = read(tmp_path, f"x,s1,s0,wrong-subject,{SIGNED}", f"x,s4,s5,same-person,{SIGNED}")
    reading = SecondReading.of(SAMPLES, [make_partition("g", ["x", "x", "y", "y", "x", "z"])], found)
    assert [row.sample for row in reading.samples.rows] == ["s0", "s2", "s3", "s4", "s5"]
    assert reading.partitions[0].group_of.tolist() == [0, 1, 1, 0, 2]
    enrolment = make_enrolment([[float(i), 1.0] for i in range(6)], failed=[2], faulty=[5])
    kept = subset_enrolment(enrolment, reading.keep)
    assert kept.enrolled.tolist() == [True, False, True, True, False]
    assert kept.templates[:, 0].tolist() == [0.0, 3.0, 4.0]
    assert (sorted(kept.failures), sorted(kept.faults)) == ([1], [4])
    counts = count(reading.samples, kept, specs=[vendor(1.0)], partitions=reading.partitions)
    pairs = list(zip(counts.mated.probe.tolist(), counts.mated.reference.tolist(), strict=True))
    assert pairs == [(1, 2)]  # s2 and s3; s4 and s5 are one person now, but s5 is a fault of the dataset


def test_the_second_reading_of_a_score_file(tmp_path: Path) -> None:
    found = read(tmp_path, f"x,s1,s0,wrong-subject,{SIGNED}")
    reading = SecondReading.of(SAMPLES, [], found)
    pairs = PairList(np.array([0, 0, 5, 2]), np.array([1, 2, 4, 1]))
    kept = subset_listed(
        ListedScores(pairs, np.array([0.1, 0.2, 0.3, 0.4]), np.array([True, False, True, True])), reading.keep
    )
    assert kept.pairs.probe.tolist() == [0, 4]
    assert kept.pairs.reference.tolist() == [1, 3]
    assert (kept.scores.tolist(), kept.completed.tolist()) == ([0.2, 0.3], [False, True])


def test_nothing_decided_changes_nothing(tmp_path: Path) -> None:
    reading = SecondReading.of(SAMPLES, [], read(tmp_path, "x,s0,s1,,,,"))
    assert reading.samples.rows == SAMPLES.rows
    assert reading.keep.all()


def test_everything_left_out_is_empty_and_no_error(tmp_path: Path) -> None:
    rows = [f"x,s0,s{i},leave-out,{SIGNED}" for i in range(1, 6)]
    reading = SecondReading.of(SAMPLES, [make_partition("g", list("xxyyxz"))], read(tmp_path, *rows))
    assert len(reading.samples) == 0
    assert subset_enrolment(make_enrolment([[1.0, 2.0]] * 6), reading.keep).templates.shape == (0, 2)
