"""The subject bootstrap: every rate again and again, with subjects drawn anew.

A replicate draws as many subjects as there are, with replacement; one draw serves all groups, thresholds and
measures. For mated comparisons and samples it is a cluster bootstrap. For non-mated comparisons it is the vertex
bootstrap (Snijders & Borgatti, Connections 22(2), 1999): a comparison of subjects i and j counts w_i w_j times, and
the comparisons between two copies of a subject, which nobody made, take the FMR of their own set at the replicate's
threshold. A fitted threshold is fitted anew in each replicate. The numbers do not depend on the number of threads.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from evalharness.counts import Counts
from evalharness.records import BoolArray, FloatArray, IntArray
from evalharness.statistics.cells import Cell
from evalharness.statistics.dyads import resampled_together
from evalharness.statistics.ladder import Ladder, Unions
from evalharness.statistics.refitting import FittedThresholds, Rule

_CHUNK = 2_000_000  # weights held at once
_THREADS = min(8, os.cpu_count() or 1)
_WORTH = 5_000  # comparisons a replicate for which another thread saves more than it costs
_SCRATCH = 10_000_000  # comparisons for which all threads together hold running sums, 24 bytes each


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Which rates are wanted. Pairs are rows of (index of the set, index of the threshold)."""

    thresholds: FloatArray  # (T,) similarity, as decided on all subjects
    rules: tuple[Rule | None, ...]  # (T,) None: given, not fitted
    cells: tuple[Cell, ...]  # sets of non-mated comparisons
    non_mated: IntArray = field(repr=False)  # (n, 2)
    groups: tuple[BoolArray, ...] = field(repr=False)  # (mated comparisons,) each
    mated: IntArray = field(repr=False)  # (m, 2)
    samples: tuple[BoolArray, ...] = field(repr=False)  # (samples,) each: the groups of FTA


@dataclass(frozen=True, slots=True)
class Resampled:
    """Rates in every replicate; not a number where a replicate has no trials."""

    held: FloatArray = field(repr=False)  # (B, n) at the thresholds decided on all subjects
    refitted: FloatArray = field(repr=False)  # (B, n) at those of the replicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicates:
    """All rates of a request, from one draw of subjects for each replicate."""

    fmr: Resampled
    fnmr: Resampled
    frr: Resampled
    fta: FloatArray = field(repr=False)  # (B, groups)
    censored: IntArray  # (T,) replicates in which a fitted threshold would lie below the scores that were kept


def draws(present: IntArray, *, subjects: int, replicates: int, rng: np.random.Generator) -> Iterator[IntArray]:
    """Weights of subjects, (b, S) at a time: how often each of ``present`` is drawn."""
    at_once = max(1, _CHUNK // max(subjects, 1))
    for start in range(0, replicates, at_once):
        rows = min(at_once, replicates - start)
        drawn = present[rng.integers(0, len(present), size=(rows, len(present)))]
        flat = drawn + subjects * np.arange(rows)[:, None]
        yield np.bincount(flat.ravel(), minlength=rows * subjects).reshape(rows, subjects)


def bootstrap(
    counts: Counts, request: Request, *, code_of: IntArray, replicates: int, rng: np.random.Generator
) -> Replicates:
    """Resample subjects.

    Args:
        counts: The comparison run.
        request: The rates; every threshold at or above the tail's cut.
        code_of: (samples,) combination of groups, such that every set of the request is a union of pairs of them.
        replicates: B, at least 1.
        rng: Where all randomness comes from.
    """
    present = _present(counts)
    if not len(present):
        present = np.arange(1)
    weights = draws(present, subjects=max(counts.subjects, 1), replicates=replicates, rng=rng)
    return replicate(counts, request, code_of=code_of, weights=weights)


def replicate(counts: Counts, request: Request, *, code_of: IntArray, weights: Iterator[IntArray]) -> Replicates:
    """The rates of a request for given weights of subjects, (b, S) at a time; see ``bootstrap``."""
    engine = _Engine(counts, request, code_of)
    parts = [engine.rates(chunk) for chunk in weights]
    fmr, fmr_refitted, fnmr, fnmr_refitted, frr, frr_refitted, fta, censored = (
        np.concatenate([part[i] for part in parts]) for i in range(8)
    )
    return Replicates(
        fmr=Resampled(fmr, fmr_refitted),
        fnmr=Resampled(fnmr, fnmr_refitted),
        frr=Resampled(frr, frr_refitted),
        fta=fta,
        censored=censored.sum(axis=0).astype(np.int64),
    )


class _Engine:
    """What is the same in every replicate."""

    def __init__(self, counts: Counts, request: Request, code_of: IntArray) -> None:
        self._request, self._subjects = request, max(counts.subjects, 1)
        self.fitted = FittedThresholds(counts, request.thresholds, request.rules)
        self._non_mated = _non_mated(counts, request, code_of, cut=self.fitted.cut)
        self._mated = _mated(counts, request, code_of)
        self._trials = np.array([cell.dyads.total for cell in request.cells], dtype=np.float64)
        mated, owner = counts.mated, counts.subject_of[counts.mated.probe]
        self._completed = self._per_subject([owner[group & mated.completed] for group in request.groups])
        self._attempted = self._per_subject([owner[group] for group in request.groups])
        tried, lost = _acquired(counts, request)
        self._tried, self._lost = self._per_subject(tried), self._per_subject(lost)

    def rates(self, weights: IntArray) -> list[FloatArray]:
        """Rates for weights (b, S).

        Returns:
            FMR held and refitted, FNMR and FRR likewise, each (b, n); FTA (b, groups); censored replicates (1, T).
        """
        request, real = self._request, weights.astype(np.float64)
        cell, group = request.non_mated[:, 0], request.mated[:, 0]
        totals = resampled_together([each.dyads for each in request.cells], weights)
        distinct, copies = (each[:, cell] for each in totals)
        like, matches, censored = self._counted(weights)
        out = [_ratio(like[0, i] + copies * like[1, i], distinct + copies) for i in (0, 1)]
        for trials in (self._completed, self._attempted):
            total = (real @ trials)[:, group]
            out += [_ratio(total - found, total) for found in matches]
        return [*out, _ratio(real @ self._lost, real @ self._tried), censored[None, :].astype(np.float64)]

    def _counted(self, weights: IntArray) -> tuple[FloatArray, FloatArray, IntArray]:
        """Held and refitted: false matches and plain rates (2, 2, b, n), mated matches (2, b, m); censored (T,)."""
        request, rows = self._request, len(weights)
        like, matches = np.zeros((2, 2, rows, len(request.non_mated))), np.zeros((2, rows, len(request.mated)))
        censored = np.zeros((rows, len(request.thresholds)), dtype=np.bool_)
        allowances = self.fitted.allowances(weights)
        still = self._non_mated.at(request.thresholds), self._mated.at(request.thresholds)
        like[1] = self._plain(still[0])

        def count(replicates: range) -> None:
            for b in replicates:
                running, mates = self._non_mated.ladder.running(weights[b]), self._mated.ladder.running(weights[b])
                like[0, :, b], matches[:, b] = self._reached(running, still[0]), self._matched(mates, still[1])
                if self.fitted:
                    moved, censored[b] = self.fitted.thresholds(weights[b], allowances, b)
                    at = self._non_mated.at(moved)
                    like[0, 1, b], like[1, 1, b] = self._reached(running, at), self._plain(at)
                    matches[1, b] = self._matched(mates, self._mated.at(moved))

        threads = self._threads()
        if threads == 1:
            count(range(rows))
        else:  # each replicate writes its own row: no order, no sums across
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(count, [range(start, rows, threads) for start in range(threads)]))
        return like, matches, censored.sum(axis=0)

    def _threads(self) -> int:
        """As many as have work that numpy does without Python's lock, and room for their sums."""
        held = len(self._non_mated.ladder) + len(self._mated.ladder) + self.fitted.entries
        return max(1, min(_THREADS, _SCRATCH // max(held, 1), held // _WORTH))

    def _reached(self, running: IntArray, at: IntArray) -> IntArray:
        """(n,) weighted false matches of each pair of a set and a threshold."""
        cell, threshold = self._request.non_mated.T
        starts = self._non_mated.ladder.starts[:, None]
        return np.asarray(self._non_mated.sets.sums(running[at] - running[starts])[cell, threshold])

    def _plain(self, at: IntArray) -> FloatArray:
        """(n,) unweighted FMR of each pair of a set and a threshold."""
        cell, threshold = self._request.non_mated.T
        found = self._non_mated.sets.sums(at - self._non_mated.ladder.starts[:, None])[cell, threshold]
        return np.asarray(found / np.maximum(self._trials[cell], 1), dtype=np.float64)

    def _matched(self, running: IntArray, at: IntArray) -> FloatArray:
        """(m,) weighted matches of mated comparisons of each pair of a group and a threshold."""
        group, threshold = self._request.mated.T
        found = running[at] - running[self._mated.ladder.starts[:, None]]
        return np.asarray(self._mated.sets.sums(found)[group, threshold], dtype=np.float64)

    def _per_subject(self, owners: Sequence[IntArray]) -> FloatArray:
        """(S, groups) how often each subject stands in each list."""
        return _columns([np.bincount(who, minlength=self._subjects) for who in owners], self._subjects)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Comparisons on a ladder, and the sets that are wanted of them."""

    ladder: Ladder
    sets: Unions

    def at(self, thresholds: FloatArray) -> IntArray:
        """(codes, t) positions on the ladder."""
        return self.ladder.positions(thresholds)


def _non_mated(counts: Counts, request: Request, code_of: IntArray, *, cut: float) -> _Sorted:
    """The tail from a cut upwards."""
    tail = counts.tail
    keep = np.flatnonzero(tail.scores >= cut)
    probe, reference = tail.probe[keep], tail.reference[keep]
    code, codes = _codes(code_of[probe], code_of[reference], directed=counts.directed)
    place = np.full(len(tail), -1, dtype=np.int64)
    place[keep] = code
    members = [np.unique(place[cell.tail]) for cell in request.cells]
    ladder = Ladder(code, tail.scores[keep], [counts.subject_of[probe], counts.subject_of[reference]], codes=codes)
    return _Sorted(ladder, Unions([found[found >= 0] for found in members]))


def _mated(counts: Counts, request: Request, code_of: IntArray) -> _Sorted:
    """The completed mated comparisons."""
    mated, done = counts.mated, np.flatnonzero(counts.mated.completed)
    code, codes = _codes(code_of[mated.probe[done]], code_of[mated.reference[done]], directed=True)
    ladder = Ladder(code, mated.scores[done], [counts.subject_of[mated.probe[done]]], codes=codes)
    return _Sorted(ladder, Unions([np.unique(code[group[done]]) for group in request.groups]))


def _codes(first: IntArray, second: IntArray, *, directed: bool) -> tuple[IntArray, int]:
    """A number from 0 for each combination of the groups of both sides, and how many there are."""
    if not directed:
        first, second = np.minimum(first, second), np.maximum(first, second)
    base = int(np.max(second, initial=0)) + 1
    found, code = np.unique(first * base + second, return_inverse=True)
    return np.asarray(code, dtype=np.int64), len(found)


def _acquired(counts: Counts, request: Request) -> tuple[list[IntArray], list[IntArray]]:
    """The subjects of the samples that were tried, and of those that gave no template, by group."""
    if counts.acquisition is None:
        empty = [np.empty(0, dtype=np.int64) for _ in request.samples]
        return empty, empty
    tried, subject = counts.acquisition.attempted, counts.subject_of
    lost = tried & ~counts.acquisition.enrolled
    return [subject[group & tried] for group in request.samples], [subject[group & lost] for group in request.samples]


def _present(counts: Counts) -> IntArray:
    """Subjects that take part in anything."""
    samples = np.zeros(counts.samples, dtype=np.bool_)
    if counts.acquisition is not None:
        samples |= counts.acquisition.attempted
    samples[counts.mated.probe] = samples[counts.mated.reference] = True
    if counts.listed is not None:
        samples[counts.listed.probe] = samples[counts.listed.reference] = True
    return np.unique(counts.subject_of[samples])


def _columns(columns: Sequence[IntArray | FloatArray], rows: int) -> FloatArray:
    """(rows, n) from n arrays of (rows,)."""
    return np.array(columns, dtype=np.float64).reshape(len(columns), rows).T


def _ratio(errors: FloatArray, trials: FloatArray) -> FloatArray:
    """Errors over trials; not a number where there are no trials."""
    result: FloatArray = np.full(errors.shape, np.nan)
    np.divide(errors, trials, out=result, where=trials > 0)
    return result
