"""Detection error trade-off curves: FNMR against FMR, for all groups at the same thresholds.

Thresholds are points of a regular grid, at most about a thousand over the range of the scores; of these some are
chosen so that the curve of all samples together is evenly drawn on normal-deviate axes. They depend on no single score
and are the same for every partition, so that equal positions in two curves are equal thresholds.
"""

import math

import numpy as np
from scipy.special import ndtri

from evalharness.counts import Counts
from evalharness.records import BoolArray, FloatArray, IntArray, Partition, ScoreKind
from evalharness.statistics.groupscores import GroupScores, group_scores
from evalharness.statistics.rows import Curve

_FINEST = 1000  # steps of the grid over the range of the scores, at most
_NO_SCORES = "no completed comparisons"
_SMALLEST_RANGE = 1e-280  # of the grid: steps of a smaller one could not be rounded to digits


def det_curves(counts: Counts, partition: Partition | None, *, points: int = 60) -> tuple[Curve, ...]:
    """One curve for each group of a partition, or one for all samples together.

    FMR is that within the group. It is None at thresholds below which the run kept neither scores nor histograms. The
    equal error rate is the interval of the FVC2000 rule where the scores around it are known one by one, otherwise the
    rates between which it must lie; its midpoint is the customary single number.

    Args:
        counts: The comparison run.
        partition: The groups; None for all samples.
        points: How many thresholds, at most and at least 2.
    """
    pooled = next(group_scores(counts, None))
    grid = _chosen(pooled, _grid(pooled), max(points, 2))
    groups = [pooled] if partition is None else group_scores(counts, partition)
    name = "" if partition is None else partition.id
    return tuple(_curve(group, grid, partition=name, kind=counts.score_kind) for group in groups)


def _curve(scores: GroupScores, grid: FloatArray, *, partition: str, kind: ScoreKind) -> Curve:
    notes = [] if len(grid) else [_NO_SCORES]
    fmr, fnmr = _nothing(grid), _nothing(grid)
    if len(scores.mated):
        fnmr = tuple(scores.fnmr(grid).tolist())
    elif len(grid):
        notes.append("no completed mated comparisons")
    if scores.trials:
        rates, known = scores.fmr(grid)
        fmr = tuple(rate if seen else None for rate, seen in zip(rates.tolist(), known.tolist(), strict=True))
        if not known.all():
            notes.append(f"FMR is not known beyond the threshold {kind.from_similarity(scores.cut)!r}")
    elif len(grid):
        notes.append("no completed non-mated comparisons within the group")
    lower, upper, note = _equal_error(scores)
    notes += [note] if note else []
    notes += [] if scores.known else ["samples whose label is missing are not known to share a group"]
    thresholds = tuple(kind.from_similarity(t) for t in grid.tolist())
    return Curve(
        partition=partition,
        group=scores.group,
        thresholds=thresholds,
        fmr=fmr,
        fnmr=fnmr,
        eer_lower=lower,
        eer_upper=upper,
        note="; ".join(notes),
    )


def _nothing(grid: FloatArray) -> tuple[float | None, ...]:
    return (None,) * len(grid)


def _grid(pooled: GroupScores) -> FloatArray:
    """(k,) candidates, ascending: the first at or below every score that is known, the last above all of them."""
    ends = [scores[[0, -1]] for scores in (pooled.mated, pooled.tail) if len(scores)]
    filled = np.flatnonzero(pooled.histogram)
    if len(filled):
        ends.append(pooled.edges[[filled[0], filled[-1]]])
    if not ends:
        return np.zeros(0)
    low, high = float(np.min(ends)), float(np.max(ends))
    if not math.isfinite((high - low) * 2):
        return np.zeros(0)
    if pooled.binned and not pooled.complete:
        return _edge_grid(pooled.edges, low, high)
    step = _nice_step(low, high)
    positions = np.arange(math.floor(low / step) - 1, math.floor(high / step) + 3)  # room for rounding
    digits = max(0, 1 - math.floor(math.log10(step)))
    grid = np.unique(np.round(positions * step, digits))
    grid = grid[max(0, np.searchsorted(grid, low, side="right") - 1) : np.searchsorted(grid, high, side="right") + 1]
    return grid if grid[-1] > high else np.append(grid, np.nextafter(grid[-1], np.inf))


def _edge_grid(edges: FloatArray, low: float, high: float) -> FloatArray:
    """Edges of the histogram's bins, continued beyond its range, thinned where there are too many."""
    width = float(edges[1] - edges[0])
    first, last = math.floor((low - edges[0]) / width), math.floor((high - edges[0]) / width) + 2
    stride = max(1, math.ceil((last - first) / _FINEST))
    at = np.arange(first // stride, -(-last // stride) + 1) * stride
    inside = (at >= 0) & (at < len(edges))
    continued: FloatArray = edges[0] + at * width
    return np.where(inside, edges[np.clip(at, 0, len(edges) - 1)], continued)


def _nice_step(low: float, high: float) -> float:
    """1, 2 or 5 times a power of ten, so that the range has at most so many steps."""
    span = high - low
    if span <= 1e-9 * max(abs(low), abs(high)):  # equal scores
        span = max(abs(low), abs(high), 1e-3)
    span = max(span, _SMALLEST_RANGE)
    power = 10.0 ** math.floor(math.log10(span / _FINEST))
    return next(m * power for m in (1, 2, 5, 10) if m * power * _FINEST >= span)


def _chosen(pooled: GroupScores, grid: FloatArray, points: int) -> FloatArray:
    """So many of the candidates, evenly along the pooled curve on normal-deviate axes; first and last always."""
    if len(grid) <= points:
        return grid
    path = np.zeros(len(grid) - 1)
    if len(pooled.mated):
        path += np.abs(np.diff(_deviates(pooled.fnmr(grid), len(pooled.mated))))
    if pooled.trials:
        rates, known = pooled.fmr(grid)
        path += np.where(known[:-1], np.abs(np.diff(_deviates(rates, pooled.trials))), 0.0)
    travelled = np.concatenate([[0.0], np.cumsum(path)])
    wanted = np.linspace(0.0, travelled[-1], points)
    at = np.searchsorted(travelled, wanted, side="left")
    at[0], at[-1] = 0, len(grid) - 1
    return np.asarray(grid[np.unique(at)], dtype=np.float64)


def _deviates(rates: FloatArray, trials: int) -> FloatArray:
    """Normal deviates, those of 0 and 1 as if half an error had been seen."""
    half = 0.5 / trials
    return np.asarray(ndtri(np.clip(rates, half, 1 - half)), dtype=np.float64)


def _equal_error(scores: GroupScores) -> tuple[float | None, float | None, str]:
    """Limits of the equal error rate, and what to know about them."""
    if not (len(scores.mated) and scores.trials):
        return None, None, ""
    above = scores.mated if scores.complete else scores.mated[scores.mated >= scores.cut]
    fewer = scores.edges[scores.edges < scores.cut] if scores.binned and not scores.complete else scores.edges[:0]
    top = max(scores.mated[-1], scores.tail[-1] if len(scores.tail) else -np.inf, scores.cut)
    candidates = np.unique(np.concatenate([fewer, above, scores.tail, [np.nextafter(top, np.inf)]]))
    fnmr, (fmr, _) = scores.fnmr(candidates), scores.fmr(candidates)
    low = np.flatnonzero(fnmr <= fmr)
    if not len(low):
        return None, None, "the equal error rate lies below the scores that were kept"
    exact = scores.complete or bool(candidates[low[-1]] >= scores.cut)
    limits = _fvc2000(fnmr, fmr, low) if exact else _between(fnmr, fmr, low)
    return *limits, "" if exact else "equal error rate bracketed by the bins of a histogram"


def _fvc2000(fnmr: FloatArray, fmr: FloatArray, low: IntArray) -> tuple[float, float]:
    """Maio et al., FVC2000: of the last threshold with FNMR <= FMR and the first with FNMR >= FMR, the closer pair."""
    i, j = low[-1], _first(fnmr >= fmr)
    if fnmr[i] + fmr[i] <= fnmr[j] + fmr[j]:
        return float(fnmr[i]), float(fmr[i])
    return float(fmr[j]), float(fnmr[j])


def _between(fnmr: FloatArray, fmr: FloatArray, low: IntArray) -> tuple[float, float]:
    """Limits that hold whatever the scores between two thresholds are."""
    i, j = low[-1], _first(fnmr >= fmr)
    return float(max(fnmr[i], fmr[j])), float(min(fmr[i], fnmr[j]))


def _first(condition: BoolArray) -> int:
    return int(np.argmax(condition))
