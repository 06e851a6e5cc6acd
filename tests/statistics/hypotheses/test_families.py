import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2
from statsmodels.stats.oneway import anova_generic

from evalharness.result import rows as result_rows
from evalharness.statistics.catalogue import CATALOGUE
from evalharness.statistics.differentials import GroupSettings, differentials
from evalharness.statistics.hypotheses import tests_of as outcomes_of
from evalharness.statistics.hypotheses.multiplicity import benjamini_hochberg, holm
from evalharness.statistics.hypotheses.omnibus import equal_rates
from evalharness.statistics.worst import worst_group
from tests.support.grouprates import group_rates

MANY = 10**8


def rows_of(rates, **fields):
    wanted = GroupSettings(**{"simulations": 300, **fields})
    return outcomes_of(rates, settings=wanted, rng=np.random.default_rng(1))


def omnibus(rates, simulations=300):
    return equal_rates(rates, simulations=simulations, rng=np.random.default_rng(1))


def test_the_family_of_three_groups():
    rows = rows_of(group_rates([100, 110, 200], [10_000] * 3), equivalence_ratio=1.5)
    pairs = [("g0", "g1"), ("g0", "g2"), ("g1", "g2")]
    assert [(row.test, row.group, row.other_group) for row in rows] == [
        ("equal_rates", "", ""),
        *(("two_groups", *pair) for pair in pairs),
        *(("equivalence", *pair) for pair in pairs),
    ]
    p_values = np.array([row.p_value for row in rows[1:4]])
    assert [row.p_holm for row in rows[1:4]] == holm(p_values).tolist()
    assert [row.p_bh for row in rows[1:4]] == benjamini_hochberg(p_values).tolist()
    assert [row.verdict for row in rows] == [
        "rates differ",
        "no difference shown",
        "rates differ",
        "rates differ",
        "within the margin",
        "beyond the margin",
        "undecided",
    ]
    assert rows[1].estimate == pytest.approx(100 / 110)
    assert rows[1].lower < rows[1].estimate < rows[1].upper
    assert {row.level for row in rows[:4]} == {0.95}
    assert [row.level for row in rows[4:]] == pytest.approx([0.9] * 3)
    assert all(row.p_value is None and row.note == "declared margin 1.5" for row in rows[4:])
    known = {entry.id for entry in CATALOGUE}
    assert {row.test for row in rows} <= known
    assert all(result_rows.TestRow.model_validate(dataclasses.asdict(row)).test == row.test for row in rows)


def test_without_a_margin_nothing_is_said_of_equivalence():
    assert {row.test for row in rows_of(group_rates([10, 20], [100, 100]))} == {"equal_rates", "two_groups"}


def test_wald_with_many_subjects_is_chi_square():
    errors, trials = np.array([100, 130, 90, 120]), np.full(4, 10_000)
    found = omnibus(group_rates(errors, trials, clusters=MANY))
    logs, weights = np.log(errors / trials), 1 / ((1 - errors / trials) / errors)
    statistic = float(np.sum(weights * (logs - np.average(logs, weights=weights)) ** 2))
    assert found.statistic == pytest.approx(statistic)
    assert found.p_value == pytest.approx(chi2.sf(statistic, 3), rel=1e-4)
    assert not found.simulated


def test_wald_with_few_subjects_is_welchs_test():
    errors, trials, clusters = np.array([400, 500, 600]), np.full(3, 10_000), np.array([10, 12, 15])
    found = omnibus(group_rates(errors, trials, effective=[1000.0] * 3, clusters=clusters))
    rates = errors / trials
    variances = (1 - rates) / (rates * 1000) * clusters
    welch = anova_generic(np.log(rates), variances, clusters, use_var="unequal", welch_correction=True)
    assert found.p_value == pytest.approx(welch.pvalue)


def test_groups_with_a_common_error_are_compared_without_it():
    rng = np.random.default_rng(1)
    replicates = 0.01 * np.exp(rng.normal(0, 0.5, (3000, 1)) + rng.normal(0, 0.05, (3000, 3)))
    rates = group_rates([100, 130, 100], [10_000] * 3, clusters=MANY, replicates=replicates)
    assert omnibus(rates).p_value < 1e-3
    alone = group_rates([100, 130, 100], [10_000] * 3, clusters=MANY)
    assert omnibus(alone).p_value > 0.01


@pytest.mark.parametrize(("rate", "trials"), [(0.02, 400), (0.004, 1000)])
def test_the_simulated_test_has_the_right_size(rate, trials):
    rng, p_values = np.random.default_rng(1), []
    while len(p_values) < 300:
        errors = rng.binomial(trials, rate, 5)
        found = equal_rates(group_rates(errors, [trials] * 5), simulations=200, rng=rng)
        assert found.simulated
        p_values.append(found.p_value)
    assert np.mean(np.array(p_values) <= 0.05) == pytest.approx(0.05, abs=0.035)


def test_the_size_holds_where_shared_subjects_make_rates_skewed_and_their_part_is_estimated():
    """Assuming that part known and normal rejects one equal set of rates in six."""
    rng, p_values, subjects = np.random.default_rng(1), [], 12
    for _ in range(300):
        factor = np.exp(0.5 * rng.standard_normal(6) - 0.125)
        errors = rng.binomial(2000, 0.01 * factor)
        covariance = 0.25 * rng.chisquare(subjects, 6) / subjects
        shared = {"own_trials": np.full(6, 2000.0), "covariance": covariance, "degrees": np.full(6, float(subjects))}
        found = equal_rates(group_rates(errors, [2000] * 6, **shared), simulations=200, rng=rng)
        assert found.simulated
        p_values.append(found.p_value)
    assert 0.01 <= np.mean(np.array(p_values) <= 0.05) <= 0.085


def test_pairs_of_equal_groups_are_rarely_found_different():
    rng, rejected, family = np.random.default_rng(1), 0, 0
    for _ in range(200):
        rows = rows_of(group_rates(rng.binomial(3000, 0.01, 5), [3000] * 5), simulations=100)
        rejected += sum(row.p_value < 0.05 for row in rows[1:])
        family += any(row.verdict == "rates differ" for row in rows[1:])
    assert rejected / (200 * 10) == pytest.approx(0.05, abs=0.025)
    assert family / 200 <= 0.09


def test_few_errors_are_tested_exactly_and_say_so():
    row = rows_of(group_rates([0, 12], [100, 100]))[1]
    assert (row.estimate, row.lower) == (0.0, 0.0)
    assert row.p_value == pytest.approx(2 * 0.5**12)
    assert row.note.startswith("unstable: fewer than 5 effective errors")
    assert row.verdict == "rates differ"


@pytest.mark.parametrize("groups", [0, 1])
def test_fewer_than_two_groups_leave_nothing_to_test(groups):
    assert rows_of(group_rates([5] * groups, [100] * groups)) == ()


def test_no_error_and_nothing_but_errors():
    for rates in (group_rates([0, 0], [10, 10]), group_rates([10, 10], [10, 10])):
        row = rows_of(rates)[0]
        assert (row.p_value, row.verdict) == (None, "undecided")
        assert row.note == "no test: no trial, or every trial, is an error"
    pair = rows_of(group_rates([0, 0], [10, 10]), equivalence_ratio=1.5)
    assert [(row.p_value, row.p_holm, row.verdict) for row in pair] == [(None, None, "undecided")] * 3


def test_sixty_groups_have_1770_pairs():
    errors = np.random.default_rng(1).binomial(1000, 0.02, 60)
    rows = rows_of(group_rates(errors, [1000] * 60))
    assert len(rows) == 1 + 1770
    assert sum(row.verdict == "rates differ" for row in rows[1:]) <= 5


def test_bad_effective_trials_and_replicates():
    for fields in (
        {"effective": [0.2, np.nan, 3.0]},
        {"replicates": np.full((300, 3), np.nan)},
        {"replicates": np.empty((0, 3))},
        {"clusters": [1, 1, 1]},
    ):
        rows = rows_of(group_rates([5, 9, 20], [500] * 3, **fields), equivalence_ratio=2.0)
        assert len(rows) == 7
        assert all(row.p_value is None or 0 <= row.p_value <= 1 for row in rows)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 10**10), st.floats(1e-3, 1.0)), min_size=2, max_size=6))
def test_any_counts_give_finite_ordered_numbers(groups):
    errors = [e for e, _, _ in groups]
    trials = [max(1, e + more) for e, more, _ in groups]
    effective = [n * share for n, (_, _, share) in zip(trials, groups, strict=True)]
    for row in rows_of(group_rates(errors, trials, effective=effective), simulations=100, equivalence_ratio=2.0):
        present = [v for v in (row.estimate, row.lower, row.upper, row.statistic, row.p_value) if v is not None]
        assert all(math.isfinite(value) for value in present), row
        assert row.verdict
        if row.lower is not None and row.upper is not None:
            assert row.lower <= row.upper, row


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 60),
            st.integers(0, 10**10),
            st.floats(1e-3, 1.0),
            st.one_of(st.sampled_from([0.0, 1e-9, 1e3, 1e9]), st.floats(0, 5)),
            st.one_of(st.just(math.nan), st.floats(0.1, 100)),
        ),
        min_size=2,
        max_size=5,
    )
)
def test_any_parts_of_the_trials_give_finite_ordered_numbers(groups):
    errors, more, share, covariance, degrees = (np.array(column) for column in zip(*groups, strict=True))
    trials = np.maximum(1, errors + more)
    parts = {"own_trials": trials * share, "covariance": covariance, "degrees": degrees}
    rates = group_rates(errors, trials, effective=trials * share, disjoint=np.ones(len(groups)), **parts)
    quick = GroupSettings(simulations=100, references=("g1",), equivalence_ratio=2.0)
    rng = np.random.default_rng(1)
    for row in (*outcomes_of(rates, settings=quick, rng=rng), *differentials(rates, settings=quick, rng=rng)):
        fields = ("estimate", "value", "lower", "upper", "p_value", "p_equal", "floor")
        present = [getattr(row, name) for name in fields if getattr(row, name, None) is not None]
        assert all(math.isfinite(value) for value in present), row
        if row.lower is not None and row.upper is not None:
            assert row.lower <= row.upper, row
    worst = worst_group(rates, settings=quick, rng=rng)
    assert worst is not None
    assert worst.value is None or 0 <= worst.lower <= worst.value <= worst.upper <= 1


def test_no_verdict_against_a_rate_that_the_interval_of_a_group_without_errors_holds():
    parts = {"own_trials": np.array([777.0, 44_700.0]), "covariance": np.zeros(2), "degrees": np.array([np.nan, 200.0])}
    known = {"effective": [20, 44_700], "disjoint": [20, 150], "clusters": [40, 300]}
    rates = group_rates([0, 450], [780, 44_850], **known, **parts)
    assert rates.upper[0] > rates.values[1]
    everyone, pair, margin = rows_of(rates, equivalence_ratio=1.5)
    assert (everyone.test, everyone.verdict) == ("equal_rates", "no difference shown")
    assert (pair.test, pair.verdict) == ("two_groups", "no difference shown")
    assert (margin.test, margin.verdict) == ("equivalence", "undecided")
