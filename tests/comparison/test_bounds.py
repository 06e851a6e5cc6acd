"""The proved bounds against scores of record, on vectors chosen to break them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.comparison import pair_scores
from evalharness.comparison.bounds import cosine_bound, euclidean_bound
from evalharness.comparison.compiled import kernels, loaded
from evalharness.comparison.templates import arrange
from evalharness.records import Comparator

KINDS = ("random", "near", "huge", "tiny", "mixed", "denormal", "cancelling", "equal", "axes")


def vectors_of(kind, n, d, rng):
    vectors = rng.normal(size=(n, d))
    if kind == "near":
        vectors = rng.normal(size=(1, d)) + vectors * 1e-7
    elif kind == "huge":
        vectors = np.clip(vectors * 1e38, -3.4e38, 3.4e38)
    elif kind == "tiny":
        vectors *= 1e-37
    elif kind == "mixed":
        vectors *= 10.0 ** rng.integers(-40, 37, size=(n, 1))
    elif kind == "denormal":
        vectors *= 1e-43
    elif kind == "cancelling":
        vectors = 1000 + vectors * 1e-3
    elif kind == "equal":
        vectors = np.repeat(vectors[:1], n, axis=0)
    elif kind == "axes":
        vectors = np.eye(n, d) + np.eye(n, d, 1) * 1e-8
    vectors = vectors.astype(np.float32)
    vectors[~vectors.any(axis=1), 0] = 1
    return vectors


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    n=st.integers(2, 30),
    d=st.integers(1, 700),
    seed=st.integers(0, 2**32),
    comparator=st.sampled_from(Comparator),
)
def test_a_fast_value_lies_within_the_bound(kind, n, d, seed, comparator):
    vectors = vectors_of(kind, n, d, np.random.default_rng(seed))
    number = np.arange(n)
    pool, order = arrange(vectors, comparator, subject=number, code=np.zeros(n, np.int64), codes=1)
    assert pool.vectors.tolist() == vectors[order].tolist()
    products = pool.fast @ pool.fast.T
    if pool.squared:
        products = 2 * products - pool.squares[:, np.newaxis] - pool.squares
    first, second = np.triu_indices(n, 1)
    exact = pool.scores(first, second)
    fast = products[first, second].astype(np.float64)
    wanted = np.array([pool.to_fast(score) for score in exact.tolist()])
    assert (np.abs(fast - wanted) <= pool.bound()).all()
    for i in range(min(n - 1, 5)):  # the bound of a small part holds in it
        part = pool.bound(slice(i, i + 1), slice(i + 1, i + 2))
        assert (
            abs(
                float(products[i, i + 1])
                - pool.to_fast(float(pool.scores(number[i : i + 1], number[i + 1 : i + 2])[0]))
            )
            <= part
        )


def test_bounds_are_small_where_it_matters_and_grow_with_the_dimensions():
    assert 512 * 2.0**-24 < cosine_bound(512) < 4e-5
    assert cosine_bound(128) < cosine_bound(512)
    assert euclidean_bound(128, row=1, column=1) < 3e-5
    assert euclidean_bound(128, row=1, column=2) == euclidean_bound(128, row=2, column=1)
    assert cosine_bound(2**25) == float("inf")  # so many roundings prove nothing: every pair is decided exactly


def test_a_fast_score_and_back():
    vectors = vectors_of("random", 5, 4, np.random.default_rng(1))
    for comparator in Comparator:
        pool, _ = arrange(vectors, comparator, subject=np.arange(5), code=np.zeros(5, np.int64), codes=1)
        for score in (-0.75, -np.inf):
            assert pool.from_fast(pool.to_fast(score)) == pytest.approx(score)
    assert pool.to_fast(0.1) == np.inf  # no distance is below zero


@pytest.mark.parametrize("comparator", Comparator)
@pytest.mark.parametrize("kind", KINDS)
def test_compiled_sums_are_those_of_numpy_bit_for_bit(comparator, kind, monkeypatch):
    vectors = vectors_of(kind, 120, 37, np.random.default_rng(2))
    first, second = np.triu_indices(120, 1)
    assert kernels() is not None  # loads them
    assert loaded()
    compiled = pair_scores(vectors, comparator, first=first, second=second)
    monkeypatch.setattr("evalharness.comparison.record.kernels", lambda: None)
    assert compiled.tolist() == pair_scores(vectors, comparator, first=first, second=second).tolist()
