import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from evalharness.errors import RunError
from evalharness.files import sha256_of
from evalharness.plan import DlibSystem
from evalharness.records import (
    AcquisitionFailure,
    DatasetFault,
    FailureReason,
    FaultReason,
    Image,
    Sample,
    Samples,
    TwoFaces,
)
from evalharness.systems import EnrolmentOptions, LineProgress, enrol, load_system, purge_templates
from evalharness.systems.store import TemplateStore
from tests.systems.drawing import draw_face, image, no_face
from tests.systems.fakes import (
    PIXEL_LIMIT,
    FakeSystem,
    alive,
    load_fake,
    read_fake,
    readings,
    samples_named,
    worker_pids,
)

SPEC = DlibSystem(kind="dlib")
REPOSITORY = Path(__file__).parents[2]


def fake_enrol(samples, root, *, workers=2, progress=None, two_faces=TwoFaces.LARGEST):
    root.mkdir(exist_ok=True)
    extra = {} if progress is None else {"progress": progress}
    options = EnrolmentOptions(read=read_fake, pixel_limit=PIXEL_LIMIT, workers=workers, load=load_fake, **extra)
    return enrol(samples, spec=SPEC, two_faces=two_faces, root=root, store_folder=root / "templates", options=options)


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_same(one, other):
    assert one.identity == other.identity
    np.testing.assert_array_equal(one.enrolled, other.enrolled)
    assert one.templates.tobytes() == other.templates.tobytes()
    assert (one.failures, one.faults) == (other.failures, other.faults)


def test_every_sample_is_a_template_a_failure_or_a_fault_in_index_order(tmp_path):
    samples = samples_named("a", "noface", "b", "fault", "c")
    result = fake_enrol(samples, tmp_path)
    assert result.enrolled.tolist() == [True, False, True, False, True]
    assert dict(result.failures) == {1: AcquisitionFailure(FailureReason.NO_FACE, "none drawn")}
    assert dict(result.faults) == {3: DatasetFault(FaultReason.UNDECODABLE, "not a picture")}
    expected = [list(bytes.fromhex(samples.rows[i].sha256)[:8]) for i in (0, 2, 4)]
    assert result.templates.tolist() == expected
    assert result.templates.dtype == np.float32
    assert not result.templates.flags.writeable
    assert not result.enrolled.flags.writeable


def test_a_second_run_reads_nothing_and_gives_the_same(tmp_path):
    samples = samples_named("a", "noface", "b", "fault")
    first = fake_enrol(samples, tmp_path)
    stored = content(tmp_path / "templates")
    second = fake_enrol(samples, tmp_path)
    assert readings(tmp_path) == ["a", "b", "fault", "noface"]
    assert_same(first, second)
    assert content(tmp_path / "templates") == stored


def test_another_policy_or_new_samples_are_enrolled_afresh(tmp_path):
    fake_enrol(samples_named("a", "b"), tmp_path)
    fake_enrol(samples_named("a", "b", "c"), tmp_path)
    fake_enrol(samples_named("a"), tmp_path, two_faces=TwoFaces.FAILURE)
    assert readings(tmp_path) == ["a", "a", "b", "c"]


def test_the_number_of_workers_changes_no_byte(tmp_path):
    samples = samples_named(*(f"s{i}" for i in range(9)), "noface")
    one = fake_enrol(samples, tmp_path / "one", workers=1)
    three = fake_enrol(samples, tmp_path / "three", workers=3)
    assert_same(one, three)
    assert content(tmp_path / "one" / "templates") == content(tmp_path / "three" / "templates")


def test_files_with_one_digest_are_enrolled_once(tmp_path):
    (row,) = samples_named("a").rows
    twin = Sample("twin", "twin.png", "another", row.sha256, {})
    result = fake_enrol(Samples.of([row, twin]), tmp_path)
    assert readings(tmp_path) in (["a"], ["twin"])
    assert result.templates[0].tolist() == result.templates[1].tolist()


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content[:-40] + bytes([content[-40] ^ 1]) + content[-39:],
    ],
    ids=["truncated", "empty", "one bit flipped"],
)
def test_a_damaged_entry_is_computed_again(tmp_path, damage):
    samples = samples_named("a", "b")
    first = fake_enrol(samples, tmp_path)
    stored = content(tmp_path / "templates")
    (entry,) = (tmp_path / "templates").glob(f"*/*/{samples.rows[1].sha256}.entry")
    entry.write_bytes(damage(entry.read_bytes()))
    assert_same(fake_enrol(samples, tmp_path), first)
    assert readings(tmp_path) == ["a", "b", "b"]
    assert content(tmp_path / "templates") == stored


def test_an_entry_under_another_name_is_not_believed(tmp_path):
    samples = samples_named("a", "b")
    first = fake_enrol(samples, tmp_path)
    a, b = (next((tmp_path / "templates").glob(f"*/*/{row.sha256}.entry")) for row in samples.rows)
    b.write_bytes(a.read_bytes())
    assert_same(fake_enrol(samples, tmp_path), first)


def test_half_written_files_are_removed(tmp_path):
    samples = samples_named("a")
    fake_enrol(samples, tmp_path)
    (entry,) = (tmp_path / "templates").glob("*/*/*.entry")
    leftover = entry.with_name(f".{entry.name}.abc123.tmp")
    leftover.write_bytes(b"half")
    fake_enrol(samples, tmp_path)
    assert not leftover.exists()
    assert entry.exists()


def test_purging_a_sample_removes_it_for_every_system_and_leaves_the_rest(tmp_path):
    samples = samples_named("a", "b")
    for policy in (TwoFaces.LARGEST, TwoFaces.FAILURE):
        fake_enrol(samples, tmp_path, two_faces=policy)
    folder, digest = tmp_path / "templates", samples.rows[0].sha256
    (entry, _) = folder.glob(f"*/*/{digest}.entry")
    entry.with_name(f".{entry.name}.abc123.tmp").write_bytes(b"half")
    assert purge_templates(folder, digest) == 3
    assert not [path for path in folder.rglob("*") if digest in path.name]
    assert len(list(folder.glob("*/*/*.entry"))) == 2


def test_the_store_says_whose_templates_it_holds(tmp_path):
    fake_enrol(samples_named("a"), tmp_path)
    (path,) = (tmp_path / "templates").glob("*/identity.json")
    document = json.loads(path.read_text())
    assert document["settings"] == {"two_faces": "largest"}
    assert document["pixel_limit"] == PIXEL_LIMIT
    other = TemplateStore(tmp_path, FakeSystem(SPEC, TwoFaces.LARGEST).identity, pixel_limit=PIXEL_LIMIT + 1)
    assert other.folder.name != path.parent.name


def test_no_template_at_all_is_an_empty_array(tmp_path):
    result = fake_enrol(samples_named("noface1", "fault"), tmp_path)
    assert result.templates.shape == (0, 0)
    assert (sorted(result.failures), sorted(result.faults)) == ([0], [1])


def test_a_broken_model_names_the_sample_and_keeps_the_rest(tmp_path):
    with pytest.raises(RunError, match=r"broken \(broken.png\): the system broke: ZeroDivisionError: the model broke"):
        fake_enrol(samples_named("a", "b", "broken"), tmp_path, workers=1)
    result = fake_enrol(samples_named("a", "b"), tmp_path)
    assert readings(tmp_path) == ["a", "b", "broken"]
    assert result.enrolled.all()


def test_a_worker_that_dies_once_costs_nothing_but_time(tmp_path):
    names = [f"s{i}" for i in range(6)]
    result = fake_enrol(samples_named(*names[:3], "once", *names[3:]), tmp_path / "died")
    assert_same(result, fake_enrol(samples_named(*names[:3], "once", *names[3:]), tmp_path / "died"))
    assert result.enrolled.all()


def test_a_worker_that_dies_twice_is_an_error_that_names_the_suspects(tmp_path):
    names = [f"s{i}" for i in range(30)]
    with pytest.raises(RunError, match="a worker process died twice") as caught:
        fake_enrol(samples_named(*names, "killed"), tmp_path)
    assert "killed (killed.png)" in str(caught.value)
    assert "s0 " not in str(caught.value)
    assert "--resume" in str(caught.value)
    before = len(readings(tmp_path))
    assert fake_enrol(samples_named(*names), tmp_path).enrolled.all()
    assert len(readings(tmp_path)) - before <= 1  # at most the one that was under way beside it


SCRIPT = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from tests.systems.fakes import samples_named
    from tests.systems.test_enrolment import fake_enrol

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


def test_progress_is_told_of_what_was_there_before(tmp_path):
    fake_enrol(samples_named("a", "b"), tmp_path)
    stream = io.StringIO()
    fake_enrol(samples_named("a", "b", "c"), tmp_path, progress=LineProgress(stream))
    first, last = stream.getvalue().splitlines()
    assert first == "enrolling 1 of 3 samples (2 enrolled before)"
    assert last.startswith("enrolled 3 of 3 samples, 1 of them now, in ")


def read_png(root: Path, sample: Sample, *, pixel_limit: int):
    with Pillow.open(root / sample.path) as picture:
        return Image(sample.sample, np.asarray(picture.convert("RGB")))


def test_dlib_in_worker_processes_gives_the_templates_of_one_process(tmp_path):
    pictures = [draw_face(150, seed=1), no_face(150), draw_face(150, seed=2)]
    rows = []
    for i, pixels in enumerate(pictures):
        path = tmp_path / f"{i}.png"
        Pillow.fromarray(pixels).save(path)
        rows.append(Sample(f"s{i}", path.name, f"subject {i}", sha256_of(path), {}))
    options = EnrolmentOptions(read=read_png, pixel_limit=10**8, workers=2)
    result = enrol(
        Samples.of(rows),
        spec=SPEC,
        two_faces=TwoFaces.LARGEST,
        root=tmp_path,
        store_folder=tmp_path / "templates",
        options=options,
    )
    direct = load_system(SPEC, TwoFaces.LARGEST).enrol([image(pixels) for pixels in pictures])
    assert result.enrolled.tolist() == [True, False, True]
    assert result.failures[1] == direct[1]
    np.testing.assert_array_equal(result.templates, [direct[0].vector, direct[2].vector])


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
