"""Recorded decisions on doubtful labels, through check and run: both readings in one result, worked by hand."""

import json
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from evalharness import pipeline
from evalharness.plan import load_plan
from tests.end_to_end.conftest import Command, Done
from tests.end_to_end.toy import Toy, table

# Six subjects with two samples each; a, b, c are red, d, e, f blue. All pairs: 6 mated, 60 non-mated.
SAMPLES = [(f"{s}{i}", s, "red" if s in "abc" else "blue") for s in "abcdef" for i in (1, 2)]
HIGH = {("a1", "d1"): 0.99, ("a2", "d2"): 0.8, ("b1", "e1"): 0.7}  # non-mated, above the threshold of 0.5
LOW = {("c1", "c2"): 0.1}  # mated, below
ALL_PAIRS = "{kind: verification, comparisons: all-pairs}"


def score(a: str, b: str) -> float:
    return HIGH.get((a, b)) or LOW.get((a, b)) or (0.9 if a[0] == b[0] else 0.2)


@pytest.fixture
def ready(toy: Toy) -> Toy:
    toy.write_index(SAMPLES)
    toy.write_scores([(a, b, score(a, b)) for (a, _, _), (b, _, _) in combinations(SAMPLES, 2)])
    return toy


def decide(toy: Toy, *rows: tuple[str, str, str], **plan: str) -> None:
    header = ("probe", "reference", "decision", "reason", "decided_by", "date")
    (toy.folder / "decided.csv").write_text(table(header, [(*row, "seen", "the tests", "2026-11-22") for row in rows]))
    toy.write_plan(**{"task": ALL_PAIRS, "ground_truth": "{decisions: decided.csv}", **plan})


def readings(toy: Toy, command: Command) -> tuple[dict, dict]:
    """The result and its second reading, the latter's measures by measure, group and other group."""
    done = command("run", toy.plan, "--out", toy.folder / "run")
    assert done.code == 0, done.err
    result = json.loads((toy.folder / "run" / "result.json").read_text())
    (second,) = result["readings"]
    return result, second


def counted(reading: dict, measure: str, group: str, other: str = "") -> tuple[int, int, int]:
    (row,) = [r for r in reading["measures"] if (r["measure"], r["group"], r["other_group"]) == (measure, group, other)]
    return row["errors"], row["trials"], row["subjects"]


def test_two_subjects_that_are_one_person(ready: Toy, command: Command) -> None:
    decide(ready, ("a1", "d1", "same-person"))
    result, second = readings(ready, command)
    assert (second["name"], second["decisions"]["same-person"]) == ("with recorded decisions", 1)
    assert counted(result, "fmr", "all", "all") == (3, 60, 6)
    assert counted(result, "fnmr", "all") == (1, 6, 6)
    # a and d are one subject of four samples: 6 mated comparisons of it, and 4 of the others.
    assert counted(second, "fmr", "all", "all") == (1, 56, 5)
    assert counted(second, "fnmr", "all") == (3, 10, 5)  # c1-c2, and a1-d2 and a2-d1 at 0.2
    assert counted(second, "fmr", "team=red", "team=red") == (0, 12, 3)  # teams stay with the samples
    assert counted(second, "fmr", "team=blue", "team=red") == (1, 36 - 4, 5)
    assert counted(second, "fnmr", "team=red") == (3, 5 + 2, 3)
    assert second["operating_points"][0]["impostor_comparisons"] == {"all": 56}


def test_a_sample_that_is_somebody_else_is_left_out(ready: Toy, command: Command) -> None:
    decide(ready, ("c2", "c1", "wrong-subject"), ("b1", "e1", "correct"))
    result, second = readings(ready, command)
    assert result["audit"]["plan_sha256"]
    assert counted(second, "fnmr", "all") == (0, 5, 5)
    assert counted(second, "fmr", "all", "all") == (3, 50, 6)
    assert counted(second, "fmr", "team=red", "team=red") == (0, 8, 3)


def test_nothing_left_is_null_with_a_reason(ready: Toy, command: Command) -> None:
    names = [name for name, _, _ in SAMPLES]
    decide(
        ready,
        *((a, b, "leave-out") for a, b in pairwise(names)),
        operating_points="[{policy: vendor, threshold: 0.5}, {policy: pooled, fmr: 0.1}]",
        statistics="{calibration_share: 0.5}",
    )
    _, second = readings(ready, command)
    assert {row["value"] for row in second["measures"]} == {None}
    assert all(row["note"] for row in second["measures"])
    assert second["operating_points"][1]["thresholds"] == {}
    assert second["operating_points"][1]["unresolved"]["all"]


def test_templates_are_compared_again(ready: Toy, command: Command) -> None:
    vectors = np.random.default_rng(5).normal(size=(len(SAMPLES), 6)).astype(np.float32)
    vectors[3] = 0  # b2 gave no template
    np.save(ready.folder / "v.npy", vectors)
    rows = [(name, "no-face" if name == "b2" else "") for name, _, _ in SAMPLES]
    (ready.folder / "ids.csv").write_text(table(("sample", "failure"), rows))
    system = "{kind: templates, vectors: v.npy, ids: ids.csv, comparator: cosine}"
    decide(ready, ("a1", "d1", "same-person"), ("f1", "e1", "wrong-subject"), system=system)
    result, second = readings(ready, command)
    assert counted(result, "fmr", "all", "all")[1:] == (50, 6)
    assert counted(second, "fta", "all") == (1, 11, 5)
    assert counted(second, "fnmr", "all")[1] == 8  # 6 of a and d, c1-c2, e1-e2
    assert counted(second, "frr", "all")[1] == 9  # b1-b2 too
    assert counted(second, "fmr", "all", "all")[1] == 45 - 8  # of 10 templates


def test_check_reads_the_decisions(ready: Toy, command: Command) -> None:
    decide(ready, ("a1", "d1", "same-person"), ("b1", "e1", "correct"))
    done = command("check", ready.plan)
    assert done.code == 0, done.err
    assert "ground truth: 2 decisions" in done.out


def refused(done: Done, folder: Path) -> str:
    assert done.code == 2
    assert "Traceback" not in done.err
    assert not (folder / "run").exists()
    return done.err


def test_wrong_decisions_are_refused_before_anything_runs(ready: Toy, command: Command) -> None:
    decide(ready, ("a1", "zz", "same-person"), ("b1", "e1", "twins"))
    for arguments in (("check", ready.plan), ("run", ready.plan, "--out", ready.folder / "run")):
        message = refused(command(*arguments), ready.folder)
        assert "decided.csv" in message
        assert "unknown sample" in message
        assert "twins" in message
    (ready.folder / "decided.csv").unlink()
    gone = refused(command("run", ready.plan, "--out", ready.folder / "run"), ready.folder)
    assert "ground_truth.decisions: no file '" in gone


def test_the_second_reading_keeps_what_it_stores_inside_the_run_folder(
    ready: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(ready, ("a1", "d1", "same-person"))
    folders, read_again = [], pipeline.read_again

    def told(run, given, options):
        folders.append(options.folder)
        return read_again(run, given, options)

    monkeypatch.setattr(pipeline, "read_again", told)
    out = ready.folder / "run"
    pipeline.run_audit(load_plan(ready.plan), pipeline.RunOptions(out=out))
    assert folders == [out / "comparisons" / "blocks-second"]
    assert not folders[0].exists()
