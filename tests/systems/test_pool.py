import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from evalharness.errors import RunError
from tests.systems.fakes import (
    alive,
    assert_same,
    content,
    fake_enrol,
    readings,
    samples_named,
    worker_pids,
)

REPOSITORY = Path(__file__).parents[2]


def test_a_worker_that_dies_once_costs_nothing_but_time(tmp_path):
    names = [f"s{i}" for i in range(6)]
    result = fake_enrol(samples_named(*names[:3], "once", *names[3:]), tmp_path / "died")
    assert_same(result, fake_enrol(samples_named(*names[:3], "once", *names[3:]), tmp_path / "died"))
    assert result.enrolled.all()


def test_a_worker_that_dies_twice_is_an_error_that_names_the_suspects(tmp_path):
    names = [f"s{i}" for i in range(30)]
    with pytest.raises(RunError, match="a worker process died twice") as caught:
        fake_enrol(samples_named(*names, "killed"), tmp_path)
    assert "Under way at the time: killed (killed.png). Everything else" in str(caught.value)
    assert "--resume" in str(caught.value)
    before = len(readings(tmp_path))
    assert fake_enrol(samples_named(*names), tmp_path).enrolled.all()
    assert len(readings(tmp_path)) - before <= 8  # what was under way beside it and not yet tried again


def test_the_caller_s_own_main_module_is_back_afterwards(tmp_path):
    main = sys.modules["__main__"]
    fake_enrol(samples_named("a"), tmp_path)
    assert sys.modules["__main__"] is main


SCRIPT = textwrap.dedent(
    """
    import signal
    import sys
    from pathlib import Path
    from tests.systems.fakes import fake_enrol, samples_named

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background starts with it ignored
    fake_enrol(samples_named(*(f"slow{i}" for i in range(40))), Path(sys.argv[1]))
    """
)


def start_enrolment(root):
    """A process that enrols forty slow samples; returns when some are done."""
    root.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(root)],
        env=environment,
        cwd=REPOSITORY,
        start_new_session=True,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while len(list((root / "templates").glob("*/*/*.entry"))) < 10:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


def assert_no_orphans(root):
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in worker_pids(root)):
        assert time.monotonic() < deadline, "a worker outlived its parent"
        time.sleep(0.05)


def test_killed_half_way_and_resumed_the_result_is_the_same_to_the_last_byte(tmp_path):
    killed = tmp_path / "killed"
    with start_enrolment(killed) as process:
        process.kill()
    assert_no_orphans(killed)
    done = {path.stem for path in (killed / "templates").glob("*/*/*.entry")}
    samples = samples_named(*(f"slow{i}" for i in range(40)))
    assert 10 <= len(done) < 40
    resumed = fake_enrol(samples, killed)
    again = [row.sample for row in samples.rows if row.sha256 in done and readings(killed).count(row.sample) > 1]
    assert again == []
    whole = fake_enrol(samples, tmp_path / "whole")
    assert_same(resumed, whole)
    assert content(killed / "templates") == content(tmp_path / "whole" / "templates")


def test_an_interrupt_leaves_no_worker_and_keeps_what_was_done(tmp_path):
    root = tmp_path / "interrupted"
    with start_enrolment(root) as process:
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode != 0
    assert errors.count(b"KeyboardInterrupt") == 1
    assert_no_orphans(root)
    assert 10 <= len(list((root / "templates").glob("*/*/*.entry"))) < 40


def test_a_script_without_a_main_guard_is_not_run_again_by_the_workers(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("print('script runs')\n" + SCRIPT.replace("40", "3"))
    root = tmp_path / "root"
    root.mkdir()
    finished = subprocess.run(
        [sys.executable, str(script), str(root)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout == "script runs\n"
    assert len(list((root / "templates").glob("*/*/*.entry"))) == 3
