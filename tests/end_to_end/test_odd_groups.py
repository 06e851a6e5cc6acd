"""Groups that nothing can be said about: every number is there or null with its reason, and no warning is raised."""

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from tests.end_to_end.conftest import Command
from tests.end_to_end.toy import Toy, table

POINTS = (
    "[{policy: vendor, threshold: 0.5, name: vendor}, {policy: vendor, threshold: -9, name: below}, "
    "{policy: vendor, threshold: 9, name: beyond}, {policy: pooled, fmr: 0.05}, "
    "{policy: per-group, partition: team, fmr: 0.1}, {policy: reference, group: {team: red}, fmr: 0.2}]"
)
STATISTICS = (
    "{replicates: 100, simulations: 100, references: [{team: red}], equivalence_ratio: 2, "
    "adjust: {covariates: [light], target: {light: {dim: 0.5, bright: 0.5}}}}"
)

Rows = list[tuple[str, str, str, str]]  # sample, subject, team, light


def people(*, red: int, blue: int, captures: int = 2) -> Rows:
    teams = ["red"] * red + ["blue"] * blue
    return [
        (f"s{i}-{k}", f"s{i}", team, ("dim", "bright")[(i + k) % 2])
        for i, team in enumerate(teams)
        for k in range(captures)
    ]


def drawn(a: tuple[str, ...], b: tuple[str, ...], rng: np.random.Generator) -> float:
    return round(float(rng.normal(0.9 if a[1] == b[1] else 0.2, 0.2)), 2)


def moved(rows: Rows) -> Rows:
    """The label of every subject's second sample is that of the other team."""
    other = {"red": "blue", "blue": "red"}
    return [(s, who, other[team] if s.endswith("-1") else team, light) for s, who, team, light in rows]


def one_light(rows: Rows) -> Rows:
    """Red samples are all dim and blue ones all bright: weights that do not overlap."""
    return [(s, who, team, "dim" if team == "red" else "bright") for s, who, team, _ in rows]


CASES = {
    "groups of one subject": people(red=1, blue=1),
    "one subject beside many": people(red=1, blue=6),
    "nobody in a group": people(red=6, blue=0),
    "no mated comparison": people(red=5, blue=5, captures=1),
    "one subject alone": people(red=1, blue=0),
    "subjects in two groups": moved(people(red=5, blue=5)),
    "weights that do not overlap": one_light(people(red=5, blue=5)),
}


def write(toy: Toy, rows: Rows, system: str = "{kind: scores, file: scores.csv, score: similarity}") -> None:
    columns = [(s, f"{s}.png", who, f"{n:064x}", team, light) for n, (s, who, team, light) in enumerate(rows)]
    toy.write_rows(columns, labels=["light"])
    groups = "[team, light, [team, light]]"
    toy.write_plan(system=system, groups=groups, operating_points=POINTS, statistics=STATISTICS)


def write_all(toy: Toy, rows: Rows, score) -> None:
    toy.write_scores([(a[0], b[0], score(a, b)) for a, b in combinations(rows, 2)])


def audited(toy: Toy, command: Command) -> dict:
    done = command("run", toy.plan, "--out", toy.folder / "run")
    assert done.code == 0, done.err

    def number(text: str) -> float:
        raise AssertionError(f"{text} stands in result.json")

    return json.loads((toy.folder / "run" / "result.json").read_text(), parse_constant=number)


VALUES = {
    "measures": ("value",),
    "differentials": ("value",),
    "group_estimates": ("value",),
    "worst_groups": ("value",),
    "adjusted": ("crude", "adjusted"),
}


def faults(result: dict) -> Iterator[tuple[str, str, dict]]:
    """Rows whose null has no reason, or whose value or limits make no sense."""
    for kind, fields in VALUES.items():
        for row in result[kind]:
            if any(row[field] is None for field in fields) and not row["note"]:
                yield kind, "a null without its reason", row
            if row.get("lower") is not None and row.get("upper") is not None and not row["lower"] <= row["upper"]:
                yield kind, "limits in the wrong order", row
    for row in result["tests"]:
        if row["test"] != "equivalence" and row["p_value"] is None and not row["note"]:
            yield "tests", "no p-value without its reason", row
        if row["p_value"] is not None and not 0 <= row["p_value"] <= 1:
            yield "tests", "no probability", row
    for row in result["score_shifts"]:
        if row["mean"] is None and not row["note"]:
            yield "score_shifts", "a null without its reason", row
    for row in result["curves"]:
        if not row["thresholds"] and not row["note"]:
            yield "curves", "nothing without its reason", row


def row_of(result: dict, measure: str, point: str, group: str, other: str = "") -> dict:
    key = (measure, point, group, other)
    (row,) = [
        r for r in result["measures"] if (r["measure"], r["operating_point"], r["group"], r["other_group"]) == key
    ]
    return row


@pytest.mark.parametrize("case", CASES)
def test_score_files_of_odd_groups(toy: Toy, command: Command, case: str) -> None:
    rng = np.random.default_rng(7)
    write(toy, CASES[case])
    write_all(toy, CASES[case], lambda a, b: drawn(a, b, rng))
    assert list(faults(audited(toy, command))) == []


def test_equal_scores_everywhere(toy: Toy, command: Command) -> None:
    rows = people(red=5, blue=5)
    write(toy, rows)
    write_all(toy, rows, lambda *_: 0.5)
    result = audited(toy, command)
    assert list(faults(result)) == []
    assert row_of(result, "fmr", "vendor", "all", "all")["value"] == 1  # a score equal to the threshold matches
    assert row_of(result, "fnmr", "beyond", "all")["value"] == 1
    pooled = result["operating_points"][3]
    (threshold,) = pooled["thresholds"].values()
    assert (threshold > 0.5, pooled["attained_fmr"]["all"]) == (True, 0)
    assert {row["d_prime"] for row in result["score_shifts"]} == {None}


def test_thresholds_beyond_all_scores(toy: Toy, command: Command) -> None:
    rows = people(red=5, blue=5)
    rng = np.random.default_rng(7)
    write(toy, rows)
    write_all(toy, rows, lambda a, b: drawn(a, b, rng))
    result = audited(toy, command)
    for point, fmr, fnmr in (("below", 1, 0), ("beyond", 0, 1)):
        assert row_of(result, "fmr", point, "team=red", "team=red")["value"] == fmr
        assert row_of(result, "fnmr", point, "team=red")["value"] == fnmr
    ratios = {r["operating_point"]: r for r in result["differentials"] if r["measure"] == "fmr.max_min"}
    assert (ratios["beyond"]["value"], ratios["below"]["value"]) == (None, 1)
    worst = {(r["measure"], r["operating_point"]): r for r in result["worst_groups"] if r["partition"] == "team"}
    assert worst["fmr", "beyond"]["note"] == "no group has an error: none is the worst"


def write_templates(toy: Toy, rows: Rows, *, failed: str) -> None:
    write(toy, rows, "{kind: templates, vectors: v.npy, ids: ids.csv, comparator: cosine}")
    gone = np.array([failed == "all" or row[2] == failed for row in rows])
    vectors = np.random.default_rng(8).normal(size=(len(rows), 4)).astype(np.float32)
    vectors[gone] = 0
    np.save(toy.folder / "v.npy", vectors)
    ids = [(row[0], "no-face" if lost else "") for row, lost in zip(rows, gone, strict=True)]
    (toy.folder / "ids.csv").write_text(table(("sample", "failure"), ids))


@pytest.mark.parametrize("failed", ["all", "red"])
def test_templates_that_all_failed(toy: Toy, command: Command, failed: str) -> None:
    write_templates(toy, people(red=5, blue=5), failed=failed)
    result = audited(toy, command)
    assert list(faults(result)) == []
    assert row_of(result, "fta", "", "team=red")["value"] == 1
    assert row_of(result, "frr", "vendor", "team=red")["value"] == 1
    assert row_of(result, "fnmr", "vendor", "team=red")["value"] is None
    assert row_of(result, "fmr", "vendor", "team=red", "team=red")["note"]


def test_a_single_sample(toy: Toy, command: Command) -> None:
    write_templates(toy, people(red=1, blue=0, captures=1), failed="none")
    result = audited(toy, command)
    assert list(faults(result)) == []
    assert {row["value"] for row in result["measures"]} == {None, 0.0}
    assert row_of(result, "fta", "", "team=red")["trials"] == 1


def test_subjects_in_two_groups_are_counted_in_both(toy: Toy, command: Command) -> None:
    rows = moved(people(red=5, blue=5))
    rng = np.random.default_rng(7)
    write(toy, rows)
    write_all(toy, rows, lambda a, b: drawn(a, b, rng))
    result = audited(toy, command)
    for team in ("team=red", "team=blue"):
        assert row_of(result, "fnmr", "vendor", team)["trials"] == 10  # a sample of each comparison is in the group
        assert row_of(result, "fmr", "vendor", team, team)["subjects"] == 10
        assert row_of(result, "fmr", "vendor", team, team)["trials"] == 45
    assert row_of(result, "fmr", "vendor", "team=blue", "team=red")["trials"] == 90
    assert Path(toy.folder / "run" / "report.html").stat().st_size > 0
