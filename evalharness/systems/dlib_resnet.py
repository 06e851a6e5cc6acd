"""dlib: HOG face detector, 5-point alignment, ResNet descriptor, euclidean distance.

Method: D. E. King, "High Quality Face Recognition with Deep Metric Learning" (dlib.net, 2017). The face is
cut out as dlib's own example does: rotated and scaled by five landmarks to 150 x 150 px with padding 0.25.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from evalharness.plan import DlibSystem
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
from evalharness.systems.dependencies import install_command, require, version_of
from evalharness.systems.faces import DetectedFace, choose_face
from evalharness.systems.weights import LANDMARKS_5, RESNET, pinned_dlib_weights

_CHIP_SIZE = 150  # px; the input of the network
_PADDING = 0.25  # of the face's width; the setting that the network was trained with


@dataclass(frozen=True, slots=True)
class _Models:
    """The loaded models; dlib has no type information."""

    detector: Any
    landmarks: Any
    descriptor: Any


class DlibResnet:
    """The dlib recogniser as a ``FaceSystem``; templates have 128 dimensions."""

    def __init__(self, spec: DlibSystem, two_faces: TwoFaces) -> None:
        """Check the library and the digests of the models; load nothing yet.

        Raises:
            MissingDependencyError: dlib or its models are not installed.
            SystemInputError: A model file is not the pinned one.
        """
        require("dlib", install=install_command("dlib"), purpose="the system dlib")
        self._upsample = spec.upsample
        self._two_faces = two_faces
        self._resnet, self._landmarks = pinned_dlib_weights(RESNET, LANDMARKS_5)
        self._models: _Models | None = None
        self._identity = SystemIdentity(
            kind="dlib",
            name="dlib ResNet descriptor",
            version=version_of("dlib-bin", "dlib") or "dlib of unknown version",
            score_kind=Comparator.EUCLIDEAN.score_kind,
            comparator=Comparator.EUCLIDEAN,
            weights=(self._resnet.record, self._landmarks.record),
            settings=MappingProxyType(
                {
                    "detector": "HOG frontal face detector, threshold 0",
                    "upsample": str(spec.upsample),
                    "alignment": f"5 landmarks, {_CHIP_SIZE} px, padding {_PADDING}",
                    "two_faces": two_faces.value,
                }
            ),
        )

    @property
    def identity(self) -> SystemIdentity:
        """Name, version, digests and every setting that changes a template."""
        return self._identity

    def enrol(self, images: Sequence[Image]) -> Sequence[Template | AcquisitionFailure]:
        """One template of 128 numbers, or one failure, for each image."""
        models = self._loaded()
        return tuple(self._enrol_one(models, image) for image in images)

    def _loaded(self) -> _Models:
        if self._models is None:
            import dlib

            self._models = _Models(
                detector=dlib.get_frontal_face_detector(),
                landmarks=dlib.shape_predictor(str(self._landmarks.path)),
                descriptor=dlib.face_recognition_model_v1(str(self._resnet.path)),
            )
        return self._models

    def _enrol_one(self, models: _Models, image: Image) -> Template | AcquisitionFailure:
        import dlib

        pixels = np.ascontiguousarray(image.pixels)  # dlib misreads a view with other strides
        boxes, scores, _ = models.detector.run(pixels, self._upsample, 0.0)
        faces = [DetectedFace(float(box.area()), float(score)) for box, score in zip(boxes, scores, strict=True)]
        chosen = choose_face(faces, self._two_faces)
        if isinstance(chosen, AcquisitionFailure):
            return chosen
        shape = models.landmarks(pixels, boxes[chosen])
        chip = dlib.get_face_chip(pixels, shape, size=_CHIP_SIZE, padding=_PADDING)
        vector = np.asarray(models.descriptor.compute_face_descriptor(chip), dtype=np.float32)
        if not np.isfinite(vector).all():
            return AcquisitionFailure(FailureReason.TEMPLATE_FAILED, "the descriptor is not finite")
        return Template(frozen(vector))
