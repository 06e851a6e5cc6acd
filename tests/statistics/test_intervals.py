import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from evalharness.statistics import intervals
from evalharness.statistics.intervals import beta_quantile, clopper_pearson, t_quantile, wilson, zero_error_upper


@given(st.integers(0, 500), st.integers(1, 500), st.sampled_from([0.9, 0.95, 0.99]))
def test_clopper_pearson_and_wilson_are_scipys_at_ordinary_sizes(errors, trials, level):
    errors = min(errors, trials)
    result = stats.binomtest(errors, trials)
    exact = result.proportion_ci(level, "exact")
    limits = clopper_pearson(errors, trials, level=level)
    assert (limits.lower, limits.upper) == pytest.approx((exact.low, exact.high), rel=1e-9, abs=1e-12)
    score = result.proportion_ci(level, "wilson")
    limits = wilson(errors / trials, trials, quantile=stats.norm.ppf((1 + level) / 2))
    assert (limits.lower, limits.upper) == pytest.approx((score.low, score.high), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("trials", [10**9, 10**10, 10**11])
def test_clopper_pearson_is_right_where_stock_libraries_are_not(trials):
    """At these sizes the limits are those of a Poisson count, from the gamma distribution, to 1e-5."""
    previous = 0.0
    for errors in (1, 2, 3, 100, 998, 999, 1000, 1001, 2143, 2162, 4708, 4711, 20_000):
        limits = clopper_pearson(errors, trials, level=0.95)
        assert limits.lower == pytest.approx(special.gammaincinv(errors, 0.025) / trials, rel=2e-5)
        assert limits.upper == pytest.approx(special.gammaincinv(errors + 1, 0.975) / trials, rel=2e-5)
        assert previous < limits.lower < errors / trials < limits.upper
        previous = limits.lower


def test_clopper_pearson_known_values():
    assert clopper_pearson(1000, 10**9, level=0.95).lower == pytest.approx(9.39e-7, rel=1e-3)
    assert clopper_pearson(1, 10**11, level=0.95).lower == pytest.approx(-math.log(0.975) / 10**11, rel=1e-9)
    assert clopper_pearson(0, 10, level=0.95).lower == 0.0
    assert clopper_pearson(10, 10, level=0.95).upper == 1.0


@settings(deadline=None)
@given(st.floats(0.01, 5000), st.floats(1, 1e9), st.sampled_from([0.005, 0.025, 0.05, 0.975]))
def test_the_fallback_finds_what_the_inverse_finds(a, b, probability):
    found = intervals._bisect(lambda x: float(special.betainc(a, b, x)) >= probability)
    assert float(special.betainc(a, b, found)) == pytest.approx(probability, rel=1e-6)
    assert beta_quantile(a, b, probability) == pytest.approx(found, rel=1e-6, abs=1e-290)


def test_a_wrong_inverse_is_not_believed(monkeypatch):
    right = clopper_pearson(3, 1000, level=0.95)
    monkeypatch.setattr(intervals, "betaincinv", lambda a, b, q: 0.5)
    again = clopper_pearson(3, 1000, level=0.95)
    assert (again.lower, again.upper) == pytest.approx((right.lower, right.upper), rel=1e-12)


@given(st.floats(0.5, 400), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_limits_hold_the_rate_and_grow_with_it_for_any_effective_size(trials, one, other):
    low, high = sorted((one, other))
    for method in (
        lambda p: clopper_pearson(p * trials, trials, level=0.95),
        lambda p: wilson(p, trials, quantile=1.96),
    ):
        a, b = method(low), method(high)
        assert 0 <= a.lower <= low + 1e-9
        assert low - 1e-9 <= a.upper <= 1
        assert a.lower <= b.lower + 1e-9
        assert a.upper <= b.upper + 1e-9


def test_student_quantiles_and_the_rule_of_three():
    for degrees in (1, 2, 9, 100):
        assert t_quantile(0.95, degrees=degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-10)
    assert zero_error_upper(10**12, level=0.95) == pytest.approx(-math.log(0.05) / 10**12, rel=1e-9)
    assert zero_error_upper(1, level=0.95) == pytest.approx(0.95)


@pytest.mark.parametrize("errors", [1, 2, 7, 40])
def test_at_its_limits_a_count_is_as_unlikely_as_it_should_be(errors):
    """The binomial probabilities summed one by one, at 10^11 trials."""
    trials = 10**11
    limits = clopper_pearson(errors, trials, level=0.95)

    def fewer(k, p):
        """P(X < k)."""
        term, total = math.exp(trials * math.log1p(-p)), 0.0
        for x in range(k):
            total += term
            term *= (trials - x) / (x + 1) * p / (1 - p)
        return total

    assert 1 - fewer(errors, limits.lower) == pytest.approx(0.025, rel=1e-5)
    assert fewer(errors + 1, limits.upper) == pytest.approx(0.025, rel=1e-5)
