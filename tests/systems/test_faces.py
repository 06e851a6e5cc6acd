import pytest

from evalharness.records import AcquisitionFailure, FailureReason, TwoFaces
from evalharness.systems.faces import DetectedFace, choose_face

LARGE = DetectedFace(area=900.0, confidence=0.4)
SURE = DetectedFace(area=100.0, confidence=0.9)


@pytest.mark.parametrize(
    ("policy", "chosen"),
    [(TwoFaces.LARGEST, 1), (TwoFaces.MOST_CONFIDENT, 0)],
)
def test_the_policy_decides_between_two_faces(policy, chosen):
    assert choose_face([SURE, LARGE], policy) == chosen


def test_two_faces_are_a_failure_under_the_policy_failure():
    assert choose_face([SURE, LARGE], TwoFaces.FAILURE) == AcquisitionFailure(
        FailureReason.TWO_FACES, "the detector found 2 faces"
    )


@pytest.mark.parametrize("policy", list(TwoFaces))
def test_one_face_is_taken_and_none_is_a_failure_under_every_policy(policy):
    assert choose_face([LARGE], policy) == 0
    assert choose_face([], policy) == AcquisitionFailure(FailureReason.NO_FACE, "the detector found no face")


def test_ties_are_broken_by_the_other_number_and_then_by_position():
    capped = [DetectedFace(100.0, 1.0), DetectedFace(400.0, 1.0), DetectedFace(400.0, 1.0)]
    assert choose_face(capped, TwoFaces.MOST_CONFIDENT) == 1
    assert choose_face([DetectedFace(100.0, 0.1), DetectedFace(100.0, 0.2)], TwoFaces.LARGEST) == 1
