import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.statistics.dyads import AllPairsDyads, ListedDyads
from evalharness.statistics.variance import DyadErrors, PlugIn, dyad_plug_in, dyad_variance, subject_variance
from tests.support import brute


@given(st.lists(st.integers(0, 3), min_size=2, max_size=7).filter(lambda u: sum(x > 0 for x in u) > 1), st.data())
def test_the_sparse_form_is_the_dense_one(per_subject, data):
    samples = [i for i, m in enumerate(per_subject) for _ in range(m)]
    pairs = [p for p in itertools.combinations(samples, 2) if p[0] != p[1]]
    wrong = data.draw(st.lists(st.sampled_from(range(len(pairs))), unique=True))
    comparisons, errors = Counter(pairs), Counter(pairs[k] for k in wrong)
    first, second = (np.array([pairs[k][side] for k in wrong], dtype=np.int64) for side in (0, 1))
    ends = [np.array([p[side] for p in pairs], dtype=np.int64) for side in (0, 1)]
    closed = AllPairsDyads(np.array([1]), np.array([per_subject]))
    listed = ListedDyads.of(*ends, subjects=len(per_subject))
    for dyads in (closed, listed):
        found = dyad_variance(dyads, second, first)
        assert (found.own, found.covariance) == pytest.approx(brute.dyad_variance(comparisons, errors), abs=1e-12)


@given(st.lists(st.integers(0, 3), min_size=3, max_size=6).filter(lambda u: sum(x > 0 for x in u) > 2), st.data())
def test_unknown_products_are_bounded_so_that_the_variance_is_no_smaller(per_subject, data):
    samples = [i for i, m in enumerate(per_subject) for _ in range(m)]
    pairs = [p for p in itertools.combinations(samples, 2) if p[0] != p[1]]
    wrong = data.draw(st.lists(st.sampled_from(range(len(pairs))), unique=True))
    first, second = (np.array([pairs[k][side] for k in wrong], dtype=np.int64) for side in (0, 1))
    dyads = AllPairsDyads(np.array([1]), np.array([per_subject]))
    errors = DyadErrors.of(dyads, first, second)
    exact, bounded = (dyad_plug_in(dyads, each) for each in (errors, errors.bounded(dyads)))
    assert 0 <= bounded.own <= exact.own + 1e-12
    assert bounded.variance >= exact.variance - 1e-12


def test_guards_only_widen():
    shrunk = PlugIn(own=0.001, covariance=-0.0005)
    assert shrunk.variance == 0.0005
    assert shrunk.guarded(0.5, 1000, clusters=11) == pytest.approx(0.001 * 11 / 10)
    assert shrunk.guarded(0.5, 100, clusters=11) == pytest.approx(0.0025 * 11 / 10)
    assert PlugIn(0.001, 0.002).guarded(0.5, 1000, clusters=3) == pytest.approx(0.003 * 3 / 2)


def test_two_way_clustering_reduces_to_independence_for_disjoint_dyads():
    """Pairs without a common subject are independent trials: the binomial variance."""
    first, second = np.arange(0, 20, 2), np.arange(1, 20, 2)
    found = dyad_variance(ListedDyads.of(first, second, subjects=20), first[:3], second[:3])
    assert found.variance == pytest.approx(0.3 * 0.7 / 10)
    assert found.covariance == pytest.approx(0.0, abs=1e-15)


def test_one_subject_has_no_variance_between_subjects():
    assert subject_variance(np.array([10]), np.array([3])).variance == 0.0
