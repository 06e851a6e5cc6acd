import numpy as np
import pytest
from scipy.optimize import minimize

from evalharness.statistics.differentials.box import least_distances
from evalharness.statistics.differentials.measures import DISPERSIONS, blended
from evalharness.statistics.differentials.simultaneous import simultaneous_limits
from tests.support.grouprates import group_rates

NAMES = [measure.name for measure in DISPERSIONS]
ERROR = 0.0125


def of(measures):
    return lambda rates: np.stack([measure.distance(rates) for measure in measures])


def least(rates, measures=DISPERSIONS):
    return least_distances([rates], of(measures), error=ERROR)


def test_rates_that_may_be_equal_have_no_distance():
    assert least(group_rates([10, 14, 20], [1000] * 3)).tolist() == [0.0] * len(NAMES)
    assert least(group_rates([0, 1], [1000, 10])).tolist() == [0.0] * len(NAMES)


def test_ratio_and_difference_by_hand():
    rates = group_rates([10, 60, 200], [1000] * 3)
    lower, upper = simultaneous_limits(rates, level=1 - ERROR)
    found = dict(zip(NAMES, least(rates), strict=True))
    assert found["max_min"] == pytest.approx(lower[2] / upper[0] - 1)
    assert found["difference"] == pytest.approx(lower[2] - upper[0])
    middle = np.array([upper[0], upper[1], lower[2]])  # the rest as near as they come to the highest
    assert found["max_geomean"] == pytest.approx(lower[2] / np.exp(np.log(middle).mean()) - 1)
    assert found["max_mean"] == pytest.approx(lower[2] / middle.mean() - 1)


@pytest.mark.parametrize("seed", range(3))
def test_no_rates_within_the_limits_differ_less(seed):
    rng = np.random.default_rng(seed)
    rates = group_rates(rng.binomial(2000, [0.01, 0.02, 0.2, 0.3]), [2000] * 4)
    lower, upper = simultaneous_limits(rates, level=1 - ERROR)
    found = least(rates)
    drawn = lower[:, None] + (upper - lower)[:, None] * rng.random((4, 20_000))
    assert (of(DISPERSIONS)([drawn]).min(axis=1) >= found * (1 - 1e-3)).all()
    for measure, at in zip(DISPERSIONS, found, strict=True):
        start = np.sqrt(lower * upper)
        best = minimize(
            lambda x, m=measure: float(m.distance([x[:, None]])[0]),
            start,
            bounds=list(zip(lower, upper, strict=True)),
            method="Powell",
            options={"xtol": 1e-7, "ftol": 1e-9},
        )
        assert at <= best.fun * (1 + 1e-3), measure.name


def test_blends_are_least_where_both_rates_are():
    fmr, fnmr = group_rates([10, 60, 200], [1000] * 3), group_rates([300, 20, 25], [1000] * 3, measure="fnmr")
    found = least_distances([fmr, fnmr], of(blended(0.25)), error=2 * ERROR)
    alone = {
        name: [float(least(each)[NAMES.index(name)]) for each in (fmr, fnmr)]
        for name in ("gini_corrected", "difference", "max_min")
    }
    gini, apart, ratio = (np.array(alone[name]) for name in alone)
    weights = np.array([0.25, 0.75])
    assert found[0] == pytest.approx(weights @ gini)
    assert found[1] == pytest.approx(weights @ apart)
    assert found[2] == pytest.approx(np.prod((1 + ratio) ** weights) - 1)
    equal = group_rates([50, 50, 50], [1000] * 3)
    assert least_distances([fmr, equal], of(blended(0.25)), error=2 * ERROR)[0] == pytest.approx(0.25 * gini[0])
