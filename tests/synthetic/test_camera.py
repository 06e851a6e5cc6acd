"""Geometry that can be worked by hand: a flat slab, an upright camera."""

import dataclasses

import numpy as np
import pytest

from evalharness.synthetic.camera import SIZE, cast_rays, rotation, sample, trace
from evalharness.synthetic.grid import COLUMNS, ROWS, X, Y
from evalharness.synthetic.parameters import draw_capture
from evalharness.synthetic.surface import FLOOR


def frontal(**changes):
    capture = draw_capture(np.random.default_rng(0))
    still = {"yaw": 0.0, "pitch": 0.0, "roll": 0.0, "shift": (0.0, 0.0), "scale": 80.0}
    return dataclasses.replace(capture, **{**still, **changes})


@pytest.mark.parametrize("angles", [{}, {"yaw": 0.3}, {"pitch": -0.1, "roll": 0.1, "yaw": 0.2}])
def test_rotation_is_a_rotation(angles):
    turn = rotation(frontal(**angles))

    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(turn) == pytest.approx(1)


def test_a_slab_is_hit_where_perspective_puts_it():
    height = np.where((np.abs(X) < 0.5) & (np.abs(Y + 0.1) < 0.5), 0.7, FLOOR).astype(np.float32)
    z, hit = trace(height, cast_rays(frontal()))

    # At z = 0.7 a camera 7 units away magnifies by 7 / 6.3; scale is 80 pixels a unit.
    assert hit[SIZE // 2].sum() == pytest.approx(2 * 0.5 * 80 * 7 / 6.3, abs=2.5)
    inner = z[SIZE // 2 - 20 : SIZE // 2 + 20, SIZE // 2 - 20 : SIZE // 2 + 20]
    np.testing.assert_allclose(inner, 0.7, atol=0.01)


def test_nothing_is_hit_on_an_empty_grid():
    _, hit = trace(np.full((ROWS, COLUMNS), FLOOR, np.float32), cast_rays(frontal()))

    assert hit.sum() == 0


def test_yaw_moves_what_is_near_against_what_is_far():
    bump = np.exp(-((X / 0.1) ** 2) - (((Y + 0.1) / 0.1) ** 2)) * 0.8
    columns = []
    for yaw in (-0.2, 0.0, 0.2):
        z, hit = trace(bump.astype(np.float32), cast_rays(frontal(yaw=yaw)))
        columns.append(np.unravel_index(np.argmax(z * hit), z.shape)[1])

    # A tip 0.8 in front of the axis moves by 0.8 sin(yaw) units, to the same side as the camera sees it.
    assert columns[1] == pytest.approx((SIZE - 1) / 2, abs=2)
    assert columns[2] - columns[0] == pytest.approx(2 * 0.8 * np.sin(0.2) * 80 * 7 / 6.2, abs=4)


def test_sample_is_bilinear_and_stays_inside():
    ramp = (np.arange(ROWS, dtype=np.float32)[:, None] * 2 + np.arange(COLUMNS, dtype=np.float32)[None, :] * 3).copy()
    row, column = np.array([0.0, 4.25, -3.0], np.float32), np.array([0.0, 7.5, -9.0], np.float32)

    np.testing.assert_allclose(sample(ramp, row, column), [0.0, 8.5 + 22.5, 0.0], atol=1e-4)
    stacked = sample(np.stack([ramp, -ramp], axis=2), row, column)
    np.testing.assert_allclose(stacked[1], [31.0, -31.0], atol=1e-4)
