import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.result.rows import DifferentialRow
from evalharness.statistics.catalogue import CATALOGUE
from evalharness.statistics.differentials import GroupSettings, blends, differentials
from evalharness.statistics.differentials.reference import Ratios
from evalharness.statistics.differentials.rows import not_below_the_pair
from evalharness.statistics.differentials.zeros import max_min_bound, one_sided
from tests.support.datasets import examples
from tests.support.grouprates import group_rates

NAMES = ["max_min", "max_geomean", "max_mean", "difference", "log_spread", "gini_raw", "gini_corrected"]
QUICK = GroupSettings(simulations=400)


def rows_of(rates, *, given=QUICK, seed=1):
    return {row.measure: row for row in differentials(rates, settings=given, rng=np.random.default_rng(seed))}


def numbers(row):
    fields = ("value", "lower", "upper", "floor", "floor_upper", "p_equal", "bound", "smoothed")
    return {name: getattr(row, name) for name in fields}


def test_c1_the_rows_of_a_partition():
    rates = group_rates([100, 200, 400, 800], [1_000_000] * 4, left_out=["site=(missing)"])
    rows, expected = rows_of(rates), examples()["C1_differentials"]["expected"]
    assert list(rows) == [f"fmr.{name}" for name in NAMES]
    for name, key in (
        ("max_min", "FMR_max_over_min"),
        ("max_geomean", "FMR_max_over_geomean"),
        ("max_mean", "FMR_max_over_mean"),
        ("difference", "FMR_max_minus_min"),
        ("log_spread", "FMR_mean_abs_log10_dev_from_geomean"),
        ("gini_raw", "FMR_gini_raw"),
        ("gini_corrected", "FMR_gini_corrected"),
    ):
        row = rows[f"fmr.{name}"]
        assert row.value == pytest.approx(expected[key], abs=1e-8)
        assert row.lower < row.value < row.upper
        assert (row.highest, row.lowest) == ("g3", "g0")
        assert (row.operating_point, row.partition, row.groups) == ("vendor", "group", rates.groups)
        assert [left.group for left in row.left_out] == ["site=(missing)"]
        assert row.p_equal == pytest.approx(1 / 401)
        assert (row.reference, row.group, row.note, row.level) == ("", "", "", 0.95)


def test_every_row_has_a_catalogue_entry_and_fits_the_result():
    quick = GroupSettings(simulations=100, references=("g0",))
    known, rng = {entry.id for entry in CATALOGUE}, np.random.default_rng(1)
    both = [group_rates([5, 8, 3], [100] * 3, measure=measure) for measure in ("fmr", "fnmr", "frr", "fta")]
    rows = [row for rates in both for row in differentials(rates, settings=quick, rng=rng)]
    rows += blends(both[0], both[1], settings=quick, rng=rng)
    assert {row.measure for row in rows} <= known
    assert len(rows) == 4 * 9 + 3
    assert all(DifferentialRow.model_validate(dataclasses.asdict(row)).measure == row.measure for row in rows)


def test_c3_a_group_without_errors():
    inputs, expected = examples()["C3_zero_rates"]["inputs"], examples()["C3_zero_rates"]["expected"]
    rates = group_rates(inputs["false_matches"], inputs["comparisons"])
    rows = rows_of(rates)
    assert one_sided(rates, 0, level=0.95)[1] == pytest.approx(expected["group0_upper95_one_sided_CP"], abs=1e-8)
    assert one_sided(rates, 2, level=0.95)[0] == pytest.approx(expected["max_lower95_one_sided_CP"], abs=1e-8)
    ratio = rows["fmr.max_min"]
    assert (ratio.value, ratio.lower, ratio.upper) == (None, None, None)
    assert ratio.bound == pytest.approx(expected["max_over_min_lower_bound"], abs=1e-8)
    assert ratio.smoothed == pytest.approx(expected["jeffreys_max_over_min"])
    assert ratio.note.startswith("undefined: a group without errors; a bound")
    mean = rows["fmr.max_geomean"]
    assert mean.value is None
    assert mean.smoothed == pytest.approx(expected["jeffreys_max_over_geomean"], abs=1e-8)
    others = 1 - 0.05 ** (1 / 5000), one_sided(rates, 1, level=0.95)[1]
    assert mean.bound == pytest.approx((one_sided(rates, 2, level=0.95)[0] ** 2 / math.prod(others)) ** (1 / 3))
    assert rows["fmr.log_spread"].value is None
    assert rows["fmr.log_spread"].bound is None
    gini = rows["fmr.gini_corrected"]
    assert gini.value == pytest.approx(expected["gini_corrected"])
    assert (gini.lower, gini.bound, gini.smoothed) == (0.0, None, None)
    assert "3 of the rates rest on fewer than 5 effective errors" in gini.note


def test_of_several_groups_without_errors_the_bound_takes_the_one_best_known():
    rates = group_rates([0, 0, 50], [100, 10_000, 10_000])
    wanted = one_sided(rates, 2, level=0.95)[0] / one_sided(rates, 1, level=0.95)[1]
    assert max_min_bound(rates, level=0.95) == pytest.approx(wanted)


def test_c4_no_group_has_an_error():
    rows = rows_of(group_rates([0, 0, 0], [5000] * 3))
    for name in set(NAMES) - {"difference"}:
        assert set(numbers(rows[f"fmr.{name}"]).values()) == {None}
        assert rows[f"fmr.{name}"].note == "undefined: no group has an error (fmr)"
    difference = rows["fmr.difference"]
    assert (difference.value, difference.lower) == (0.0, 0.0)
    assert difference.upper == pytest.approx(1 - 0.05 ** (1 / 5000))
    assert (difference.highest, difference.lowest) == ("", "")


def test_n1_the_floor_of_the_gini_coefficient():
    example = examples()["N1_gini_null_floor"]
    many = GroupSettings(simulations=4000)
    for errors, wanted in zip(
        example["inputs"]["expected_effective_errors_per_group"],
        example["expected"]["E_corrected_gini_under_equality"],
        strict=True,
    ):
        rates = group_rates([errors] * 8, [errors * 200] * 8)
        floor = rows_of(rates, given=many)["fmr.gini_corrected"].floor
        assert floor == pytest.approx(wanted, abs=example["tolerance"])


def test_the_floor_follows_the_smallest_groups_and_the_design_effect():
    """London's cells at FMR 0.01: 0.37, where the mean number of errors would give 0.11."""
    trials = np.array([9384, 312, 180, 144]) * 25
    many = GroupSettings(simulations=4000)
    rates = group_rates(trials // 100, trials, effective=trials / 25)
    assert rows_of(rates, given=many)["fmr.gini_corrected"].floor == pytest.approx(0.37, abs=0.01)
    plain, clustered = (
        rows_of(group_rates([400] * 4, [40_000] * 4, effective=[n] * 4), given=many)["fmr.gini_corrected"].floor
        for n in (40_000, 10_000)
    )
    assert clustered == pytest.approx(2 * plain, rel=0.05)


def test_equal_rates_and_a_value_that_chance_explains():
    row = rows_of(group_rates([60, 60, 60, 60], [5000] * 4))["fmr.max_min"]
    assert (row.value, row.lower, row.p_equal) == (1.0, 1.0, 1.0)
    assert row.upper > 1.05
    assert (row.highest, row.lowest) == ("", "")
    many = np.random.default_rng(4).binomial(1000, 0.02, 60)
    crowded = rows_of(group_rates(many, [1000] * 60))["fmr.gini_corrected"]
    assert crowded.lower == 0.0
    assert 0 < crowded.upper < crowded.value
    assert "the value lies outside its interval because chance alone" in crowded.note
    assert crowded.floor == pytest.approx(crowded.value, rel=0.2)


@pytest.mark.parametrize("groups", [0, 1])
def test_fewer_than_two_groups(groups):
    rates = group_rates([3] * groups, [100] * groups, left_out=["g9"])
    for row in rows_of(rates).values():
        assert set(numbers(row).values()) == {None}
        assert row.note == "fewer than two groups with known labels and enough subjects"
        assert [left.group for left in row.left_out] == ["g9"]
    nothing = group_rates([], [], measure="fnmr")
    assert all(row.value is None for row in blends(rates, nothing, settings=QUICK, rng=np.random.default_rng(1)))


@pytest.mark.parametrize(
    "rates",
    [
        group_rates([1, 0], [1, 1], effective=[0.3, 0.3]),
        group_rates([10, 20, 30], [10, 20, 30]),
        group_rates([1, 10], [1, 10**9], effective=[1, 10**9]),
        group_rates([0, 0, 1], [10**9, 10, 10**9]),
        group_rates([5, 5], [10, 10], effective=[np.nan, 10.0]),
        group_rates([9, 8, 7], [900] * 3, replicates=np.full((300, 3), np.nan)),
        group_rates([9, 8, 7], [900] * 3, replicates=np.empty((0, 3))),
    ],
    ids=["n_eff below 1", "only errors", "huge beside one", "one error in 1e9", "n_eff NaN", "NaN", "no replicate"],
)
def test_bad_input_gives_defined_answers(rates):
    quick = GroupSettings(simulations=200, references=("g0",))
    for row in differentials(rates, settings=quick, rng=np.random.default_rng(1)):
        present = [value for value in numbers(row).values() if value is not None]
        assert all(math.isfinite(value) for value in present)
        if row.lower is not None and row.upper is not None:
            assert row.lower <= row.upper
        assert row.value is not None or row.note


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 10**10), st.floats(1e-3, 1.0)), min_size=2, max_size=6))
def test_any_counts_give_finite_ordered_numbers(groups):
    errors = [e for e, _, _ in groups]
    trials = [max(1, e + more) for e, more, _ in groups]
    effective = [n * share for n, (_, _, share) in zip(trials, groups, strict=True)]
    rates = group_rates(errors, trials, effective=effective)
    quick = GroupSettings(simulations=100, references=("g1",))
    rng = np.random.default_rng(1)
    for row in (*differentials(rates, settings=quick, rng=rng), *blends(rates, rates, settings=quick, rng=rng)):
        assert all(math.isfinite(value) for value in numbers(row).values() if value is not None), row
        if row.lower is not None and row.upper is not None:
            assert row.lower <= row.upper, row
        assert row.value is not None or row.note


def test_all_errors_everywhere_are_equal_rates():
    rows = rows_of(group_rates([10, 20, 30], [10, 20, 30]))
    assert rows["fmr.max_min"].value == 1.0
    assert 1.0 < rows["fmr.max_min"].upper < 2.0
    assert rows["fmr.gini_corrected"].value == 0.0


def test_c2_blends_name_their_weight():
    inputs, expected = examples()["C2_alpha_sweep"]["inputs"], examples()["C2_alpha_sweep"]["expected"]
    fmr = group_rates(np.rint(np.array(inputs["FMR"]) * 1_000_000), [1_000_000] * 4)
    fnmr = group_rates(np.rint(np.array(inputs["FNMR"]) * 10_000), [10_000] * 4, measure="fnmr")
    quick = GroupSettings(simulations=400, alpha=0.25)
    garbe, fairness, inequity = blends(fmr, fnmr, settings=quick, rng=np.random.default_rng(1))
    names = [row.measure for row in (garbe, fairness, inequity)]
    assert names == ["garbe", "fairness_discrepancy_rate", "inequity_rate"]
    assert garbe.value == pytest.approx(expected["0.25"]["GARBE"])
    assert fairness.value == pytest.approx(expected["0.25"]["FDR"])
    assert inequity.value == pytest.approx(expected["0.25"]["IR"])
    for row in (garbe, fairness, inequity):
        assert row.lower < row.value < row.upper
        assert row.note.startswith("alpha 0.25 is the weight of FMR")
        assert (row.highest, row.lowest) == ("", "")
    assert fairness.floor_upper < fairness.floor < 1.0


def test_blends_without_an_error_of_one_kind():
    fmr, fnmr = group_rates([0, 0, 0], [5000] * 3), group_rates([5, 9, 20], [500] * 3, measure="fnmr")
    garbe, fairness, inequity = blends(fmr, fnmr, settings=QUICK, rng=np.random.default_rng(1))
    assert garbe.value is None
    assert garbe.floor is None
    assert garbe.note.startswith("undefined: no group has an error (fmr)")
    assert fairness.value == pytest.approx(1 - 0.5 * 0.03)
    assert inequity.value is None
    both = blends(fmr, fmr, settings=QUICK, rng=np.random.default_rng(1))
    assert [row.value for row in both] == [None, None, None]
    assert "nothing was measured" in both[1].note


def test_blends_compare_the_groups_that_have_both_rates():
    fmr, fnmr = group_rates([5, 9, 20], [500] * 3), group_rates([5, 9], [500] * 2, measure="fnmr")
    row = blends(fmr, fnmr, settings=QUICK, rng=np.random.default_rng(1))[0]
    assert row.groups == ("g0", "g1")
    assert [(left.group, left.reason) for left in row.left_out] == [("g2", "only one of FMR and FNMR is known")]


def test_the_same_seed_gives_the_same_rows():
    rates = group_rates([5, 9, 20], [500] * 3)
    assert rows_of(rates, seed=3) == rows_of(rates, seed=3)
    assert rows_of(rates, seed=3) != rows_of(rates, seed=4)


def test_settings_refuse_all_that_is_out_of_range_at_once():
    with pytest.raises(ValueError, match=r"level is 0\.5.*simulations is 10.*alpha is 2.*equivalence_ratio is 1"):
        GroupSettings(level=0.5, simulations=10, alpha=2, equivalence_ratio=1)


def test_small_groups_do_not_hide_a_difference_between_others():
    """One group with a tenth of the trials may show no error under equal rates, and so an infinite ratio."""
    rates = group_rates([32, 98, 2], [3200, 320, 60])
    rows = rows_of(rates)
    for name in NAMES:
        row = rows[f"fmr.{name}"]
        assert row.lower > (1.0 if name.startswith("max") else 0.0), name
        assert row.p_equal < 0.025
        assert row.lower <= row.value <= row.upper
    assert rows["fmr.max_min"].lower > 10


def test_effective_trials_at_the_common_rate_set_the_floor():
    """A rate of 31 % of 13 subjects is worth three times as many trials at 1 %: equal rates then differ less."""
    known = {"effective": [3447, 25.9, 48.8, 15.7], "disjoint": [34, 6, 5, 4], "clusters": [69, 13, 10, 9]}
    shared = {
        "own_trials": np.array([3447.0, 81.7, 48.8, 42.4]),
        "covariance": np.array([0.018, 0.122, 0.084, 0.306]),
    }
    counts = [32, 98, 11, 33], [9384, 312, 180, 144]
    fixed, moving = rows_of(group_rates(*counts, **known)), rows_of(group_rates(*counts, **known, **shared))
    assert fixed["fmr.gini_corrected"].floor > 0.85
    row = moving["fmr.gini_corrected"]
    assert row.floor < 0.6
    assert row.lower > 0.1
    assert row.p_equal < 0.025
    assert "the groups of which little is known not rarely show a value as far from equality" in row.note
    ratio = moving["fmr.max_min"]
    assert ratio.lower > 10
    assert (ratio.floor, ratio.floor_upper) == (None, None)
    assert "no floor: most draws under equal rates hold a group without errors" in ratio.note


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 2000)), min_size=2, max_size=5))
def test_a_lower_limit_above_equality_goes_with_a_small_p(groups):
    rates = group_rates([min(e, n) for e, n in groups], [n for _, n in groups])
    quick = GroupSettings(simulations=200)
    for row in differentials(rates, settings=quick, rng=np.random.default_rng(1)):
        if row.lower is not None and row.lower > (1.0 if ".max" in row.measure else 0.0):
            assert row.p_equal <= 0.03, row


def test_the_ratio_of_the_extremes_can_be_as_high_as_that_of_their_pair():
    rates = group_rates([32, 98, 11, 33], [9384, 312, 180, 144], effective=[3447, 26, 49, 16])
    named = dataclasses.replace(QUICK, references=("g0",))
    rows = differentials(rates, settings=named, rng=np.random.default_rng(1))
    extremes = next(row for row in rows if row.measure == "fmr.max_min")
    pair = next(row for row in rows if row.measure == "fmr.ratio_to_reference" and row.group == "g1")
    assert (extremes.highest, extremes.lowest) == ("g1", pair.reference) == ("g1", "g0")
    pairs = [Ratios.of(rates).ratio(g, h, level=0.95).upper for g in range(4) for h in range(4) if g != h]
    assert extremes.upper >= max(pairs) >= pair.upper
    narrow = dataclasses.replace(extremes, upper=pair.upper / 2)
    assert not_below_the_pair(narrow, rates, 0.95).upper == max(pairs)
    other = dataclasses.replace(narrow, measure="fmr.max_mean")
    assert not_below_the_pair(other, rates, 0.95) is other
