import numpy as np
import pytest

from evalharness.synthetic.grid import COLUMNS, RESOLUTION, ROWS, X, Y, blend, bump, inside, noise_map, step, window


def test_window_holds_the_points_of_its_rectangle_and_is_cut_at_the_edge():
    area = window(-0.2, 0.0, 0.3, 0.1)

    assert abs(area.x[0, 0] + 0.2) <= 0.5 / RESOLUTION
    assert abs(area.x[0, -1] - 0.3) <= 0.5 / RESOLUTION
    np.testing.assert_array_equal(area.x, X[:, area.index[1]])
    whole = window(-9, -9, 9, 9)
    assert (whole.y.shape[0], whole.x.shape[1]) == (ROWS, COLUMNS)


def test_bump_is_a_gaussian_cut_at_three_spreads():
    height = np.zeros((ROWS, COLUMNS), np.float32)
    bump(height, (0.1, 0.2), (0.1, 0.2), 0.5)
    plain = 0.5 * np.exp(-0.5 * (((X - 0.1) / 0.1) ** 2 + ((Y - 0.2) / 0.2) ** 2))
    near = (np.abs(X - 0.1) < 0.28) & (np.abs(Y - 0.2) < 0.58)

    np.testing.assert_allclose(height[near], plain[near], atol=1e-6)
    assert height[~near].max() < 0.5 * np.exp(-3.5)


@pytest.mark.parametrize(("value", "expected"), [(-1, 0), (0, 0), (0.25, 0.15625), (0.5, 0.5), (1, 1), (7, 1)])
def test_step_is_smooth_from_zero_to_one(value, expected):
    assert step(np.array([value], np.float32), 0, 1)[0] == pytest.approx(expected)


def test_inside_is_half_on_the_edge_and_whole_half_a_point_further():
    half = 0.5 / RESOLUTION

    np.testing.assert_allclose(inside(np.array([-half, 0, half], np.float32)), [0, 0.5, 1], atol=1e-6)


def test_blend_mixes_by_coverage_in_place():
    albedo = np.full((1, 2, 3), 0.2, np.float32)
    blend(albedo, np.array([1.0, 0.2, 0.0], np.float32), np.array([[0.0, 0.5]], np.float32))

    np.testing.assert_allclose(albedo[0], [[0.2, 0.2, 0.2], [0.6, 0.2, 0.1]], atol=1e-6)


def test_noise_covers_the_grid_and_repeats():
    first, second = (noise_map(np.random.default_rng(1), (9, 8)) for _ in range(2))

    assert first.shape == (ROWS, COLUMNS)
    np.testing.assert_array_equal(first, second)
    assert abs(first[0, 0] - first[0, 1]) < 0.5 < first.max() - first.min()
