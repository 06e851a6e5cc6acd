"""Which weights files DeepFace 0.0.103 loads for each model and detector, read from its own source.

DeepFace loads whatever file has the right name, and downloads it without a checksum when it is absent. So
every file that a model or a detector will load is listed here and checked first. A file that is not
pinned by this package must be declared, with its SHA-256, in the plan's ``weights_sha256``.
"""

import difflib
import os
from collections.abc import Iterable, Mapping
from importlib import util
from pathlib import Path
from types import MappingProxyType

from evalharness.errors import SystemInputError
from evalharness.files import sha256_of
from evalharness.plan import DeepFaceSystem
from evalharness.systems.dependencies import is_installed
from evalharness.systems.weights import LANDMARKS_5, PINNED, RESNET, WeightsFile, check_weights, dlib_models_folder

_SUFFIX = MappingProxyType({"onnx": ".onnx", "pytorch": ".pth", "tensorflow": ".h5"})

_MODEL_STEMS = MappingProxyType(
    {
        "VGG-Face": "vgg_face_weights",
        "OpenFace": "openface_weights",
        "Facenet": "facenet_weights",
        "Facenet512": "facenet512_weights",
        "DeepFace": "VGGFace2_DeepFace_weights_val-0.9034",
        "DeepID": "deepid_weights",
        "ArcFace": "arcface_weights",
        "GhostFaceNet": "ghostfacenet_v1",
    }
)
"""Models with one implementation for each engine: the file is the stem and the engine's suffix."""

_MODEL_FILES = MappingProxyType(
    {
        "Dlib": RESNET,
        "SFace": "face_recognition_sface_2021dec.onnx",
        "Buffalo_L": "buffalo_l/webface_r50.onnx",
    }
)
"""Models that are the same whatever the engine."""

_CASCADES = ("haarcascade_frontalface_default.xml", "haarcascade_eye.xml")
_YOLO = tuple(f"yolov{version}{size}" for version in ("8", "11", "12") for size in "nsml" if version + size != "8s")

_DETECTOR_FILES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "skip": (),
        "dlib": (LANDMARKS_5,),
        "opencv": _CASCADES,
        # These three may leave the eyes out, and DeepFace then looks for them with OpenCV's cascades.
        "ssd": ("deploy.prototxt", "res10_300x300_ssd_iter_140000.caffemodel", *_CASCADES),
        **{name: (f"{name}-face.pt", *_CASCADES) for name in _YOLO},
        "yunet": ("face_detection_yunet_2023mar.onnx",),
        "centerface": ("centerface.onnx",),
    }
)

_PACKAGE_FILES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "mtcnn": ("mtcnn", "**/*.lz4"),
        "fastmtcnn": ("facenet_pytorch", "data/*.pt"),
        "mediapipe": ("mediapipe", "modules/face_detection/*.tflite"),
    }
)
"""Detectors whose weights lie in a package of their own: the package, and where in it."""

KNOWN_MODELS = tuple(sorted((*_MODEL_STEMS, *_MODEL_FILES)))
KNOWN_DETECTORS = tuple(sorted((*_DETECTOR_FILES, *_PACKAGE_FILES, "retinaface")))
PINNED_MODELS = ("Dlib",)
PINNED_DETECTORS = ("dlib", "skip")


def weights_folder() -> Path:
    """Where DeepFace keeps weights: ``$DEEPFACE_HOME/.deepface/weights``, or below the home folder."""
    return Path(os.environ.get("DEEPFACE_HOME") or Path.home()) / ".deepface" / "weights"


def checked_weights(spec: DeepFaceSystem) -> tuple[WeightsFile, ...]:
    """Every weights file that the model and the detector will load, each with a checked digest.

    Raises:
        SystemInputError: Unknown model or detector; a file absent, of another digest, or neither pinned
            nor declared; a declared file that would not be loaded. All faults are listed.
    """
    faults = _unknown_names(spec)
    if faults:
        raise SystemInputError("system: DeepFace does not know what the plan asks for:", faults)
    names = dict.fromkeys((_model_file(spec), *_detector_files(spec)))
    results = [_check(name, spec) for name in names]
    faults = [result for result in results if isinstance(result, str)]
    faults += [
        f"weights_sha256 declares {name}, which model {spec.model} with detector {spec.detector} does not load"
        for name in sorted(set(spec.weights_sha256) - set(names))
    ]
    if faults:
        raise SystemInputError(
            f"system: DeepFace model {spec.model}, detector {spec.detector}, engine {spec.engine}: "
            "these weights could not be checked, so nothing was loaded:",
            faults,
        )
    return tuple(result for result in results if isinstance(result, WeightsFile))


def _unknown_names(spec: DeepFaceSystem) -> list[str]:
    asked = (("model", spec.model, KNOWN_MODELS), ("detector", spec.detector, KNOWN_DETECTORS))
    return [
        f"{what} {name!r} is not known.{_suggestion(name, known)} Known: {', '.join(known)}"
        for what, name, known in asked
        if name not in known
    ]


def _suggestion(name: str, known: Iterable[str]) -> str:
    by_lower_case = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(name.lower(), by_lower_case, n=1)
    return f" Did you mean {by_lower_case[near[0]]!r}?" if near else ""


def _model_file(spec: DeepFaceSystem) -> str:
    if spec.model in _MODEL_FILES:
        return _MODEL_FILES[spec.model]
    if (spec.model, spec.engine) == ("DeepID", "tensorflow"):  # the one file that breaks the pattern
        return "deepid_keras_weights.h5"
    return _MODEL_STEMS[spec.model] + _SUFFIX[spec.engine]


def _detector_files(spec: DeepFaceSystem) -> tuple[str, ...]:
    if spec.detector == "retinaface":
        return (f"retinaface{_SUFFIX[spec.engine]}",)
    if spec.detector in _PACKAGE_FILES:
        package, pattern = _PACKAGE_FILES[spec.detector]
        folder = _package_folder(package)
        names = [f"{package}/{path.relative_to(folder).as_posix()}" for path in sorted(folder.glob(pattern))]
        # A detector whose weights are not where they are known to be is not run unchecked.
        return tuple(names) or (f"{package}/{pattern}",)
    return _DETECTOR_FILES[spec.detector]


def _package_folder(package: str) -> Path:
    spec = util.find_spec(package) if is_installed(package) else None
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else Path(package)


def _candidates(name: str) -> list[Path]:
    """Where a file may lie; for OpenCV's cascades the place that DeepFace takes first is the only one."""
    package = name.split("/", 1)[0]
    if package in {package for package, _ in _PACKAGE_FILES.values()}:
        return [_package_folder(package) / name.split("/", 1)[1]]
    if name in _CASCADES:
        shipped = _package_folder("cv2") / "data" / name
        return [shipped] if shipped.is_file() else [weights_folder() / name]
    here = [dlib_models_folder() / name] if name in PINNED else []
    return [*here, weights_folder() / name]


def _check(name: str, spec: DeepFaceSystem) -> WeightsFile | str:
    candidates = _candidates(name)
    expected = spec.weights_sha256.get(name) or PINNED.get(name)
    if expected is not None:
        return check_weights(name, candidates, expected=expected)
    path = candidates[-1]
    declare = f"declare its SHA-256 in the plan: weights_sha256: {{{name}: '...'}}"
    if not path.is_file():
        return f"{name}: no such file at {path}. Obtain it from its authors, put it there, and {declare}"
    return (
        f"{name}: {path} has SHA-256 {sha256_of(path)}, which nobody has declared. "
        f"If it is the file that you mean, {declare}"
    )
