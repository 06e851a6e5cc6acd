"""The table of weights files is compared with DeepFace's own source, so that it cannot drift."""

import hashlib
from importlib import util
from pathlib import Path

import pytest

from evalharness.errors import SystemInputError
from evalharness.plan import DeepFaceSystem
from evalharness.systems import deepface_weights
from evalharness.systems.deepface_weights import KNOWN_DETECTORS, KNOWN_MODELS, checked_weights
from evalharness.systems.weights import LANDMARKS_5, PINNED, RESNET

ENGINES = ("onnx", "pytorch", "tensorflow")
PACKAGES = Path(util.find_spec("deepface").origin).parent.parent


def spec(model="Dlib", detector="dlib", engine="onnx", **weights_sha256):
    declared = {name.replace("__", "."): digest for name, digest in weights_sha256.items()}
    return DeepFaceSystem(kind="deepface", model=model, detector=detector, engine=engine, weights_sha256=declared)


def available(task):
    """DeepFace's own table, read without importing the engines."""
    from deepface.modules.modeling import AVAILABLE_MODELS

    return AVAILABLE_MODELS[task]


def source_of(target):
    module = target.rpartition(".")[0]
    return (PACKAGES / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8")


def test_every_model_and_detector_of_deepface_is_known():
    assert set(KNOWN_MODELS) == set(available("facial_recognition"))
    assert set(KNOWN_DETECTORS) == {*available("face_detector"), "skip"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("model", KNOWN_MODELS)
def test_the_model_file_is_the_one_that_deepface_names(model, engine):
    targets = available("facial_recognition")[model]
    source = source_of(targets.get(engine) or targets["any"])
    name = deepface_weights._model_file(spec(model, engine=engine))
    assert f'"{name.rpartition("/")[2]}"' in source


@pytest.mark.parametrize("detector", sorted(set(KNOWN_DETECTORS) & set(deepface_weights._DETECTOR_FILES) - {"skip"}))
def test_the_detector_files_are_those_that_deepface_names(detector):
    source = source_of(available("face_detector")[detector]["any"])
    cascades = source_of(available("face_detector")["opencv"]["any"])
    names = deepface_weights._detector_files(spec(detector=detector))
    assert names
    for name in names:
        assert f'"{name}"' in (cascades if name.startswith("haarcascade") else source)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_retinaface_file_follows_the_engine(engine):
    (name,) = deepface_weights._detector_files(spec(detector="retinaface", engine=engine))
    sources = [path.read_text(encoding="utf-8") for path in (PACKAGES / "retinaface" / "model").glob("*.py")]
    assert any(f'file_name="{name}"' in source for source in sources)


def test_dlib_is_pinned_and_found_in_its_package():
    files = checked_weights(spec())
    assert {file.name: file.sha256 for file in files} == PINNED
    assert [file.name for file in files] == [RESNET, LANDMARKS_5]


def test_a_made_up_model_is_refused_with_its_digest_and_accepted_when_declared(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPFACE_HOME", str(tmp_path))
    file = tmp_path / ".deepface" / "weights" / "arcface_weights.onnx"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"a random matrix")
    digest = hashlib.sha256(b"a random matrix").hexdigest()
    with pytest.raises(SystemInputError, match=f"has SHA-256 {digest}, which nobody has declared"):
        checked_weights(spec("ArcFace"))
    with pytest.raises(SystemInputError, match=f"has SHA-256 {digest}; expected {'0' * 64}"):
        checked_weights(spec("ArcFace", arcface_weights__onnx="0" * 64))
    accepted = checked_weights(spec("ArcFace", arcface_weights__onnx=digest))
    assert (accepted[0].name, accepted[0].path, accepted[0].sha256) == ("arcface_weights.onnx", file, digest)


def test_all_faults_come_at_once_and_say_where_to_put_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPFACE_HOME", str(tmp_path))
    with pytest.raises(SystemInputError) as caught:
        checked_weights(spec("Facenet", "yunet", unused__dat="1" * 64))
    model, detector, unused = caught.value.faults
    assert str(tmp_path / ".deepface/weights/facenet_weights.onnx") in model
    assert "weights_sha256: {face_detection_yunet_2023mar.onnx: '...'}" in detector
    assert unused == "weights_sha256 declares unused.dat, which model Facenet with detector yunet does not load"


def test_unknown_names_are_answered_with_the_nearest():
    with pytest.raises(SystemInputError) as caught:
        checked_weights(spec("arcface", "dlb"))
    model, detector = caught.value.faults
    assert "model 'arcface' is not known. Did you mean 'ArcFace'?" in model
    assert "detector 'dlb' is not known. Did you mean 'dlib'?" in detector


def test_a_declared_digest_replaces_the_pinned_one_and_then_the_package_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPFACE_HOME", str(tmp_path))
    declared = DeepFaceSystem(kind="deepface", model="Dlib", detector="skip", weights_sha256={RESNET: "2" * 64})
    with pytest.raises(SystemInputError, match=PINNED[RESNET]):
        checked_weights(declared)


def test_weights_inside_a_package_must_be_declared_file_by_file(tmp_path, monkeypatch):
    package = tmp_path / "facenet_pytorch"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "data" / "pnet.pt").write_bytes(b"weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SystemInputError, match=r"facenet_pytorch/data/pnet.pt: .* which nobody has declared"):
        checked_weights(spec("Dlib", "fastmtcnn"))
    digest = hashlib.sha256(b"weights").hexdigest()
    declared = {"facenet_pytorch/data/pnet.pt": digest}
    files = checked_weights(
        DeepFaceSystem(kind="deepface", model="Dlib", detector="fastmtcnn", weights_sha256=declared)
    )
    assert files[1].sha256 == digest
