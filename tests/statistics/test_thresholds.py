from decimal import Decimal
from math import nextafter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.errors import RunError
from evalharness.records import ScoreKind
from evalharness.statistics.thresholds import decide, threshold_allowing
from evalharness.tasks.verification import TailBudget, count, count_scores
from tests.support import brute
from tests.support.datasets import make_enrolment, make_samples, make_scores, pooled, vendor


@given(st.lists(st.integers(0, 12).map(float), min_size=2, max_size=60), st.integers(1, 99))
def test_the_threshold_is_the_lowest_score_that_keeps_the_target(scores, percent):
    target = f"0.{percent:02d}"
    expected = brute.threshold(scores, target)
    allowed = int(Decimal(target) * len(scores))
    if expected is None:
        assert allowed == 0
        return
    found = threshold_allowing(np.array(scores), allowed)
    assert found == expected
    highest = np.sort(scores)[::-1][: allowed + 1]
    assert threshold_allowing(highest, allowed) == expected


def test_agrees_with_the_roc_curve_of_scikit_learn():
    from sklearn.metrics import roc_curve

    rng = np.random.default_rng(3)
    mated, other = np.round(rng.normal(1, 1, 400), 2), np.round(rng.normal(0, 1, 3000), 2)
    labels = np.r_[np.ones(400), np.zeros(3000)]
    fpr, tpr, thresholds = roc_curve(labels, np.r_[mated, other], drop_intermediate=False)
    samples = make_samples(range(6801))
    rows = [(2 * i, 2 * i + 1, s) for i, s in enumerate(other)]
    counts = count_scores(samples, make_scores(rows), score_kind=ScoreKind.SIMILARITY)
    for target in ("0.001", "0.01", "0.05", "0.3"):
        point = decide(counts, pooled(target), partitions=[], level=0.95)
        at = np.flatnonzero(fpr <= float(target))[-1]
        found = point.thresholds["all"]
        assert point.attained_fmr["all"] == pytest.approx(fpr[at])
        assert np.mean(mated >= found) <= tpr[at]
        assert found >= thresholds[at]
        assert not np.any((other >= thresholds[at]) & (other < found))
    fixed = decide(counts, vendor(0.5), partitions=[], level=0.95)
    assert fixed.attained_fmr["all"] == pytest.approx(fpr[np.flatnonzero(thresholds >= 0.5)[-1]])


def whole(scores):
    """Counts of independent pairs with these non-mated scores."""
    rows = [(2 * i, 2 * i + 1, s) for i, s in enumerate(scores)]
    return count_scores(make_samples(range(2 * len(rows))), make_scores(rows), score_kind=ScoreKind.SIMILARITY)


def test_a_target_below_one_comparison_is_null_with_the_bound():
    point = decide(whole([i / 20 for i in range(20)]), pooled("0.049"), partitions=[], level=0.95)
    assert point.thresholds == {}
    assert point.attained_fmr == {"all": None}
    assert (point.impostors["all"], point.subjects["all"]) == (20, 40)
    reason = (
        "target 0.049 is finer than 1/20: without a false match in 20 comparisons of 40 subjects the FMR is at most"
    )
    assert point.unresolved["all"].startswith(f"{reason} 0.139")
    assert point.warnings == ()
    point = decide(whole([i / 20 for i in range(20)]), pooled("0.05"), partitions=[], level=0.95)
    assert point.thresholds == {"all": 0.95}


def test_ties_that_reach_the_top_leave_the_next_float():
    point = decide(whole([0.7] * 5 + [0.1] * 95), pooled("0.03"), partitions=[], level=0.95)
    assert point.thresholds == {"all": nextafter(0.7, 1)}
    assert point.attained_fmr == {"all": 0.0}


def test_few_effective_errors_are_a_warning_and_many_are_not():
    scores = [i / 10_000 for i in range(10_000)]
    few = decide(whole(scores), pooled("0.002"), partitions=[], level=0.95)
    assert few.warnings == (
        "all: the threshold rests on 20 false matches that weigh like 20.0 independent ones; below about 30 it proves "
        "little",
    )
    assert decide(whole(scores), pooled("0.004"), partitions=[], level=0.95).warnings == ()


def test_one_wolf_weighs_little():
    """Subject 0 makes every false match: its errors come together."""
    n = 60
    scores = [(i, j, 0.9 if i == 0 else 0.1 + 0.001 * j) for i in range(n) for j in range(i + 1, n)]
    samples, kind = make_samples(range(n)), ScoreKind.SIMILARITY
    counts = count_scores(samples, make_scores(scores), score_kind=kind, comparisons="all-pairs")
    point = decide(counts, pooled("0.0334"), partitions=[], level=0.95)
    assert point.attained_fmr["all"] == 59 / 1770
    assert "rests on 59 false matches that weigh like 1.0 independent" in point.warnings[0]


def test_counts_that_were_cut_for_other_points_are_refused():
    samples, enrolment = make_samples("abcde"), make_enrolment([[float(i), 1.0] for i in range(5)])
    counts = count(samples, enrolment, specs=[vendor(1.0)], partitions=[], budget=TailBudget(keep_all=0))
    with pytest.raises(RunError, match=r"the tail was cut at -1\.0; threshold -2\.0 lies below it"):
        decide(counts, vendor(2.0), partitions=[], level=0.95)
    with pytest.raises(RunError, match=r"does not hold the 6 highest scores for 'pooled-all-0\.5'"):
        decide(counts, pooled("0.5"), partitions=[], level=0.95)
    assert decide(counts, vendor(1.0), partitions=[], level=0.95).attained_fmr == {"all": 0.4}
