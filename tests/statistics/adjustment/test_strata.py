import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.records import Partition
from evalharness.statistics.adjustment.strata import Strata, target_faults, target_weights
from tests.support.datasets import make_partition


def test_names_of_pairs_do_not_depend_on_their_order():
    c, d = make_partition("c", ["x", "y", "x", None]), make_partition("d", ["1", "1", "2", "1"])
    strata = Strata.of([c, d])
    first, second = np.array([0, 1, 0, 0]), np.array([1, 0, 0, 3])
    keys = strata.keys(first, second)
    assert keys[0] == keys[1]
    assert strata.name(keys[0]) == "c=x;d=1 | c=y;d=1"
    assert strata.name(keys[2]) == "c=x;d=1"
    assert strata.has_stratum(first, second).tolist() == [True, True, True, False]


def test_the_shares_of_samples_alike_are_the_declared_ones():
    c = make_partition("c", ["x", "y"])
    strata = Strata.of([c])
    keys = strata.keys(np.array([0, 1]), np.array([0, 1]))
    weights = target_weights(strata, keys, np.array([900, 100]), {"c": {"x": 0.3, "y": 0.7}})
    assert weights == pytest.approx([0.3, 0.7])
    assert target_weights(strata, keys, np.array([900, 100]), {}) == pytest.approx([0.9, 0.1])


def test_unlike_samples_count_half_for_each_label():
    c = make_partition("c", ["x", "y"])
    strata = Strata.of([c])
    keys = np.sort(strata.keys(np.array([0, 0, 1]), np.array([0, 1, 1])))
    weights = target_weights(strata, keys, np.array([50, 30, 20]), {"c": {"x": 0.2, "y": 0.8}})
    assert weights[0] + weights[1] / 2 == pytest.approx(0.2)
    assert weights.sum() == pytest.approx(1)
    # the odds between strata beyond the margins are those of the sample
    assert weights[1] ** 2 / (weights[0] * weights[2]) == pytest.approx(30**2 / (50 * 20))


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(1, 50)), min_size=6, max_size=12),
    st.floats(0.1, 0.9),
    st.floats(0.1, 0.8),
)
def test_two_covariates_have_both_declared_shares(cells, x, one):
    cells = [*cells, *((a, b, 1) for a in (0, 1) for b in (0, 1, 2))]
    c = make_partition("c", ["xy"[a] for a, _, _ in cells])
    d = make_partition("d", ["123"[b] for _, b, _ in cells])
    strata = Strata.of([c, d])
    at = np.arange(len(cells))
    keys, which = np.unique(strata.keys(at, at), return_inverse=True)
    trials = np.bincount(which, weights=[n for _, _, n in cells]).astype(int)
    rest = (1 - one) / 2
    weights = target_weights(strata, keys, trials, {"c": {"x": x, "y": 1 - x}, "d": {"1": one, "2": rest, "3": rest}})
    assert weights @ strata.sides(keys, 0) == pytest.approx([x, 1 - x], abs=1e-8)
    assert weights @ strata.sides(keys, 1) == pytest.approx([one, rest, rest], abs=1e-8)


def test_targets_that_the_strata_cannot_meet():
    c, d = make_partition("c", ["x", "y"]), make_partition("d", ["1", "2"])
    strata = Strata.of([c, d])
    keys = strata.keys(np.array([0, 1]), np.array([0, 1]))  # x is always 1, y is always 2
    found = target_weights(strata, keys, np.array([5, 5]), {"c": {"x": 0.5, "y": 0.5}, "d": {"1": 0.9, "2": 0.1}})
    assert found == "the target cannot be met by the strata that have comparisons"
    found = target_weights(strata, keys[:1], np.array([5]), {"c": {"x": 0.5, "y": 0.5}})
    assert "does not overlap" in found
    assert target_weights(strata, keys, np.array([5, 5]), {"c": {"x": 1.0}}) == pytest.approx([1.0, 0.0])


def test_a_covariate_of_several_attributes_is_named_by_ids():
    one, two = make_partition("c", ["x", "y"]), make_partition("d", ["1", "2"])
    groups = tuple(type(a)((*a.values, *b.values)) for a, b in zip(one.groups, two.groups, strict=True))
    both = Partition(("c", "d"), groups, np.array([0, 1]))
    assert target_faults([both], {"c*d": {"c=x;d=1": 1.0}}) == ()
    assert "unknown value 'x'" in target_faults([both], {"c*d": {"x": 1.0}})[0]
