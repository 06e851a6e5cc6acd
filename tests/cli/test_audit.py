"""Options of ``evalharness run`` that change how it runs and no number."""

import pytest
from typer.testing import CliRunner

from evalharness import pipeline, plan
from evalharness.cli import app
from evalharness.reporting import terminal


@pytest.mark.parametrize(("words", "workers"), [((), None), (("--workers", "3"), 3)])
def test_the_number_of_processes_reaches_the_run(tmp_path, monkeypatch, words, workers):
    asked = []
    monkeypatch.setattr(plan, "load_plan", lambda path: path)
    monkeypatch.setattr(pipeline, "run_audit", lambda plan, options: asked.append(options))
    monkeypatch.setattr(terminal, "summary_table", lambda result, *, width: "table")
    done = CliRunner().invoke(app, ["run", "plan.yaml", "--out", str(tmp_path / "run"), *words])
    assert (done.exit_code, [options.workers for options in asked]) == (0, [workers])


def test_no_process_at_all_is_refused(tmp_path):
    done = CliRunner().invoke(app, ["run", "plan.yaml", "--out", str(tmp_path / "run"), "--workers", "0"])
    assert done.exit_code == 2
    assert "--workers" in done.output


def test_help_says_what_workers_are_for():
    text = " ".join(CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "200"}).output.split())
    assert "Fewer need less memory" in text
