import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evalharness.statistics.ladder import Ladder, Unions

ENTRIES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-2, 2), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=25
)


@given(
    ENTRIES, st.lists(st.integers(0, 3), min_size=5, max_size=5), st.lists(st.integers(-3, 3), min_size=1, max_size=4)
)
def test_weighted_counts_are_those_of_a_loop(entries, weights, thresholds):
    code, score, first, second = (np.array(column) for column in zip(*entries, strict=True))
    ladder = Ladder(code, score.astype(float), [first, second], codes=3)
    running = ladder.running(np.array(weights))
    at = ladder.positions(np.array(thresholds, dtype=float))
    found = running[at] - running[ladder.starts][:, None]
    for c in range(3):
        for k, threshold in enumerate(thresholds):
            expected = sum(weights[i] * weights[j] for own, s, i, j in entries if own == c and s >= threshold)
            assert found[c, k] == expected


def test_levels_count_distinct_scores():
    ladder = Ladder(np.zeros(4, np.int64), np.array([0.5, 0.5, 0.1, 0.9]), [np.arange(4)], codes=1)
    assert ladder.levels(np.array([1.0, 0.9, 0.6, 0.5, -1.0])).tolist() == [0, 1, 1, 2, 3]
    assert len(ladder) == 4


def test_unions_add_codes_and_may_be_empty():
    unions = Unions([np.array([0, 2]), np.empty(0, np.int64), np.array([1])])
    assert unions.sums(np.array([[1, 10], [2, 20], [4, 40]])).tolist() == [[5, 50], [0, 0], [2, 20]]
    assert Unions([]).sums(np.array([[1]])).shape == (0, 1)
