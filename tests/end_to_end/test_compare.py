"""compare DIR DIR: from two run folders to one table."""

import json
import shutil
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from tests.end_to_end.conftest import Command, Done
from tests.end_to_end.toy import Toy, table

# Ten subjects with two samples each; a to e are red, f to j blue. All pairs: 10 mated, 180 non-mated.
SAMPLES = [(f"{s}{number}", s, "red" if s in "abcde" else "blue") for s in "abcdefghij" for number in (1, 2)]
FIRST = {("a1", "b1"): 0.9, ("f1", "g1"): 0.7, ("c1", "c2"): 0.1}
SECOND = {("a1", "b1"): 0.9, ("a2", "b1"): 0.8, ("d1", "d2"): 0.2, ("c1", "c2"): 0.1, ("h1", "i1"): None}
TASK = "{kind: verification, comparisons: all-pairs}"


def rows(special: dict[tuple[str, str], float | None]) -> list[tuple[str, str, object]]:
    found = []
    for (a, one, _), (b, other, _) in combinations(SAMPLES, 2):
        score = special.get((a, b), 0.95 if one == other else 0.2)
        found.append((a, b, "" if score is None else score))
    return found


def audit(toy: Toy, command: Command, name: str, scores: list[tuple[str, str, object]], **plan: str) -> Path:
    toy.write_scores(scores)
    system = f"{{kind: scores, file: scores.csv, score: similarity, name: system {name}}}"
    toy.write_plan(**{"task": TASK, "system": system, **plan})
    done = command("run", toy.plan, "--out", toy.folder / name)
    assert done.code == 0, done.err
    return toy.folder / name


@pytest.fixture
def two(toy: Toy, command: Command) -> tuple[Path, Path]:
    toy.write_index(SAMPLES)
    return audit(toy, command, "one", rows(FIRST)), audit(toy, command, "two", rows(SECOND))


def document(toy: Toy, command: Command, *folders: Path) -> tuple[dict, dict[tuple[str, str, str], dict]]:
    path = toy.folder / "comparison.json"
    path.unlink(missing_ok=True)
    done = command("compare", *folders, "--json", path)
    assert done.code == 0, done.err
    found = json.loads(path.read_text())
    return found, {(row["measure"], row["partition"], row["group"]): row for row in found["rates"]}


def test_rates_by_hand(toy: Toy, command: Command, two: tuple[Path, Path]) -> None:
    found, rates = document(toy, command, *two)
    assert (found["first"]["system"], found["second"]["run"]) == ("system one", "two")
    assert found["thresholds_first"] == {"vendor-0.5": {"all": 0.5}}
    pooled = rates["fmr", "", "all"]
    assert [pooled[k] for k in ("trials", "errors_first", "errors_second", "only_first", "only_second")] == [
        179, 2, 2, 1, 1,
    ]  # fmt: skip
    assert (pooled["difference"], pooled["ratio"], pooled["own_first"]) == (0.0, 1.0, 2 / 180)
    red, blue = rates["fmr", "team", "team=red"], rates["fmr", "team", "team=blue"]
    assert (red["trials"], red["errors_first"], red["errors_second"]) == (40, 1, 2)
    assert (blue["trials"], blue["errors_first"], blue["errors_second"], blue["ratio"]) == (39, 1, 0, None)
    assert blue["difference"] == 1 / 39
    assert blue["lower"] < 0 < blue["upper"]
    assert min(red["p_holm"], blue["p_holm"]) == min(1.0, 2 * min(red["p_value"], blue["p_value"]))
    assert blue["note"] == "a system has no errors: no ratio"
    fnmr = rates["fnmr", "team", "team=red"]
    assert (fnmr["trials"], fnmr["errors_first"], fnmr["errors_second"], fnmr["ratio"]) == (5, 1, 2, 0.5)
    assert rates["frr", "", "all"]["difference"] == -0.1
    fta = rates["fta", "", "all"]
    assert (fta["first"], fta["note"]) == (None, "not observable: precomputed scores come without samples")
    assert rates["fmr", "team", "team=green"]["note"] == "no non-mated comparisons that both completed"


def test_turning_the_runs_turns_the_signs(toy: Toy, command: Command, two: tuple[Path, Path]) -> None:
    _, one = document(toy, command, *two)
    _, other = document(toy, command, *reversed(two))
    for key, row in one.items():
        if row["difference"] is not None:
            assert other[key]["difference"] == -row["difference"]
            assert other[key]["p_value"] == pytest.approx(row["p_value"])
            assert other[key]["lower"] == pytest.approx(-row["upper"], abs=1e-12)


def test_a_run_compared_with_itself_differs_nowhere(toy: Toy, command: Command, two: tuple[Path, Path]) -> None:
    found, rates = document(toy, command, two[0], shutil.copytree(two[0], toy.folder / "copy"))
    assert {row["difference"] for row in rates.values()} == {0.0, None}
    assert {row["p_holm"] for row in rates.values()} == {1.0, None}
    assert found["notes"][0].startswith("Both runs hold the same scores")


@pytest.mark.parametrize("width", [20, 60, 83, 120])
def test_the_table_fits_the_terminal(
    two: tuple[Path, Path], command: Command, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    done = command("compare", *two)
    assert done.code == 0, done.err
    assert max(map(len, done.out.splitlines())) <= max(width, 60)
    assert "first / second" in done.out
    assert "first: system one (run one)" in done.out
    text = " ".join(done.out.split())
    assert "FTA (failure to acquire): n/a for every group: not observable: precomputed scores" in text
    assert "green: no mated comparisons that both completed" in text
    words = done.out.lower().split()
    assert not {"fair", "unfair", "biased", "unbiased", "safe", "better", "worse"} & set(words)


def refused(done: Done) -> str:
    assert done.code == 2
    assert "Traceback" not in done.err
    return done.err


def test_every_reason_against_a_comparison_is_given_at_once(toy: Toy, command: Command, two: tuple[Path, Path]) -> None:
    toy.write_index([(sample, subject, "green" if subject == "a" else team) for sample, subject, team in SAMPLES])
    points = "[{policy: vendor, threshold: 0.6}]"
    other = audit(toy, command, "three", rows(FIRST), operating_points=points)
    message = refused(command("compare", two[0], other))
    assert "cannot be compared: 2 reasons" in message
    assert "both must measure the same samples" in message
    assert "none has the same name in both (first: vendor-0.5; second: vendor-0.6)" in message


def test_other_comparisons_and_other_groups_are_refused(toy: Toy, command: Command, two: tuple[Path, Path]) -> None:
    fewer = audit(toy, command, "fewer", rows(FIRST)[:-4], task="{kind: verification}")
    assert "non-mated comparisons were attempted by the first alone" in refused(command("compare", two[0], fewer))


def test_points_of_one_run_alone_are_named(toy: Toy, command: Command, two: tuple[Path, Path]) -> None:
    points = "[{policy: vendor, threshold: 0.5}, {policy: vendor, threshold: 0.85, name: strict}]"
    more = audit(toy, command, "more", rows(SECOND), operating_points=points)
    done = command("compare", two[0], more)
    assert "not compared: strict: only the second has it" in done.out
    fitted = "[{policy: pooled, fmr: 0.02, name: vendor-0.5}]"
    same_name = audit(toy, command, "fitted", rows(SECOND), operating_points=fitted)
    assert "vendor-0.5: vendor in the first, pooled 0.02 all in the second" in refused(
        command("compare", two[0], same_name)
    )


def test_a_discarded_run_and_a_damaged_one(command: Command, two: tuple[Path, Path]) -> None:
    (two[1] / "comparisons" / "counts" / "tail.scores.npy").write_bytes(b"\x93NUMPY")
    assert "tail.scores.npy" in refused(command("compare", *two))
    (two[1] / "comparisons" / "counts" / "counts.json").unlink()
    assert "comparisons were discarded" in refused(command("compare", *two))
    assert "result.json: cannot be read" in refused(command("compare", two[0], two[0] / "nowhere"))


def test_counts_of_another_run_are_not_believed(command: Command, two: tuple[Path, Path]) -> None:
    for path in (two[0] / "comparisons" / "counts").iterdir():
        (two[1] / "comparisons" / "counts" / path.name).write_bytes(path.read_bytes())
    assert "its counts are of another plan" in refused(command("compare", *two))


def test_discard_takes_the_counts_too(toy: Toy, command: Command) -> None:
    toy.write_index(SAMPLES)
    toy.write_scores(rows(FIRST))
    toy.write_plan(task=TASK)
    assert command("run", toy.plan, "--out", toy.folder / "gone", "--discard").code == 0
    assert not (toy.folder / "gone" / "comparisons").exists()


def test_groups_that_differ_more_in_one_system(toy: Toy, command: Command) -> None:
    """Fifteen subjects a team; in the second system every second red pair of first samples matches."""
    samples = [
        (f"{t}{i:02d}-{k}", f"{t}{i:02d}", {"r": "red", "b": "blue"}[t])
        for t in "rb"
        for i in range(15)
        for k in (1, 2)
    ]
    toy.write_index(samples)

    def scored(share: int) -> list[tuple[str, str, object]]:
        found = []
        for n, ((a, one, team), (b, other, other_team)) in enumerate(combinations(samples, 2)):
            if one == other:
                found.append((a, b, 0.9))
                continue
            red = team == other_team == "red"
            found.append((a, b, 0.8 if n % (3 if red else share) == 0 else 0.1))
        return found

    one = audit(toy, command, "level", scored(3))
    other = audit(toy, command, "uneven", scored(40))
    found, _ = document(toy, command, one, other)
    spreads = {row["measure"]: row for row in found["spreads"]}
    row = spreads["fmr.log_max_geomean"]
    assert row["groups"] == ["team=red", "team=blue"]
    assert row["first"] < 0.1 < 0.9 < row["second"]
    assert row["upper"] < 0
    assert row["verdict"] == "the first differs less between these groups"
    assert row["note"] == "left out: team=green (no non-mated comparisons that both completed)"
    assert spreads["fnmr.gini_corrected"]["note"].startswith("undefined: a system has no errors in team=red, team=blue")
    done = command("compare", other, one)
    assert "the second differs less between these groups" in " ".join(done.out.split())


def templates(toy: Toy, command: Command, name: str, *, failed: set[str], spread: float) -> Path:
    """A run on precomputed templates of the samples; those in ``failed`` gave none."""
    vectors = np.random.default_rng(4).normal(size=(len(SAMPLES), 4)) * spread + 1
    vectors[[sample in failed for sample, _, _ in SAMPLES]] = 0
    np.save(toy.folder / f"{name}.npy", vectors.astype(np.float32))
    rows = [(sample, "no-face" if sample in failed else "") for sample, _, _ in SAMPLES]
    (toy.folder / f"{name}.csv").write_text(table(("sample", "failure"), rows))
    system = f"{{kind: templates, vectors: {name}.npy, ids: {name}.csv, comparator: euclidean, name: {name}}}"
    points = "[{policy: vendor, threshold: 1.5, name: vendor}, {policy: pooled, fmr: 0.05}]"
    toy.write_plan(system=system, operating_points=points)
    done = command("run", toy.plan, "--out", toy.folder / name)
    assert done.code == 0, done.err
    return toy.folder / name


def test_a_system_that_gives_no_template_has_no_rates_but_rejections(toy: Toy, command: Command) -> None:
    toy.write_index(SAMPLES)
    good = templates(toy, command, "good", failed={"a1"}, spread=1.0)
    none = templates(toy, command, "none", failed={sample for sample, _, _ in SAMPLES}, spread=1.0)
    found, rates = document(toy, command, good, none)
    assert rates["fmr", "", "all"]["note"] == (  # of the last point, which is fitted
        "the second has no threshold: no completed non-mated comparisons to set the threshold on"
    )
    vendor = {(r["measure"], r["group"]): r for r in found["rates"] if r["operating_point"] in ("vendor", "")}
    assert vendor["fmr", "all"]["note"] == "no non-mated comparisons that both completed"
    assert vendor["fnmr", "team=red"]["note"] == "no mated comparisons that both completed"
    assert (vendor["frr", "all"]["second"], vendor["frr", "all"]["trials"]) == (1.0, 10)
    fta = vendor["fta", "all"]
    assert (fta["first"], fta["second"], fta["trials"], fta["only_second"]) == (0.05, 1.0, 20, 19)
    assert fta["difference"] == -0.95
    assert -1 <= fta["lower"] < -0.5
    assert vendor["fta", "team=green"]["note"] == "no samples"
    assert {row["verdict"] for row in found["spreads"]} == {""}
    assert command("compare", none, shutil.copytree(none, toy.folder / "copy")).code == 0


def test_the_same_template_for_everybody(toy: Toy, command: Command) -> None:
    toy.write_index(SAMPLES)
    same = templates(toy, command, "same", failed=set(), spread=0.0)
    varied = templates(toy, command, "varied", failed=set(), spread=3.0)
    _, rates = document(toy, command, same, varied)
    assert rates["fmr", "", "all"]["trials"] == 180
    first = json.loads((toy.folder / "comparison.json").read_text())["rates"][0]
    assert (first["operating_point"], first["first"], first["errors_first"]) == ("vendor", 1.0, 180)
    assert first["upper"] <= 1


def test_a_score_file_and_templates_of_the_same_pairs(toy: Toy, command: Command) -> None:
    toy.write_index(SAMPLES)
    own = templates(toy, command, "own", failed={"b2"}, spread=1.0)
    scores = audit(
        toy, command, "scores", rows(FIRST), operating_points="[{policy: vendor, threshold: 0.5, name: vendor}]"
    )
    found, rates = document(toy, command, own, scores)
    assert rates["fmr", "", "all"]["trials"] == 180 - 18
    assert found["left_out"] == ["pooled-fmr-0.05: only the first has it"]
    assert rates["fta", "", "all"]["note"] == "not observable: precomputed scores come without samples"


def test_the_same_folder_is_refused_and_no_file_is_overwritten(
    toy: Toy, command: Command, two: tuple[Path, Path]
) -> None:
    same = command("compare", two[0], two[0])
    assert (same.code, "both are the same run" in same.err) == (2, True)
    kept = two[0] / "result.json"
    before = kept.read_bytes()
    again = command("compare", *two, "--json", kept)
    assert (again.code, again.out, kept.read_bytes() == before) == (2, "", True)
    assert "is there already" in again.err
