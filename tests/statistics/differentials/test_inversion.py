import numpy as np
import pytest

from evalharness.statistics.differentials.evidence import Draws, Evidence
from evalharness.statistics.differentials.inversion import Inversion
from evalharness.statistics.differentials.measures import DISPERSIONS, RateRange

NAMES = [measure.name for measure in DISPERSIONS]


def invert(rates, trials, *, simulations=400, seed=1, level=0.95):
    rates, trials = np.asarray(rates, float), np.asarray(trials, float)
    draws = Draws.of(len(rates), simulations, np.random.default_rng(seed))
    return Inversion(
        components=(Evidence(rates, trials),),
        distances=lambda drawn: np.stack([measure.distance(drawn) for measure in DISPERSIONS]),
        level=level,
        draws=(draws,),
    ).run()


def truth(rates):
    return np.array([float(measure.distance([np.asarray(rates)[:, None]])[0]) for measure in DISPERSIONS])


def coverage(rates, trials, *, runs):
    """Share of draws in which the interval of each measure holds the truth, and in which it lies above it."""
    rng, wanted = np.random.default_rng(7), truth(rates)
    held, above = np.zeros(len(NAMES)), np.zeros(len(NAMES))
    for seed in range(runs):
        found = invert(rng.binomial(trials, rates) / trials, trials, simulations=200, seed=seed)
        above += wanted < found.lower * (1 - 1e-9)
        held += (wanted >= found.lower * (1 - 1e-9)) & (wanted <= found.upper * (1 + 1e-9))
    return held / runs, above / runs


@pytest.mark.parametrize("spread", [0.0, 0.2, 1.0])
def test_intervals_hold_at_and_near_equality(spread):
    """Where the percentile bootstrap covers 0 % (equal groups) to 41 % (a spread of 20 %); see metrics C.6."""
    rates = 0.01 * np.exp(spread * np.linspace(-1, 1, 8))
    held, above = coverage(rates, np.full(8, 3000), runs=60)
    assert held.min() >= 0.88, dict(zip(NAMES, held, strict=True))
    assert above.max() <= 0.1


def test_equal_rates_are_within_and_far_apart_rates_are_not():
    equal = invert([0.01] * 6, [5000] * 6)
    assert equal.lower.tolist() == [0.0] * len(NAMES)
    assert (equal.upper > 0).all()
    assert equal.p_equal.tolist() == pytest.approx([1.0] * len(NAMES))
    apart = invert([0.01, 0.02, 0.04, 0.08], [50_000] * 4)
    assert (apart.lower > 0).all()
    assert apart.p_equal.tolist() == pytest.approx([1 / 401] * len(NAMES))
    values = truth([0.01, 0.02, 0.04, 0.08])
    assert (apart.lower < values).all()
    assert (values < apart.upper).all()


def test_more_evidence_narrows_and_a_higher_level_widens():
    few, many = invert([0.01, 0.03], [1000, 1000]), invert([0.01, 0.03], [10_000, 10_000])
    assert (few.upper - few.lower > many.upper - many.lower).all()
    sure = invert([0.01, 0.03], [1000, 1000], level=0.99, simulations=2000)
    assert (sure.upper > few.upper).all()


def test_two_groups_agree_with_the_exact_interval_of_a_ratio():
    from scipy.stats import binomtest

    found = invert([0.012, 0.03], [10_000, 10_000], simulations=4000)
    share = binomtest(300, 420).proportion_ci(0.95)
    assert 1 + found.lower[0] == pytest.approx(share.low / (1 - share.low), rel=0.04)
    assert 1 + found.upper[0] == pytest.approx(share.high / (1 - share.high), rel=0.04)


def test_with_many_errors_limits_are_those_of_the_two_groups_at_the_ends():
    rates = 0.01 * np.exp(np.linspace(-1, 1, 8))
    found = invert(rates, [100_000] * 8, simulations=1000)
    half = 1.96 * np.sqrt(np.sum((1 - rates[[0, -1]]) / rates[[0, -1]] / 100_000))
    assert 1 + found.upper[0] == pytest.approx(np.exp(2 + half), rel=0.06)
    assert 1 + found.lower[0] == pytest.approx(np.exp(2 - half), rel=0.06)
    assert (found.upper - found.lower < 0.35 * (found.upper + found.lower) / 2).all()


def test_the_same_draws_give_the_same_limits_whatever_the_order_of_the_groups():
    rates, trials = [0.01, 0.02, 0.015, 0.03], [1000, 2000, 500, 700]
    order = [2, 0, 3, 1]
    one = invert(rates, trials, simulations=4000)
    other = invert([rates[i] for i in order], [trials[i] for i in order], simulations=4000)
    np.testing.assert_allclose(one.upper, other.upper, rtol=0.15)
    np.testing.assert_allclose(one.floor, other.floor, rtol=0.1)


def test_fewer_than_two_groups_are_refused():
    with pytest.raises(ValueError, match="fewer than two groups"):
        invert([0.01], [100])


def test_the_gini_coefficient_of_a_range_is_the_largest_there_is():
    limits = RateRange(low=0.01, high=0.09, groups=4)
    assert limits.ratio == pytest.approx(9)
    assert limits.gini_raw == pytest.approx(0.5)
    measure = DISPERSIONS[NAMES.index("gini_raw")]
    two_values = np.array([0.01, 0.01, 0.01, 0.09])[:, None]
    assert float(measure.formula([two_values])[0]) == pytest.approx(0.5)
    assert RateRange(low=0.0, high=0.1, groups=4).gini_corrected == 1.0
