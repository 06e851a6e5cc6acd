"""From a score file to metrics.csv and the report: worked by hand."""

import json
from itertools import combinations
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Command, measures
from tests.end_to_end.toy import Toy

# Six subjects with two samples each: a, b, c are red, d, e, f are blue. All pairs: 6 mated, 60 non-mated.
SAMPLES = [
    (f"{subject}{number}", subject, "red" if subject in "abc" else "blue") for subject in "abcdef" for number in (1, 2)
]
MATCHING = {("a1", "b1"): 0.9, ("a1", "b2"): 0.5, ("d1", "e1"): 0.7, ("a2", "f2"): 0.6}  # non-mated, at 0.5 or above
MISSED = {("c1", "c2"): 0.4, ("f1", "f2"): 0.1}  # mated, below 0.5
REFUSED = {("e1", "e2"), ("b1", "c1")}  # not completed: one mated, one non-mated


def score(first: str, second: str) -> object:
    if (first, second) in REFUSED:
        return ""
    if first[0] == second[0]:
        return MISSED.get((first, second), 0.95)
    return MATCHING.get((first, second), 0.2)


def all_pairs() -> list[tuple[str, str, object]]:
    return [(a, b, score(a, b)) for (a, _, _), (b, _, _) in combinations(SAMPLES, 2)]


@pytest.fixture
def audited(toy: Toy, command: Command) -> Path:
    toy.write_index(SAMPLES)
    toy.write_scores(all_pairs())
    toy.write_plan(task="{kind: verification, comparisons: all-pairs}")
    done = command("run", toy.plan, "--out", toy.folder / "run")
    assert done.code == 0, done.err
    assert "report.html" in done.out
    return toy.folder / "run"


def counted(row: dict[str, str]) -> tuple[str, str, str]:
    return row["errors"], row["trials"], row["subjects"]


def test_counts_by_hand(audited: Path) -> None:
    rows = measures(audited)
    red, blue, green, point = "team=red", "team=blue", "team=green", "vendor-0.5"
    # Within red: 3 pairs of subjects, 4 comparisons each, one refused; two false matches, both of a and b.
    assert counted(rows["fmr", point, red, red]) == ("2", "11", "3")
    assert counted(rows["fmr", point, blue, blue]) == ("1", "12", "3")
    assert counted(rows["fmr", point, blue, red]) == ("1", "36", "6")  # sorted: blue before red
    assert ("fmr", point, red, blue) not in rows
    assert counted(rows["fmr", point, red, "all"]) == ("3", "47", "6")
    assert counted(rows["fmr", point, "all", "all"]) == ("4", "59", "6")
    assert counted(rows["fnmr", point, red, ""]) == ("1", "3", "3")
    assert counted(rows["fnmr", point, blue, ""]) == ("1", "2", "2")  # e1, e2 was refused
    assert counted(rows["frr", point, blue, ""]) == ("2", "3", "3")
    assert float(rows["fmr", point, red, red]["value"]) == 2 / 11
    assert rows["fmr", point, red, red]["threshold"] == "0.5"
    assert counted(rows["fmr", point, green, green]) == ("", "", "0")
    assert rows["fmr", point, green, green]["value"] == ""
    assert rows["fmr", point, green, green]["note"] == "no samples"
    assert counted(rows["fmr", point, blue, green]) == counted(rows["fmr", point, green, red]) == ("", "", "3")
    assert rows["fmr", point, green, red]["note"] == "no samples"


def test_fta_cannot_be_known_from_scores(audited: Path) -> None:
    row = measures(audited)["fta", "", "all", ""]
    assert (row["value"], row["errors"], row["trials"]) == ("", "", "")
    assert "scores" in row["note"]
    assert json.loads((audited / "result.json").read_text())["population"]["acquisition_observable"] is False


def test_the_report_shows_no_subject_and_no_sample(audited: Path) -> None:
    page = (audited / "report.html").read_text()
    assert "<img" not in page
    for name in ("a1", "f2", "b1"):
        assert f">{name}<" not in page
        assert f"{name}.png" not in page
    assert "11" in page


def test_report_renders_again_to_the_same_bytes(audited: Path, command: Command) -> None:
    before = {name: (audited / name).read_bytes() for name in ("report.html", "metrics.csv")}
    for name in before:
        (audited / name).unlink()
    assert command("report", audited).code == 0
    assert {name: (audited / name).read_bytes() for name in before} == before


def test_a_score_file_without_comparisons_counts_its_own_pairs(toy: Toy, command: Command) -> None:
    toy.write_index(SAMPLES)
    toy.write_scores([("a1", "a2", 0.9), ("b1", "a1", 0.9), ("a2", "d1", 0.1)])
    toy.write_plan()
    assert command("run", toy.plan, "--out", toy.folder / "run").code == 0
    rows = measures(toy.folder / "run")
    assert counted(rows["fmr", "vendor-0.5", "all", "all"]) == ("1", "2", "3")
    point, red, blue = "vendor-0.5", "team=red", "team=blue"
    assert counted(rows["fmr", point, blue, red]) == ("0", "1", "2")  # once, sorted: the columns are no roles
    assert ("fmr", point, red, blue) not in rows
    assert counted(rows["fmr", point, blue, "all"]) == ("0", "1", "2")  # d1 stands in the second column
    assert counted(rows["fmr", point, red, "all"]) == ("1", "2", "3")
    assert json.loads((toy.folder / "run" / "result.json").read_text())["population"]["single_sample_subjects"] == 5


def test_a_score_file_gives_the_same_rates_with_its_columns_exchanged(toy: Toy, command: Command) -> None:
    toy.write_index(SAMPLES)
    toy.write_plan()
    found = []
    pairs = all_pairs()[:50]
    for rows in (pairs, [(b, a, s) if n % 3 else (a, b, s) for n, (a, b, s) in enumerate(pairs)]):
        toy.write_scores(rows)
        out = toy.folder / f"run-{len(found)}"
        assert command("run", toy.plan, "--out", out).code == 0
        found.append((out / "metrics.csv").read_text())
    assert found[0] == found[1]


@pytest.mark.parametrize("listed", [True, False])
def test_subjects_without_a_mated_comparison_are_those_of_the_protocol(
    toy: Toy, command: Command, *, listed: bool
) -> None:
    toy.write_index(SAMPLES)
    toy.write_scores(all_pairs())
    (toy.folder / "pairs.csv").write_text("probe,reference\na1,a2\na1,b1\ne2,e1\nd1,b2\n")
    toy.write_plan(task="{kind: verification, comparisons: " + ("{list: pairs.csv}}" if listed else "all-pairs}"))
    assert command("run", toy.plan, "--out", toy.folder / "run").code == 0
    people = json.loads((toy.folder / "run" / "result.json").read_text())["population"]
    assert people["single_sample_subjects"] == (4 if listed else 0)  # e1, e2 was refused: attempted all the same
    groups = {group["id"]: group["single_sample_subjects"] for group in people["partitions"][0]["groups"]}
    assert groups == {"team=red": 2 if listed else 0, "team=blue": 2 if listed else 0, "team=green": 0}


def test_distances_are_turned_once(toy: Toy, command: Command) -> None:
    toy.write_index(SAMPLES)
    toy.write_scores([("a1", "a2", 0.3), ("a1", "b1", 0.5), ("a1", "d1", 0.51)])
    toy.write_plan(system="{kind: scores, file: scores.csv, score: distance}")
    assert command("run", toy.plan, "--out", toy.folder / "run").code == 0
    rows = measures(toy.folder / "run")
    assert counted(rows["fmr", "vendor-0.5", "all", "all"]) == ("1", "2", "3")  # 0.5 matches, 0.51 does not
    assert rows["fmr", "vendor-0.5", "all", "all"]["threshold"] == "0.5"
    assert counted(rows["fnmr", "vendor-0.5", "all", ""]) == ("0", "1", "1")
