import numpy as np
import pytest

from evalharness.synthetic.tones import (
    MONK_SRGB,
    TONES,
    hex_to_linear,
    linear_to_srgb,
    luminance,
    skin_albedo,
    srgb_to_linear,
)


def test_the_scale_has_ten_tones_in_order():
    assert tuple(str(i) for i in range(1, 11)) == TONES


def test_srgb_round_trips_on_every_level():
    levels = np.arange(256, dtype=np.float32) / 255

    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(levels)) * 255, np.arange(256), atol=1e-3)


@pytest.mark.parametrize(("code", "linear"), [("#000000", 0.0), ("#808080", 0.21586), ("#ffffff", 1.0)])
def test_hex_to_linear_at_known_greys(code, linear):
    np.testing.assert_allclose(hex_to_linear(code), [linear] * 3, atol=1e-5)


def test_albedo_falls_with_the_tone_from_the_third_and_never_below_the_floor():
    bright = [luminance(skin_albedo(tone)) for tone in TONES]

    assert bright[2:] == sorted(bright[2:], reverse=True)
    assert min(bright) > 0.025
    assert all(np.all(skin_albedo(tone) <= 1) for tone in MONK_SRGB)
