"""The run folder belongs to one plan and one process."""

import json
from pathlib import Path

import pytest

from evalharness.errors import RunFolderError
from evalharness.runfolder import RunFolder, plan_text

PLAN = plan_text({"audit": "a", "dataset": {"id": "d", "sha": "0" * 64}, "groups": [["x", "y"]], "level": 0.95})


def test_new_folder_holds_the_plan_and_a_log(tmp_path: Path) -> None:
    with RunFolder.open(tmp_path / "run", PLAN, resume=False) as folder, folder.stage("enrol"):
        pass
    assert (tmp_path / "run" / "plan.yaml").read_text() == PLAN
    events = [json.loads(line)["event"] for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert events == ["start", "enrol", "end"]


def test_same_plan_needs_resume(tmp_path: Path) -> None:
    RunFolder.open(tmp_path, PLAN, resume=False).__exit__(None, None, None)
    with pytest.raises(RunFolderError, match="--resume"):
        RunFolder.open(tmp_path, PLAN, resume=False)
    with RunFolder.open(tmp_path, PLAN, resume=True) as folder:
        assert folder.path == tmp_path


def test_another_plan_is_refused_with_the_difference(tmp_path: Path) -> None:
    RunFolder.open(tmp_path, PLAN, resume=False).__exit__(None, None, None)
    with pytest.raises(RunFolderError, match="another plan") as caught:
        RunFolder.open(tmp_path, PLAN.replace("0.95", "0.9"), resume=True)
    assert caught.value.faults == ("- level: 0.95", "+ level: 0.9")
    assert (tmp_path / "plan.yaml").read_text() == PLAN


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(RunFolderError, match=r"thesis\.doc"):
        RunFolder.open(tmp_path, PLAN, resume=True)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("mine")
    with pytest.raises(RunFolderError, match="is a file"):
        RunFolder.open(tmp_path / "f", PLAN, resume=False)


def test_in_use_is_refused(tmp_path: Path) -> None:
    with RunFolder.open(tmp_path, PLAN, resume=False), pytest.raises(RunFolderError, match="another run"):
        RunFolder.open(tmp_path, PLAN, resume=True)
    with RunFolder.open(tmp_path, PLAN, resume=True):
        pass


def test_discard_removes_only_personal_data(tmp_path: Path) -> None:
    with RunFolder.open(tmp_path, PLAN, resume=False) as folder:
        (tmp_path / "templates" / "x").mkdir(parents=True)
        (tmp_path / "templates" / "x" / "t.npy").write_bytes(b"t")
        assert folder.discard_personal_data() == ("templates",)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".lock", "log.jsonl", "plan.yaml"]
