"""Bad input: a clear message, the right exit code, no traceback, nothing lost."""

import errno
import json
import os
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from tests.end_to_end.conftest import Command, Done, measures
from tests.end_to_end.toy import Toy, blank, table

SAMPLES = [(f"{s}{i}", s, team) for s, team in zip("abcd", ["red", "red", "blue", "blue"], strict=True) for i in (1, 2)]
SCORES = [(a, b, 0.9 if a[0] == b[0] else 0.1) for (a, _, _), (b, _, _) in combinations(SAMPLES, 2)]
TEMPLATES = "{kind: templates, vectors: v.npy, ids: ids.csv, comparator: cosine}"


@pytest.fixture
def ready(toy: Toy) -> Toy:
    toy.write_index(SAMPLES)
    toy.write_scores(SCORES)
    toy.write_plan()
    return toy


def assert_refused(done: Done, code: int, *words: str) -> None:
    assert done.code == code, done.err
    for word in words:
        assert word in done.err, done.err
    assert "Traceback" not in done.err
    assert done.err.startswith("evalharness: ")


def run(command: Command, toy: Toy, *more: object) -> Done:
    return command("run", toy.plan, "--out", toy.folder / "run", *more)


def test_the_toy_itself_runs(ready: Toy, command: Command) -> None:
    assert run(command, ready).code == 0


def test_no_plan(toy: Toy, command: Command) -> None:
    assert_refused(command("check", toy.folder / "nothing.yaml"), 2, "nothing.yaml")


def test_every_fault_of_a_plan_with_its_place(ready: Toy, command: Command) -> None:
    ready.write_plan(purpose="selling", min_subjcts="3", groups="[team, hieght]")
    done = command("check", ready.plan)
    assert_refused(done, 2, "plan.yaml:3:", "purpose", "min_subjcts", "min_subjects")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"groups": "[taem]"}, ("plan.yaml:6:", "taem", "team")),
        ({"system": "{kind: dlibb}"}, ("plan.yaml:5:", "dlibb", "dlib")),
        ({"dataset": "{id: face-research-lab-london}"}, ("face-research-lab-london-set",)),
        (
            {"operating_points": "[{policy: reference, group: {team: rde}, fmr: 0.1}]"},
            ("rde", "red", "operating_points.0"),
        ),
        ({"operating_points": "[{policy: pooled, fmr: 1.5}]"}, ("operating_points.0.fmr", "1.5")),
    ],
)
def test_unknown_names(ready: Toy, command: Command, changes: dict[str, str], words: tuple[str, ...]) -> None:
    ready.write_plan(**changes)
    assert_refused(run(command, ready), 2, *words)
    assert not (ready.folder / "run").exists()


@pytest.mark.parametrize(
    ("consent", "words"),
    [
        ({"purposes": "research-evaluation"}, ("internal-testing", "outside the consent")),
        ({"tasks": "detection"}, ("verification", "outside the consent")),
        ({"expires": "2026-11-21"}, ("expired",)),
        (
            {"purposes": "research-evaluation", "tasks": "detection", "expires": "2020-01-01"},
            ("internal-testing", "verification", "expired"),
        ),
    ],
)
def test_consent_that_does_not_cover_the_run(
    ready: Toy, command: Command, consent: dict[str, str], words: tuple[str, ...]
) -> None:
    ready.write_index(SAMPLES, consent=consent)
    assert_refused(run(command, ready), 3, *words)
    assert not (ready.folder / "run").exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("a1", "b1", "nan"), ("nan",)),
        (("a1", "b1", "high"), ("high",)),
        (("b2", "a2", 0.1), ("a2", "b2")),
        (("a1", "zz", 0.1), ("zz",)),
        (("a1", "a1", 0.1), ("a1",)),
    ],
    ids=["nan", "text", "duplicate, reversed", "unknown sample", "itself"],
)
def test_score_files(ready: Toy, command: Command, row: tuple[str, str, object], words: tuple[str, ...]) -> None:
    ready.write_scores([row_ for row_ in SCORES if row_[:2] != row[:2]] + [row])
    assert_refused(run(command, ready), 2, "scores.csv", *words)


def test_missing_pairs_are_not_a_protocol(ready: Toy, command: Command) -> None:
    ready.write_scores(SCORES[:-2])
    ready.write_plan(task="{kind: verification, comparisons: all-pairs}")
    assert_refused(run(command, ready), 2, "2 are missing")


def write_templates(toy: Toy, vectors: object, ids: list[str] | None = None) -> None:
    np.save(toy.folder / "v.npy", np.asarray(vectors))
    names = [name for name, _, _ in SAMPLES] if ids is None else ids
    (toy.folder / "ids.csv").write_text(table(("sample",), [(name,) for name in names]))
    toy.write_plan(system=TEMPLATES)


def vectors() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((8, 4)).astype(np.float32)


def test_templates_run(ready: Toy, command: Command) -> None:
    write_templates(ready, vectors())
    assert run(command, ready).code == 0
    assert measures(ready.folder / "run")["fta", "", "all", ""]["trials"] == "8"


def test_template_with_zero_norm_and_nan(ready: Toy, command: Command) -> None:
    broken = vectors()
    broken[2] = 0
    broken[5, 1] = np.nan
    write_templates(ready, broken)
    assert_refused(run(command, ready), 2, "b1", "c2")  # both at once


def test_templates_of_another_number(ready: Toy, command: Command) -> None:
    write_templates(ready, vectors()[:7])
    assert_refused(run(command, ready), 2, "7", "8")


def test_templates_as_pickled_objects(ready: Toy, command: Command) -> None:
    ragged = np.empty(8, dtype=object)
    ragged[:] = [[1.0] * (1 + i % 2) for i in range(8)]
    np.save(ready.folder / "v.npy", ragged, allow_pickle=True)
    (ready.folder / "ids.csv").write_text(table(("sample",), [(name,) for name, _, _ in SAMPLES]))
    ready.write_plan(system=TEMPLATES)
    assert_refused(run(command, ready), 2, "v.npy")


def test_templates_of_unequal_length(ready: Toy, command: Command) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [[1.0, 2.0, 3.0]] * 7 + [[1.0, 2.0]]
    pq.write_table(pa.table({"vector": pa.array(rows, pa.list_(pa.float32()))}), ready.folder / "v.parquet")
    (ready.folder / "ids.csv").write_text(table(("sample",), [(name,) for name, _, _ in SAMPLES]))
    ready.write_plan(system=TEMPLATES.replace("v.npy", "v.parquet"))
    assert_refused(run(command, ready), 2, "v.parquet: row 8", "2 numbers", "3")


def image_plan(toy: Toy) -> None:
    toy.write_plan(system="{kind: dlib}")


def test_files_that_are_not_what_the_index_pins(toy: Toy, command: Command, tmp_path: Path) -> None:
    for name in ("a1", "a2", "b1"):
        blank(toy.images / f"{name}.png")
    (tmp_path / "secret.png").write_bytes(b"outside")
    toy.write_index([("a1", "a", "red"), ("a2", "a", "red"), ("b1", "b", "red"), ("b2", "b", "red")])
    (toy.images / "a2.png").write_bytes(b"other bytes")
    (toy.images / "b1.png").unlink()
    (toy.images / "b2.png").symlink_to(tmp_path / "secret.png")
    image_plan(toy)
    assert_refused(run(command, toy), 2, "3 of 4", "a2.png", "b1.png", "b2.png")
    assert not (toy.folder / "run").exists()


def test_a_path_that_leaves_the_root(toy: Toy, command: Command) -> None:
    toy.write_rows([("a1", "../../etc/passwd", "a", "0" * 64, "red"), ("a2", "/etc/passwd", "a", "1" * 64, "red")])
    image_plan(toy)
    assert_refused(run(command, toy), 2, "files.csv:2", "files.csv:3")


def test_an_unknown_label(toy: Toy, command: Command) -> None:
    toy.write_index([("a1", "a", "purple"), ("a2", "a", "rde")])
    image_plan(toy)
    assert_refused(run(command, toy), 2, "purple", "rde", "red")


def test_an_index_that_was_changed(ready: Toy, command: Command) -> None:
    index = ready.images / "files.csv"
    index.write_text(index.read_text().replace("red", "blue"))
    assert_refused(run(command, ready), 2, "files.csv", "digest")


def test_run_folder_of_another_plan(ready: Toy, command: Command) -> None:
    assert run(command, ready).code == 0
    assert_refused(run(command, ready), 2, "--resume")
    before = (ready.folder / "run" / "result.json").read_bytes()
    assert run(command, ready, "--resume").code == 0
    assert (ready.folder / "run" / "result.json").read_bytes() == before
    ready.write_plan(interval_level="0.9")
    assert_refused(run(command, ready, "--resume"), 2, "another plan", "0.95", "0.9")
    assert (ready.folder / "run" / "result.json").read_bytes() == before


def test_a_full_disk(ready: Toy, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert_refused(run(command, ready), 1, "disk is full", "--resume")
    assert run(command, ready, "--resume").code == 0


def test_one_sample_and_one_subject(toy: Toy, command: Command) -> None:
    samples = [*SAMPLES, ("e1", "e", "green")]
    toy.write_index(samples)
    toy.write_scores([(a, b, 0.1) for (a, _, _), (b, _, _) in combinations(samples, 2)])
    toy.write_plan(task="{kind: verification, comparisons: all-pairs}")
    assert run(command, toy).code == 0
    rows = measures(toy.folder / "run")
    alone = rows["fmr", "vendor-0.5", "team=green", "team=green"]
    assert (alone["errors"], alone["trials"], alone["subjects"], alone["value"]) == ("", "", "1", "")
    assert "fewer than 2 subjects" in alone["note"]
    assert rows["fnmr", "vendor-0.5", "team=green", ""]["value"] == ""
    assert "no mated comparisons" in rows["fnmr", "vendor-0.5", "team=green", ""]["note"]
    few = rows["fmr", "vendor-0.5", "team=red", "team=red"]
    assert (few["value"], few["lower"], few["upper"]) == ("0.0", "", "")  # two subjects: a rate, no interval
    assert "subjects" in few["note"]


def test_a_report_of_nothing(tmp_path: Path, command: Command) -> None:
    assert_refused(command("report", tmp_path), 2, "result.json")


def test_an_unknown_schema(command: Command) -> None:
    assert_refused(command("schema", "plans"), 2, "plan", "manifest", "result")


def test_bad_input_claims_no_run_folder_so_that_mended_input_runs(ready: Toy, command: Command) -> None:
    ready.write_scores([*SCORES, ("a1", "b1", "nan")])
    assert_refused(run(command, ready), 2, "nan")
    assert not (ready.folder / "run").exists()
    ready.write_scores(SCORES)
    assert run(command, ready).code == 0


def test_check_refuses_what_run_refuses(ready: Toy, command: Command) -> None:
    ready.write_plan(task="{kind: verification, comparisons: all-pairs}")
    assert command("check", ready.plan).code == 0
    ready.write_scores(SCORES[:-2])
    assert_refused(command("check", ready.plan), 2, "2 are missing")


def test_check_without_a_data_root_says_what_it_left_out(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVALHARNESS_DATA_FACE_RESEARCH_LAB_LONDON_SET", raising=False)
    example = Path(__file__).parents[2] / "examples" / "london-dlib.yaml"
    done = command("check", example)
    assert done.code == 0, done.err
    assert "images: not checked; say where they lie with --data-root" in done.out
    assert_refused(command("check", example, "--data-root", "/nowhere"), 2, "/nowhere", "no such folder")


def test_a_plan_without_a_date_is_resumed_on_another_day(ready: Toy, command: Command) -> None:
    lines = ready.plan.read_text().splitlines(keepends=True)
    ready.plan.write_text("".join(line for line in lines if not line.startswith("date:")))
    assert run(command, ready).code == 0
    stored = ready.folder / "run" / "plan.yaml"
    before = re.sub(r"date: '.*'", "date: '2026-01-02'", stored.read_text())
    stored.write_text(before)  # as if the run had begun long ago
    assert run(command, ready, "--resume").code == 0
    assert stored.read_text() == before
    assert json.loads((ready.folder / "run" / "result.json").read_text())["audit"]["date"] == "2026-01-02"


def test_the_resolved_plan_runs_again_to_the_same_result(ready: Toy, command: Command) -> None:
    assert run(command, ready).code == 0
    first = ready.folder / "run"
    again = ready.folder / "again.yaml"
    text = (first / "plan.yaml").read_text()
    again.write_text(text.replace("  id: toy-set\n", "  manifest: data/manifest.yaml\n"))
    done = command("run", again, "--out", ready.folder / "second")
    assert done.code == 0, done.err
    for name in ("plan.yaml", "result.json", "metrics.csv", "report.html"):
        assert (ready.folder / "second" / name).read_bytes() == (first / name).read_bytes(), name


def test_a_resolved_plan_refuses_another_edition(ready: Toy, command: Command) -> None:
    assert run(command, ready).code == 0
    text = (ready.folder / "run" / "plan.yaml").read_text()
    pinned = ready.folder / "pinned.yaml"
    pinned.write_text(text.replace("  id: toy-set\n", "  manifest: data/manifest.yaml\n"))
    ready.write_index([*SAMPLES, ("e1", "e", "green")])
    assert_refused(command("check", pinned), 2, "dataset.index_sha256", "another edition", "dataset.manifest_sha256")
    ready.write_index(SAMPLES)
    ready.write_scores(SCORES[1:])
    assert_refused(command("check", pinned), 2, "system.", "scores.csv", "the plan pins")


def test_an_interrupt_says_what_is_kept(ready: Toy, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evalharness.pipeline.run_audit", interrupted)
    assert_refused(run(command, ready), 130, "interrupted", "--resume")
