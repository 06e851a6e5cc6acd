import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.statistics.differentials import formulas
from tests.support.datasets import examples

RATES = st.lists(st.floats(1e-6, 1.0), min_size=2, max_size=9).map(np.array)


def example(key):
    return examples()[key]["inputs"], examples()[key]["expected"]


def test_c1_every_measure():
    inputs, expected = example("C1_differentials")
    fmr, fnmr = np.array(inputs["FMR"]), np.array(inputs["FNMR"])
    found = {
        "FMR_max_over_min": formulas.max_min(fmr),
        "FMR_max_over_geomean": formulas.max_geomean(fmr),
        "FMR_max_over_mean": formulas.max_mean(fmr),
        "FMR_max_minus_min": formulas.difference(fmr),
        "FMR_gini_raw": formulas.gini_raw(fmr),
        "FMR_gini_corrected": formulas.gini_corrected(fmr),
        "FNMR_max_over_min": formulas.max_min(fnmr),
        "FNMR_max_over_geomean": formulas.max_geomean(fnmr),
        "FNMR_max_minus_min": formulas.difference(fnmr),
        "FNMR_gini_raw": formulas.gini_raw(fnmr),
        "FNMR_gini_corrected": formulas.gini_corrected(fnmr),
        "FDR": formulas.fairness_discrepancy_rate(fmr, fnmr, alpha=0.5),
        "IR": formulas.inequity_rate(fmr, fnmr, alpha=0.5),
        "GARBE": formulas.garbe(fmr, fnmr, alpha=0.5),
        "FMR_mean_abs_log10_dev_from_geomean": formulas.log_spread(fmr),
        "FMR_sd_log10_population": formulas.log_deviation(fmr, ddof=0),
        "FMR_sd_log10_sample": formulas.log_deviation(fmr, ddof=1),
    }
    assert {name: float(value) for name, value in found.items()} == pytest.approx(
        {name: expected[name] for name in found}, abs=1e-8
    )
    assert (fmr / fmr[0]).tolist() == pytest.approx(expected["FMR_relative_to_group0"])


@pytest.mark.parametrize("alpha", ["0", "0.25", "0.5", "0.75", "1"])
def test_c2_the_blends_at_every_weight(alpha):
    inputs, expected = example("C2_alpha_sweep")
    fmr, fnmr, weight = np.array(inputs["FMR"]), np.array(inputs["FNMR"]), float(alpha)
    assert {
        "FDR": float(formulas.fairness_discrepancy_rate(fmr, fnmr, alpha=weight)),
        "IR": float(formulas.inequity_rate(fmr, fnmr, alpha=weight)),
        "GARBE": float(formulas.garbe(fmr, fnmr, alpha=weight)),
    } == pytest.approx(expected[alpha], abs=1e-8)


def test_c3_c4_zeros():
    inputs, expected = example("C3_zero_rates")
    rates = np.array(inputs["false_matches"]) / np.array(inputs["comparisons"])
    for formula in (formulas.max_min, formulas.max_geomean, formulas.log_spread):
        assert formula(rates) == np.inf
    assert formulas.log_deviation(rates, ddof=0) == np.inf
    assert float(formulas.gini_raw(rates)) == pytest.approx(expected["gini_raw"])
    assert float(formulas.gini_corrected(rates)) == pytest.approx(expected["gini_corrected"])
    zero = np.zeros(3)
    every = (formulas.max_min, formulas.max_geomean, formulas.max_mean, formulas.log_spread, formulas.gini_corrected)
    assert all(np.isnan(formula(zero)) for formula in every)
    assert formulas.difference(zero) == examples()["C4_all_zero"]["expected"]["FDR_FMR_term"]


def test_c5_c6_equality_and_the_far_end():
    equal = np.array(examples()["C5_equal_nonzero"]["inputs"]["FMR"])
    assert float(formulas.gini_corrected(equal)) == pytest.approx(0.0, abs=1e-12)
    assert float(formulas.max_min(equal)) == float(formulas.max_mean(equal)) == 1.0
    assert float(formulas.max_geomean(equal)) == pytest.approx(1.0)
    inputs, expected = example("C6_gini_bounds")
    for rates, raw, corrected in zip(
        inputs["FMR_cases"], expected["gini_raw"], expected["gini_corrected"], strict=True
    ):
        assert float(formulas.gini_raw(np.array(rates))) == pytest.approx(raw)
        assert float(formulas.gini_corrected(np.array(rates))) == pytest.approx(corrected)


def test_c7_accuracy_measures():
    inputs, expected = example("C7_ser_std")
    accuracies = np.array(inputs["accuracy_percent"]) / 100
    assert float(formulas.skewed_error_ratio(accuracies)) == pytest.approx(expected["SER"])
    for ddof, name in ((0, "STD_population"), (1, "STD_sample")):
        assert 100 * float(formulas.accuracy_deviation(accuracies, ddof=ddof)) == pytest.approx(expected[name])
    assert formulas.skewed_error_ratio(np.array([1.0, 0.9])) == np.inf


@given(RATES)
def test_gini_is_the_double_sum(rates):
    pairs = sum(abs(a - b) for a in rates for b in rates)
    assert float(formulas.gini_raw(rates)) == pytest.approx(pairs / (2 * len(rates) ** 2 * rates.mean()), abs=1e-9)


@given(RATES, st.floats(0.01, 1.0), st.randoms())
def test_ratios_know_neither_order_nor_scale(rates, scale, random):
    other = np.array(random.sample(rates.tolist(), len(rates))) * scale
    for formula in (
        formulas.max_min,
        formulas.max_geomean,
        formulas.max_mean,
        formulas.log_spread,
        formulas.gini_corrected,
    ):
        assert float(formula(other)) == pytest.approx(float(formula(rates)), rel=1e-9, abs=1e-9)


@given(RATES)
def test_simulated_columns_are_taken_one_by_one(rates):
    columns = np.column_stack([rates, rates[::-1], np.zeros(len(rates))])
    for formula in (formulas.max_min, formulas.log_spread, formulas.gini_corrected, formulas.difference):
        one_by_one = np.array([float(formula(column)) for column in columns.T])
        np.testing.assert_allclose(formula(columns), one_by_one, rtol=1e-12)
