"""Rates and sampling spreads by formula against comparisons drawn one by one."""

import numpy as np
import pytest

from benchmarks.validation.cases import FITTED, GROUPS, MAX_GEOMEAN, MAX_MIN, all_cases, gini, quick_cases
from benchmarks.validation.effects import EFFECTS, NOISE, Effect, rare
from benchmarks.validation.population import Population, effective_errors


def dense(population, draws, rng):
    """(draws,) FMR of the first group with every comparison drawn, by the docstring's model."""
    n, images, w = population.subjects[0], population.images, population.effect.spread
    i, j = np.triu_indices(n, 1)
    found = []
    for _ in range(draws):
        share = population.effect.share
        b = 1.0 * (rng.random(n) < share) if share is not None else rng.standard_normal(n)
        shape = (images**2, len(i))
        noise = rng.exponential(size=shape) if population.effect.exponential else NOISE * rng.standard_normal(shape)
        found.append(np.mean(population.means[0, 0] + w * (b[i] + b[j]) + noise >= 0))
    return np.array(found)


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.name)
def test_rates_and_deviations_are_those_of_brute_force(effect):
    population = Population(subjects=(20,), fmr=(0.05,), effect=effect, images=2)
    found = dense(population, 4000, np.random.default_rng(3))
    deviation = population.fmr_deviation(0)
    assert found.mean() == pytest.approx(0.05, abs=4 * deviation / np.sqrt(4000))
    assert found.std() == pytest.approx(deviation, rel=0.1)


def test_the_rate_of_a_population_with_a_rare_kind_is_that_of_its_kinds_of_pairs():
    effect, fmr = rare(share=0.05, base=0.02, match=0.3)
    population = Population(subjects=(20,), fmr=(fmr,), effect=effect)
    one, both = (population.effect.survival(-population.means[0, 0] - k * effect.spread) for k in (1, 2))
    assert population.effect.survival(-population.means[0, 0]) == pytest.approx(0.02)
    assert one == pytest.approx(0.3)
    assert fmr == pytest.approx(0.95**2 * 0.02 + 2 * 0.05 * 0.95 * 0.3 + 0.05**2 * both)
    found = dense(population, 4000, np.random.default_rng(5))
    assert found.mean() == pytest.approx(fmr, abs=4 * population.fmr_deviation(0) / np.sqrt(4000))
    assert found.std() == pytest.approx(population.fmr_deviation(0), rel=0.1)


def test_without_effects_the_deviation_is_binomial():
    population = Population(subjects=(30,), fmr=(0.01,), effect=Effect.NONE)
    assert population.fmr_deviation(0) == pytest.approx(np.sqrt(0.01 * 0.99 / 435))
    assert effective_errors(0.01, population.fmr_deviation(0)) == pytest.approx(4.35)


def test_the_deviation_of_fnmr_is_that_of_brute_force():
    population = Population(subjects=(15,), fmr=(0.1,), images=3, fnmr=(0.2,))
    rng = np.random.default_rng(4)
    scores = population.mated_means[0] + 0.6 * rng.standard_normal((20_000, 15, 1))
    scores = scores + 0.8 * rng.standard_normal((20_000, 15, 3))
    found = (scores < 0).mean(axis=(1, 2))
    assert found.mean() == pytest.approx(0.2, abs=0.003)
    assert found.std() == pytest.approx(population.fnmr_deviation(0), rel=0.03)


def test_every_group_has_its_rate_at_threshold_zero_and_pooling_weighs_by_comparisons():
    population = Population(subjects=(10, 30), fmr=(0.01, 0.04), effect=Effect.LOG_NORMAL, apart=0.5)
    rates = population.rates()
    assert np.diag(rates) == pytest.approx([0.01, 0.04])
    assert rates[0, 1] == rates[1, 0] < 0.04
    pooled = (45 * rates[0, 0] + 435 * rates[1, 1] + 300 * rates[0, 1]) / 780
    assert population.pooled(0.0) == pytest.approx(pooled)
    assert population.pooled(population.threshold_at(0.003)) == pytest.approx(0.003)


def test_groups_infinitely_apart_never_match():
    assert Population(subjects=(5, 5), fmr=(0.1, 0.1)).rates()[0, 1] == 0


def test_cases_have_the_truths_that_their_rates_give():
    cases = all_cases()
    equal, spread = (next(c for c in cases if c.section == GROUPS and _is_spread(c) == flag) for flag in (False, True))
    truths = {q.measure: q.truth for q in equal.questions if q.measure in (MAX_MIN, MAX_GEOMEAN)}
    assert truths == {MAX_MIN: 1.0, MAX_GEOMEAN: 1.0}
    assert {q.measure: q.truth for q in spread.questions}[MAX_MIN] == pytest.approx(1.5)
    fitted = next(c for c in cases if c.section == FITTED)
    assert fitted.population.pooled(fitted.true_threshold) == pytest.approx(float(fitted.target))
    assert fitted.cut < fitted.true_threshold
    assert len(quick_cases(3)) < len(cases)


def _is_spread(case):
    return len(set(case.population.fmr)) > 1


def test_gini_of_the_worked_example():
    assert gini(np.array([1e-4, 2e-4, 4e-4, 8e-4])) == pytest.approx(0.5111, abs=5e-5)
