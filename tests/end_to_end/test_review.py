"""review DIR: from a run folder and its dataset to a list on the terminal and a table for decisions."""

import csv
from itertools import combinations
from pathlib import Path

import pytest

from evalharness.groundtruth import read_decisions
from evalharness.review.loading import open_review
from tests.end_to_end.conftest import Command, Done
from tests.end_to_end.toy import Toy

SAMPLES = [(f"{s}{number}", s, "red" if s in "abc" else "blue") for s in "abcdef" for number in (1, 2)]
SPECIAL = {("a1", "d1"): 0.99, ("a2", "d2"): 0.8, ("b1", "e1"): 0.7, ("c1", "c2"): 0.1, ("c2", "f1"): 0.6}


@pytest.fixture
def audited(toy: Toy, command: Command) -> Path:
    """a1 and d1 are one file; c2 matches f1 alone."""
    digests = {name: f"{n:064x}" for n, (name, _, _) in enumerate(SAMPLES)}
    digests["d1"] = digests["a1"]
    toy.write_rows([(name, f"{name}.png", subject, digests[name], team) for name, subject, team in SAMPLES])
    scores = [
        (a, b, SPECIAL.get((a, b), 0.9 if one == other else 0.2))
        for (a, one, _), (b, other, _) in combinations(SAMPLES, 2)
    ]
    toy.write_scores(scores)
    toy.write_plan(task="{kind: verification, comparisons: all-pairs}")
    done = command("run", toy.plan, "--out", toy.folder / "run")
    assert done.code == 0, done.err
    return toy.folder / "run"


def section(done: Done, title: str) -> str:
    assert done.code == 0, done.err
    found = [part for part in done.out.split("\n\n") if part.startswith(title)]
    assert len(found) == 1, done.out
    return found[0]


def test_what_is_listed(toy: Toy, audited: Path, command: Command) -> None:
    done = command("review", audited, "--manifest", toy.images / "manifest.yaml", "--most", 2)
    assert "vendor-0.5: 4 false matches of 3 pairs of subjects; no pair carries more than a and d: 50%" in done.out
    one_file = section(done, "One file under two subjects: 1")
    assert "similarity 0.99; these two subjects carry 50% of the false matches at vendor-0.5" in one_file
    assert str(toy.images / "a1.png") in one_file
    assert "red" in one_file
    assert "blue" in one_file
    highest = section(done, "Most alike of two subjects (highest non-mated scores): 2")
    assert highest.index("0.99") < highest.index("0.8")
    assert "e1" not in highest
    assert "similarity 0.1" in section(done, "Least alike of one subject (lowest mated scores): 2")
    swap = section(done, "Samples that match nobody of their own subject")
    assert "similarity 0.6 with another subject; best with its own 0.1" in swap
    assert "c2" in swap


@pytest.mark.parametrize("width", [30, 60, 99, 140])
def test_the_list_fits_the_terminal_except_for_paths(
    toy: Toy, audited: Path, command: Command, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    done = command("review", audited, "--manifest", toy.images / "manifest.yaml")
    lines = [line for line in done.out.splitlines() if ".png" not in line]
    assert max(map(len, lines)) <= max(width, 60)
    assert "subject" in done.out


def test_the_table_for_decisions(toy: Toy, audited: Path, command: Command) -> None:
    sheet = toy.folder / "review.csv"
    arguments = ("review", audited, "--manifest", toy.images / "manifest.yaml", "--most", 3, "--write", sheet)
    assert command(*arguments).code == 0
    with sheet.open(newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["kind", "probe", "reference", "decision", "reason", "decided_by", "date"]
    assert [row[:3] for row in rows[1:]] == [
        ["same-file", "a1", "d1"],  # stands once, though it is the highest score too
        ["swap", "c2", "f1"],
        ["non-mated", "a2", "d2"],
        ["non-mated", "b1", "e1"],
        ["mated", "c1", "c2"],
        ["mated", "a1", "a2"],
        ["mated", "b1", "b2"],
    ]
    assert {cell for row in rows[1:] for cell in row[3:]} == {""}
    sheet.write_text(
        sheet.read_text().replace("same-file,a1,d1,,,,", "same-file,a1,d1,same-person,twice,me,2026-11-22")
    )
    samples = open_review(audited, manifest=toy.images / "manifest.yaml").samples
    found = read_decisions(sheet, samples)
    assert (found.counts["same-person"], found.undecided) == (1, 6)
    before = sheet.read_bytes()
    again = command(*arguments)
    assert (again.code, again.out) == (2, "")
    assert "is there already and may hold decisions" in again.err
    assert sheet.read_bytes() == before


def test_names_stay_out_of_result_and_report(toy: Toy, audited: Path, command: Command) -> None:
    before = {name: (audited / name).read_bytes() for name in ("result.json", "metrics.csv", "report.html")}
    assert command("review", audited, "--manifest", toy.images / "manifest.yaml").code == 0
    assert {name: (audited / name).read_bytes() for name in before} == before


def refused(done: Done) -> str:
    assert done.code == 2
    assert "Traceback" not in done.err
    return done.err


def test_a_dataset_of_ones_own_has_to_be_named(audited: Path, command: Command) -> None:
    message = refused(command("review", audited))
    assert "toy-set" in message
    assert "--manifest" in message


def test_another_edition_of_the_dataset_is_refused(toy: Toy, audited: Path, command: Command) -> None:
    toy.write_index(SAMPLES)
    message = refused(command("review", audited, "--manifest", toy.images / "manifest.yaml"))
    assert "does not belong to this run" in message
    assert "the index of" in message
