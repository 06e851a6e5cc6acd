import importlib
import os
import warnings

import numpy as np
import pytest

from evalharness.errors import MissingDependencyError, RunError
from evalharness.plan import DeepFaceSystem
from evalharness.records import AcquisitionFailure, Comparator, FailureReason, ScoreKind, Template, TwoFaces
from evalharness.systems import dependencies, load_system
from evalharness.systems.deepface_session import DeepFaceSession
from evalharness.systems.weights import LANDMARKS_5, PINNED, RESNET, dlib_models_folder
from tests.systems.drawing import draw_face, image, no_face, two_faces

SPEC = DeepFaceSystem(kind="deepface", model="Dlib", detector="dlib", align=False, distance="euclidean")


@pytest.fixture(scope="module")
def system():
    return load_system(SPEC, TwoFaces.LARGEST)


@pytest.fixture
def represent(system, tmp_path, monkeypatch):
    """``DeepFace.represent`` as a user calls it, with the weights where DeepFace looks for them."""
    system.enrol([])  # the first import of DeepFace chooses the engine
    folder = tmp_path / ".deepface" / "weights"
    folder.mkdir(parents=True)
    for name in (RESNET, LANDMARKS_5):
        (folder / name).symlink_to(dlib_models_folder() / name)
    monkeypatch.setenv("DEEPFACE_HOME", str(tmp_path))
    deepface = importlib.import_module("deepface.DeepFace")

    def call(pixels, *, align=False):
        bgr = np.ascontiguousarray(pixels[:, :, ::-1])
        return deepface.represent(img_path=bgr, model_name="Dlib", detector_backend="dlib", align=align)

    return call


def test_templates_are_those_of_a_plain_represent_loop(system, represent):
    pictures = [draw_face(150, seed=seed) for seed in (0, 1, 2)]
    results = system.enrol([image(picture) for picture in pictures])
    for result, picture in zip(results, pictures, strict=True):
        (face,) = represent(picture)
        assert result.vector.shape == (128,)
        np.testing.assert_array_equal(result.vector, np.array(face["embedding"], dtype=np.float32))


def test_alignment_is_deepfaces_own(represent):
    aligned = load_system(SPEC.model_copy(update={"align": True}), TwoFaces.LARGEST)
    picture = draw_face(150, seed=3)
    (result,) = aligned.enrol([image(picture)])
    np.testing.assert_array_equal(
        result.vector, np.array(represent(picture, align=True)[0]["embedding"], dtype=np.float32)
    )
    assert np.abs(result.vector - np.array(represent(picture)[0]["embedding"])).max() > 0.01


def test_an_image_without_a_face_is_a_recorded_failure_in_its_place(system):
    first, second = system.enrol([image(no_face()), image(draw_face(150))])
    assert first == AcquisitionFailure(FailureReason.NO_FACE, "the detector found no face")
    assert isinstance(second, Template)


def test_two_faces_follow_the_policy(system, represent):
    picture = two_faces()
    faces = represent(picture)
    areas = [face["facial_area"]["w"] * face["facial_area"]["h"] for face in faces]
    assert len(faces) == 2
    assert areas[0] != areas[1]
    largest = np.array(faces[int(np.argmax(areas))]["embedding"], dtype=np.float32)
    np.testing.assert_array_equal(system.enrol([image(picture)])[0].vector, largest)
    # DeepFace caps dlib's confidence at 1, so that both faces tie and the larger one is taken.
    assert [face["face_confidence"] for face in faces] == [1.0, 1.0]
    (sure,) = load_system(SPEC, TwoFaces.MOST_CONFIDENT).enrol([image(picture)])
    np.testing.assert_array_equal(sure.vector, largest)
    (failed,) = load_system(SPEC, TwoFaces.FAILURE).enrol([image(picture)])
    assert failed == AcquisitionFailure(FailureReason.TWO_FACES, "the detector found 2 faces")


def test_skip_takes_the_whole_image_and_says_so():
    skip = load_system(SPEC.model_copy(update={"detector": "skip"}), TwoFaces.LARGEST)
    (result,) = skip.enrol([image(no_face(150))])
    assert isinstance(result, Template)
    assert "no face can be missed" in skip.identity.settings["acquisition"]


@pytest.mark.parametrize(
    ("distance", "comparator", "score_kind"),
    [
        ("euclidean", Comparator.EUCLIDEAN, ScoreKind.DISTANCE),
        ("euclidean_l2", Comparator.EUCLIDEAN, ScoreKind.DISTANCE),
        ("cosine", Comparator.COSINE, ScoreKind.SIMILARITY),
    ],
)
def test_the_comparator_follows_the_distance(distance, comparator, score_kind):
    identity = load_system(SPEC.model_copy(update={"distance": distance}), TwoFaces.LARGEST).identity
    assert (identity.comparator, identity.score_kind) == (comparator, score_kind)
    assert identity.settings["distance"] == distance
    assert ("threshold_unit" in identity.settings) == (distance == "cosine")


def test_euclidean_l2_distances_are_deepfaces_own(represent):
    l2 = load_system(SPEC.model_copy(update={"distance": "euclidean_l2"}), TwoFaces.LARGEST)
    pictures = [draw_face(150, seed=seed) for seed in (4, 5)]
    ours = [result.vector for result in l2.enrol([image(picture) for picture in pictures])]
    theirs = importlib.import_module("deepface.modules.verification").find_distance(
        *[represent(picture)[0]["embedding"] for picture in pictures], "euclidean_l2"
    )
    assert np.linalg.norm(ours[0] - ours[1]) == pytest.approx(float(theirs), abs=2e-6)
    assert np.linalg.norm(ours[0]) == pytest.approx(1.0, abs=1e-6)


def test_identity_says_what_was_measured(system):
    identity = system.identity
    assert (identity.kind, identity.name) == ("deepface", "DeepFace Dlib")
    assert identity.version == "deepface 0.0.103"
    assert {file.name: file.sha256 for file in identity.weights} == PINNED
    assert identity.settings["engine"] == "onnx"
    assert identity.settings["detector"] == "dlib"
    assert identity.settings["align"] == "false"
    assert identity.settings["engine_version"].startswith("onnxruntime ")


def test_nothing_of_the_process_is_changed(system, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DEEPFACE_HOME", str(tmp_path / "mine"))
    monkeypatch.setenv("yunet_score_threshold", "0.1")
    modeling = importlib.import_module("deepface.modules.modeling")
    users_models = {"facial_recognition": {"Dlib": "the user's own"}}
    monkeypatch.setattr(modeling, "cached_models", users_models, raising=False)
    before, filters = dict(os.environ), list(warnings.filters)
    assert isinstance(system.enrol([image(draw_face(150))])[0], Template)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    assert ours == {name: value for name, value in before.items() if not name.startswith("TF_")}
    assert warnings.filters == filters
    assert modeling.cached_models is users_models
    assert users_models == {"facial_recognition": {"Dlib": "the user's own"}}
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_a_file_that_was_not_checked_is_never_loaded_or_downloaded(monkeypatch):
    import gdown

    monkeypatch.setattr(gdown, "download", lambda *_, **__: pytest.fail("a download was attempted"))
    with (
        DeepFaceSession("onnx", (), detector="dlib").open() as deepface,
        pytest.raises(RunError, match=f"asked for the weights file {RESNET}, whose digest was not checked"),
    ):
        deepface.build_model("Dlib")


def test_another_engine_in_the_same_process_is_refused(system, monkeypatch):
    system.enrol([])
    backend = importlib.import_module("deepface.commons.backend_utils")
    monkeypatch.setattr(backend, "_backend_engine", "pytorch")
    with pytest.raises(RunError, match="already runs on pytorch in this process, and the plan asks for onnx"):
        system.enrol([])


@pytest.mark.parametrize(
    ("absent", "command"),
    [("deepface", r"evalharness\[deepface\]"), ("onnxruntime", r"evalharness\[deepface\]")],
)
def test_what_is_missing_is_named_with_its_extra(absent, command, monkeypatch):
    find_spec = dependencies.util.find_spec
    monkeypatch.setattr(dependencies.util, "find_spec", lambda name: None if name == absent else find_spec(name))
    with pytest.raises(MissingDependencyError, match=rf"{absent}.*{command}"):
        load_system(SPEC, TwoFaces.LARGEST)


def test_a_detector_that_is_not_installed_is_named():
    with pytest.raises(MissingDependencyError, match="DeepFace with mediapipe needs mediapipe"):
        load_system(SPEC.model_copy(update={"detector": "mediapipe"}), TwoFaces.LARGEST)
