"""The same comparisons in the same order, whoever listed them, or every reason why not."""

from dataclasses import replace

import numpy as np
import pytest

from evalharness.comparing.aligning import align
from evalharness.errors import InputError
from evalharness.records import PairList, ScoreKind
from evalharness.tasks.verification import count, count_scores
from tests.support.datasets import make_enrolment, make_samples, make_scores, vendor

SUBJECTS = ["a", "a", "b", "b", "c"]
SAMPLES = make_samples(SUBJECTS)
PAIRS = [(i, j) for i in range(5) for j in range(i + 1, 5)]


def listed(rows, **more):
    return count_scores(SAMPLES, make_scores(rows), score_kind=ScoreKind.SIMILARITY, **more)


def enrolled(**more):
    templates = [[0.0], [1.0], [5.0], [7.0], [11.0]]
    return count(SAMPLES, make_enrolment([(*t, 1.0) for t in templates], **more), specs=[vendor(1.0)], partitions=[])


def completed(counts):
    return {
        tuple(sorted((int(p), int(r))))
        for p, r, done in zip(counts.listed.probe, counts.listed.reference, counts.listed.completed, strict=True)
        if done
    }


def test_order_and_columns_do_not_matter() -> None:
    rows = [(i, j, 10.0 * i + j) for i, j in PAIRS]
    one, other = listed(rows), listed([(j, i, s) for i, j, s in reversed(rows)])
    found = align(one, other)
    np.testing.assert_array_equal(found.first.mated.scores, found.second.mated.scores)
    assert found.first.mated.scores.tolist() == [1.0, 23.0]
    assert sorted(found.joint[0].tail.scores) == sorted(found.joint[1].tail.scores)


def test_only_what_both_completed_is_joint() -> None:
    first = listed([(i, j, None if (i, j) in ((0, 1), (0, 2)) else 1.0) for i, j in PAIRS])
    second = listed([(i, j, None if (i, j) == (1, 4) else 1.0) for i, j in PAIRS])
    found = align(first, second)
    assert found.first.mated.completed.tolist() == [False, True]  # each keeps its own
    assert found.second.mated.completed.tolist() == [True, True]
    assert found.joint[0].mated.completed.tolist() == found.joint[1].mated.completed.tolist() == [False, True]
    for side in found.joint:
        assert completed(side) == {(0, 3), (0, 4), (1, 2), (1, 3), (2, 4), (3, 4)}
        assert len(side.tail) == 6
    assert len(first.tail) == 7


def test_enrolled_by_both() -> None:
    found = align(enrolled(failed=[0]), enrolled(failed=[4]))
    assert found.joint[0].acquisition.enrolled.tolist() == [False, True, True, True, False]
    assert found.first.acquisition.enrolled.tolist() == [False, True, True, True, True]
    pairs = {(int(p), int(r)) for p, r in zip(found.joint[1].tail.probe, found.joint[1].tail.reference, strict=True)}
    assert pairs == {(1, 2), (1, 3)}


@pytest.mark.parametrize("turned", [False, True])
def test_a_score_file_with_all_pairs_and_templates(turned: bool) -> None:
    scores = listed([(i, j, None if (i, j) == (2, 4) else 1.0) for i, j in PAIRS], comparisons="all-pairs")
    templates = enrolled(failed=[0])
    found = align(templates, scores) if turned else align(scores, templates)
    for side in found.joint:
        assert completed(side) == {(1, 2), (1, 3), (1, 4), (3, 4)}
        assert len(side.tail) == 4


def test_other_comparisons_are_refused_with_their_number() -> None:
    without = [(i, j, 1.0) for i, j in PAIRS if (i, j) not in ((0, 1), (0, 2))]
    with pytest.raises(InputError) as raised:
        align(listed(without), listed([(i, j, 1.0) for i, j in PAIRS if (i, j) != (3, 4)]))
    assert [fault.split(";")[0] for fault in raised.value.faults] == [
        "comparisons: 0 mated comparisons were attempted by the first alone and 1 by the second alone",
        "comparisons: 1 non-mated comparisons were attempted by the first alone and 1 by the second alone",
    ]


def test_a_pair_list_is_no_score_file() -> None:
    directed = listed([(i, j, 1.0) for i, j in PAIRS], comparisons=PairList(np.array([0, 2]), np.array([1, 4])))
    with pytest.raises(InputError) as raised:
        align(directed, listed([(i, j, 1.0) for i, j in PAIRS]))
    assert "only the first run has a pair list" in raised.value.faults[0]


def test_samples_that_one_run_could_not_read_are_refused() -> None:
    with pytest.raises(InputError) as raised:
        align(enrolled(faulty=[1]), enrolled())
    text = "\n".join(raised.value.faults)
    assert "0 mated comparisons were attempted by the first alone and 1 by the second alone" in text
    assert "samples: 1 could be read in one run and not in the other" in text


def test_roles_keep_their_direction() -> None:
    rows = make_scores([(i, j, 1.0) for i, j in PAIRS])
    kind = ScoreKind.SIMILARITY
    one = count_scores(SAMPLES, rows, score_kind=kind, comparisons=PairList(np.array([0]), np.array([2])))
    other = count_scores(SAMPLES, rows, score_kind=kind, comparisons=PairList(np.array([2]), np.array([0])))
    with pytest.raises(InputError):
        align(one, other)
    assert len(align(replace(one, directed=False), replace(other, directed=False)).joint[0].tail) == 1
