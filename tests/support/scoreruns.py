"""Comparison runs of drawn scores for tests of curves, shifts and adjustment; no person behind them."""

from dataclasses import replace

import numpy as np

from evalharness.counts import Counts, Histograms, Tail
from evalharness.records import Partition, ScoreKind
from evalharness.synthetic.scores import TwinDraw, TwinGroup, TwinSpec, draw_scores
from evalharness.tasks.verification import count_scores
from tests.support.datasets import make_partition, make_samples, make_scores

TWO_GROUPS = (TwinGroup(name="a", subjects=25, captures=3), TwinGroup(name="b", subjects=14, non_mated_mean=0.4))


def twin_run(groups=TWO_GROUPS, *, seed=1, kind=ScoreKind.SIMILARITY) -> tuple[Counts, Partition, TwinDraw]:
    spec = TwinSpec(groups=groups)
    draw = draw_scores(spec, rng=np.random.default_rng(seed))
    samples = make_samples(draw.sample_subject.tolist())
    counts = count_scores(samples, draw.listed(), score_kind=kind)
    labels = [groups[g].name for g in draw.subject_group[draw.sample_subject].tolist()]
    return counts, make_partition("g", labels), draw


def score_run(mated, non_mated, *, kind=ScoreKind.SIMILARITY) -> Counts:
    """Each score is a comparison of samples of its own: mated first, then non-mated; ``None`` failed."""
    subjects = [name for i in range(len(mated)) for name in (f"m{i}", f"m{i}")]
    subjects += [f"n{i}" for i in range(2 * len(non_mated))]
    rows = [(2 * i, 2 * i + 1, score) for i, score in enumerate([*mated, *non_mated])]
    return count_scores(make_samples(subjects), make_scores(rows), score_kind=kind)


def streamed(counts: Counts, partition: Partition, *, cut: float, bins: int, low: float, high: float) -> Counts:
    """The same run as an engine keeps it: the tail from ``cut`` upwards, and histograms by pair of groups."""
    codes = len(partition.groups)
    first, second = (partition.group_of[side] for side in (counts.tail.probe, counts.tail.reference))
    low_code, high_code = np.minimum(first, second), np.maximum(first, second)
    at = np.clip(np.floor((counts.tail.scores - low) / (high - low) * bins).astype(int), 0, bins - 1)
    table = np.zeros((codes, codes, bins), dtype=np.int64)
    np.add.at(table, (low_code, high_code, at), 1)
    return replace(
        shortened(counts, cut=cut),
        histograms=Histograms(partition.group_of.copy(), codes, low, high, table),
    )


def shortened(counts: Counts, *, cut: float) -> Counts:
    """The same run with a tail from ``cut`` upwards."""
    kept = counts.tail.scores >= cut
    tail = Tail(counts.tail.probe[kept], counts.tail.reference[kept], counts.tail.scores[kept], cut)
    return replace(counts, tail=tail)
