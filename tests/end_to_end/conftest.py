"""What the end-to-end tests share: toys, the command line in-process, the London set."""

import csv
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from evalharness import cli
from tests.end_to_end.toy import Toy

LONDON_VARIABLE = "EVALHARNESS_DATA_FACE_RESEARCH_LAB_LONDON_SET"


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Run ``evalharness ARGS``; the exit code and both streams."""

    def call(*args: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["evalharness", *map(str, args)])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return call


@pytest.fixture(scope="session")
def london() -> Path:
    """The folder of the London images; without it the test is skipped, or fails where the set is required."""
    named = os.environ.get(LONDON_VARIABLE)
    beside = Path(__file__).parents[3] / "shared" / "datasets" / "face-research-lab-london"
    folder = Path(named) if named else beside
    if folder.is_dir():
        return folder
    message = f"the London set is not at {folder}; name its folder in {LONDON_VARIABLE}"
    if os.environ.get("EVALHARNESS_REQUIRE_LONDON") == "1":
        pytest.fail(message)
    pytest.skip(message)


def measures(folder: Path) -> dict[tuple[str, str, str, str], dict[str, str]]:
    """The rows of ``metrics.csv`` by measure, operating point, group and other group."""
    with (folder / "metrics.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    keyed = {(r["measure"], r["operating_point"], r["group"], r["other_group"]): r for r in rows}
    assert len(keyed) == len(rows), "two rows of metrics.csv are about the same thing"
    return keyed
