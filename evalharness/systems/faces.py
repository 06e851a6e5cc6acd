"""Which face of an image is enrolled: the plan's policy, in one place for every adapter."""

from collections.abc import Sequence
from dataclasses import dataclass

from evalharness.records import AcquisitionFailure, FailureReason, TwoFaces


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """What a detector says about one face."""

    area: float  # of its box, square pixels
    confidence: float  # in the detector's own unit


def choose_face(faces: Sequence[DetectedFace], policy: TwoFaces) -> int | AcquisitionFailure:
    """The position of the face to enrol, or why there is none.

    Faces of equal area are told apart by confidence, faces of equal confidence by area, and then the
    detector's first wins; so a choice never depends on chance.

    >>> choose_face([DetectedFace(90.0, 0.2), DetectedFace(40.0, 0.9)], TwoFaces.MOST_CONFIDENT)
    1
    >>> choose_face([], TwoFaces.LARGEST).reason.value
    'no-face'
    """
    if not faces:
        return AcquisitionFailure(FailureReason.NO_FACE, "the detector found no face")
    if len(faces) > 1 and policy is TwoFaces.FAILURE:
        return AcquisitionFailure(FailureReason.TWO_FACES, f"the detector found {len(faces)} faces")

    def rank(position: int) -> tuple[float, float, int]:
        face = faces[position]
        first, second = face.area, face.confidence
        if policy is TwoFaces.MOST_CONFIDENT:
            first, second = second, first
        return (first, second, -position)

    return max(range(len(faces)), key=rank)
