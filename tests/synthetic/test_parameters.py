import dataclasses

import numpy as np
import pytest

from evalharness.synthetic.parameters import EyeShape, HairStyle, HeadShape, draw_capture, draw_identity


def drawn(form, number):
    return [draw_identity(np.random.default_rng(i), tone="4", form=form) for i in range(number)]


def test_traits_have_the_declared_mean_and_stay_within_the_cut():
    identities = drawn("a", 800)
    for part, name in ((HeadShape, "head"), (EyeShape, "eyes"), (HairStyle, "hair")):
        for item in dataclasses.fields(part):
            values = np.array([getattr(getattr(identity, name), item.name) for identity in identities])
            mean, spread = item.metadata["mean"], item.metadata["spread"]
            assert values.mean() == pytest.approx(mean, abs=0.15 * spread + 1e-12), item.name
            assert np.abs(values - mean).max() <= 2.2 * spread + 1e-12, item.name


def test_form_b_shifts_a_trait_by_what_is_declared():
    shifts = {item.name: item.metadata["b"] for item in dataclasses.fields(HeadShape)}
    for one, other in zip(drawn("a", 5), drawn("b", 5), strict=True):
        for name, shift in shifts.items():
            assert getattr(other.head, name) - getattr(one.head, name) == pytest.approx(shift, abs=1e-12)


def test_captures_stay_where_a_height_map_can_be_seen():
    captures = [draw_capture(np.random.default_rng(i)) for i in range(500)]

    assert np.degrees(max(abs(capture.yaw) for capture in captures)) <= 20
    assert min(capture.blink for capture in captures) >= 0
    assert {capture.quality for capture in captures} <= set(range(72, 95))
    assert len({capture.backdrop for capture in captures}) == 500
