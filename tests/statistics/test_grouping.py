"""Group rates carry what their effective trials are made of."""

import numpy as np
import pytest

from evalharness.counts import Acquisition, Counts, MatedComparisons, Tail
from evalharness.records import Group, Partition, ScoreKind
from evalharness.statistics import MeasureSettings, measure
from evalharness.statistics.differentials.subset import only
from tests.support.datasets import vendor

THRESHOLD = 2.5


def audit(rng, *, subjects=60, images=2):
    """Group v0 without errors, v1 and v2 with some subjects who match many others; all pairs lie in the tail."""
    subject = np.repeat(np.arange(subjects), images)
    group = np.arange(subjects) % 3
    wolf = np.where(group == 0, -9.0, rng.normal(0, 0.8, subjects))
    i, j = np.triu_indices(len(subject), 1)
    mated = subject[i] == subject[j]
    scores = rng.normal(size=len(i)) + np.where(mated, 3.5, wolf[subject[i]] + wolf[subject[j]])
    everyone = np.ones(len(subject), np.bool_)
    pairs = ~mated
    counts = Counts(
        ScoreKind.SIMILARITY,
        subjects,
        subject,
        Acquisition(everyone, everyone),
        MatedComparisons(i[mated], j[mated], scores[mated], everyone[: int(mated.sum())]),
        Tail(i[pairs].astype(np.int32), j[pairs].astype(np.int32), scores[pairs], -np.inf),
        None,
    )
    return counts, Partition(("g",), tuple(Group((("g", f"v{k}"),)) for k in range(3)), group[subject])


@pytest.fixture(scope="module")
def found():
    counts, partition = audit(np.random.default_rng(3))
    settings = MeasureSettings(level=0.95, min_subjects=3)
    rates = measure(counts, partitions=[partition], specs=[vendor(THRESHOLD)], settings=settings).group_rates
    return {each.measure: each for each in rates}


def test_parts_of_the_trials_of_an_fmr(found):
    fmr = found["fmr"]
    assert fmr.errors[0] == 0 < fmr.errors[1:].min()
    assert (fmr.own_trials >= fmr.effective_trials).all()
    assert (fmr.own_trials <= fmr.trials).all()
    assert fmr.own_trials[1:].min() > 1.5 * fmr.effective_trials[1:].max()  # subjects who match many others
    assert fmr.own_trials[0] > 10 * fmr.disjoint[0]  # borrowed, where its own errors say nothing
    assert (fmr.covariance > 0).all()
    value = fmr.values[1:]
    together = 1 / (1 / fmr.own_trials[1:] + fmr.covariance[1:] * value * (1 - value))
    assert together.tolist() == pytest.approx(fmr.effective_trials[1:].tolist(), rel=0.6)
    assert np.isnan(fmr.degrees[0])
    assert (fmr.degrees[1:] >= 1).all()


def test_trials_of_one_subject_each_have_one_part(found):
    for name in ("fnmr", "fta"):
        rates = found[name]
        assert rates.covariance.tolist() == [0.0, 0.0, 0.0]
        some = rates.errors > 0
        assert rates.own_trials[some].tolist() == rates.effective_trials[some].tolist()
    assert found["fta"].own_trials.tolist() == found["fta"].disjoint.tolist()


def test_a_subset_of_groups_keeps_them(found):
    fmr = found["fmr"]
    two = only(fmr, ["g=v2", "g=v0"], reason="a test")
    for field in ("own_trials", "covariance", "degrees", "effective_trials"):
        np.testing.assert_array_equal(getattr(two, field), getattr(fmr, field)[[2, 0]])
