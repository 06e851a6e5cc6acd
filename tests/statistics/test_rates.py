import numpy as np
import pytest
from scipy import stats

from evalharness.statistics.intervals import Interval, clopper_pearson, wilson
from evalharness.statistics.rates import Evidence, IntervalSettings, effective_trials, rate_of, subject_evidence
from evalharness.statistics.variance import PlugIn

SETTINGS = IntervalSettings(level=0.95, min_subjects=3)


def evidence(errors, trials, *, own, clusters=50, disjoint=25.0, covariance=0.0):
    return Evidence(errors, trials, clusters, clusters, disjoint, PlugIn(own, covariance))


def test_the_interval_is_wilson_at_the_effective_trials():
    rate = rate_of(evidence(100, 1000, own=0.0018, clusters=10, disjoint=5), SETTINGS)
    n = 0.09 / (0.0018 * 10 / 9)
    assert rate.effective_trials == pytest.approx(n)
    expected = wilson(0.1, n, quantile=stats.t.ppf(0.975, 9))
    assert (rate.interval.lower, rate.interval.upper) == pytest.approx((expected.lower, expected.upper))
    assert (rate.errors, rate.trials, rate.value, rate.notes) == (100, 1000, 0.1, ())


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
    score = wilson(1e-4, n, quantile=stats.t.ppf(0.975, 49))
    assert rate.interval.lower == pytest.approx(exact.lower)
    assert exact.lower < score.lower
    assert rate.interval.upper == pytest.approx(score.upper)
    mirrored = rate_of(evidence(9_999, 10_000, own=0.0), SETTINGS)
    assert mirrored.interval.upper == pytest.approx(1 - exact.lower, rel=1e-9)
    many = rate_of(evidence(30, 10_000, own=0.0), SETTINGS)
    assert many.interval.lower == pytest.approx(wilson(0.003, n, quantile=stats.t.ppf(0.975, 49)).lower)


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
