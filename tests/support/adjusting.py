"""Runs with covariates for tests of adjustment; no person behind them."""

import numpy as np

from evalharness.counts import Counts
from evalharness.records import OperatingPoint, Partition, ScoreKind
from evalharness.statistics.adjustment import adjusted_rates
from evalharness.statistics.rates import IntervalSettings
from evalharness.statistics.thresholds import decide
from evalharness.tasks.verification import count_scores
from tests.support.datasets import make_partition, make_samples, make_scores, vendor

SETTINGS = IntervalSettings(0.95, 3)


def mated_run(cells, *, comparisons=1):
    """Cells of (group, covariate, comparisons, errors), filled subject by subject.

    Every subject has ``comparisons`` mated comparisons, of samples of their own. Returns counts, groups, covariate.
    """
    subjects, groups, labels, rows = [], [], [], []
    who = 0
    for group, label, trials, errors in cells:
        for k in range(trials):
            if k % comparisons == 0:
                who += 1
            rows.append((len(subjects), len(subjects) + 1, 0.0 if k < errors else 1.0))
            subjects += [who, who]
            groups += [group, group]
            labels += [label, label]
    counts = count_scores(make_samples(subjects), make_scores(rows), score_kind=ScoreKind.SIMILARITY)
    return counts, make_partition("g", groups), make_partition("c", labels)


def point_at(counts: Counts, threshold: float = 0.5) -> OperatingPoint:
    return decide(counts, vendor(threshold), partitions=[], level=0.95)


def adjust(counts: Counts, partition: Partition, covariates, target=None, *, threshold=0.5, settings=SETTINGS):
    """Rows by (measure, method, group)."""
    rows = adjusted_rates(
        counts,
        partition=partition,
        point=point_at(counts, threshold),
        covariates=covariates,
        target=target or {},
        settings=settings,
    )
    found = {(row.measure, row.method, row.group): row for row in rows}
    assert len(found) == len(rows)
    return found


def random_run(seed=1, subjects=40, captures=3, directed=False):
    """All pairs of samples with a covariate that differs within subjects, drawn at random."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(subjects), captures)
    group = np.where(who % 3 == 0, "b", "a")
    label = np.where(rng.random(len(who)) < np.where(group == "a", 0.3, 0.6), "y", "n")
    a, b = np.triu_indices(len(who), 1)
    mated = who[a] == who[b]
    effect = rng.normal(size=subjects) * 0.5
    score = np.where(
        mated, 2.0 - (label[a] == "y") - (label[b] == "y"), 0.3 * (label[a] == "y") + effect[who[a]] + effect[who[b]]
    )
    score = score + rng.normal(size=len(a)) * 0.8
    rows = list(zip(a.tolist(), b.tolist(), score.tolist(), strict=True))
    counts = count_scores(make_samples(who.tolist()), make_scores(rows), score_kind=ScoreKind.SIMILARITY)
    return counts, make_partition("g", group.tolist()), make_partition("c", label.tolist())
