import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from evalharness.errors import RunError
from evalharness.files import sha256_of
from evalharness.progress import LineProgress
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
from evalharness.systems import EnrolmentOptions, enrol, load_system
from tests.systems.drawing import draw_face, image, no_face
from tests.systems.fakes import (
    SPEC,
    assert_same,
    content,
    fake_enrol,
    readings,
    samples_named,
)


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
