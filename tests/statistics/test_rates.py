import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit, logit

from evalharness.statistics.intervals import Interval, clopper_pearson
from evalharness.statistics.rates import Evidence, IntervalSettings, effective_trials, rate_of, subject_evidence
from evalharness.statistics.spread import Spread, spread_of
from evalharness.statistics.variance import PlugIn

SETTINGS = IntervalSettings(level=0.95, min_subjects=3)


def evidence(errors, trials, *, own, clusters=50, disjoint=25.0, covariance=0.0):
    return Evidence(errors, trials, clusters, clusters, disjoint, PlugIn(own, covariance))


def test_the_interval_is_symmetric_on_the_logit_scale_but_for_its_skewness():
    """p = 0.1, Var = 0.002, so 0.2469 on the logit scale, of which 0.0123 if the trials were independent."""
    found = evidence(100, 1000, own=0.0018, clusters=10, disjoint=5)
    rate = rate_of(found, SETTINGS)
    assert rate.effective_trials == pytest.approx(45)
    alone, total = 1 / 90 * 10 / 9, 0.002 / 0.09**2
    assert spread_of(found) == Spread(pytest.approx(alone), pytest.approx(total), pytest.approx(total), 9)
    half = stats.t.ppf(0.975, 9) * total**0.5
    centre = np.log(1 / 9)
    assert logit(rate.interval.lower) == pytest.approx(centre - half)
    assert logit(rate.interval.upper) == pytest.approx(centre + half + 1.5 * (total - alone) * 0.8)
    assert (rate.errors, rate.trials, rate.value, rate.notes) == (100, 1000, 0.1, ())


def test_the_jackknife_widens_the_limit_where_few_subjects_make_the_errors():
    """20 subjects with 10 trials: one makes half of the ten errors, five make one each."""
    subject = np.repeat(np.arange(20), 10)
    wrong = np.zeros(200, np.bool_)
    wrong[:5] = wrong[10:60:10] = True
    found = subject_evidence(subject, wrong)
    spread = spread_of(found)
    logit_of = np.log(10 / 190)
    changes = np.array([np.log(5 / 185)] + [np.log(9 / 181)] * 5 + [np.log(10 / 180)] * 14) - logit_of
    squares = np.sum((changes * 0.95) ** 2)
    assert found.jackknife.variance == pytest.approx(squares)
    assert spread.total == pytest.approx(squares * 20 / 19)
    assert spread.linear == pytest.approx(found.plug_in.variance / (0.05 * 0.95) ** 2 * 20 / 19)
    assert spread.own == pytest.approx(200 / (10 * 190) * 20 / 19)
    assert spread.total > spread.linear > spread.own
    assert 2 < spread.degrees < 10 < found.clusters


def test_equal_subjects_give_as_many_degrees_of_freedom_as_there_are():
    """Errors in half of the subjects, one each: every change has one of two sizes."""
    spread = spread_of(subject_evidence(np.repeat(np.arange(40), 2), np.arange(80) % 4 == 0))
    assert spread.degrees == 39


def test_effective_trials_stay_between_the_disjoint_dyads_and_the_comparisons():
    assert effective_trials(evidence(100, 1000, own=0.5)) == 25.0
    assert effective_trials(evidence(100, 1000, own=0.0)) == pytest.approx(1000 * 49 / 50)
    assert effective_trials(evidence(0, 1000, own=0.0)) == 25.0
    assert effective_trials(evidence(1, 1000, own=0.1, clusters=1, disjoint=1.0)) == 1.0


def test_one_or_two_errors_take_the_exact_lower_limit():
    one = evidence(1, 10_000, own=0.0)
    rate = rate_of(one, SETTINGS)
    n = effective_trials(one)
    exact = clopper_pearson(1e-4 * n, n, level=0.95)
    smooth = expit(logit(1e-4) - stats.t.ppf(0.975, 49) * (1 / (n * 1e-4 * 0.9999)) ** 0.5)
    assert rate.interval.lower == pytest.approx(exact.lower)
    assert exact.lower < smooth
    mirrored = rate_of(evidence(9_999, 10_000, own=0.0), SETTINGS)
    assert mirrored.interval.upper == pytest.approx(1 - exact.lower, rel=1e-9)
    many = rate_of(evidence(30, 10_000, own=0.0), SETTINGS)
    half = stats.t.ppf(0.975, 49) * (1 / (n * 0.003 * 0.997)) ** 0.5
    assert logit(many.interval.lower) == pytest.approx(logit(0.003) - half)


def test_no_error_and_nothing_but_errors_mirror_each_other():
    none = rate_of(evidence(0, 1000, own=0.0, disjoint=30.0), SETTINGS)
    assert none.interval.lower == 0.0
    assert none.interval.upper == pytest.approx(1 - 0.05 ** (1 / 30))
    assert float(none.notes[0].removeprefix("optimistic upper ")) == pytest.approx(1 - 0.05 ** (1 / 1000))
    whole = rate_of(evidence(1000, 1000, own=0.0, disjoint=30.0), SETTINGS)
    assert whole.interval == Interval(1 - none.interval.upper, 1.0)
    assert whole.notes[0].startswith("optimistic lower 0.997")


@pytest.mark.parametrize(("clusters", "asked", "needed"), [(1, 3, 3), (2, 1, 3), (5, 6, 6)])
def test_too_few_subjects_have_a_value_and_no_interval(clusters, asked, needed):
    found = evidence(1, 10, own=0.0, clusters=clusters)
    rate = rate_of(found, IntervalSettings(0.95, asked))
    assert (rate.value, rate.interval, rate.effective_trials) == (0.1, None, None)
    assert rate.notes == (f"fewer than {needed} subjects: no interval",)


def test_subject_evidence_counts_by_subject():
    subject = np.array([7, 7, 7, 3, 3, 9])
    found = subject_evidence(subject, np.array([True, True, False, False, False, True]))
    assert (found.errors, found.trials, found.subjects, found.clusters) == (3, 6, 3, 3)
    assert found.disjoint == pytest.approx(36 / 14)
    assert found.plug_in.variance == pytest.approx((0.5**2 + 1 + 0.5**2) / 36)


def test_a_rate_and_its_complement_have_mirrored_limits():
    wrong = np.arange(300) % 7 == 0
    wrong[:30] = True
    subject = np.repeat(np.arange(30), 10)
    one = rate_of(subject_evidence(subject, wrong), SETTINGS).interval
    other = rate_of(subject_evidence(subject, ~wrong), SETTINGS).interval
    assert (1 - other.upper, 1 - other.lower) == pytest.approx((one.lower, one.upper))


def test_a_billion_trials_without_an_error_have_an_interval():
    found = Evidence(0, 10**9, 40_000, 40_000, 20_000.0, PlugIn(0.0, 0.0))
    rate = rate_of(found, SETTINGS)
    assert rate.interval.upper == pytest.approx(-np.expm1(np.log(0.05) / 20_000), rel=1e-12)
    assert float(rate.notes[0].removeprefix("optimistic upper ")) == pytest.approx(2.9957e-9, rel=1e-4)
    one = rate_of(Evidence(1, 10**11, 40_000, 40_000, 20_000.0, PlugIn(1e-22, 0.0)), SETTINGS).interval
    assert 0 < one.lower < 1e-11 < one.upper < 1e-9


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), min_size=3, max_size=12))
def test_limits_hold_the_rate_whatever_the_subjects_do(people):
    trials = np.array([m for m, _ in people])
    wrong = [k < e for m, e in people for k in range(m)]
    rate = rate_of(subject_evidence(np.repeat(np.arange(len(people)), trials), np.array(wrong)), SETTINGS)
    assert 0 <= rate.interval.lower <= rate.value <= rate.interval.upper <= 1
    assert len(people) >= rate.effective_trials / max(trials) > 0


def test_no_limit_lies_further_out_than_if_trials_with_a_common_subject_all_agreed():
    """1 % of 360 trials between two groups of nine: a few subjects make them, and nine dyads have no common subject."""
    found = evidence(4, 360, own=1e-4, clusters=9, disjoint=9.0, covariance=5e-3)
    interval = rate_of(found, SETTINGS).interval
    assert interval.upper == pytest.approx(clopper_pearson(4 / 360 * 9, 9, level=0.95).upper)
    assert interval.upper < 0.4
    assert 0 <= interval.lower < 4 / 360
