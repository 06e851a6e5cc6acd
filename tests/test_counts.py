from decimal import Decimal

import numpy as np
import pytest

from evalharness.counts import Acquisition, Counts, ListedPairs, MatedComparisons, Tail, allowed_errors, populations
from evalharness.errors import PlanError
from evalharness.records import Group, OperatingPointSpec, Policy, ScoreKind
from tests.support.datasets import make_partition, per_group, pooled, reference, vendor

SUBJECT = np.array([0, 0, 1])
NO_MATED = MatedComparisons(*(np.empty(0, t) for t in (np.int64, np.int64, np.float64, np.bool_)))
NO_TAIL = Tail(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0), -np.inf)
ALL_ENROLLED = Acquisition(np.ones(3, np.bool_), np.ones(3, np.bool_))


def counts(**changes):
    fields = {
        "score_kind": ScoreKind.SIMILARITY,
        "subjects": 2,
        "subject_of": SUBJECT,
        "acquisition": ALL_ENROLLED,
        "mated": NO_MATED,
        "tail": NO_TAIL,
        "listed": None,
    }
    return Counts(**{**fields, **changes})


def tail(probe, reference, scores, cut):
    return Tail(np.array(probe, np.int32), np.array(reference, np.int32), np.array(scores, np.float64), cut)


def test_arrays_are_read_only_and_the_callers_stay_writeable():
    subject = SUBJECT.copy()
    record = counts(subject_of=subject)
    assert not record.subject_of.flags.writeable
    assert subject.flags.writeable
    assert record.samples == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"acquisition": None}, "all pairs need the enrolled samples"),
        ({"directed": True}, "no probe and reference roles"),
        ({"complete": False}, "some pairs need the list of them"),
        (
            {"mated": MatedComparisons(np.array([0]), np.array([2]), np.array([0.5]), np.array([True]))},
            "joins two subjects",
        ),
        ({"tail": tail([0], [1], [0.5], 0.5)}, "lies within one subject"),
        ({"listed": ListedPairs(np.array([0]), np.array([1]), np.array([True]))}, "lies within one subject"),
    ],
)
def test_counts_refuse_what_does_not_fit_together(changes, message):
    with pytest.raises(ValueError, match=message):
        counts(**changes)


def test_the_tail_refuses_scores_below_its_cut_and_nan():
    assert len(tail([0], [2], [0.5], 0.5)) == 1
    for score in (0.4, float("nan")):
        with pytest.raises(ValueError, match=r"lies below the cut 0\.5 or is not a number"):
            tail([0], [2], [score], 0.5)
    with pytest.raises(ValueError, match=r"arrays of one length expected, found .*scores.: 2"):
        tail([0], [2], [0.5, 0.6], 0.5)


def test_a_sample_that_was_not_attempted_cannot_be_enrolled():
    with pytest.raises(ValueError, match="enrolled that was not attempted"):
        Acquisition(np.array([False]), np.array([True]))


ETHNICITY = make_partition("ethnicity", ["a", "b", "a", None, "b"])
GENDER = make_partition("gender", ["f", "m", "m", "f", "f"])


def pairs_of(population):
    index = np.arange(5)
    inside = population.contains(index[:, None], index[None, :])
    return {(i, j) for i in range(5) for j in range(i + 1, 5) if inside[i, j]}


def test_each_policy_is_set_by_its_own_comparisons():
    both = (ETHNICITY, GENDER)
    everyone = {(i, j) for i in range(5) for j in range(i + 1, 5)}
    assert {k: pairs_of(p) for k, p in populations(vendor(0.5), both, samples=5).items()} == {"all": everyone}
    assert {k: pairs_of(p) for k, p in populations(pooled("0.1"), both, samples=5).items()} == {"all": everyone}
    within = populations(pooled("0.1", "within-group"), both, samples=5)
    assert {k: pairs_of(p) for k, p in within.items()} == {"all": {(0, 2), (1, 4)}}
    within = populations(pooled("0.1", "within-group", ("gender",)), both, samples=5)
    assert {k: pairs_of(p) for k, p in within.items()} == {"all": {(0, 3), (0, 4), (3, 4), (1, 2)}}
    alone = populations(reference("0.1", Group((("gender", "m"),))), both, samples=5)
    assert {k: pairs_of(p) for k, p in alone.items()} == {"all": {(1, 2)}}
    each = populations(per_group("0.1", "ethnicity"), both, samples=5)
    assert {k: pairs_of(p) for k, p in each.items()} == {
        "ethnicity=a": {(0, 2)},
        "ethnicity=b": {(1, 4)},
        "ethnicity=(missing)": set(),
    }


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (reference("0.1", Group((("gender", "x"),))), "no group gender=x; gender has: gender=f, gender=m"),
        (
            reference("0.1", Group((("age", "x"),))),
            "attributes of reference group age=x are not among .* ethnicity, gender",
        ),
        (OperatingPointSpec("r", Policy.REFERENCE, fmr=Decimal("0.1")), "policy 'reference' needs a group"),
        (OperatingPointSpec("r", Policy.REFERENCE), "fmr is None; policy 'reference' needs a rate above 0 and below 1"),
        (pooled("0"), "fmr is 0; "),
        (pooled("1"), "fmr is 1; "),
        (pooled("-0.1"), "fmr is -0.1; "),
        (pooled("NaN"), "fmr is NaN; "),
        (OperatingPointSpec("v", Policy.VENDOR), "'v': threshold is None; policy 'vendor' needs a finite number"),
        (vendor(float("inf")), "threshold is inf; "),
        (vendor(float("nan")), "threshold is nan; "),
        (per_group("0.1", "age"), "partition age is not among the plan's groups: ethnicity, gender"),
        (per_group("0.1"), r"partition \(none\) is not among"),
        (pooled("0.1", "within-group", ("age",)), "partition age is not among"),
    ],
)
def test_unknown_groups_are_refused_with_the_known_ones(spec, message):
    with pytest.raises(PlanError, match=message):
        populations(spec, (ETHNICITY, GENDER), samples=5)
    with pytest.raises(PlanError):
        populations(spec, (), samples=5)


def test_allowed_errors_are_exact():
    assert allowed_errors(Decimal("0.29"), 100) == 29
    assert int(0.29 * 100) == 28
    assert allowed_errors(Decimal("0.000001"), 10**11 + 1) == 100_000
