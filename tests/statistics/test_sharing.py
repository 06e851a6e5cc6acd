import numpy as np
import pytest

from evalharness.statistics.evidence import Evidence, subject_evidence
from evalharness.statistics.sharing import BORROWED, trial_parts
from evalharness.statistics.spread import effective_trials, spread_of
from evalharness.statistics.variance import Jackknife, PlugIn


def dyads(errors, trials, *, subjects=20, own=2.0, shared=0.0):
    """Evidence whose single comparisons weigh ``own`` times the binomial variance, with a covariance of the logit."""
    value = errors / trials
    variance = value * (1 - value)
    plug_in = PlugIn(own * variance / trials, shared * variance**2)
    alone = own / (trials * variance) if 0 < errors < trials else 0.0
    jackknife = Jackknife(2 * alone + shared, 0.0, subjects, alone, twice=True) if 0 < errors < trials else None
    return Evidence(errors, trials, subjects, subjects, float(subjects // 2), plug_in, jackknife)


def parts_of(*evidence, kind=True):
    return trial_parts(evidence, np.array([effective_trials(each) for each in evidence]), dyads=kind)


def test_with_many_errors_both_parts_are_those_of_the_spread():
    evidence = dyads(40_000, 10**6, shared=0.05)
    spread = spread_of(evidence)
    found = parts_of(evidence)
    value = 0.04
    assert found.own[0] == pytest.approx(1 / (spread.own * value * (1 - value)))
    assert found.own[0] == pytest.approx(10**6 / 2 * 19 / 20)
    assert found.covariance[0] == pytest.approx(spread.covariance)
    assert found.degrees[0] == spread.degrees
    together = 1 / (1 / found.own[0] + found.covariance[0] * value * (1 - value))
    assert together == pytest.approx(1 / (spread.total * value * (1 - value)))


def test_a_group_without_errors_takes_the_design_effect_and_the_covariance_of_the_others():
    some, none = dyads(2000, 100_000, shared=0.08), dyads(0, 9000, subjects=10)
    found, alone = parts_of(some, none), parts_of(some)
    assert found.own[0] == alone.own[0]
    assert found.own[1] == pytest.approx(9000 / (100_000 / found.own[0]))
    assert found.covariance[1] == pytest.approx(found.covariance[0] * 20 / 10)  # half the subjects: twice as much
    assert np.isnan(found.degrees[1])


def test_a_covariance_that_rests_on_few_errors_is_drawn_towards_the_common_one():
    many, few = dyads(20_000, 10**6, shared=0.1), dyads(6, 600, shared=0.0)
    found = parts_of(many, few)
    errors = found.own * np.array([0.02, 0.01])
    common = errors[0] * parts_of(many).covariance[0] / errors.sum()
    assert found.covariance[1] == pytest.approx(BORROWED / (errors[1] + BORROWED) * common)
    assert found.covariance[1] > found.covariance[0] / 3
    assert found.covariance[0] == pytest.approx(spread_of(many).covariance, rel=0.01)


def test_where_no_group_has_an_error_only_disjoint_trials_count():
    found = parts_of(dyads(0, 9000), dyads(0, 500, subjects=8))
    assert found.own.tolist() == [10.0, 4.0]
    assert found.covariance.tolist() == [0.0, 0.0]


def test_trials_of_one_subject_share_nothing():
    rng = np.random.default_rng(1)
    subject = np.repeat(np.arange(60), 5)
    errors = rng.random(300) < np.repeat(rng.beta(0.5, 2.0, 60), 5)
    some, none = subject_evidence(subject, errors), subject_evidence(subject, np.zeros(300, dtype=bool))
    found = parts_of(some, none, kind=False)
    assert found.own[0] == effective_trials(some) < 300
    assert found.own[1] == pytest.approx(found.own[0])  # not the 60 that no error would prove
    assert found.covariance.tolist() == [0.0, 0.0]


def test_nothing_but_errors_and_one_subject_borrow_too():
    found = parts_of(dyads(2000, 100_000, shared=0.08), dyads(500, 500), dyads(3, 7, subjects=1))
    assert np.isfinite(found.own).all()
    assert (found.own[1:] <= [500, 7]).all()
    assert (found.own[1:] >= [10, 0]).all()


def test_no_group_at_all():
    found = trial_parts([], np.empty(0), dyads=True)
    assert len(found.own) == len(found.covariance) == len(found.degrees) == 0
