import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.statistics.differentials import GroupSettings
from evalharness.statistics.worst import group_estimates
from evalharness.statistics.worst.shrinkage import between_variance, main_effects, shrink
from tests.support.datasets import examples
from tests.support.grouprates import group_rates

CROSSED = tuple((gender, site) for gender in "fm" for site in "abc")


def test_d14_the_between_group_variance():
    inputs, expected = (examples()["D14_corrected_between_group_variance"][part] for part in ("inputs", "expected"))
    rates, trials = np.array(inputs["rates"]), np.array(inputs["n"], float)
    variances = rates * (1 - rates) / trials
    assert rates.var(ddof=1) == pytest.approx(expected["naive_variance"])
    assert variances.mean() == pytest.approx(expected["mean_sampling_variance"])
    found = between_variance(rates, variances, weights=trials)
    assert found == pytest.approx(expected["corrected_variance"], abs=1e-12)
    assert between_variance(np.array([0.01, 0.011]), np.array([1e-3, 1e-3]), weights=np.ones(2)) == 0.0


def test_d15_shrunken_rates():
    expected = examples()["D15_shrinkage"]["expected"]
    rates = group_rates([10, 20, 30], [1000] * 3)
    found = shrink(rates)
    assert found.rates.tolist() == pytest.approx(expected["shrunken"])
    assert found.rates.max() / found.rates.min() == pytest.approx(expected["shrunken_max_over_min"])
    assert not found.additive
    rows = group_estimates(rates, settings=GroupSettings())
    assert [row.group for row in rows] == ["g0", "g1", "g2"]
    assert [row.shrunken for row in rows] == pytest.approx(expected["shrunken"])
    assert [row.value for row in rows] == [0.01, 0.02, 0.03]
    assert {row.note for row in rows} == {"shrunken towards the common rate"}
    assert all(row.lower < row.value < row.upper and row.level == 0.95 for row in rows)


def test_rates_that_are_additive_are_not_drawn_to_the_common_rate():
    effects = {"f": 0.02, "m": 0.04, "a": 0.0, "b": 0.03, "c": 0.1}
    errors = [round((effects[gender] + effects[site]) * 10_000) for gender, site in CROSSED]
    found = shrink(group_rates(errors, [10_000] * 6, attributes=CROSSED))
    assert found.additive
    assert found.between == 0.0
    assert found.rates.tolist() == pytest.approx([e / 10_000 for e in errors])


def test_a_small_group_is_drawn_to_what_its_attributes_suggest():
    errors, trials = [200, 400, 600, 400, 600, 4], [10_000, 10_000, 10_000, 10_000, 10_000, 20]
    rates = group_rates(errors, trials, attributes=CROSSED)
    found = shrink(rates)
    assert found.centre[5] == pytest.approx(0.08, abs=0.001)
    assert found.rates[5] == pytest.approx(0.08, abs=0.01)
    assert found.rates[0] == pytest.approx(0.02, abs=0.001)
    note = group_estimates(rates, settings=GroupSettings())[5].note
    assert "main effects of the attributes" in note


def test_a_partition_whose_effects_use_up_all_groups_has_a_common_rate():
    diagonal = (("f", "a"), ("m", "b"), ("x", "c"))
    assert not shrink(group_rates([10, 20, 30], [1000] * 3, attributes=diagonal)).additive
    assert main_effects(diagonal).shape == (3, 5)


@given(st.lists(st.integers(0, 50), min_size=6, max_size=6), st.lists(st.integers(51, 5000), min_size=6, max_size=6))
def test_a_shrunken_rate_lies_between_the_rate_and_the_model(errors, trials):
    found = shrink(group_rates(errors, trials, attributes=CROSSED))
    rates = np.array(errors) / np.array(trials)
    low, high = np.minimum(rates, found.centre), np.maximum(rates, found.centre)
    assert (found.rates >= low - 1e-12).all()
    assert (found.rates <= high + 1e-12).all()
    assert found.between >= 0


def test_one_group_and_none():
    row = group_estimates(group_rates([5], [100]), settings=GroupSettings())[0]
    assert (row.value, row.shrunken, row.note) == (0.05, None, "one group: nothing to shrink towards")
    assert group_estimates(group_rates([], []), settings=GroupSettings()) == ()


def test_zero_errors_everywhere_and_errors_alone():
    zero = group_estimates(group_rates([0, 0], [100, 100]), settings=GroupSettings())
    assert [(row.value, row.lower, row.shrunken) for row in zero] == [(0.0, 0.0, 0.0)] * 2
    every = group_estimates(group_rates([10, 10], [10, 10]), settings=GroupSettings())
    assert [(row.value, row.upper) for row in every] == [(1.0, 1.0)] * 2
    assert [row.shrunken for row in every] == pytest.approx([1.0, 1.0])
