"""Light on plates whose shading can be told beforehand."""

import dataclasses

import numpy as np
import pytest

from evalharness.synthetic.grid import COLUMNS, ROWS, X, Y
from evalharness.synthetic.parameters import draw_capture
from evalharness.synthetic.shading import light_up

FRONT = np.array([0, 0, 1], np.float32)


def lit(height, **changes):
    capture = draw_capture(np.random.default_rng(0))
    still = {"light_azimuth": 0.0, "light_height": 0.0, "ambient": 0.5, "warmth": 0.0}
    return light_up(height.astype(np.float32), dataclasses.replace(capture, **{**still, **changes}), view=FRONT)


def test_a_flat_plate_in_frontal_light_is_lit_evenly():
    lighting = lit(np.zeros((ROWS, COLUMNS)))

    # Key light 1.25 * 0.5 at full strength, sky 0.5 * 0.78.
    np.testing.assert_allclose(lighting.diffuse, 0.625 + 0.39, atol=1e-5)
    assert np.ptp(lighting.sheen) == pytest.approx(0, abs=1e-6)


def test_the_side_towards_the_light_is_brighter():
    ridge = np.exp(-((X / 0.3) ** 2)) * 0.3 + 0 * Y
    lighting = lit(ridge, light_azimuth=0.7)
    row = lighting.diffuse[ROWS // 2, :, 1]

    assert row[COLUMNS // 2 + 15] > 1.2 * row[COLUMNS // 2 - 15]
    assert lighting.sheen[ROWS // 2, COLUMNS // 2 + 5] > lighting.sheen[ROWS // 2, COLUMNS // 2 - 15]


def test_a_wall_casts_its_shadow_away_from_the_light():
    wall = np.where(np.abs(X) < 0.1, 0.5, 0.0) + 0 * Y
    row = lit(wall, light_azimuth=0.9, ambient=0.3).diffuse[ROWS // 2, :, 1]
    beside = 20  # grid points from the middle: 0.29 units, beyond the wall's foot

    assert row[COLUMNS // 2 - beside] < 0.75 * row[COLUMNS // 2 + beside]


def test_a_pit_is_darker_than_its_surroundings():
    pit = -0.1 * np.exp(-((X / 0.06) ** 2) - (Y / 0.06) ** 2)
    diffuse = lit(pit, ambient=0.7).diffuse[..., 1]
    middle = diffuse[np.argmin(np.abs(Y)), np.argmin(np.abs(X))]

    assert middle < 0.85 * diffuse[10, 10]


def test_warm_light_is_redder_than_blue():
    diffuse = lit(np.zeros((ROWS, COLUMNS)), warmth=0.1, ambient=0.2).diffuse[50, 50]

    assert diffuse[0] > diffuse[1] > diffuse[2]
