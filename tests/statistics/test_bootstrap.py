"""The subject bootstrap: exact enumerations, and a second implementation with explicit loops."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from evalharness.counts import Acquisition, Counts, ListedPairs, MatedComparisons, Tail
from evalharness.records import ScoreKind
from evalharness.statistics.bootstrap import Request, bootstrap, draws, replicate
from evalharness.statistics.cells import everyone, population_cell
from evalharness.statistics.dyads import AllPairsDyads, ListedDyads
from evalharness.statistics.refitting import Rule
from evalharness.statistics.thresholds import threshold_allowing

NONE = np.empty((0, 2), dtype=np.int64)


def one_image_each(subjects, matching, *, listed=False):
    """All pairs of subjects with one sample; those in ``matching`` score 1, the others 0."""
    first, second = (side.astype(np.int32) for side in np.triu_indices(subjects, 1))
    scores = np.array([float((i, j) in matching) for i, j in zip(first.tolist(), second.tolist(), strict=True)])
    enrolled, empty = np.ones(subjects, np.bool_), np.empty(0, np.int64)
    pairs = ListedPairs(first.astype(np.int64), second.astype(np.int64), np.ones(len(first), np.bool_))
    return Counts(
        ScoreKind.SIMILARITY,
        subjects,
        np.arange(subjects),
        Acquisition(enrolled, enrolled),
        MatedComparisons(empty, empty, np.empty(0), np.empty(0, np.bool_)),
        Tail(first, second, scores, -np.inf),
        pairs if listed else None,
    )


def pooled_fmr(counts, weights, *, threshold=0.5, rule=None):
    cell = population_cell(counts, everyone(counts))
    request = Request(
        thresholds=np.array([threshold]),
        rules=(None if rule is None else Rule(cell, Fraction(rule)),),
        cells=(cell,),
        non_mated=np.zeros((1, 2), dtype=np.int64),
        groups=(),
        mated=NONE,
        samples=(),
    )
    return replicate(counts, request, code_of=np.zeros(counts.samples, np.int64), weights=iter([weights])).fmr


@pytest.mark.parametrize("listed", [False, True])
def test_d5_every_draw_of_the_vertex_bootstrap(listed):
    """Three subjects, one false match: 27 equally likely draws (metrics example D5)."""
    counts = one_image_each(3, {(0, 1)}, listed=listed)
    drawn = np.array(list(itertools.product(range(3), repeat=3)))
    weights = np.array([np.bincount(draw, minlength=3) for draw in drawn])
    rates = pooled_fmr(counts, weights).held[:, 0]
    assert rates.mean() == pytest.approx(1 / 3)
    assert rates.var() == pytest.approx(0.0658436214, abs=1e-9)


def test_d4_every_draw_of_double_or_nothing():
    """Weights 0 or 2 by subject, products for pairs, no comparisons of a subject with itself (metrics example D4)."""
    wolf = {(0, 1), (0, 2), (0, 3), (0, 4)}
    counts = one_image_each(5, wolf)
    cell = population_cell(counts, everyone(counts))
    weights = 2 * np.array(list(itertools.product((0, 1), repeat=5)))
    distinct, copies = cell.dyads.resampled(weights)
    with_copies = pooled_fmr(counts, weights).held[:, 0]
    kept = distinct > 0
    rates = (with_copies[kept] * (distinct + copies)[kept] - 0.4 * copies[kept]) / distinct[kept]
    assert int(kept.sum()) == 26
    assert (rates.mean(), rates.var()) == pytest.approx((0.4, 0.141025641))


def test_weights_of_one_give_back_the_rate_and_the_threshold():
    rng = np.random.default_rng(4)
    counts = random_counts(rng, subjects=9)
    cell = population_cell(counts, everyone(counts))
    scores = counts.tail.scores
    fitted = threshold_allowing(scores, int(Fraction("0.1") * cell.dyads.total))
    found = pooled_fmr(counts, np.ones((1, 9), np.int64), threshold=fitted, rule="0.1")
    assert found.held[0, 0] == found.refitted[0, 0] == np.mean(scores >= fitted)


def random_counts(rng, *, subjects):
    """Two samples for most subjects, one of them not enrolled, scores with ties."""
    subject = np.concatenate([np.arange(subjects), np.arange(subjects - 2)])
    enrolled = np.ones(len(subject), np.bool_)
    enrolled[3] = False
    i, j = np.triu_indices(len(subject), 1)
    mated = subject[i] == subject[j]
    done = enrolled[i] & enrolled[j]
    scores = np.round(rng.normal(size=len(i)), 1)
    pairs = ~mated & done
    return Counts(
        ScoreKind.SIMILARITY,
        subjects,
        subject,
        Acquisition(np.ones(len(subject), np.bool_), enrolled),
        MatedComparisons(i[mated], j[mated], scores[mated] + 1, done[mated]),
        Tail(i[pairs].astype(np.int32), j[pairs].astype(np.int32), scores[pairs], -np.inf),
        None,
    )


def looped(counts, inside, weights, threshold):
    """(weighted errors, weighted comparisons, comparisons of copies, plain rate) with every comparison visited."""
    subject, enrolled = counts.subject_of, counts.acquisition.enrolled
    errors = trials = plain = number = 0
    score = {
        (int(a), int(b)): s
        for a, b, s in zip(counts.tail.probe, counts.tail.reference, counts.tail.scores, strict=True)
    }
    copies = 0
    for a, b in itertools.combinations(range(counts.samples), 2):
        if not (enrolled[a] and enrolled[b] and inside(a, b)) or subject[a] == subject[b]:
            continue
        product = weights[subject[a]] * weights[subject[b]]
        trials, number = trials + product, number + 1
        errors, plain = errors + product * (score[a, b] >= threshold), plain + (score[a, b] >= threshold)
    for a, b in itertools.product(range(counts.samples), repeat=2):
        if subject[a] == subject[b] and enrolled[a] and enrolled[b] and inside(a, b):
            w = weights[subject[a]]
            copies += w * (w - 1) / 2
    return errors, trials, copies, plain / number


def lowest_threshold(counts, inside, weights, target):
    """The rule, by trying every score of somebody who was drawn."""
    subject = counts.subject_of
    seen = {
        float(s)
        for a, b, s in zip(counts.tail.probe, counts.tail.reference, counts.tail.scores, strict=True)
        if weights[subject[a]] * weights[subject[b]] and inside(a, b)
    }
    fitting = []
    for score in seen:
        errors, trials, copies, plain = looped(counts, inside, weights, score)
        if errors + copies * plain <= math.floor(Fraction(target) * int(trials + copies)):
            fitting.append(score)
    return min(fitting) if fitting else math.nextafter(max(seen), math.inf)


def test_every_replicate_against_loops():
    rng = np.random.default_rng(7)
    counts = random_counts(rng, subjects=7)
    group = np.arange(counts.samples) % 2
    inside = [lambda a, b: True, lambda a, b: group[a] == group[b] == 1, lambda a, b: group[a] != group[b]]
    vectors = np.array(
        [np.bincount(counts.subject_of[m & counts.acquisition.enrolled], minlength=7) for m in (group == 0, group == 1)]
    )
    signs = [([1], [vectors.sum(axis=0)]), ([1], [vectors[1]]), ([1, -1, -1], [vectors.sum(axis=0), *vectors])]
    pooled = population_cell(counts, everyone(counts))
    cells = []
    for test, (sign, vector) in zip(inside, signs, strict=True):
        at = [k for k in range(len(counts.tail)) if test(counts.tail.probe[k], counts.tail.reference[k])]
        dyads = AllPairsDyads(np.array(sign), np.array(vector))
        cells.append(type(pooled)(dyads, 0, 7, 3, np.array(at, dtype=np.int64)))
    target = "0.2"
    decided = lowest_threshold(counts, inside[0], np.ones(7, np.int64), target)
    request = Request(
        thresholds=np.array([0.3, decided]),
        rules=(None, Rule(pooled, Fraction(target))),
        cells=tuple(cells),
        non_mated=np.array([(c, t) for c in range(3) for t in range(2)]),
        groups=(np.ones(len(counts.mated), np.bool_), group[counts.mated.probe] == 1),
        mated=np.array([(g, t) for g in range(2) for t in range(2)]),
        samples=(group == 0, group == 1),
    )
    weights = next(draws(np.arange(7), subjects=7, replicates=12, rng=rng))
    found = replicate(counts, request, code_of=group, weights=iter([weights]))
    for b, w in enumerate(weights):
        moved = lowest_threshold(counts, inside[0], w, target)
        for k, (c, t) in enumerate(request.non_mated):
            for used, rates in ((request.thresholds[t], found.fmr.held), (moved if t else 0.3, found.fmr.refitted)):
                errors, trials, copies, plain = looped(counts, inside[c], w, used)
                expected = (errors + copies * plain) / (trials + copies) if trials + copies else math.nan
                assert rates[b, k] == pytest.approx(expected, nan_ok=True)
        owner, mated = counts.subject_of[counts.mated.probe], counts.mated
        for k, (g, t) in enumerate(request.mated):
            weight = w[owner] * request.groups[g]
            wrong = ~(mated.completed & (mated.scores >= (moved if t else 0.3)))
            assert found.frr.refitted[b, k] == pytest.approx(
                weight @ wrong / weight.sum() if weight.sum() else math.nan, nan_ok=True
            )
            done = weight * mated.completed
            expected = done @ wrong / done.sum() if done.sum() else math.nan
            assert found.fnmr.refitted[b, k] == pytest.approx(expected, nan_ok=True)
        for g in range(2):
            weight = w[counts.subject_of] * (group == g)
            assert found.fta[b, g] == pytest.approx(weight @ ~counts.acquisition.enrolled / weight.sum())


def test_lists_and_all_pairs_count_the_same_comparisons():
    rng = np.random.default_rng(1)
    i, j = np.triu_indices(6, 1)
    weights = next(draws(np.arange(6), subjects=6, replicates=50, rng=rng))
    closed = AllPairsDyads(np.array([1]), np.ones((1, 6), np.int64)).resampled(weights)
    listed = ListedDyads.of(i, j, subjects=6).resampled(weights)
    assert np.array_equal(closed, listed)


def test_a_seed_gives_the_same_replicates_and_chunks_do_not_matter(monkeypatch):
    counts = random_counts(np.random.default_rng(2), subjects=9)
    request = Request(
        thresholds=np.array([0.5]),
        rules=(None,),
        cells=(population_cell(counts, everyone(counts)),),
        non_mated=np.zeros((1, 2), np.int64),
        groups=(),
        mated=NONE,
        samples=(),
    )
    code = np.zeros(counts.samples, np.int64)
    first = bootstrap(counts, request, code_of=code, replicates=25, rng=np.random.default_rng(3)).fmr.held
    monkeypatch.setattr("evalharness.statistics.bootstrap._CHUNK", 40)
    again = bootstrap(counts, request, code_of=code, replicates=25, rng=np.random.default_rng(3)).fmr.held
    other = bootstrap(counts, request, code_of=code, replicates=25, rng=np.random.default_rng(4)).fmr.held
    assert first.shape == (25, 1)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_threshold_below_the_kept_scores_is_censored_at_the_cut_and_counted():
    i, j = (side.astype(np.int32) for side in np.triu_indices(5, 1))
    scores = np.arange(10) / 10
    counts = one_image_each(5, set())
    kept = scores >= 0.6
    counts = Counts(
        counts.score_kind,
        5,
        counts.subject_of,
        counts.acquisition,
        counts.mated,
        Tail(i[kept], j[kept], scores[kept], 0.6),
        None,
    )
    weights = np.array([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]])  # the pairs of 2, 3 and 4 score highest or lowest
    found = pooled_fmr(counts, weights, threshold=0.8, rule="0.2")
    assert found.refitted[1, 0] == 0.2
    cell = population_cell(counts, everyone(counts))
    request = Request(
        thresholds=np.array([0.8]),
        rules=(Rule(cell, Fraction("0.9")),),
        cells=(cell,),
        non_mated=np.zeros((1, 2), np.int64),
        groups=(),
        mated=NONE,
        samples=(),
    )
    replicates = replicate(counts, request, code_of=np.zeros(5, np.int64), weights=iter([weights]))
    assert replicates.censored.tolist() == [1]  # the three subjects of the first draw score high
    assert replicates.fmr.refitted[1, 0] == 0.4
