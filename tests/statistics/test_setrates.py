"""FAR where comparisons were lost: errors of completed comparisons, out of attempted ones."""

from collections import Counter

import numpy as np
import pytest

from evalharness.counts import Acquisition, Counts, MatedComparisons, Tail
from evalharness.records import ScoreKind
from evalharness.statistics import MeasureSettings, measure
from evalharness.statistics.dyads import ListedDyads
from evalharness.statistics.evidence import Evidence
from evalharness.statistics.spread import logit_limits
from evalharness.statistics.variance import DyadErrors, PlugIn, dyad_jackknife
from tests.support import brute
from tests.support.datasets import vendor


def lossy_run(*, subjects, images, lost, seed):
    """All pairs of a run in which samples fail; counts, and (subject, subject, score or None) of each comparison."""
    rng = np.random.default_rng(seed)
    subject = np.repeat(np.arange(subjects), images)
    enrolled = rng.random(len(subject)) >= lost
    i, j = np.triu_indices(len(subject), 1)
    wolf = rng.normal(0, 0.7, subjects)
    scores = rng.normal(size=len(i)) + wolf[subject[i]] + wolf[subject[j]]
    mated, done = subject[i] == subject[j], enrolled[i] & enrolled[j]
    kept = ~mated & done
    counts = Counts(
        ScoreKind.SIMILARITY,
        subjects,
        subject,
        Acquisition(np.ones(len(subject), np.bool_), enrolled),
        MatedComparisons(i[mated], j[mated], scores[mated], done[mated]),
        Tail(i[kept].astype(np.int32), j[kept].astype(np.int32), scores[kept], -np.inf),
        None,
    )
    return counts, subject[i[~mated]], subject[j[~mated]], np.where(done, scores, -np.inf)[~mated]


@pytest.mark.parametrize(("subjects", "images", "lost", "threshold"), [(20, 6, 0.3, 0.5), (8, 3, 0.4, -0.2)])
def test_far_is_that_of_every_attempted_comparison_counted_by_hand(subjects, images, lost, threshold):
    counts, first, second, scores = lossy_run(subjects=subjects, images=images, lost=lost, seed=1)
    settings = MeasureSettings(level=0.95, min_subjects=3)
    found = measure(counts, partitions=[], specs=[vendor(threshold)], settings=settings)
    (row,) = [each for each in found.measures if each.measure == "far"]
    wrong = scores >= threshold
    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    errors = Counter(pair for pair, error in zip(pairs, wrong, strict=True) if error)
    own, covariance = brute.dyad_variance(Counter(pairs), errors)
    p, trials = wrong.sum() / len(pairs), len(pairs)
    assert (row.errors, row.trials, row.value) == (wrong.sum(), trials, p)
    variance = max(own + max(0.0, covariance), p * (1 - p) / trials) * subjects / (subjects - 1)
    assert row.effective_trials == pytest.approx(max(p * (1 - p) / variance, subjects // 2))
    dyads = ListedDyads.of(first, second, subjects=subjects)
    jackknife = dyad_jackknife(dyads, DyadErrors.of(dyads, first[wrong], second[wrong]))
    evidence = Evidence(
        row.errors, trials, subjects, subjects, float(subjects // 2), PlugIn(own, covariance), jackknife
    )
    limits = logit_limits(evidence, level=0.95)
    assert (row.lower, row.upper) == pytest.approx((limits.lower, limits.upper))
