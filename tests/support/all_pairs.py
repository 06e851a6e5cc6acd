"""A second implementation of an all-pairs run: the whole matrix of float64 scores, explicit loops over units."""

import numpy as np

from evalharness.comparison import pair_scores
from evalharness.counts import Counts


def brute_scores(enrolment, samples):
    """{(i, j): score of record} of all non-mated pairs of enrolled samples, i < j."""
    index = np.flatnonzero(enrolment.enrolled)
    first, second = np.triu_indices(len(index), 1)
    keep = samples.subject_of[index[first]] != samples.subject_of[index[second]]
    first, second = first[keep], second[keep]
    scores = pair_scores(enrolment.templates, enrolment.identity.comparator, first=first, second=second)
    ends = zip(index[first].tolist(), index[second].tolist(), strict=True)
    return dict(zip(ends, scores.tolist(), strict=True))


def check_tail(counts: Counts, scores: dict) -> None:
    """The tail is every score at or above its cut, in order of the samples."""
    tail = counts.tail
    ends = list(zip(tail.probe.tolist(), tail.reference.tolist(), strict=True))
    assert ends == sorted(ends)
    found = dict(zip(ends, tail.scores.tolist(), strict=True))
    assert found == {pair: score for pair, score in scores.items() if score >= tail.cut}


def check_histograms(counts: Counts, scores: dict) -> None:
    """Every pair stands in the histogram of its codes, in its bin or the next."""
    histograms = counts.histograms
    code = histograms.code_of
    expected = np.zeros_like(histograms.counts)
    width = (histograms.high - histograms.low) / expected.shape[2]
    for (i, j), score in scores.items():
        a, b = sorted((code[i], code[j]))
        place = int((score - histograms.low) / width)
        expected[a, b, min(max(place, 0), expected.shape[2] - 1)] += 1
    assert histograms.counts.sum(axis=2).tolist() == expected.sum(axis=2).tolist()
    lead = np.cumsum(histograms.counts - expected, axis=2)  # a score one bin off leads or lags in one place alone
    ahead = np.maximum(expected, 0)
    later = np.concatenate([ahead[..., 1:], np.zeros_like(ahead[..., :1])], axis=2)
    assert (lead <= later).all()
    assert (-lead <= ahead).all()


def check_streamed(counts: Counts, scores: dict) -> None:
    """Errors of each sample and sums over dyads of units, from the list of all pairs."""
    pairs = np.array(list(scores), dtype=np.int64).reshape(-1, 2)
    values = np.array(list(scores.values()), dtype=np.float64)
    for point in counts.streamed:
        match = (values >= point.threshold).astype(np.int64)
        errors = np.zeros_like(point.errors)
        for one, other in ((0, 1), (1, 0)):
            np.add.at(errors, (pairs[:, one], point.code_of[pairs[:, other]]), match)
        assert point.errors.tolist() == errors.tolist()
        unit = counts.subject_of * point.codes + point.code_of
        ends, units = np.sort(unit[pairs], axis=1), int(unit.max()) + 1
        dyads, dyad_of = np.unique(ends[:, 0] * units + ends[:, 1], return_inverse=True)
        matches = np.bincount(dyad_of, weights=match).astype(np.int64)
        first, second = dyads // units % point.codes, dyads % units % point.codes
        squares, products = np.zeros_like(point.squares), np.zeros_like(point.products)
        for sums, values_of in ((squares, matches**2), (products, matches * np.bincount(dyad_of))):
            np.add.at(sums, (first, second), values_of)
            np.add.at(sums, (second[first != second], first[first != second]), values_of[first != second])
        assert point.squares.tolist() == squares.tolist()
        assert point.products.tolist() == products.tolist()
