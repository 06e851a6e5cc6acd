"""The kinds of system: what loads them, and what is installed."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from evalharness.errors import MissingDependencyError, SystemInputError
from evalharness.plan import DeepFaceSystem, DlibSystem
from evalharness.records import TwoFaces
from evalharness.systems.deepface_weights import KNOWN_DETECTORS, KNOWN_MODELS, PINNED_DETECTORS, PINNED_MODELS
from evalharness.systems.dependencies import install_command, is_installed, version_of
from evalharness.systems.protocol import FaceSystem, SystemDescription
from evalharness.systems.weights import LANDMARKS_5, RESNET, pinned_dlib_weights

EnrollingSystem = DlibSystem | DeepFaceSystem
"""The plan's systems that enrol images; ``templates`` and ``scores`` are read instead."""

_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "dlib": "evalharness.systems.dlib_resnet:DlibResnet",
        "deepface": "evalharness.systems.deepface_adapter:DeepFaceAdapter",
    }
)
"""One line for each system; the module is imported when a plan asks for it."""


def load_system(spec: EnrollingSystem, two_faces: TwoFaces) -> FaceSystem:
    """The system that a plan names; libraries and weights are checked, models not yet loaded.

    Raises:
        MissingDependencyError: A library is not installed; the message names the extra.
        SystemInputError: A weights file is absent, or is not the pinned or declared one.
    """
    module, _, name = _CLASSES[spec.kind].partition(":")
    build: Callable[[EnrollingSystem, TwoFaces], FaceSystem] = getattr(import_module(module), name)
    return build(spec, two_faces)


def describe_systems() -> tuple[SystemDescription, ...]:
    """Every kind of system, with what is installed here; imports none of the libraries."""
    return (_describe_dlib(), _describe_deepface(), *_describe_precomputed())


def _describe_dlib() -> SystemDescription:
    return SystemDescription(
        kind="dlib",
        summary="HOG detector, 5-point alignment, ResNet descriptor, euclidean distance",
        installed=is_installed("dlib") and is_installed("face_recognition_models"),
        install=install_command("dlib"),
        versions=_versions(("dlib-bin", "dlib"), ("face_recognition_models",)),
        notes=(_state_of_dlib_weights(),),
    )


def _state_of_dlib_weights() -> str:
    try:
        pinned_dlib_weights(RESNET, LANDMARKS_5)
    except MissingDependencyError:
        return "weights: not installed"
    except SystemInputError as error:
        return f"weights: refused: {'; '.join(error.faults)}"
    return "weights: present, SHA-256 as pinned"


def _describe_deepface() -> SystemDescription:
    engines = {"onnx": "onnxruntime", "pytorch": "torch", "tensorflow": "tensorflow"}
    usable = [engine for engine, module in engines.items() if is_installed(module)]
    declared_models = [name for name in KNOWN_MODELS if name not in PINNED_MODELS]
    declared_detectors = [name for name in KNOWN_DETECTORS if name not in PINNED_DETECTORS]
    return SystemDescription(
        kind="deepface",
        summary="the models and detectors of DeepFace; a weights file is loaded only if its SHA-256 is known",
        installed=is_installed("deepface") and is_installed("werkzeug") and bool(usable),
        install=install_command("deepface"),
        versions=_versions(("deepface",), ("onnxruntime", "onnxruntime-gpu"), ("torch",), ("tensorflow",)),
        notes=(
            f"engines that can run here: {', '.join(usable) or 'none'}",
            f"usable as they are: models {', '.join(PINNED_MODELS)}; detectors {', '.join(PINNED_DETECTORS)}",
            "all others need their weights file in place and its SHA-256 in the plan, under weights_sha256:",
            f"models {', '.join(declared_models)}",
            f"detectors {', '.join(declared_detectors)}",
        ),
    )


def _describe_precomputed() -> tuple[SystemDescription, SystemDescription]:
    parquet = "" if is_installed("pyarrow") else f"to read Parquet files: {install_command('parquet')}"
    versions, notes = _versions(("pyarrow",)), (parquet,) if parquet else ()
    vectors, comparisons = "vectors of your own: .npy, .npz or Parquet", "comparisons of your own: CSV or Parquet"
    return (
        SystemDescription("templates", vectors, True, "", versions, notes),
        SystemDescription("scores", comparisons, True, "", versions, notes),
    )


def _versions(*distributions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(version for names in distributions if (version := version_of(*names)))
