"""The real audits: dlib and DeepFace on the London set, recounted from the stored templates by plain loops."""

import csv
import io
import json
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from evalharness.pipeline import RunOptions, run_audit
from evalharness.plan import load_plan
from tests.end_to_end.conftest import measures

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "datasets_manifest" / "face-research-lab-london-set" / "files.csv"
ETHNICITIES = ("white", "black", "west_asian", "east_asian", "east_asian/white")

pytestmark = [pytest.mark.london, pytest.mark.slow]


@dataclass(frozen=True, slots=True)
class Audited:
    """A finished run and what a plain loop over its templates finds."""

    folder: Path
    rows: dict[tuple[str, str, str, str], dict[str, str]]
    people: list[dict[str, str]]
    distance: np.ndarray  # (204, 204) float64


@pytest.fixture(scope="module", params=["dlib", "deepface"])
def audited(request: pytest.FixtureRequest, london: Path, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """One audit for each system, by its example plan."""
    out = tmp_path_factory.mktemp("london") / request.param
    run_audit(load_plan(ROOT / "examples" / f"london-{request.param}.yaml"), RunOptions(out=out, data_root=london))
    with INDEX.open(newline="") as stream:
        people = list(csv.DictReader(stream))
    vectors = np.array([template(out, row["sha256"]) for row in people], dtype=np.float64)
    return Audited(out, measures(out), people, distances(vectors))


def distances(vectors: np.ndarray) -> np.ndarray:
    """Euclidean, one dimension after another: the order decides the last bit, and a fitted threshold is a score."""
    total = np.zeros((len(vectors), len(vectors)))
    for column in vectors.T:
        total += (column[:, None] - column[None, :]) ** 2
    return np.sqrt(total)


def template(out: Path, digest: str) -> np.ndarray:
    (entry,) = (out / "templates").rglob(f"{digest}.entry")
    _, _, vector = entry.read_bytes()[:-32].partition(b"\n")
    loaded: np.ndarray = np.load(io.BytesIO(vector), allow_pickle=False)
    return loaded


def false_matches(run: Audited, threshold: float, first: dict[str, str], second: dict[str, str]) -> tuple[int, int]:
    """Errors and trials of the cell of two groups, each a condition on the labels of a person."""

    def belongs(person: dict[str, str], wanted: dict[str, str]) -> bool:
        return all(person[attribute] == value for attribute, value in wanted.items())

    errors = trials = 0
    for i, j in combinations(range(len(run.people)), 2):
        a, b = run.people[i], run.people[j]
        inside = (belongs(a, first) and belongs(b, second)) or (belongs(b, first) and belongs(a, second))
        if a["subject"] != b["subject"] and inside:
            trials += 1
            errors += bool(run.distance[i, j] <= threshold)
    return errors, trials


def test_nobody_failed_to_be_acquired(audited: Audited) -> None:
    row = audited.rows["fta", "", "all", ""]
    assert (row["errors"], row["trials"], row["subjects"]) == ("0", "204", "102")
    assert audited.rows["fta", "", "gender=female", ""]["trials"] == "98"


@pytest.mark.parametrize("point", ["vendor-0.6", "pooled-fmr-0.01", "reference-ethnicity=white-fmr-0.01"])
def test_false_matches_as_a_plain_loop_counts_them(audited: Audited, point: str) -> None:
    threshold = float(audited.rows["fmr", point, "all", "all"]["threshold"])
    cells: list[tuple[str, dict[str, str], str, dict[str, str]]] = [("all", {}, "all", {})]
    cells += [(f"ethnicity={e}", {"ethnicity": e}, f"ethnicity={e}", {"ethnicity": e}) for e in ETHNICITIES[:4]]
    cells += [("ethnicity=black", {"ethnicity": "black"}, "ethnicity=white", {"ethnicity": "white"})]
    cells += [("ethnicity=black", {"ethnicity": "black"}, "all", {})]
    both = {"gender": "male", "ethnicity": "black"}
    cells += [("gender=male;ethnicity=black", both, "gender=male;ethnicity=black", both)]
    for group, first, other, second in cells:
        row = audited.rows["fmr", point, group, other]
        assert (int(row["errors"]), int(row["trials"])) == false_matches(audited, threshold, first, second), group
        assert float(row["lower"]) <= float(row["value"]) <= float(row["upper"])
    assert audited.rows["fmr", point, "all", "all"]["trials"] == "20604"


def test_fitted_thresholds_attain_their_target_and_no_more(audited: Audited) -> None:
    points = {p["name"]: p for p in json.loads((audited.folder / "result.json").read_text())["operating_points"]}
    reference = points["reference-ethnicity=white-fmr-0.01"]
    assert reference["impostor_comparisons"] == {"all": 9384}
    assert reference["attained_fmr"]["all"] == 93 / 9384  # floor(0.01 x 9384) = 93
    pooled = points["pooled-fmr-0.01"]
    assert pooled["impostor_comparisons"] == {"all": 9384 + 312 + 180 + 144}  # within the groups of ethnicity
    assert pooled["attained_fmr"]["all"] == 100 / 10_020
    assert points["per-group-ethnicity-fmr-0.01"]["hypothetical"] is True


@pytest.mark.parametrize("point", ["vendor-0.6", "pooled-fmr-0.01"])
def test_false_non_matches_as_a_plain_loop_counts_them(audited: Audited, point: str) -> None:
    threshold = float(audited.rows["fnmr", point, "all", ""]["threshold"])
    missed = {"all": 0, "gender=female": 0, "gender=male": 0}
    for i, j in combinations(range(len(audited.people)), 2):
        if audited.people[i]["subject"] == audited.people[j]["subject"] and audited.distance[i, j] > threshold:
            missed["all"] += 1
            missed[f"gender={audited.people[i]['gender']}"] += 1
    trials = {"all": "102", "gender=female": "49", "gender=male": "53"}
    for group, errors in missed.items():
        row = audited.rows["fnmr", point, group, ""]
        assert (row["errors"], row["trials"]) == (str(errors), trials[group])


def test_the_person_with_two_ethnicities_is_kept_and_listed(audited: Audited) -> None:
    row = audited.rows["fmr", "vendor-0.6", "ethnicity=east_asian/white", "ethnicity=east_asian/white"]
    assert (row["value"], row["subjects"], row["note"]) == ("", "1", "fewer than 2 subjects")


def test_the_report_is_about_nobody_and_says_what_it_cannot_tell(audited: Audited) -> None:
    page = (audited.folder / "report.html").read_text()
    assert "<img" not in page
    assert "data:image" not in page
    assert not [row["sample"] for row in audited.people if row["sample"] in page]
    for words in ("volunteers", "one sitting", "CC BY 4.0", "used in lab-based"):
        assert words in page
    assert str(audited.folder) not in (audited.folder / "result.json").read_text()
