import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.counts import Population
from evalharness.errors import PlanError, RunError
from evalharness.tasks.tail import (
    NonMatedPairs,
    TailBudget,
    Target,
    check_budget,
    collect_tail,
    find_cut,
    pairs_in,
)

EVERYONE = Population(np.ones(4, dtype=np.bool_), np.zeros(4, dtype=np.int64))


def chunks(scores, size=3):
    scores = np.asarray(scores, dtype=np.float64)
    index = np.zeros(len(scores), dtype=np.int32)
    for start in range(0, len(scores), size):
        part = slice(start, start + size)
        yield NonMatedPairs(index[part], index[part] + np.int32(1), scores[part])


@given(st.lists(st.integers(0, 20).map(float), min_size=1, max_size=60), st.integers(0, 59), st.integers(1, 70))
def test_the_cut_is_the_score_below_the_allowed_errors(scores, allowed, size):
    allowed = min(allowed, len(scores) - 1)
    cut = find_cut(chunks(scores, size), targets=[Target("t", EVERYONE, allowed)], fixed=[])
    assert cut == sorted(scores, reverse=True)[allowed]


def test_the_cut_holds_every_operating_point():
    scores = [0.1, 0.9, 0.5, 0.7, 0.3]
    targets = [Target("a", EVERYONE, 1), Target("b", EVERYONE, 2)]
    assert find_cut(chunks(scores), targets=targets, fixed=[0.6]) == 0.5
    assert find_cut(chunks(scores), targets=targets, fixed=[0.2]) == 0.2
    assert find_cut(chunks(scores), targets=[], fixed=[0.6, 0.8]) == 0.6
    assert find_cut(chunks(scores), targets=[], fixed=[]) == np.inf


def test_a_population_sets_its_cut_alone():
    pairs = NonMatedPairs(np.array([0, 0, 2], np.int32), np.array([1, 2, 3], np.int32), np.array([0.9, 0.8, 0.2]))
    member = Population(np.array([False, False, True, True]), np.zeros(4, dtype=np.int64))
    assert find_cut([pairs], targets=[Target("g", member, 0)], fixed=[]) == 0.2


def test_membership_is_asked_of_scores_above_the_floor_alone():
    asked = []

    class Watched(Population):
        def contains(self, first, second):
            asked.append(len(first))
            return super().contains(first, second)

    target = Target("g", Watched(EVERYONE.member, EVERYONE.code), 1)
    assert find_cut(chunks([0.9, 0.8, 0.7, 0.1, 0.85, 0.2, 0.3, 0.4, 0.5]), targets=[target], fixed=[]) == 0.85
    assert asked == [3, 1, 0]


def test_pairs_of_a_population_are_counted_in_closed_form():
    subject = np.array([0, 0, 1, 2, 2, 3])
    enrolled = np.array([True, True, True, True, True, False])
    code = np.array([0, 0, 0, 1, 1, 1])
    member = np.ones(6, dtype=np.bool_)
    both = Population(member, code)
    assert pairs_in(both, subject_of=subject, enrolled=enrolled) == 2
    pooled = Population(member, np.zeros(6, dtype=np.int64))
    assert pairs_in(pooled, subject_of=subject, enrolled=enrolled) == 2 + 6
    nobody = Population(~member, code)
    assert pairs_in(nobody, subject_of=subject, enrolled=enrolled) == 0


def test_the_tail_holds_scores_at_the_cut():
    tail = collect_tail(chunks([0.1, 0.5, 0.9, 0.5]), cut=0.5, trials=4, budget=TailBudget())
    assert tail.scores.tolist() == [0.5, 0.9, 0.5]
    assert tail.cut == 0.5
    assert tail.probe.dtype == np.int32


def test_scores_that_are_not_numbers_and_lost_pairs_stop_the_run():
    with pytest.raises(RunError, match="a score is not a number"):
        collect_tail(chunks([0.1, np.nan]), cut=0.5, trials=2, budget=TailBudget())
    with pytest.raises(RunError, match="2 non-mated pairs were compared; 3 were expected"):
        collect_tail(chunks([0.1, 0.2]), cut=0.5, trials=3, budget=TailBudget())


def test_the_budget_is_kept_with_a_clear_error():
    with pytest.raises(PlanError, match=r"more than 2 of 3 non-mated scores reach the lowest threshold \(score 0.1\)"):
        collect_tail(chunks([0.1, 0.2, 0.3]), cut=0.1, trials=3, budget=TailBudget(keep_all=1, most=2))
    with pytest.raises(PlanError, match=r"operating points a, b: .* needs the 5 highest scores; at most 4"):
        check_budget([Target("a", EVERYONE, 1), Target("b", EVERYONE, 2)], TailBudget(keep_all=1, most=4))
