"""The same face for the same numbers, in all tones, and a detector that finds it."""

import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from evalharness.synthetic.camera import NEAR, SIZE
from evalharness.synthetic.parameters import draw_capture, draw_identity
from evalharness.synthetic.render import build_head, render, subject_capture, subject_identity, subject_labels
from evalharness.synthetic.tones import TONES


def picture(seed, subject, capture):
    return render(build_head(subject_identity(seed, subject)), subject_capture(seed, subject, capture))


def pixels(jpeg):
    return np.asarray(Image.open(io.BytesIO(jpeg)))


def test_same_numbers_give_the_same_bytes():
    digests = {hashlib.sha256(picture(5, 3, 1)).hexdigest() for _ in range(2)}

    assert len(digests) == 1


def test_every_number_changes_the_picture():
    pictures = {picture(5, 3, 1), picture(6, 3, 1), picture(5, 23, 1), picture(5, 3, 2)}  # 23: same labels as 3

    assert len(pictures) == 4


def test_rendering_one_capture_leaves_the_head_alone():
    head = build_head(subject_identity(5, 3))
    alone = render(build_head(subject_identity(5, 3)), subject_capture(5, 3, 1))
    render(head, subject_capture(5, 3, 0))

    assert render(head, subject_capture(5, 3, 1)) == alone


def test_picture_is_an_rgb_square():
    assert pixels(picture(5, 0, 0)).shape == (SIZE, SIZE, 3)


def test_labels_fill_every_cell_once_in_twenty_subjects():
    cells = [subject_labels(i) for i in range(20)]

    assert sorted(cells) == sorted((tone, form) for tone in TONES for form in "ab")


def test_traits_do_not_depend_on_tone():
    light, dark = (draw_identity(np.random.default_rng(1), tone=tone, form="a") for tone in ("1", "10"))

    assert (light.head, light.eyes, light.hair, light.texture) == (dark.head, dark.eyes, dark.hair, dark.texture)


def test_form_b_has_long_hair():
    lengths = [
        draw_identity(np.random.default_rng(i), tone="5", form=form).hair.length for i in (1, 2) for form in "ab"
    ]

    assert lengths == [0.0, 1.0, 0.0, 1.0]


def test_darker_tones_give_darker_cheeks():
    capture = draw_capture(np.random.default_rng(3))
    cheeks = []
    for tone in ("1", "4", "6", "8", "10"):
        head = build_head(draw_identity(np.random.default_rng(3), tone=tone, form="a"))
        cheeks.append(pixels(render(head, capture))[SIZE // 2 : SIZE // 2 + 40, 70:150].mean())

    assert cheeks == sorted(cheeks, reverse=True)
    assert cheeks[0] > 1.5 * cheeks[-1]


@pytest.mark.parametrize("subject", range(0, 40, 7))
def test_heights_are_finite_and_in_front_of_the_nearest_plane(subject):
    head = build_head(subject_identity(8, subject))

    assert np.isfinite(head.face).all()
    assert np.isfinite(head.albedo).all()
    assert max(head.face.max(), head.hair.height.max()) < NEAR
    assert head.albedo.min() >= 0


@pytest.mark.parametrize("tone", range(10))
def test_detector_finds_the_face_on_every_tone(tone):
    import dlib

    detector = dlib.get_frontal_face_detector()
    found = [len(detector(pixels(picture(77, subject, 0)), 0)) for subject in range(tone, tone + 60, 10)]

    assert sum(count >= 1 for count in found) >= 5, found  # of 6; the benchmark measures the rate
    assert max(found) <= 1
