import math

import numpy as np
import pytest
from scipy.stats import binomtest, t

from evalharness.statistics.differentials.logrates import LogRates, variance_degrees
from evalharness.statistics.differentials.reference import Ratios, log_ratio_error, ratios_to_references
from evalharness.statistics.differentials.settings import GroupSettings
from evalharness.statistics.spread import SKEWNESS
from tests.support.datasets import examples
from tests.support.grouprates import group_rates

MANY = 10**9  # subjects: Student's quantile is the normal one


@pytest.mark.parametrize(("effect", "suffix"), [(1, ""), (4, "_DEFF4")])
def test_d9_the_log_interval_of_a_ratio(effect, suffix):
    inputs, expected = examples()["D9_ratio_ci"]["inputs"], examples()["D9_ratio_ci"]["expected"]
    errors, trials = np.array(inputs["errors"]), np.array(inputs["n"])
    error = log_ratio_error(errors, errors / trials, np.array([effect, effect]))
    assert error == pytest.approx(expected[f"se_log{suffix}"], abs=1e-6)
    rates = group_rates(errors * effect, trials * effect, effective=trials, clusters=MANY)
    ratio = Ratios.of(rates).ratio(0, 1, level=0.95)
    assert ratio.value == pytest.approx(expected["ratio"])
    if effect == 1:
        assert (ratio.lower, ratio.upper) == pytest.approx(tuple(expected["ci95"]), rel=1e-3)
    half = 1.959964 * error
    limits = math.exp(math.log(4) - half), math.exp(math.log(4) + half)
    assert limits == pytest.approx(tuple(expected[f"ci95{suffix}"]), rel=1e-5)


def test_below_five_effective_errors_the_limits_are_conditional_on_the_sum():
    ratio = Ratios.of(group_rates([8, 3], [1000, 2000])).ratio(0, 1, level=0.95)
    test = binomtest(8, 11, 1 / 3)
    share = test.proportion_ci(0.95)
    assert ratio.conditional
    assert ratio.value == pytest.approx(8 / 1.5)
    assert ratio.lower == pytest.approx(share.low / (1 - share.low) * 2)
    assert ratio.upper == pytest.approx(share.high / (1 - share.high) * 2)
    assert ratio.p_value == pytest.approx(2 * binomtest(8, 11, 1 / 3, alternative="greater").pvalue)


def test_rows_name_group_and_reference():
    settings = GroupSettings(references=("g1", "elsewhere=x"))
    rows = ratios_to_references(group_rates([50, 100, 3], [1000] * 3), settings=settings)
    assert [(row.measure, row.group, row.reference) for row in rows] == [
        ("fmr.ratio_to_reference", "g0", "g1"),
        ("fmr.ratio_to_reference", "g2", "g1"),
    ]
    assert rows[0].value == pytest.approx(0.5)
    assert rows[0].lower < 0.5 < rows[0].upper < 1
    assert rows[0].p_equal < 0.01
    assert rows[0].note == ""
    assert rows[1].note.startswith("unstable: fewer than 5 effective errors")


def test_a_reference_without_errors_and_one_that_is_left_out():
    rates = group_rates([0, 5, 0], [1000] * 3, left_out=["g9"])
    rows = ratios_to_references(rates, settings=GroupSettings(references=("g0", "g9")))
    some, none, left = rows[0], rows[1], rows[2]
    assert (some.value, some.lower, some.upper) == (None, None, None)
    assert 0 < some.bound < some.smoothed
    assert some.note.startswith("undefined: no error in the reference group")
    assert (none.value, none.bound, none.note) == (None, None, "undefined: neither group has an error")
    assert (left.reference, left.value) == ("g9", None)
    assert left.note == "the reference group is left out: label missing"
    assert len(rows) == 5


def test_no_error_in_the_group_itself_is_a_ratio_of_nought():
    row = ratios_to_references(group_rates([0, 20], [1000] * 2), settings=GroupSettings(references=("g1",)))[0]
    assert (row.value, row.lower) == (0.0, 0.0)
    assert 0 < row.upper < 0.5


def test_replicates_bring_the_correlation_of_groups_that_share_a_threshold():
    rng = np.random.default_rng(1)
    common, own = rng.normal(0, 0.3, (3000, 1)), rng.normal(0, 0.1, (3000, 2))
    rates = group_rates([100, 120], [10_000] * 2, replicates=0.01 * np.exp(common + own))
    logs = LogRates.of(rates)
    assert logs.errors.tolist() == pytest.approx([math.sqrt(0.1)] * 2, rel=0.1)
    joint = Ratios.of(rates).ratio(0, 1, level=0.95)
    alone = Ratios.of(group_rates([100, 120], [10_000] * 2)).ratio(0, 1, level=0.95)
    assert math.log(joint.upper / joint.lower) == pytest.approx(math.log(alone.upper / alone.lower), rel=0.1)


def test_useless_replicates_change_nothing():
    plain = LogRates.of(group_rates([100, 120], [10_000] * 2)).covariance
    for replicates in (np.full((500, 2), np.nan), np.zeros((500, 2)), np.full((5, 2), 0.01), np.full((500, 2), 0.01)):
        found = LogRates.of(group_rates([100, 120], [10_000] * 2, replicates=replicates)).covariance
        np.testing.assert_allclose(found, plain)


def test_degrees_of_freedom_are_those_of_the_subjects_who_err():
    rates = group_rates([40, 40, 0], [4000] * 3, effective=[4000, 400, 400], clusters=[100, 100, 100])
    assert variance_degrees(rates).tolist() == pytest.approx([99, 2 * 4 / 0.81, 1.0])


def test_shared_subjects_move_the_limit_that_makes_their_group_higher():
    known = {"effective": [9000, 9000], "degrees": np.array([50.0, 20.0]), "clusters": 100}
    plain = Ratios.of(group_rates([400, 300], [10_000] * 2, **known)).ratio(0, 1, level=0.95)
    shared = {"own_trials": np.array([9000.0, 9000.0]), "covariance": np.array([0.0, 1e-12])}
    same = Ratios.of(group_rates([400, 300], [10_000] * 2, **known, **shared)).ratio(0, 1, level=0.95)
    assert (same.lower, same.upper, same.p_value) == pytest.approx((plain.lower, plain.upper, plain.p_value))
    shared |= {"covariance": np.array([0.0, 0.02]), "disjoint": [50, 50]}
    found = Ratios.of(group_rates([400, 300], [10_000] * 2, **known, **shared)).ratio(0, 1, level=0.95)
    variances = np.array([0.96 / 360, 0.97 / 270 + 0.02 * 0.97**2])
    degrees = variances.sum() ** 2 / (variances**2 / [50, 20]).sum()
    half = t.ppf(0.975, degrees) * math.sqrt(variances.sum())
    skew = SKEWNESS * 0.02 * 0.97**2 * 0.94
    assert found.upper == pytest.approx(4 / 3 * math.exp(half))
    assert found.lower == pytest.approx(4 / 3 * math.exp(-half - skew))
    beyond = (math.log(4 / 3) - skew) / math.sqrt(variances.sum())
    assert found.p_value == pytest.approx(2 * t.sf(beyond, degrees))


def test_replicates_may_widen_and_never_narrow():
    rng = np.random.default_rng(1)
    narrow = 0.01 * np.exp(rng.normal(0, 0.01, (3000, 2)))
    plain = LogRates.of(group_rates([100, 120], [10_000] * 2)).errors
    assert LogRates.of(group_rates([100, 120], [10_000] * 2, replicates=narrow)).errors == pytest.approx(plain)


def test_degrees_of_freedom_from_the_jackknife():
    nan = np.nan
    rates = group_rates([40, 40, 0], [4000] * 3, degrees=np.array([31.0, 0.5, nan]))
    assert variance_degrees(rates).tolist() == [31.0, 1.0, 1.0]
    none = group_rates([0, 0], [4000] * 2, degrees=np.array([nan, nan]))
    assert variance_degrees(none).tolist() == [1.0, 1.0]


def without_and_with_errors():
    """A group of 40 subjects without an error, and 300 subjects with 450 errors of 44 850 comparisons."""
    return group_rates(
        [0, 450],
        [780, 44_850],
        effective=[20, 44_700],
        clusters=[40, 300],
        disjoint=[20, 150],
        own_trials=np.array([777.0, 44_700.0]),
        covariance=np.zeros(2),
        degrees=np.array([np.nan, 200.0]),
    )


def test_a_group_without_errors_counts_as_its_disjoint_trials():
    rates = without_and_with_errors()
    assert rates.upper[0] > rates.values[1]  # its own interval holds the other's rate
    ratio = Ratios.of(rates).ratio(0, 1, level=0.95)
    plain = Ratios.of(group_rates([0, 450], [20, 44_850], effective=[20, 44_700])).ratio(0, 1, level=0.95)
    assert (ratio.value, ratio.lower) == (0.0, 0.0)
    assert ratio.upper == pytest.approx(plain.upper)
    assert ratio.upper > 1
    assert ratio.p_value == pytest.approx(plain.p_value)
    assert ratio.p_value > 0.5


def test_few_errors_weigh_no_more_than_at_a_common_rate():
    shared = {"own_trials": np.array([2000.0, 2000.0]), "covariance": np.array([0.2, 0.2])}
    rates = group_rates([2, 60], [2000, 2000], disjoint=[20, 20], degrees=np.array([10.0, 10.0]), **shared)
    ratio = Ratios.of(rates).ratio(0, 1, level=0.95)
    n1, n2 = Ratios.of(rates)._trials([0, 1])
    high = 1 / (1 / 2000 + 0.2 * 0.03 * 0.97)  # at its own rate
    assert n2 == pytest.approx(high)
    common = (0.001 * n1 + 0.03 * n2) / (n1 + n2)
    assert n1 == pytest.approx(1 / (1 / 2000 + 0.2 * common * (1 - common)), rel=0.02)
    assert n1 < 0.9 / (1 / 2000 + 0.2 * 0.001 * 0.999)  # at its own rate
    assert ratio.conditional


def test_the_statistic_gives_the_p_value():
    shared = {"own_trials": np.full(2, 9000.0), "covariance": np.array([0.0, 0.02]), "disjoint": [50, 50]}
    known = {"effective": [9000, 9000], "degrees": np.array([50.0, 50.0]), "clusters": 100}
    rates = group_rates([700, 300], [10_000] * 2, **known, **shared)
    logs = LogRates.of(rates)
    ratio = Ratios.of(rates).ratio(0, 1, level=0.95)
    variances = np.diag(logs.covariance)
    degrees = variances.sum() ** 2 / (variances**2 / logs.degrees).sum()
    assert ratio.statistic > 0
    assert ratio.p_value == pytest.approx(2 * t.sf(ratio.statistic, degrees))
    turned = Ratios.of(rates).ratio(1, 0, level=0.95)
    assert turned.statistic == pytest.approx(-ratio.statistic)
    assert turned.p_value == pytest.approx(ratio.p_value)
