"""DeepFace: any of its models and detectors, with its defaults that hide failures switched off.

Templates equal those of ``DeepFace.represent`` called image by image. ``DeepFace.verify`` is not used: it
takes the smallest distance over all pairs of faces, so a bystander raises FMR.
"""

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np

from evalharness.plan import DeepFaceSystem
from evalharness.records import (
    AcquisitionFailure,
    Comparator,
    FailureReason,
    Image,
    SystemIdentity,
    Template,
    TwoFaces,
    frozen,
)
from evalharness.systems.deepface_session import DeepFaceSession
from evalharness.systems.deepface_weights import checked_weights
from evalharness.systems.dependencies import install_command, require, version_of
from evalharness.systems.faces import DetectedFace, choose_face
from evalharness.systems.weights import WeightsFile

_ENGINE_MODULE = {"onnx": "onnxruntime", "pytorch": "torch", "tensorflow": "tensorflow"}
_NEEDS = {  # model or detector -> the module that it runs on, and the command that brings it
    "dlib": ("dlib", install_command("dlib")),
    "Dlib": ("dlib", install_command("dlib")),
    "Buffalo_L": ("insightface", "pip install insightface"),
    "retinaface": ("retinaface", "pip install retina-face"),
    "mediapipe": ("mediapipe", "pip install mediapipe"),
    "mtcnn": ("mtcnn", "pip install mtcnn"),
    "fastmtcnn": ("facenet_pytorch", "pip install facenet-pytorch"),
}
_EPSILON = 1e-10  # DeepFace's own, in its l2_normalize


class DeepFaceAdapter:
    """One DeepFace configuration as a ``FaceSystem``."""

    def __init__(self, spec: DeepFaceSystem, two_faces: TwoFaces) -> None:
        """Check the libraries and every weights file; import and load nothing yet.

        Raises:
            MissingDependencyError: DeepFace, its engine, or what the model or detector needs is absent.
            SystemInputError: Unknown model or detector, or weights that are neither pinned nor declared.
        """
        _require_libraries(spec)
        weights = checked_weights(spec)
        self._spec = spec
        self._two_faces = two_faces
        self._session = DeepFaceSession(spec.engine, weights, detector=spec.detector)
        self._identity = _identity(spec, two_faces, weights)

    @property
    def identity(self) -> SystemIdentity:
        """Model, detector, engine, versions, digests and every setting that changes a template."""
        return self._identity

    def enrol(self, images: Sequence[Image]) -> Sequence[Template | AcquisitionFailure]:
        """One template or one failure for each image, one call of ``represent`` each."""
        with self._session.open() as deepface:
            return tuple(self._enrol_one(deepface, image) for image in images)

    def _enrol_one(self, deepface: ModuleType, image: Image) -> Template | AcquisitionFailure:
        found = self._represent(deepface, image)
        if isinstance(found, AcquisitionFailure):
            return found
        faces = [
            DetectedFace(float(face["facial_area"]["w"] * face["facial_area"]["h"]), float(face["face_confidence"]))
            for face in found
        ]
        chosen = choose_face(faces, self._two_faces)
        if isinstance(chosen, AcquisitionFailure):
            return chosen
        return self._template(np.asarray(found[chosen]["embedding"], dtype=np.float64))

    def _represent(self, deepface: ModuleType, image: Image) -> Sequence[Mapping[str, Any]] | AcquisitionFailure:
        import cv2
        from deepface.modules.exceptions import FaceNotDetected, ImgNotFound

        try:
            found: Sequence[Mapping[str, Any]] = deepface.represent(
                img_path=np.ascontiguousarray(image.pixels[:, :, ::-1]),  # BGR; dlib misreads a mere view
                model_name=self._spec.model,
                detector_backend=self._spec.detector,
                align=self._spec.align,
                enforce_detection=True,  # False would enrol the whole image in place of a missed face
            )
        except FaceNotDetected:
            return AcquisitionFailure(FailureReason.NO_FACE, "the detector found no face")
        except ImgNotFound:  # every box that the detector returned lies outside the image
            return AcquisitionFailure(FailureReason.TEMPLATE_FAILED, "the detected face is an empty region")
        except cv2.error as error:
            return AcquisitionFailure(FailureReason.TEMPLATE_FAILED, f"OpenCV: {error.err}")
        return found

    def _template(self, vector: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Template | AcquisitionFailure:
        if not np.isfinite(vector).all():
            return AcquisitionFailure(FailureReason.TEMPLATE_FAILED, "the embedding is not finite")
        norm = float(np.linalg.norm(vector))
        if norm == 0.0:
            return AcquisitionFailure(FailureReason.TEMPLATE_FAILED, "the embedding is zero")
        if self._spec.distance == "euclidean_l2":
            vector = vector / (norm + _EPSILON)
        return Template(frozen(vector.astype(np.float32)))


def _require_libraries(spec: DeepFaceSystem) -> None:
    extras = "deepface,torch" if spec.engine == "pytorch" else "deepface"
    require(
        "deepface",
        "werkzeug",  # imported by DeepFace, but not declared by it
        _ENGINE_MODULE[spec.engine],
        install="pip install tensorflow tf-keras" if spec.engine == "tensorflow" else install_command(extras),
        purpose=f"the system deepface with engine {spec.engine}",
    )
    for name in (spec.model, spec.detector):
        yolo = ("ultralytics", "pip install ultralytics") if name.startswith("yolo") else None
        if needs := _NEEDS.get(name, yolo):
            require(needs[0], install=needs[1], purpose=f"DeepFace with {name}")


def _identity(spec: DeepFaceSystem, two_faces: TwoFaces, weights: tuple[WeightsFile, ...]) -> SystemIdentity:
    comparator = Comparator.COSINE if spec.distance == "cosine" else Comparator.EUCLIDEAN
    settings = {
        "detector": spec.detector,
        "align": str(spec.align).lower(),
        "distance": spec.distance,
        "engine": spec.engine,
        "engine_version": version_of(_ENGINE_MODULE[spec.engine], "onnxruntime-gpu"),
        "opencv": version_of("opencv-contrib-python-headless", "opencv-python-headless", "opencv-python"),
        "two_faces": two_faces.value,
    }
    if spec.engine == "onnx":
        settings["onnx_providers"] = os.environ.get("DEEPFACE_ONNX_PROVIDERS") or "default (cuda, else cpu)"
    if spec.distance == "cosine":
        settings["threshold_unit"] = "cosine similarity: 1 - DeepFace's cosine distance"
    if spec.detector == "skip":
        settings["acquisition"] = "no detector: the whole image is taken as the face, so no face can be missed"
    if spec.model == "Dlib" or spec.detector == "dlib":
        settings["dlib"] = version_of("dlib-bin", "dlib")
    return SystemIdentity(
        kind="deepface",
        name=f"DeepFace {spec.model}",
        version=version_of("deepface"),
        score_kind=comparator.score_kind,
        comparator=comparator,
        weights=tuple(file.record for file in weights),
        settings=MappingProxyType(settings),
    )
