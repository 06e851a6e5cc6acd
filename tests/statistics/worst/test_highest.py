import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.result.rows import GroupEstimateRow, WorstGroupRow
from evalharness.statistics.catalogue import CATALOGUE
from evalharness.statistics.differentials import GroupSettings
from evalharness.statistics.differentials.evidence import Evidence
from evalharness.statistics.worst import group_estimates, random_halves, subject_halves, worst_group
from evalharness.statistics.worst.halves import split_half
from evalharness.statistics.worst.highest import highest_under_equality
from tests.support.datasets import examples
from tests.support.grouprates import group_rates

SETTINGS = GroupSettings(simulations=400)


def find(rates, halves=None):
    return worst_group(rates, settings=SETTINGS, rng=np.random.default_rng(1), halves=halves)


@pytest.mark.parametrize("trials", ["300", "1000", "10000", "100000"])
def test_d10_the_highest_of_ten_equal_groups(trials):
    expected = examples()["D10_bias_of_max"]["expected"][trials]["E_max"]
    count = int(trials)
    evidence = Evidence.of(group_rates([count // 100] * 10, [count] * 10))
    found = highest_under_equality(evidence, level=0.95, simulations=40_000, rng=np.random.default_rng(1))
    assert found.mean == pytest.approx(expected, abs=1e-4)
    assert found.upper > found.mean
    assert found.p_value > 0.99


def test_the_worst_group_with_all_that_belongs_to_it():
    rates = group_rates([10, 20, 90], [1000] * 3)
    row = find(rates)
    assert (row.group, row.value, row.groups) == ("g2", 0.09, 3)
    estimate = group_estimates(rates, settings=SETTINGS)[2]
    assert (row.lower, row.upper, row.shrunken) == (estimate.lower, estimate.upper, estimate.shrunken)
    assert 0.04 < row.equal_mean < row.equal_upper < 0.06
    assert row.p_equal == pytest.approx(1 / 401)
    assert (row.split_half, row.split_agreement) == (None, None)
    assert row.note.endswith("no halves of subjects were compared")
    assert WorstGroupRow.model_validate(dataclasses.asdict(row)).group == "g2"
    assert GroupEstimateRow.model_validate(dataclasses.asdict(estimate)).group == "g2"


def test_ties_one_group_and_no_errors():
    tied = find(group_rates([20, 10, 20], [1000] * 3))
    assert tied.group == "g0"
    assert tied.note.startswith("as high: g2; ")
    assert find(group_rates([20], [1000])) is None
    nothing = find(group_rates([0, 0], [1000] * 2))
    assert (nothing.group, nothing.value, nothing.p_equal, nothing.groups) == ("", None, None, 2)
    assert nothing.note == "no group has an error: none is the worst"


def test_halves_find_the_group_that_is_worst_throughout():
    rng = np.random.default_rng(1)
    trials = np.kron(np.eye(3, dtype=np.int64), np.full((1, 40), 10))  # 40 subjects in each group, 10 trials each
    errors = rng.binomial(trials, np.array([[0.02], [0.05], [0.4]]))
    masks = random_halves(120, splits=20, rng=rng)
    halves = subject_halves(errors, trials, first=masks)
    row = find(group_rates(errors.sum(axis=1), trials.sum(axis=1)), halves=halves)
    assert row.group == "g2"
    assert row.split_agreement == 1.0
    assert row.split_half == pytest.approx(row.value, abs=0.01)
    assert row.note.endswith("; 40 random halves")  # both of each split


def test_of_equal_groups_the_other_half_shows_no_worst():
    rng = np.random.default_rng(1)
    excess, agreement = [], []
    for _ in range(40):
        trials = np.kron(np.eye(8, dtype=np.int64), np.full((1, 50), 4))
        errors = rng.binomial(trials, 0.05)
        halves = subject_halves(errors, trials, first=random_halves(400, splits=10, rng=rng))
        rates = errors.sum(axis=1) / trials.sum(axis=1)
        found = split_half(halves, group=int(rates.argmax()))
        excess.append((rates.max() - 0.05, found.rate - 0.05))
        agreement.append(found.agreement)
    chosen, split = np.mean(excess, axis=0)
    assert chosen > 0.015
    assert abs(split) < chosen / 3
    assert np.mean(agreement) < 0.6


@pytest.mark.parametrize("second", [0, 1])
def test_one_error_in_a_group_is_no_agreement_of_halves(second):
    trials = np.kron(np.eye(3, dtype=np.int64), np.full((1, 40), 10))
    errors = np.zeros_like(trials)
    errors[0, 0], errors[1, 50] = 1, second
    halves = subject_halves(errors, trials, first=random_halves(120, splits=100, rng=np.random.default_rng(0)))
    found = split_half(halves, group=0)
    assert (found.agreement, found.halves) == (0.0, 200)


def test_no_agreement_is_stated_where_most_halves_have_no_error():
    none, one, two = np.array([0.0, 0.0]), np.array([0.0, 0.1]), np.array([0.1, 0.1])
    assert split_half([(none, one), (none, none)], group=1).agreement is None
    assert split_half([(none, one), (one, one)], group=1).agreement == 0.5
    assert split_half([(two, one), (one, one)], group=1).agreement == 0.5  # two groups as high are no worst one
    row = find(group_rates([0, 1], [10, 10]), halves=[(none, one), (none, none)])
    assert (row.split_agreement, row.split_half) == (None, pytest.approx((0.05 + 0 + 0 + 0) / 4))
    assert row.note.endswith("4 random halves; no agreement of halves: most of them have no error")


def test_random_halves_are_halves():
    masks = random_halves(7, splits=50, rng=np.random.default_rng(1))
    assert masks.shape == (50, 7)
    assert set(masks.sum(axis=1).tolist()) == {3}
    assert len({tuple(mask) for mask in masks.tolist()}) > 10


def test_halves_by_hand():
    nan = np.nan
    halves = [
        (np.array([0.1, 0.3]), np.array([0.2, 0.4])),
        (np.array([0.5, 0.3]), np.array([0.2, 0.4])),
        (np.array([nan, nan]), np.array([0.2, 0.4])),
    ]
    found = split_half(halves, group=1)
    assert found.rate == pytest.approx((0.4 + 0.3 + 0.2 + 0.3) / 4)
    assert (found.agreement, found.halves) == (0.5, 4)
    assert split_half([(np.array([nan]), np.array([nan]))], group=0) is None
    assert split_half([(np.array([0.2, 0.2]), np.array([0.1, 0.3]))], group=0).rate == pytest.approx(0.2)


def test_rates_on_halves_are_missing_where_no_subject_is():
    halves = subject_halves(np.array([[1, 0], [0, 2]]), np.array([[2, 0], [0, 4]]), first=np.array([[True, False]]))
    np.testing.assert_array_equal(halves[0][0], [0.5, np.nan])
    np.testing.assert_array_equal(halves[0][1], [np.nan, 0.5])


def test_the_words_of_the_rows_stand_in_the_catalogue():
    wanted = {"simultaneous_interval", "shrunken_rate", "worst_group", "split_half"}
    assert wanted <= {entry.id for entry in CATALOGUE}


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 10**10), st.floats(1e-3, 1.0)), min_size=2, max_size=6))
def test_any_counts_give_finite_ordered_numbers(groups):
    errors = [e for e, _, _ in groups]
    trials = [max(1, e + more) for e, more, _ in groups]
    effective = [n * share for n, (_, _, share) in zip(trials, groups, strict=True)]
    rates = group_rates(errors, trials, effective=effective)
    for row in (*group_estimates(rates, settings=SETTINGS), find(rates)):
        if row.value is None:
            assert row.note
            continue
        assert 0 <= row.lower <= row.value <= row.upper <= 1, row
        assert 0 <= row.shrunken <= 1
