import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from evalharness.records import ScoreKind
from evalharness.statistics.curves import det_curves
from evalharness.synthetic.scores import TwinGroup
from tests.support.datasets import examples, make_partition
from tests.support.scoreruns import score_run, shortened, streamed, twin_run


def counted(scores, thresholds, *, matches):
    return [sum((s >= t) == matches for s in scores) / len(scores) for t in thresholds]


@pytest.mark.parametrize("kind", list(ScoreKind))
def test_every_point_is_what_counting_gives(kind):
    counts, partition, draw = twin_run(kind=kind)
    group = draw.subject_group[draw.sample_subject]
    curves = det_curves(counts, partition, points=25)
    assert [(c.partition, c.group) for c in curves] == [("g", "g=a"), ("g", "g=b")]
    for g, curve in enumerate(curves):
        inside = (group[draw.probe] == g) & (group[draw.reference] == g)
        similar = [kind.to_similarity(t) for t in curve.thresholds]
        assert similar == sorted(similar)
        assert len(similar) <= 25
        fmr = counted(draw.scores[inside & ~draw.mated], similar, matches=True)
        assert list(curve.fmr) == pytest.approx(fmr, abs=1e-15)
        fnmr = counted(draw.scores[inside & draw.mated], similar, matches=False)
        assert list(curve.fnmr) == pytest.approx(fnmr, abs=1e-15)
        assert curve.note == ""


def test_the_points_lie_on_the_curve_of_scikit_learn():
    counts, _, draw = twin_run()
    (curve,) = det_curves(counts, None)
    fpr, tpr, at = roc_curve(draw.mated, draw.scores, drop_intermediate=False)
    for t, fmr, fnmr in zip(curve.thresholds, curve.fmr, curve.fnmr, strict=True):
        k = int(np.sum(at >= t)) - 1  # sklearn's thresholds descend; the last one at or above t decides alike
        assert (fmr, fnmr) == pytest.approx((fpr[k], 1 - tpr[k]), abs=1e-12)
    assert (curve.partition, curve.group) == ("", "all")


def test_thresholds_are_shared_by_groups_and_partitions_and_are_no_scores():
    counts, partition, draw = twin_run()
    other = make_partition("h", ["x", "y"] * (len(draw.sample_subject) // 2) + ["x"] * (len(draw.sample_subject) % 2))
    curves = (*det_curves(counts, partition), *det_curves(counts, other), *det_curves(counts, None))
    assert len({curve.thresholds for curve in curves}) == 1
    assert not set(curves[0].thresholds) & set(draw.scores.tolist())
    assert (curves[-1].fmr[0], curves[-1].fnmr[0]) == (1.0, 0.0)
    assert (curves[-1].fmr[-1], curves[-1].fnmr[-1]) == (0.0, 1.0)


def test_a_histogram_gives_the_same_rates_as_the_scores():
    counts, partition, draw = twin_run()
    low, high, bins = -4.0, 8.0, 1200
    kept = streamed(counts, partition, cut=1.5, bins=bins, low=low, high=high)
    for group, curve in enumerate(det_curves(kept, partition, points=40)):
        groups = draw.subject_group[draw.sample_subject]
        inside = (groups[draw.probe] == group) & (groups[draw.reference] == group) & ~draw.mated
        assert list(curve.fmr) == pytest.approx(counted(draw.scores[inside], curve.thresholds, matches=True), abs=1e-15)
        assert np.any(np.array(curve.thresholds) < 1.5)
        steps = (np.array(curve.thresholds) - low) / ((high - low) / bins)
        assert steps == pytest.approx(np.round(steps), abs=1e-6)


def test_below_the_cut_nothing_is_known_without_a_histogram():
    counts, partition, _ = twin_run((TwinGroup(name="a", subjects=25, captures=3, mated_mean=2.5),))
    (whole,), (cut,) = det_curves(counts, partition), det_curves(shortened(counts, cut=0.8), partition)
    assert cut.note == "FMR is not known beyond the threshold 0.8"
    assert all((rate is None) == (t < 0.8) for t, rate in zip(cut.thresholds, cut.fmr, strict=True))
    assert None in cut.fmr
    assert (cut.eer_lower, cut.eer_upper) == (whole.eer_lower, whole.eer_upper)
    assert whole.eer_upper > 0.05
    (high,) = det_curves(shortened(counts, cut=2.0), partition)
    assert (high.eer_lower, high.eer_upper) == (None, None)
    assert "the equal error rate lies below the scores that were kept" in high.note


def test_the_bracket_of_a_histogram_holds_the_exact_equal_error_rate():
    counts, partition, _ = twin_run()
    coarse = streamed(counts, partition, cut=2.6, bins=60, low=-4.0, high=8.0)
    for exact, bracket in zip(det_curves(counts, partition), det_curves(coarse, partition), strict=True):
        middle = (exact.eer_lower + exact.eer_upper) / 2
        assert bracket.eer_lower <= middle <= bracket.eer_upper
        assert bracket.eer_upper - bracket.eer_lower < 0.05
        assert "bracketed by the bins of a histogram" in bracket.note


def test_histograms_that_do_not_know_the_groups_are_not_used():
    counts, partition, draw = twin_run()
    kept = streamed(counts, partition, cut=1.5, bins=100, low=-4.0, high=8.0)
    alternating = make_partition("h", [str(i % 2) for i in range(len(draw.sample_subject))])
    assert "FMR is not known beyond the threshold 1.5" in det_curves(kept, alternating)[0].note


def test_a4_the_equal_error_rate():
    given_, expected = examples()["A4_eer_auc"]["inputs"], examples()["A4_eer_auc"]["expected"]
    (curve,) = det_curves(score_run(given_["genuine"], given_["impostor"]), None)
    assert (curve.eer_lower, curve.eer_upper) == (expected["EER"], expected["EER"])


def test_x1_no_point_claims_fmr_0_without_a_false_non_match():
    given_, expected = (
        examples()["X1_zero_fmr_unattainable"]["inputs"],
        examples()["X1_zero_fmr_unattainable"]["expected"],
    )
    (curve,) = det_curves(score_run(given_["genuine"], given_["impostor"]), None)
    at_zero = [fnmr for fmr, fnmr in zip(curve.fmr, curve.fnmr, strict=True) if fmr == 0]
    assert at_zero
    assert set(at_zero) == {expected["correct_FNMR_at_FMR_0"]}
    assert (curve.eer_lower, curve.eer_upper) == (0.5, 0.5)


def test_where_the_rates_jump_past_each_other_the_closer_pair_is_the_interval():
    # FNMR 0, FMR 2/3 up to 0.5; FNMR 1/2, FMR 1/3 up to 0.6; FNMR 1, FMR 0 above
    (curve,) = det_curves(score_run([0.5, 0.6], [0.5, 0.6, 0.1]), None)
    assert (curve.eer_lower, curve.eer_upper) == pytest.approx((0.0, 2 / 3))  # sums 2/3 against 5/6


@pytest.mark.parametrize(
    ("mated", "non_mated", "note"),
    [
        ([], [0.1, 0.2], "no completed mated comparisons"),
        ([0.5], [], "no completed non-mated comparisons within the group"),
        ([None], [None], "no completed comparisons"),
        ([1e308], [-1e308], "no completed comparisons"),
    ],
)
def test_what_is_missing_is_said(mated, non_mated, note):
    (curve,) = det_curves(score_run(mated, non_mated), None)
    assert note in curve.note
    assert (curve.eer_lower is None) or len(mated) == len(non_mated) == 1
    assert len(curve.fmr) == len(curve.fnmr) == len(curve.thresholds)


@pytest.mark.parametrize("value", [0.0, 1.0, -7.5, 1e-12, 1e300, -1e300])
def test_equal_scores_everywhere_make_a_curve_of_two_corners(value):
    (curve,) = det_curves(score_run([value] * 3, [value] * 4), None)
    corners = set(zip(curve.fmr, curve.fnmr, strict=True))
    assert corners == {(1.0, 0.0), (0.0, 1.0)}
    assert (curve.eer_lower, curve.eer_upper) == (0.0, 1.0)


def test_an_empty_group_and_missing_labels_are_listed():
    counts, _, draw = twin_run()
    labels = [None if s % 3 == 0 else "x" for s in draw.sample_subject.tolist()]
    curves = det_curves(counts, make_partition("h", labels, also=["z"]))
    assert [c.group for c in curves] == ["h=x", "h=z", "h=(missing)"]
    assert set(curves[1].fmr) == set(curves[1].fnmr) == {None}
    assert "not known to share a group" in curves[2].note


SCORES = st.lists(st.floats(-5, 5), min_size=1, max_size=12)


@example(mated=[0.0], non_mated=[2.2250738585e-313], points=2)
@example(mated=[0.0], non_mated=[5e-324], points=2)
@example(mated=[0.0], non_mated=[1e-290], points=30)
@settings(max_examples=60)
@given(SCORES, SCORES, st.integers(2, 30))
def test_rates_are_monotone_and_the_equal_error_rate_lies_between(mated, non_mated, points):
    (curve,) = det_curves(score_run(mated, non_mated), None, points=points)
    assert list(curve.thresholds) == sorted(set(curve.thresholds))
    assert list(curve.fmr) == sorted(curve.fmr, reverse=True)
    assert list(curve.fnmr) == sorted(curve.fnmr)
    assert 0 <= curve.eer_lower <= curve.eer_upper <= 1
    tried = sorted({*mated, *non_mated, math.inf})
    best = min(max(counted(mated, [t], matches=False)[0], counted(non_mated, [t], matches=True)[0]) for t in tried)
    assert curve.eer_lower <= best <= curve.eer_upper + 1e-12
