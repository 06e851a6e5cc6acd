"""Verdicts on answers made by hand."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from benchmarks.validation.cases import (
    ALONE,
    FITTED,
    FMR,
    GINI,
    GROUPS,
    POLICY,
    RATE,
    THIS,
    TOGETHER,
    Case,
    Question,
    all_cases,
)
from benchmarks.validation.effects import Effect
from benchmarks.validation.population import Population
from benchmarks.validation.running import OURS, Answers
from benchmarks.validation.summary import Line, Verdict, lines_of, together_of, verdict

NAN = np.nan
CASE = Case(section=RATE, population=Population(subjects=(60,), fmr=(0.1,), effect=Effect.NONE), draws=4)
SPREAD = Case(section=GROUPS, population=replace(CASE.population, subjects=(60, 60), fmr=(0.1, 0.12)), draws=2)
EQUAL = Case(section=GROUPS, population=Population(subjects=(60, 60), fmr=(0.1, 0.1)), draws=2)

ASKED = Question(FMR, 0, 0.1, deviation=0.01)
FITTED_CASE = next(case for case in all_cases() if case.section == FITTED)


def line(held, *, case=CASE, label=FMR, truth=0.1, intervals=10_000):
    return Line(case, label, truth, {OURS: Verdict(intervals, 0.0, held, 0.0, 0.0, 1.0)}, (0,))


def test_a_verdict_counts_sides_and_widths_and_leaves_out_what_has_no_interval():
    rows = [[0.1, 0.05, 0.2], [0.05, 0.02, 0.09], [0.2, 0.15, 0.3], [0.3, NAN, NAN], [0.1, 0.1, 0.1]]
    found = verdict(CASE, FMR, [ASKED], values=np.array(rows)[:, None], truths=np.full((5, 1), 0.1))
    assert (found.intervals, found.without) == (4, pytest.approx(0.2))
    assert (found.held, found.above, found.below) == (0.5, 0.25, 0.25)
    assert found.width == pytest.approx(0.11 / 0.0392, rel=1e-3)  # widths 0.15, 0.07, 0.15, 0


def test_without_any_interval_there_is_no_coverage():
    found = verdict(CASE, FMR, [ASKED], values=np.full((3, 1, 3), NAN), truths=np.full((3, 1), 0.1))
    assert found.intervals == 0
    assert np.isnan(found.held)


@pytest.mark.parametrize(
    ("held", "outcome"),
    [
        (0.95, "met"),
        (0.93, "met"),
        (0.9295, "low, not resolved"),
        (0.92, "**missed**: low"),
        (0.99, "**missed**: high"),
    ],
)
def test_outcomes_where_enough_stands_behind_a_rate(held, outcome):
    assert CASE.effective(0) > 100
    assert line(held).outcome == outcome


@pytest.mark.parametrize(("held", "outcome"), [(0.90, "met"), (1.0, "met"), (0.88, "**missed**: low")])
def test_outcomes_where_little_stands_behind_a_rate(held, outcome):
    few = replace(CASE, population=replace(CASE.population, subjects=(49,)))
    assert line(held, case=few).outcome == outcome


def test_at_equality_nothing_is_too_high():
    assert line(1.0, case=EQUAL, label=GINI, truth=0.0).outcome == "met"
    assert line(1.0, case=EQUAL, label=GINI, truth=0.1).aim[0] == line(1.0, case=EQUAL, label=GINI, truth=0.0).aim[0]


def test_intervals_that_mostly_reach_equality_are_not_too_high():
    near, far = (Verdict(10_000, 0.0, 1.0, 0.0, 0.0, 1.0, at_equality=share) for share in (0.6, 0.4))
    assert Line(SPREAD, GINI, 0.1, {OURS: near}, (0,)).outcome == "met"
    assert Line(SPREAD, GINI, 0.1, {OURS: far}, (0,)).outcome == "**missed**: high"
    values = np.array([[0.2, 0.0, 0.3], [0.2, 0.1, 0.3]])[:, None]
    found = verdict(SPREAD, GINI, [Question(GINI, 0, 0.1)], values=values, truths=np.full((2, 1), 0.1))
    assert found.at_equality == 0.5


def test_few_draws_leave_noise():
    assert line(0.90, intervals=100).outcome == "low, not resolved"
    assert line(1.0, intervals=100).outcome == "high, not resolved"
    assert line(1.0, intervals=400).outcome == "**missed**: high"
    assert line(NAN, intervals=0).outcome == "no interval"


def test_all_groups_hold_only_where_each_does():
    questions = EQUAL.questions
    values = np.full((2, len(questions), 3), NAN)
    for at, question in enumerate(questions):
        if question.label == ALONE:
            values[:, at] = [[0.1, 0.05, 0.2], [0.1, 0.05, 0.2 if question.group else 0.08]]
    answers = Answers(EQUAL, {OURS: values}, EQUAL.truths(0.0) * np.ones((2, 1)))
    found = {shown.label: shown for shown in together_of(answers)}
    assert found[ALONE].verdicts[OURS].held == 0.5
    assert found[ALONE].verdicts[OURS].above == 0.5
    assert found[TOGETHER].verdicts[OURS].intervals == 0
    assert not any(shown.label in (ALONE, TOGETHER) for shown in lines_of(answers))


def test_each_draw_has_its_own_truth_at_its_own_threshold():
    case, threshold = FITTED_CASE, FITTED_CASE.true_threshold + 0.3
    truths = dict(zip(((q.measure, q.group) for q in case.questions), case.truths(threshold), strict=True))
    here = np.diag(case.population.rates(threshold))
    for g in range(4):
        assert truths[THIS, g] == here[g] < truths[POLICY, g] == case.rates[g]
    assert {q.row for q in case.questions} == {(FMR, g) for g in range(4)}


def test_the_two_readings_of_an_interval_are_judged_apart():
    draws, questions = 100, FITTED_CASE.questions
    values, truths = np.tile([0.02, 0.01, 0.04], (draws, len(questions), 1)), np.full((draws, len(questions)), 0.02)
    this = np.array([question.measure == THIS for question in questions])
    truths[:50, this] = 0.05
    lines = lines_of(Answers(FITTED_CASE, {OURS: values}, truths))
    held = {line.reading: line.verdicts[OURS].held for line in lines}
    assert held == {THIS: 0.5, POLICY: 1.0}
    assert {line.outcome for line in lines if line.reading == POLICY} == {"met"}
    assert line(1.0, case=FITTED_CASE, label=f"{THIS}: 1").outcome == "**missed**: high"


def test_the_width_at_a_fitted_threshold_is_that_of_logits_around_the_truth_of_each_draw():
    truths = np.linspace(0.01, 0.05, 41)[:, None]
    away = np.linspace(-0.5, 0.5, 41)[::-1, None]
    centre = logit(truths) + away
    half = 2 * 1.959963984540054 * away.std()
    values = expit(np.stack([centre, centre - half, centre + half], axis=2))
    found = verdict(FITTED_CASE, THIS, [Question(THIS, 0, 0.02)], values=values, truths=truths)
    assert found.width == pytest.approx(2.0)
