import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.statistics.dyads import AllPairsDyads, ListedDyads, disjoint_dyads
from tests.support.brute import matching

matrices = st.integers(2, 6).flatmap(
    lambda s: st.lists(st.lists(st.integers(0, 3), min_size=s, max_size=s), min_size=3, max_size=3)
)


def same(dyads, comparisons, subjects):
    """Compare a Dyads with an explicit {dyad: count}."""
    assert dyads.total == sum(comparisons.values())
    assert dyads.sum_of_squares == sum(m * m for m in comparisons.values())
    per = [sum(m for d, m in comparisons.items() if i in d) for i in range(subjects)]
    assert dyads.per_subject.tolist() == per
    first, second = (np.array(x) for x in zip(*itertools.combinations(range(subjects), 2), strict=True))
    expected = [comparisons.get((int(i), int(j)), 0) for i, j in zip(first, second, strict=True)]
    assert dyads.between(first, second).tolist() == expected
    assert dyads.between(second, first).tolist() == expected


@given(matrices)
def test_closed_forms_count_every_pair_of_samples(matrix):
    u = np.array(matrix)
    samples = [(g, i) for g in range(3) for i in range(u.shape[1]) for _ in range(u[g, i])]
    cells = {
        "within": ([1], [u[0]], lambda a, b: a == b == 0),
        "across": ([1, -1, -1], [u[0] + u[1], u[0], u[1]], lambda a, b: {a, b} == {0, 1}),
        "any": ([1, -1], [u.sum(0), u.sum(0) - u[0]], lambda a, b: 0 in (a, b)),
        "pooled": ([1], [u.sum(0)], lambda a, b: True),
        "all within": ([1, 1, 1], list(u), lambda a, b: a == b),
    }
    for signs, vectors, inside in cells.values():
        counted = Counter(
            (min(i, j), max(i, j)) for (a, i), (b, j) in itertools.combinations(samples, 2) if i != j and inside(a, b)
        )
        same(AllPairsDyads(np.array(signs), np.stack(vectors)), counted, u.shape[1])


edges = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda e: e[0] != e[1]), max_size=14)


@settings(deadline=None)
@given(edges)
def test_listed_dyads_count_and_match(pairs):
    first, second = (np.array([p[k] for p in pairs], dtype=np.int64) for k in (0, 1))
    dyads = ListedDyads.of(first, second, subjects=7)
    counted = Counter((min(p), max(p)) for p in pairs)
    same(dyads, counted, 7)
    best = matching(frozenset(counted))
    assert (best + 1) // 2 <= disjoint_dyads(dyads) <= best


@pytest.mark.parametrize(("own", "others"), [(2, 10), (5, 5), (7, 2), (3, 0), (4, 1)])
def test_the_greedy_matching_is_largest_when_all_are_compared(own, others):
    n = own + others
    cells = {
        "pooled": [(i, j) for i in range(n) for j in range(i + 1, n)],
        "any": [(i, j) for i in range(own) for j in range(i + 1, n)],
        "across": [(i, j) for i in range(own) for j in range(own, n)],
    }
    expected = {"pooled": n // 2, "any": min(own, n // 2), "across": min(own, others)}
    for name, pairs in cells.items():
        first, second = (np.array([p[k] for p in pairs], dtype=np.int64) for k in (0, 1))
        assert disjoint_dyads(ListedDyads.of(first, second, subjects=n)) == expected[name]
