"""The plan's ``statistics`` through the real pipeline: check, run, resume, run again, compare, review."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from evalharness import pipeline
from evalharness.comparison import CompareOptions
from evalharness.comparison.store import BatchStore
from evalharness.countstore import counts_folder, load_counts
from tests.end_to_end.conftest import Command
from tests.end_to_end.toy import Toy, table

# Twenty subjects with two samples each; the first ten are red, the others blue. Lights alternate.
PEOPLE = [(f"s{i:02d}", "red" if i < 10 else "blue") for i in range(20)]
SAMPLES = [(f"{who}-{k}", who, team) for who, team in PEOPLE for k in range(2)]
POINTS = "[{policy: vendor, threshold: 0.5, name: vendor}, {policy: pooled, fmr: 0.1, name: fitted}]"
SCORES = "{kind: scores, file: scores.csv, score: similarity}"
TEMPLATES = "{kind: templates, vectors: v.npy, ids: ids.csv, comparator: cosine}"
EVERYTHING = (
    "{replicates: 100, simulations: 150, calibration_share: 0.3, references: [{team: blue}], blend_alpha: 0.25, "
    "equivalence_ratio: 1.5, adjust: {covariates: [light], target: {light: {dim: 0.25, bright: 0.75}}}}"
)


@pytest.fixture
def ready(toy: Toy) -> Toy:
    rows = [
        (name, f"{name}.png", who, f"{n:064x}", team, ("dim", "bright")[(n + n // 2) % 2])
        for n, (name, who, team) in enumerate(SAMPLES)
    ]
    toy.write_rows(rows, labels=["light"])
    write_scores(toy, seed=1)
    return toy


def write_scores(toy: Toy, *, seed: int) -> None:
    rng = np.random.default_rng(seed)
    toy.write_scores(
        [
            (a, b, round(float(rng.normal(0.8 if one == other else 0.3, 0.15)), 3))
            for (a, one, _), (b, other, _) in combinations(SAMPLES, 2)
        ]
    )


def write_templates(toy: Toy, *, seed: int) -> None:
    rng = np.random.default_rng(seed)
    centres = np.repeat(rng.normal(size=(len(PEOPLE), 4)), 2, axis=0)
    np.save(toy.folder / "v.npy", (centres + 0.5 * rng.normal(size=centres.shape)).astype(np.float32))
    (toy.folder / "ids.csv").write_text(table(("sample",), [(name,) for name, _, _ in SAMPLES]))


def audit(toy: Toy, command: Command, name: str, *more: str, **plan: str) -> dict:
    toy.write_plan(**{"system": SCORES, "operating_points": POINTS, **plan})
    done = command("run", toy.plan, "--out", toy.folder / name, *more)
    assert done.code == 0, done.err
    return json.loads((toy.folder / name / "result.json").read_text())


def rows_of(result: dict, **wanted: str) -> list[dict]:
    return [row for row in result["measures"] if all(row[key] == value for key, value in wanted.items())]


@pytest.mark.parametrize("system", [SCORES, TEMPLATES], ids=["scores", "templates"])
def test_calibration_subjects_are_measured_nowhere(ready: Toy, command: Command, system: str) -> None:
    write_templates(ready, seed=1)
    result = audit(ready, command, "run", system=system, statistics="{calibration_share: 0.3, replicates: 100}")
    mask = load_counts(counts_folder(ready.folder / "run")).calibration
    assert mask.tolist().count(True) == 6
    assert int(mask[:10].sum()) == 3  # as many of either team
    vendor, fitted = result["operating_points"]
    assert (vendor["fitted"], fitted["fitted"]) == ("", "other-subjects")
    assert fitted["impostor_subjects"] == {"all": 6}
    assert fitted["impostor_comparisons"] == {"all": 12 * 11 // 2 - 6}
    for point in ("vendor", "fitted"):
        (fmr,) = rows_of(result, measure="fmr", operating_point=point, group="all")
        assert (fmr["trials"], fmr["subjects"]) == (28 * 27 // 2 - 14, 14)
        (red,) = rows_of(result, measure="fnmr", operating_point=point, group="team=red")
        assert (red["trials"], red["subjects"]) == (7, 7)
    assert {row["comparisons"] for row in result["score_shifts"] if row["kind"] == "mated"} == {0, 7}  # nobody is green


def test_the_seed_draws_the_calibration_subjects(ready: Toy, command: Command) -> None:
    masks = []
    for number, seed in enumerate(("1", "1", "2")):
        audit(ready, command, f"run-{number}", statistics="{calibration_share: 0.5, replicates: 0}", seed=seed)
        masks.append(load_counts(counts_folder(ready.folder / f"run-{number}")).calibration.tolist())
    assert masks[0] == masks[1] != masks[2]


def test_two_calibrated_runs_are_compared_on_the_subjects_that_were_measured(ready: Toy, command: Command) -> None:
    share = "{calibration_share: 0.3, replicates: 100}"
    audit(ready, command, "one", statistics=share)
    write_scores(ready, seed=2)
    audit(ready, command, "two", statistics=share)
    path = ready.folder / "comparison.json"
    done = command("compare", ready.folder / "one", ready.folder / "two", "--json", path)
    assert done.code == 0, done.err
    rates = {
        (row["measure"], row["operating_point"], row["group"]): row for row in json.loads(path.read_text())["rates"]
    }
    fmr = rates["fmr", "fitted", "all"]
    assert (fmr["trials"], fmr["subjects"]) == (28 * 27 // 2 - 14, 14)
    assert fmr["own_first"] == fmr["first"]  # the very trials that the run was measured on
    assert fmr["own_second"] == fmr["second"]
    audit(ready, command, "three", statistics="{calibration_share: 0.3, replicates: 100}", seed="9")
    refused = command("compare", ready.folder / "one", ready.folder / "three")
    assert refused.code == 2
    assert "other subjects set the thresholds" in refused.err


def test_review_of_a_calibrated_run_lists_everybody(ready: Toy, command: Command) -> None:
    audit(ready, command, "run", statistics="{calibration_share: 0.3, replicates: 100}")
    done = command("review", ready.folder / "run", "--manifest", ready.images / "manifest.yaml", "--most", 3)
    assert done.code == 0, done.err
    assert "Most alike of two subjects (highest non-mated scores): 3" in done.out


@pytest.mark.parametrize(
    ("groups", "reference", "name"),
    [("[team]", "{team: green}", "team=green"), ("[[team, light]]", "{light: dim, team: green}", "green")],
)
def test_a_reference_that_nobody_is_in_is_refused(
    ready: Toy, command: Command, groups: str, reference: str, name: str
) -> None:
    ready.write_plan(groups=groups, statistics=f"{{references: [{reference}]}}")
    for arguments in (("check", ready.plan), ("run", ready.plan, "--out", ready.folder / "run")):
        done = command(*arguments)
        assert done.code == 2
        assert "plan.yaml:9:27: statistics.references.0: no sample is in the group" in done.err
        assert name in done.err
        assert "Traceback" not in done.err
    assert not (ready.folder / "run").exists()


def test_every_key_does_something(ready: Toy, command: Command) -> None:
    plain = audit(ready, command, "plain", statistics="{replicates: 100, simulations: 150}")
    full = audit(ready, command, "full", statistics=EVERYTHING)
    assert plain["adjusted"] == []
    assert {row["covariates"][0] for row in full["adjusted"]} == {"light"}
    ratios = {(row["reference"], row["group"]) for row in full["differentials"] if row["reference"]}
    assert ratios == {("team=blue", "team=red")}
    assert not [row for row in plain["differentials"] if row["reference"]]
    assert {row["test"] for row in full["tests"]} - {row["test"] for row in plain["tests"]} == {"equivalence"}
    notes = {row["note"].split(";")[0] for row in full["differentials"] if row["measure"] == "garbe"}
    assert "alpha 0.25 is the weight of FMR" in notes
    assert full["plan"]["statistics"]["equivalence_ratio"] == 1.5


def test_the_resolved_plan_with_every_key_runs_again_to_the_same_bytes(ready: Toy, command: Command) -> None:
    decided = table(
        ("probe", "reference", "decision", "reason", "decided_by", "date"),
        [("s00-0", "s01-0", "same-person", "seen", "the tests", "2026-11-22")],
    )
    (ready.folder / "decided.csv").write_text(decided)
    audit(ready, command, "first", statistics=EVERYTHING, ground_truth="{decisions: decided.csv}")
    text = (ready.folder / "first" / "plan.yaml").read_text()
    again = ready.folder / "again.yaml"
    again.write_text(text.replace("  id: toy-set\n", "  manifest: data/manifest.yaml\n"))
    done = command("run", again, "--out", ready.folder / "second")
    assert done.code == 0, done.err
    for name in ("plan.yaml", "result.json", "metrics.csv", "report.html"):
        assert (ready.folder / "second" / name).read_bytes() == (ready.folder / "first" / name).read_bytes(), name
    (ready.folder / "decided.csv").write_text(decided.replace("seen", "looked at"))
    other = command("check", again)
    assert other.code == 2
    assert "ground_truth.decisions" in other.err


def finished_batches(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (folder / "comparisons" / "blocks").rglob("*.npz")}


def test_an_interrupted_comparison_goes_on_where_it_was(
    ready: Toy, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_templates(ready, seed=3)
    audit(ready, command, "whole", system=TEMPLATES)

    def small(folder: Path | None, options: pipeline.RunOptions) -> CompareOptions:
        return CompareOptions(workers=1, folder=folder, block=6, batch_pairs=80)

    monkeypatch.setattr(pipeline, "_compare_options", small)
    write, written, kept = BatchStore.write, [], {}

    def interrupted(store: BatchStore, number: int, result) -> None:
        if len(written) == 4:
            raise KeyboardInterrupt
        write(store, number, result)
        written.append(number)

    run = ("run", ready.plan, "--out", ready.folder / "run")
    with monkeypatch.context() as patch:
        patch.setattr(BatchStore, "write", interrupted)
        done = command(*run)
        assert done.code == 130
        assert "--resume" in done.err
        kept = finished_batches(ready.folder / "run")
        assert len(kept) == 4
    done_again: list[int] = []

    def noted(store: BatchStore, number: int, result) -> None:
        write(store, number, result)
        done_again.append(number)
        assert finished_batches(ready.folder / "run").items() >= kept.items()

    monkeypatch.setattr(BatchStore, "write", noted)
    assert command(*run, "--resume").code == 0
    assert done_again
    assert not set(done_again) & set(written)
    for name in ("result.json", "metrics.csv", "report.html"):
        assert (ready.folder / "run" / name).read_bytes() == (ready.folder / "whole" / name).read_bytes(), name
    assert not (ready.folder / "run" / "comparisons" / "blocks").exists()


def test_discard_removes_templates_and_comparisons_and_nothing_else(ready: Toy, command: Command) -> None:
    write_templates(ready, seed=3)
    audit(ready, command, "run", "--discard", system=TEMPLATES)
    names = {path.name for path in (ready.folder / "run").iterdir()}
    assert names == {".lock", "log.jsonl", "metrics.csv", "plan.yaml", "report.html", "result.json"}
    kept = audit(ready, command, "kept", system=TEMPLATES)
    assert json.loads((ready.folder / "run" / "result.json").read_text()) == kept
