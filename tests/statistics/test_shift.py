from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from evalharness.counts import Tail
from evalharness.errors import PlanError
from evalharness.records import ScoreKind
from evalharness.statistics.distributions import QUANTILES
from evalharness.statistics.shift import score_shifts
from tests.support.datasets import make_partition
from tests.support.scoreruns import score_run, shortened, streamed, twin_run


def own_scores(draw, g, *, mated, kind=ScoreKind.SIMILARITY):
    group = draw.subject_group[draw.sample_subject]
    inside = (group[draw.probe] == g) & (group[draw.reference] == g) & (draw.mated == mated)
    return np.array([kind.from_similarity(s) for s in draw.scores[inside].tolist()])


def row(rows, kind, group):
    (found,) = [r for r in rows if (r.kind, r.group) == (kind, group)]
    return found


@pytest.mark.parametrize("kind", list(ScoreKind))
def test_every_number_against_lists_of_scores(kind):
    counts, partition, draw = twin_run(kind=kind)
    rows = score_shifts(counts, partition, tail_share=0.01)
    assert [(r.kind, r.group, r.reference) for r in rows] == [
        ("mated", "g=a", "g=a"),
        ("mated", "g=b", "g=a"),
        ("non-mated", "g=a", "g=a"),
        ("non-mated", "g=b", "g=a"),
    ]
    for mated, name in ((True, "mated"), (False, "non-mated")):
        a, b = (own_scores(draw, g, mated=mated, kind=kind) for g in (0, 1))
        found = row(rows, name, "g=b")
        assert found.comparisons == len(b)
        assert found.mean == pytest.approx(b.mean())
        assert found.standard_deviation == pytest.approx(b.std(ddof=1))
        assert found.quantiles == tuple(np.quantile(b, QUANTILES, method="inverted_cdf"))
        assert found.kolmogorov_smirnov == pytest.approx(stats.ks_2samp(a, b).statistic)
        assert found.wasserstein == pytest.approx(stats.wasserstein_distance(a, b))
        assert 0 < found.overlap < 1
    other = own_scores(draw, 1, mated=True, kind=kind)
    own = own_scores(draw, 1, mated=False, kind=kind)
    expected = abs(other.mean() - own.mean()) / np.sqrt((other.var(ddof=1) + own.var(ddof=1)) / 2)
    assert row(rows, "non-mated", "g=b").d_prime == pytest.approx(expected)


@pytest.mark.parametrize("kind", list(ScoreKind))
def test_the_tail_quantile_is_the_score_that_the_share_reaches(kind):
    counts, partition, draw = twin_run(kind=kind)
    rows = score_shifts(counts, partition, tail_share=0.01)
    tails = []
    for g, name in enumerate(("g=a", "g=b")):
        scores = np.sort(own_scores(draw, g, mated=False))[::-1]
        tails.append(kind.from_similarity(float(scores[int(0.01 * len(scores)) - 1])))
        assert row(rows, "non-mated", name).tail_quantile == tails[-1]
    assert row(rows, "non-mated", "g=b").tail_shift == tails[1] - tails[0]
    assert row(rows, "non-mated", "g=a").tail_shift is None
    assert row(rows, "mated", "g=b").tail_share is None


def test_the_tail_quantile_stays_exact_when_only_the_tail_was_kept():
    counts, partition, _ = twin_run()
    whole, cut = (score_shifts(c, partition, tail_share=0.01) for c in (counts, shortened(counts, cut=1.5)))
    for name in ("g=a", "g=b"):
        assert row(cut, "non-mated", name).tail_quantile == row(whole, "non-mated", name).tail_quantile
        assert row(cut, "mated", name).mean == row(whole, "mated", name).mean
    lost = row(cut, "non-mated", "g=b")
    assert (lost.mean, lost.kolmogorov_smirnov, lost.d_prime) == (None, None, None)
    assert lost.quantiles == (None,) * 5
    assert "non-mated scores below the tail were not kept" in lost.note


def test_histograms_are_right_to_the_width_of_a_bin():
    counts, partition, _ = twin_run()
    low, high, bins = -4.0, 8.0, 600
    width = (high - low) / bins
    exact = score_shifts(counts, partition, tail_share=0.2)
    binned = score_shifts(
        streamed(counts, partition, cut=2.5, bins=bins, low=low, high=high), partition, tail_share=0.2
    )
    for name in ("g=a", "g=b"):
        a, b = row(exact, "non-mated", name), row(binned, "non-mated", name)
        assert b.mean == pytest.approx(a.mean, abs=width / 2)
        assert b.standard_deviation == pytest.approx(a.standard_deviation, abs=width)
        assert b.quantiles == pytest.approx(a.quantiles, abs=width)
        assert b.tail_quantile == pytest.approx(a.tail_quantile, abs=width)
        assert f"bins of width {width!r}" in b.note
        assert "histogram" not in a.note
    a, b = row(exact, "non-mated", "g=b"), row(binned, "non-mated", "g=b")
    assert b.kolmogorov_smirnov == pytest.approx(a.kolmogorov_smirnov, abs=0.05)
    assert b.wasserstein == pytest.approx(a.wasserstein, abs=width)


@pytest.mark.parametrize("exact", ["g=a", "g=b"])
def test_scores_beside_bins_are_said_to_be_so(exact):
    counts, partition, _ = twin_run()
    whole = partition.group_of == partition.groups.index(next(g for g in partition.groups if g.id == exact))
    tail = counts.tail
    scores = tail.scores + 10.0 * (whole[tail.probe] & whole[tail.reference])  # all of one group above the cut
    lifted = replace(counts, tail=Tail(tail.probe, tail.reference, scores, -np.inf))
    mixed, run = (streamed(c, partition, cut=5.0, bins=1280, low=-4.0, high=16.0) for c in (lifted, counts))
    note = row(score_shifts(mixed, partition, tail_share=0.2), "non-mated", "g=b").note
    binned = "the reference" if exact == "g=b" else "the group"
    assert f"only {binned} is from a histogram, with bins of width 0.015625: Kolmogorov-Smirnov" in note
    assert "only" not in row(score_shifts(run, partition, tail_share=0.2), "non-mated", "g=b").note
    assert "only" not in row(score_shifts(counts, partition, tail_share=0.2), "non-mated", "g=b").note


def test_another_reference_turns_the_shift_round():
    counts, partition, _ = twin_run()
    forth = score_shifts(counts, partition, tail_share=0.05)
    back = score_shifts(counts, partition, tail_share=0.05, reference="g=b")
    assert row(back, "non-mated", "g=a").tail_shift == -row(forth, "non-mated", "g=b").tail_shift
    assert row(back, "mated", "g=a").wasserstein == row(forth, "mated", "g=b").wasserstein
    assert "the reference group itself" in row(back, "mated", "g=b").note
    assert row(back, "mated", "g=b").wasserstein is None


def test_a_share_finer_than_one_comparison_has_no_tail():
    counts, partition, _ = twin_run()
    found = row(score_shifts(counts, partition, tail_share=1e-6), "non-mated", "g=b")
    assert (found.tail_quantile, found.tail_shift) == (None, None)
    assert "tail share 1e-06 is finer than 1/" in found.note


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, float("nan")])
def test_a_share_that_is_none_is_refused(share):
    counts, partition, _ = twin_run()
    with pytest.raises(PlanError, match="tail share"):
        score_shifts(counts, partition, tail_share=share)


def test_an_unknown_reference_is_refused_with_the_known_ones():
    counts, partition, _ = twin_run()
    with pytest.raises(PlanError, match="no group g=c; g has: g=a, g=b"):
        score_shifts(counts, partition, tail_share=0.1, reference="g=c")


def test_groups_without_scores_without_labels_and_with_equal_scores():
    counts = score_run([0.5, 0.5, 1e200], [0.1, 0.1, 0.1])
    labels = ["x"] * 4 + ["y"] * 2 + ["x"] * 4 + [None] * 2
    rows = score_shifts(counts, make_partition("h", labels, also=["z"]), tail_share=0.5)
    x, y, z, missing = (row(rows, "mated", f"h={v}") for v in ("x", "y", "z", "(missing)"))
    assert (x.mean, x.standard_deviation, x.d_prime) == (0.5, 0.0, None)
    assert "not described" in y.note
    assert (z.comparisons, z.mean, z.note) == (0, None, "no completed mated comparisons")
    assert "not known to share a group" in missing.note
    assert row(rows, "non-mated", "h=x").tail_quantile == 0.1


def test_without_a_known_group_nothing_is_compared():
    counts = score_run([0.5], [0.1])
    (mated, _) = score_shifts(counts, make_partition("h", [None] * 4), tail_share=0.5)
    assert (mated.reference, mated.wasserstein) == ("", None)
    assert "no reference to compare with" in mated.note
