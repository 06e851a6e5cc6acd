import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.counts import Population
from evalharness.errors import PlanError
from evalharness.tasks.tail import (
    Demands,
    FittedPoint,
    Settled,
    TailBudget,
    Target,
    TopScores,
    Unsettled,
    check_budget,
    comfortable,
    needed_targets,
    pairs_in,
    settle,
)

EVERYONE = Population(np.ones(4, dtype=np.bool_), np.zeros(4, dtype=np.int64))


def top(scores, floor=-math.inf, first=None):
    """Scores at or above a floor, of pairs (0, 1) unless told."""
    kept = [(a, s) for a, s in zip(first or [0] * len(scores), scores, strict=True) if s >= floor]
    start = np.array([a for a, _ in kept], dtype=np.int32)
    return TopScores(floor, start, start + np.int32(1), np.array([s for _, s in kept], dtype=np.float64))


def demands(*targets, fixed=(), most=100, keep_all=0):
    return Demands(tuple(targets), tuple(sorted(fixed)), TailBudget(keep_all=keep_all, most=most))


def target(allowed, pairs, population=EVERYONE):
    return Target("t", population, allowed, pairs)


def test_fixed_thresholds_within_the_budget_set_the_cut_and_others_are_streamed():
    scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    assert settle(top(scores), demands(fixed=[0.75, 0.6]), streamed={}) == Settled(0.6, ())
    assert settle(top(scores), demands(fixed=[0.75, 0.6], most=3), streamed={0.6: 4}) == Settled(0.75, (0.6,))
    assert settle(top(scores), demands(), streamed={}) == Settled(math.inf, ())


def test_another_pass_is_asked_for_only_where_the_scores_do_not_tell():
    scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    more = settle(top(scores, 0.65), demands(fixed=[0.55], most=3), streamed={})
    assert more == Unsettled(False, 0.55, ())  # three reach 0.65: 0.55 may be reached by more than three or not
    more = settle(top(scores, 0.6), demands(fixed=[0.55], most=3), streamed={})
    assert more == Unsettled(False, math.inf, (0.55,))  # four do already
    assert settle(top(scores, 0.6), demands(fixed=[0.55], most=3), streamed={0.55: 4}) == Settled(math.inf, (0.55,))
    more = settle(top(scores, 0.6), demands(fixed=[0.55], most=5), streamed={0.55: 4})
    assert more == Unsettled(False, 0.55, ())  # counted in the stream by a wrong guess: it belongs to the tail
    assert settle(top(scores, 0.85), demands(target(1, 6)), streamed={}) == Unsettled(True, math.inf, ())


@given(
    scores=st.lists(st.integers(0, 300).map(float), min_size=30, max_size=300),
    allowed=st.integers(1, 20),
    floor=st.integers(0, 300).map(float),
    most=st.integers(1, 400),
)
def test_what_is_settled_does_not_depend_on_the_floor(scores, allowed, floor, most):
    wanted = demands(target(allowed, len(scores)), fixed=[150.0], most=most)
    reached = sum(s >= 150 for s in scores)
    streamed = {150.0: reached} if reached > most else {}
    try:
        whole = settle(top(scores), wanted, streamed=streamed)
    except PlanError:
        whole = None
    try:
        part = settle(top(scores, floor), wanted, streamed=streamed)
    except PlanError:
        assert whole is None
        return
    assert isinstance(part, Unsettled) or part == whole
    if whole is not None:
        ordered = sorted(scores, reverse=True)
        assert whole.cut <= ordered[allowed]
        assert sum(s >= whole.cut for s in scores) <= max(most, reached if reached <= most else 0)


def test_replicates_get_three_times_the_allowed_errors_or_two_hundred_more():
    scores = [float(k) for k in range(10_000, 0, -1)]
    assert settle(top(scores), demands(target(1000, 10_000), most=10_000), streamed={}) == Settled(7001.0, ())
    few = settle(top(scores), demands(target(100, 10_000), most=10_000), streamed={})
    assert few == Settled(9701.0, ())
    assert settle(top(scores), demands(target(60, 10_000), most=10_000), streamed={}) == Settled(9841.0, ())
    # 260 would be more than four times 61: half as many more are held


def test_room_for_replicates_grows_slower_when_it_is_large():
    budget = TailBudget(keep_all=1000, most=10**7)
    assert [comfortable(k, budget) for k in (0, 100, 10**6, 2 * 10**6, 4 * 10**6, 9 * 10**6)] == [
        1000, 1000, 4 * 10**6, 2**22, 6 * 10**6, 10**7,
    ]  # fmt: skip


def test_depths_of_a_target_end_with_the_fewest():
    assert list(target(100, 10_000).depths())[:2] == [300, 200]
    assert next(target(3, 10_000).depths()) == 203
    assert next(target(3, 150).depths()) == 150
    assert list(target(3, 10_000).depths())[-1] == 4


def test_a_group_that_lies_low_does_not_fill_the_tail():
    high = [float(k) for k in range(2000, 1000, -1)]
    low = [float(k) for k in range(1000, 0, -1)]
    member = Population(np.array([False, False, True, True]), np.zeros(4, dtype=np.int64))
    found = settle(
        top(high + low, first=[0] * 1000 + [2] * 1000),
        demands(target(10, 1000, member), most=5000, keep_all=1100),
        streamed={},
    )
    assert found == Settled(791.0, ())  # 4 x 1011 scores may be held, so 210 of the group are
    found = settle(
        top(high + low, first=[0] * 1000 + [2] * 1000), demands(target(10, 1000, member), most=1100), streamed={}
    )
    assert found == Settled(941.0, ())  # 1100 may be held: 49 more, not 99
    with pytest.raises(PlanError, match="more than 1000 non-mated scores reach the lowest"):
        settle(
            top(high + low, first=[0] * 1000 + [2] * 1000), demands(target(10, 1000, member), most=1000), streamed={}
        )


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


def test_subjects_for_calibration_alone_set_targets():
    subject = np.array([0, 1, 2, 3])
    points = [FittedPoint("p", Decimal("0.34"), {"all": EVERYONE})]
    everyone = np.ones(4, dtype=np.bool_)
    (whole,) = needed_targets(points, subject_of=subject, enrolled=everyone)
    assert (whole.allowed, whole.pairs) == (2, 6)
    (half,) = needed_targets(
        points, subject_of=subject, enrolled=everyone, calibration=np.array([True, False, True, True])
    )
    assert (half.allowed, half.pairs) == (1, 3)
    assert half.population.member.tolist() == [True, False, True, True]
    assert needed_targets(points, subject_of=subject, enrolled=everyone, calibration=~everyone) == []


def test_targets_beyond_the_budget_are_refused_before_comparing():
    with pytest.raises(PlanError, match=r"operating points b: .* needs the 5 highest scores; at most 4"):
        check_budget([Target("a", EVERYONE, 1, 9), Target("b", EVERYONE, 4, 9)], TailBudget(keep_all=1, most=4))
    check_budget([], TailBudget(keep_all=1, most=0))
