"""The one place where measures over groups are called: rows of the harness become answers to questions."""

import numpy as np
import pytest

from benchmarks.validation import over_groups
from benchmarks.validation.cases import (
    FLOOR,
    FMR,
    FNMR,
    GINI,
    MAX_MIN,
    OMNIBUS,
    P_EQUAL,
    TO_REFERENCE,
    TOGETHER,
    TWO_GROUPS,
)
from benchmarks.validation.drawing import draw, partition_of
from benchmarks.validation.harness import measured
from benchmarks.validation.population import Population
from evalharness.records import OperatingPointSpec, Policy
from evalharness.statistics import rows as result_rows
from evalharness.statistics.rows import Differential, GroupEstimate

POPULATION = Population(subjects=(40, 30), fmr=(0.05, 0.1), images=2, fnmr=(0.2,))
SHARED = {"operating_point": "fixed", "partition": "group", "level": 0.95}


def differential(measure, value, lower, upper, **more):
    shape = {"groups": (), "left_out": (), "reference": "", "group": "", "highest": "", "lowest": ""} | more
    return Differential(measure=measure, value=value, lower=lower, upper=upper, **SHARED, **shape)


def outcome(test, group, other, p):
    values = {"estimate": None, "lower": None, "upper": None, "statistic": None, "p_value": p}
    return result_rows.TestOutcome(test=test, measure=FMR, group=group, other_group=other, **SHARED, **values)


@pytest.fixture
def draw_measured():
    counts, partition = draw(POPULATION, cut=0.0, rng=np.random.default_rng(1)), partition_of(POPULATION)
    spec = OperatingPointSpec("fixed", Policy.VENDOR, threshold=0.0)
    return measured(counts, partition=partition, spec=spec, resample=False, seed=2), partition


@pytest.fixture
def rows(monkeypatch):
    """Stand-ins for the harness's functions; the rates that they are given are kept."""
    seen = {}

    def differentials(rates, *, settings, rng):
        seen["rates"], seen["references"] = rates, settings.references
        ratio = differential(f"{rates.measure}.ratio", 2.0, 1.5, None, reference="group=0", group="group=1")
        spread = differential(f"{rates.measure}.max_min", 2.0, 1.0, 3.0, floor=1.4, p_equal=0.3)
        return spread, differential(f"{rates.measure}.gini_corrected", None, None, None), ratio

    def group_estimates(rates, *, settings):
        return [
            GroupEstimate(measure=FMR, group="group=1", value=0.1, lower=0.05, upper=0.2, **SHARED),
        ]

    def tests_of(rates, *, settings, rng):
        pair = outcome("two_groups", "group=0", "group=1", 0.04)
        return outcome("equal_rates", "", "", 0.5), pair, outcome("equivalence", "group=0", "group=1", None)

    for function in (differentials, group_estimates, tests_of):
        monkeypatch.setattr(over_groups, function.__name__, function)
    return seen


def test_rows_become_answers(rows, draw_measured):
    found = over_groups.answers(*draw_measured, asked=FMR, rng=np.random.default_rng(0))
    assert found[MAX_MIN, 0].tolist() == [2.0, 1.0, 3.0]
    assert found[TO_REFERENCE, 1].tolist() == [2.0, 1.5, np.inf]
    assert np.isnan(found[GINI, 0]).all()
    assert found[f"{P_EQUAL} of {MAX_MIN}", 0][0] == 0.3
    assert found[f"{FLOOR} of {MAX_MIN}", 0][0] == 1.4
    assert f"{FLOOR} of {GINI}" not in {name for name, _ in found}
    assert found[TOGETHER, 1].tolist() == [0.1, 0.05, 0.2]
    assert (found[OMNIBUS, 0][0], found[TWO_GROUPS, 1][0]) == (0.5, 0.04)
    assert rows["references"] == ("group=0",)


@pytest.mark.parametrize(("asked", "disjoint", "trials"), [(FMR, [20, 15], 780 * 4), (FNMR, [40, 30], 40)])
def test_the_rates_handed_on_are_those_measured(rows, draw_measured, asked, disjoint, trials):
    over_groups.answers(*draw_measured, asked=asked, rng=np.random.default_rng(0))
    rates = rows["rates"]
    assert rates.measure == asked
    assert rates.groups == ("group=0", "group=1")
    assert rates.attributes == (("0",), ("1",))
    assert rates.disjoint.tolist() == disjoint
    assert rates.trials[0] == trials
    assert rates.values.tolist() == [draw_measured[0].rates[asked, group].value for group in rates.groups]


def test_real_rows_answer_every_question(draw_measured):
    found = over_groups.answers(*draw_measured, asked=FMR, rng=np.random.default_rng(0))
    wanted = {(MAX_MIN, 0), (GINI, 0), (TO_REFERENCE, 1), (TOGETHER, 0), (TOGETHER, 1), (OMNIBUS, 0), (TWO_GROUPS, 1)}
    assert wanted <= found.keys()
    first, second = (draw_measured[0].rates[FMR, f"group={g}"].value for g in (0, 1))
    assert found[TO_REFERENCE, 1][0] == pytest.approx(second / first)
    assert found[MAX_MIN, 0][1] <= found[MAX_MIN, 0][0] == pytest.approx(max(first, second) / min(first, second))
