"""Looking for doubtful labels in the counts of a run and in the index of its dataset."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from evalharness.counts import Counts
from evalharness.records import ALL_GROUPS, Comparator, FloatArray, IntArray, Samples
from evalharness.result import OperatingPointInfo
from evalharness.review.findings import Finding, FindingKind, Findings

_SAME_DIRECTION = 1 - 1e-9  # cosine of equal templates, within rounding
_MOST_SAME = 1000  # findings of one file or one template; a broken dataset may hold millions


def find_doubtful(
    samples: Samples,
    counts: Counts,
    points: Sequence[OperatingPointInfo],
    *,
    comparator: Comparator | None,
    most: int,
) -> Findings:
    """Look for doubtful labels.

    Args:
        samples: The index that the counts belong to.
        counts: Of the run.
        points: Its operating points, with their thresholds.
        comparator: How templates were compared; None where a supplier gave the scores.
        most: How many of the highest non-mated and of the lowest mated scores to list, and of suspected swaps.
    """
    thresholds = shared_thresholds(counts, points)
    found = [
        *_same_files(samples, counts),
        *_same_templates(samples, counts, comparator),
        *_swaps(counts, thresholds, most),
        *_highest(counts, most),
        *_lowest(counts, most),
    ]
    shares = {name: _shares(counts, threshold) for name, threshold in thresholds.items()}
    totals = {name: int(np.count_nonzero(counts.tail.scores >= value)) for name, value in thresholds.items()}
    return Findings(tuple(found), tuple(_unseen(counts, points, thresholds, most)), shares, totals)


def shared_thresholds(counts: Counts, points: Sequence[OperatingPointInfo]) -> Mapping[str, float]:
    """The thresholds, as similarities, that hold for all groups and whose matches are all in the tail."""
    found = {
        point.name: counts.score_kind.to_similarity(point.thresholds[ALL_GROUPS])
        for point in points
        if ALL_GROUPS in point.thresholds
    }
    return {name: threshold for name, threshold in found.items() if threshold >= counts.tail.cut}


def _unseen(
    counts: Counts, points: Sequence[OperatingPointInfo], thresholds: Mapping[str, float], most: int
) -> Iterator[str]:
    for point in points:
        if point.name not in thresholds and ALL_GROUPS in point.thresholds:
            yield f"{point.name}: which pairs match at this threshold was not kept, so shares of it are not known"
    if math.isfinite(counts.tail.cut) and len(counts.tail) < most:
        lowest = counts.score_kind.from_similarity(counts.tail.cut)
        yield f"of the non-mated scores only the {len(counts.tail)} from {lowest:g} on were kept; no others are listed"
    if not counts.mated.completed.any():
        yield "no mated comparison was completed: there are no lowest scores and no swaps to look for"


def _same_files(samples: Samples, counts: Counts) -> Iterator[Finding]:
    """Files with one digest under two subjects; the first of each subject stands for its copies."""
    holders: dict[str, dict[int, int]] = defaultdict(dict)  # digest -> subject -> first sample
    for i, row in enumerate(samples.rows):
        holders[row.sha256].setdefault(int(samples.subject_of[i]), i)
    pairs = [pair for found in holders.values() if len(found) > 1 for pair in combinations(found.values(), 2)]
    pairs = pairs[:_MOST_SAME]
    scores = _scores(counts, pairs)
    for pair in pairs:
        yield Finding(FindingKind.SAME_FILE, *pair, score=scores.get(pair))


def _scores(counts: Counts, pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], float]:
    """Scores of some non-mated pairs, lower sample first; those that were not kept are absent."""
    tail = counts.tail
    low, high = (side(tail.probe, tail.reference).astype(np.int64) for side in (np.minimum, np.maximum))
    wanted = np.array([min(p) * counts.samples + max(p) for p in pairs], dtype=np.int64)
    at = np.flatnonzero(np.isin(low * counts.samples + high, wanted))
    kept = {(int(low[i]), int(high[i])): _unit(counts, tail.scores[i]) for i in at.tolist()}
    return {pair: kept[min(pair), max(pair)] for pair in pairs if (min(pair), max(pair)) in kept}


def _same_templates(samples: Samples, counts: Counts, comparator: Comparator | None) -> Iterator[Finding]:
    """Different files whose templates agree to the last digit: a copy that was stored anew."""
    if comparator is None:
        return
    lowest = 0.0 if comparator is Comparator.EUCLIDEAN else _SAME_DIRECTION
    at = np.flatnonzero(counts.tail.scores >= lowest)
    digests = [row.sha256 for row in samples.rows]
    for i in at[:_MOST_SAME].tolist():
        probe, reference = int(counts.tail.probe[i]), int(counts.tail.reference[i])
        if digests[probe] != digests[reference]:
            yield _finding(FindingKind.SAME_TEMPLATE, counts, (probe, reference), counts.tail.scores[i])


def _highest(counts: Counts, most: int) -> Iterator[Finding]:
    tail = counts.tail
    for i in _first(-tail.scores, tail.probe.astype(np.int64), tail.reference.astype(np.int64), most).tolist():
        pair = int(tail.probe[i]), int(tail.reference[i])
        yield _finding(FindingKind.NON_MATED, counts, pair, tail.scores[i])


def _lowest(counts: Counts, most: int) -> Iterator[Finding]:
    mated = counts.mated
    done = np.flatnonzero(mated.completed)
    chosen = done[_first(mated.scores[done], mated.probe[done], mated.reference[done], most)]
    for i in chosen.tolist():
        pair = int(mated.probe[i]), int(mated.reference[i])
        yield _finding(FindingKind.MATED, counts, pair, mated.scores[i])


def _first(keys: FloatArray, probe: IntArray, reference: IntArray, most: int) -> IntArray:
    """Places of the ``most`` smallest keys; equal keys in the order of their samples, whatever order they came in."""
    if len(keys) > most:
        limit = np.partition(keys, most - 1)[most - 1]
        at = np.flatnonzero(keys <= limit)
    else:
        at = np.arange(len(keys))
    order = np.lexsort((reference[at], probe[at], keys[at]))[:most]
    chosen: IntArray = at[order]
    return chosen


def _swaps(counts: Counts, thresholds: Mapping[str, float], most: int) -> Iterator[Finding]:
    """Samples that match nobody of their own subject, but another subject, at one operating point at least."""
    own = _best_own(counts)
    other, partner = _best_other(counts)
    compared = np.isfinite(own) & np.isfinite(other)
    doubtful = np.zeros(counts.samples, dtype=np.bool_)
    for threshold in thresholds.values():
        doubtful |= compared & (own < threshold) & (other >= threshold)
    at = np.flatnonzero(doubtful)
    for i in at[np.argsort(own[at] - other[at], kind="stable")][:most].tolist():
        score, best = _unit(counts, other[i]), _unit(counts, own[i])
        yield Finding(FindingKind.SWAP, i, int(partner[i]), score=score, own_best=best)


def _best_own(counts: Counts) -> FloatArray:
    """(n,) best mated score of each sample; -inf where none was completed."""
    best = np.full(counts.samples, -np.inf)
    mated = counts.mated
    for side in (mated.probe, mated.reference):
        np.maximum.at(best, side[mated.completed], mated.scores[mated.completed])
    return best


def _best_other(counts: Counts) -> tuple[FloatArray, IntArray]:
    """(n,) best non-mated score that was kept of each sample, and with whom; -inf where there is none."""
    tail = counts.tail
    sample = np.concatenate([tail.probe, tail.reference]).astype(np.int64)
    partner = np.concatenate([tail.reference, tail.probe]).astype(np.int64)
    scores = np.concatenate([tail.scores, tail.scores])
    order = np.lexsort((-partner, scores, sample))  # the last of each sample is its best; ties: the lower partner
    last = np.flatnonzero(np.diff(sample[order], append=-1))
    best, who = np.full(counts.samples, -np.inf), np.zeros(counts.samples, dtype=np.int64)
    best[sample[order[last]]], who[sample[order[last]]] = scores[order[last]], partner[order[last]]
    return best, who


def _shares(counts: Counts, threshold: float) -> Mapping[tuple[int, int], float]:
    at = np.flatnonzero(counts.tail.scores >= threshold)
    first, second = counts.subject_of[counts.tail.probe[at]], counts.subject_of[counts.tail.reference[at]]
    low, high = np.minimum(first, second), np.maximum(first, second)
    key, found = np.unique(low * counts.subjects + high, return_counts=True)
    pairs = zip((key // counts.subjects).tolist(), (key % counts.subjects).tolist(), strict=True)
    return dict(zip(pairs, (found / len(at)).tolist(), strict=True)) if len(at) else {}


def _finding(kind: FindingKind, counts: Counts, pair: tuple[int, int], score: float) -> Finding:
    return Finding(kind, *pair, score=_unit(counts, score))


def _unit(counts: Counts, similarity: float) -> float:
    return counts.score_kind.from_similarity(float(similarity))
