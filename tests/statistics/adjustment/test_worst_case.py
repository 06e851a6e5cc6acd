"""The limit of a weighted rate in which no error was seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.statistics.adjustment.estimates import worst_case


def test_strata_in_which_little_was_seen_take_all_of_the_error():
    found = worst_case(np.array([0.5, 0.5]), np.array([3.0, 1000.0]), level=0.95)
    assert found == pytest.approx(0.5 * (1 - 0.05 ** (1 / 3)))  # 0.316: three subjects say next to nothing


def test_one_stratum_has_the_limit_of_its_trials():
    assert worst_case(np.array([1.0]), np.array([30.0]), level=0.95) == pytest.approx(1 - 0.05 ** (1 / 30))


@given(st.floats(0.05, 0.95), st.integers(1, 60), st.integers(1, 60))
def test_no_rates_that_leave_such_a_chance_exceed_it(weight, first, second):
    share, trials = np.array([weight, 1 - weight]), np.array([float(first), float(second)])
    one, other = np.meshgrid(np.linspace(0, 1 - 1e-9, 401), np.linspace(0, 1 - 1e-9, 401))
    likely = trials[0] * np.log1p(-one) + trials[1] * np.log1p(-other) >= np.log(0.05)
    highest = float((share[0] * one + share[1] * other)[likely].max())
    assert highest <= worst_case(share, trials, level=0.95) + 1e-9 <= highest + 0.006
