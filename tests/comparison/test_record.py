import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evalharness.comparison import check_templates, pair_scores, score_blocks
from evalharness.errors import SystemInputError
from evalharness.records import Comparator


def all_scores(templates, comparator, rows, columns):
    """Scores of every (i, j) with i < j, from blocks; each must appear once."""
    found = {}
    for block in score_blocks(templates, comparator, block_rows=rows, block_columns=columns):
        for a, i in enumerate(block.rows):
            for b, j in enumerate(block.columns):
                if i < j:
                    assert (i, j) not in found
                    found[i, j] = block.scores[a, b]
    assert len(found) == len(templates) * (len(templates) - 1) // 2
    return found


def by_hand(a, b, comparator):
    """One pair in plain Python floats, one dimension after the other."""
    a, b = [float(x) for x in a], [float(x) for x in b]
    if comparator is Comparator.EUCLIDEAN:
        total = 0.0
        for x, y in zip(a, b, strict=True):
            total += (x - y) * (x - y)
        return -math.sqrt(total)
    dot = square_a = square_b = 0.0
    for x, y in zip(a, b, strict=True):
        dot += x * y
        square_a += x * x
        square_b += y * y
    return dot / (math.sqrt(square_a) * math.sqrt(square_b))


vectors = st.integers(1, 6).flatmap(
    lambda d: arrays(
        np.float32, st.tuples(st.integers(1, 9), st.just(d)), elements=st.floats(0.125, 3, width=32, allow_nan=False)
    )
)


@settings(max_examples=60, deadline=None)
@given(templates=vectors, comparator=st.sampled_from(Comparator), rows=st.integers(1, 9), columns=st.integers(1, 9))
def test_a_score_is_the_plain_python_sum_whatever_the_block(templates, comparator, rows, columns):
    found = all_scores(templates, comparator, rows, columns)
    for (i, j), score in found.items():
        assert score == by_hand(templates[i], templates[j], comparator)
    first, second = (np.array([p[k] for p in found], dtype=np.int64) for k in (0, 1))
    forward = pair_scores(templates, comparator, first=first, second=second)
    backward = pair_scores(templates, comparator, first=second, second=first)
    assert forward.tolist() == backward.tolist() == list(found.values())


@pytest.mark.parametrize("comparator", Comparator)
def test_scores_do_not_depend_on_block_or_order_at_real_sizes(comparator):
    templates = np.random.default_rng(7).normal(size=(300, 128)).astype(np.float32)
    reference = all_scores(templates, comparator, 300, 300)
    assert all_scores(templates, comparator, 77, 31) == reference
    assert all_scores(templates, comparator, 128, 256) == reference
    order = np.random.default_rng(8).permutation(300)
    moved = all_scores(templates[order], comparator, 64, 64)
    for (i, j), score in moved.items():
        a, b = sorted((order[i], order[j]))
        assert reference[a, b] == score


def test_scores_agree_with_a_matrix_product_and_with_scipy():
    from scipy.spatial.distance import cdist

    templates = np.random.default_rng(9).normal(size=(50, 64)).astype(np.float32)
    wide = templates.astype(np.float64)
    for comparator, matrix in (
        (Comparator.EUCLIDEAN, -cdist(wide, wide)),
        (Comparator.COSINE, 1 - cdist(wide, wide, "cosine")),
    ):
        for (i, j), score in all_scores(templates, comparator, 16, 16).items():
            assert score == pytest.approx(matrix[i, j], abs=1e-12)


def test_equal_templates_have_distance_zero_and_cosine_one():
    templates = np.array([[3.0, 4.0], [3.0, 4.0]], dtype=np.float32)
    pair = {"first": np.array([0]), "second": np.array([1])}
    assert pair_scores(templates, Comparator.EUCLIDEAN, **pair).tolist() == [0.0]
    assert pair_scores(templates, Comparator.COSINE, **pair).tolist() == [1.0]


def test_templates_that_cannot_be_compared_are_all_listed():
    templates = np.array([[1, 2], [np.nan, 1], [0, 0], [np.inf, 0]], dtype=np.float32)
    with pytest.raises(SystemInputError) as caught:
        check_templates(templates, ["a", "b", "c", "d"])
    assert caught.value.faults == (
        "b: a value is NaN or infinite",
        "d: a value is NaN or infinite",
        "c: zero norm",
    )
    assert "3 of 4 vectors" in str(caught.value)
    check_templates(templates[:1], ["a"])


def test_no_template_and_one_template_make_no_pair():
    for n in (0, 1):
        assert all_scores(np.ones((n, 3), dtype=np.float32), Comparator.COSINE, 4, 4) == {}
