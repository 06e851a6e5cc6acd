"""Draws by thinning have the distribution of draws of every comparison."""

import numpy as np
import pytest

from benchmarks.validation.drawing import draw, partition_of
from benchmarks.validation.effects import EFFECTS, Effect
from benchmarks.validation.observed import observe
from benchmarks.validation.population import Population


def drawn(population, number, cut=0.0):
    return draw(population, cut=cut, rng=np.random.default_rng([9, number]))


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.name)
def test_the_rates_of_draws_have_the_stated_mean_and_spread(effect):
    population = Population(subjects=(40, 25), fmr=(0.02, 0.01), effect=effect, images=2, fnmr=(0.1,), apart=0.5)
    fmr, fnmr, across = [], [], []
    for number in range(1500):
        counts = drawn(population, number)
        groups = observe(counts, population, 0.0)
        fmr.append([len(group.first) / group.trials for group in groups])
        fnmr.append([group.mated_errors.mean() for group in groups])
        across.append((len(counts.tail) - sum(len(group.first) for group in groups)) / (80 * 50))
    for g in range(2):
        deviation = population.fmr_deviation(g)
        own = np.array(fmr)[:, g]
        assert own.mean() == pytest.approx(population.fmr[g], abs=4 * deviation / np.sqrt(1500))
        assert own.std() == pytest.approx(deviation, rel=0.15)
        assert np.array(fnmr)[:, g].std() == pytest.approx(population.fnmr_deviation(g), rel=0.1)
    expected = population.rates()[0, 1]
    assert np.mean(across) == pytest.approx(expected, abs=4 * np.std(across) / np.sqrt(1500))


@pytest.mark.parametrize("effect", [Effect.STRONG, Effect.LOG_NORMAL])
def test_scores_above_a_lower_cut_give_the_rate_at_a_higher_threshold(effect):
    population = Population(subjects=(30,), fmr=(0.02,), effect=effect, images=2)
    found = [(drawn(population, number, cut=-1.0).tail.scores >= 0.0).sum() / 1740 for number in range(1500)]
    assert np.mean(found) == pytest.approx(0.02, abs=4 * population.fmr_deviation(0) / np.sqrt(1500))
    assert np.std(found) == pytest.approx(population.fmr_deviation(0), rel=0.15)


def test_no_comparison_comes_twice_and_a_cut_below_everything_gives_all():
    counts = drawn(Population(subjects=(6, 4), fmr=(0.1, 0.1), images=3, apart=1.0), 0, cut=-60.0)
    pairs = {(min(a, b), max(a, b)) for a, b in zip(counts.tail.probe, counts.tail.reference, strict=True)}
    assert len(pairs) == len(counts.tail) == 10 * 9 // 2 * 9
    assert len(counts.mated) == 10 * 3
    assert counts.samples == 30


def test_the_same_seed_gives_the_same_draw_and_the_partition_fits():
    population = Population(subjects=(12, 5), fmr=(0.1, 0.2), images=2)
    one, other = drawn(population, 3), drawn(population, 3)
    assert np.array_equal(one.tail.scores, other.tail.scores)
    assert np.array_equal(one.mated.scores, other.mated.scores)
    partition = partition_of(population)
    assert [group.id for group in partition.groups] == ["group=0", "group=1"]
    assert np.bincount(partition.group_of).tolist() == [24, 10]


def test_observed_errors_are_renumbered_group_by_group():
    population = Population(subjects=(12, 8), fmr=(0.3, 0.3), images=3, fnmr=(0.3,))
    counts = drawn(population, 1)
    first, second = observe(counts, population, 0.0)
    assert len(first.first) + len(second.first) == len(counts.tail)
    assert second.second.max() < 8
    assert second.mated_errors.sum() + first.mated_errors.sum() == (counts.mated.scores < 0).sum()
    assert (second.trials, second.mated_trials) == (28 * 9, 3)
