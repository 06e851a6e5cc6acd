"""The dlib audit on faces of nobody: failures, faults, resumption after a kill."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from evalharness.synthetic.writer import write_benchmark
from tests.end_to_end.conftest import Command, measures
from tests.end_to_end.toy import Toy, blank

PLAN = """\
audit: synthetic
date: 2026-11-22
purpose: internal-testing
dataset: {manifest: faces/manifest.yaml}
system: {kind: dlib}
groups: [form]
operating_points:
  - {policy: vendor, threshold: 0.6}
  - {policy: pooled, fmr: 0.1}
"""


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendered benchmark of 12 subjects with 2 captures."""
    folder = tmp_path_factory.mktemp("benchmark") / "faces"
    write_benchmark(folder, subjects=12, captures=2, seed=99)
    return folder


def test_failures_are_failures_and_faults_are_faults(toy: Toy, faces: Path, command: Command) -> None:
    drawn = sorted((faces / "images").rglob("*.jpg"))
    toy.images.mkdir()
    for number, source in enumerate(drawn[:8]):  # four subjects, two captures each
        Image.open(source).save(toy.images / f"s{number // 2}{number % 2}.png")
    blank(toy.images / "no-face.png")
    (toy.images / "text.png").write_text("no image at all")
    (toy.images / "cut.png").write_bytes(drawn[8].read_bytes()[:2000])
    Image.new("1", (40_000, 40_000)).save(toy.images / "huge.png")  # 200 MB decoded, 190 kB on disk
    samples = [(f"s{i}{j}", f"s{i}", "red" if i < 2 else "blue") for i in range(4) for j in range(2)]
    bad = [("no-face", "s0", "red"), ("text", "s1", "red"), ("cut", "s2", "blue"), ("huge", "s3", "blue")]
    toy.write_index([*samples, *bad])
    toy.write_plan(system="{kind: dlib}", operating_points="[{policy: vendor, threshold: 0.6}]")
    done = command("run", toy.plan, "--out", toy.folder / "run")
    assert done.code == 0, done.err
    result = json.loads((toy.folder / "run" / "result.json").read_text())
    assert result["population"]["failures"] == {"no-face": 1}
    assert result["population"]["faults"] == {"too-large": 1, "undecodable": 2}
    rows = measures(toy.folder / "run")
    fta = rows["fta", "", "all", ""]
    assert (fta["errors"], fta["trials"]) == ("1", "9")  # 12 samples, 3 of them faults of the dataset
    assert rows["fta", "", "team=blue", ""]["trials"] == "4"
    frr = rows["frr", "vendor-0.6", "all", ""]  # s0 has three samples, one of them failed: 3 + 1 + 1 + 1 attempted
    assert frr["trials"] == "6"
    assert rows["fnmr", "vendor-0.6", "all", ""]["trials"] == "4"
    assert int(frr["errors"]) == 2 + int(rows["fnmr", "vendor-0.6", "all", ""]["errors"])
    page = (toy.folder / "run" / "report.html").read_text()
    assert "<img" not in page
    assert "no-face.png" not in page


def start(plan: Path, out: Path) -> subprocess.Popen[bytes]:
    code = "import sys; from evalharness.cli import main; main()"
    arguments = ["run", str(plan), "--out", str(out), "--resume"]
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ
    )


def finish(plan: Path, out: Path) -> None:
    process = start(plan, out)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file of a run folder except its log, its lock and what holds durations."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name not in ("log.jsonl", ".lock", "response_time.json")
        and path.suffix != ".seconds"
    }


def stored(out: Path) -> int:
    return len(list((out / "templates").rglob("[!.]*.entry")))


def test_killed_half_way_and_resumed_is_the_same_to_the_last_byte(tmp_path: Path, faces: Path) -> None:
    shutil.copytree(faces, tmp_path / "faces")
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN)
    finish(plan, tmp_path / "whole")
    process = start(plan, tmp_path / "killed")
    deadline = time.monotonic() + 60
    while stored(tmp_path / "killed") < 3 and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert 3 <= stored(tmp_path / "killed") < 24
    assert not (tmp_path / "killed" / "result.json").exists()
    finish(plan, tmp_path / "killed")
    whole, resumed = bytes_of(tmp_path / "whole"), bytes_of(tmp_path / "killed")
    assert resumed.keys() == whole.keys()
    assert [name for name in whole if whole[name] != resumed[name]] == []
    assert stored(tmp_path / "whole") == 24
    times = json.loads((tmp_path / "whole" / "response_time.json").read_text())
    everybody = times["enrolment"][0]
    assert everybody["samples"] + times["first_of_process"] + times["not_timed"] == 24
    assert 0 < everybody["mean"] < 60
    assert str(everybody["mean"]).encode() not in whole["result.json"]


def test_discard_leaves_no_template(tmp_path: Path, faces: Path, command: Command) -> None:
    shutil.copytree(faces, tmp_path / "faces")
    (tmp_path / "plan.yaml").write_text(PLAN)
    done = command("run", tmp_path / "plan.yaml", "--out", tmp_path / "run", "--discard")
    assert done.code == 0, done.err
    assert stored(tmp_path / "run") == 0
    assert not (tmp_path / "run" / "comparisons").exists()
    assert (tmp_path / "run" / "report.html").exists()
    assert (tmp_path / "run" / "response_time.json").exists()  # of groups, not of persons
