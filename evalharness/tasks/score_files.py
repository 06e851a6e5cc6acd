"""Precomputed scores: taking from a score file the comparisons that a plan asks for."""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from evalharness.errors import SystemInputError
from evalharness.records import IntArray, ListedScores, PairList, Samples
from evalharness.tasks.pairs import MAX_FAULTS_SHOWN, pair_key

_EXAMPLES = 5


def require_finite(listed: ListedScores) -> None:
    """Refuse completed comparisons whose score is NaN or infinite.

    Raises:
        SystemInputError: The rows of these scores.
    """
    broken = listed.completed & ~np.isfinite(listed.scores)
    if bool(np.any(broken)):
        rows = some_rows(np.flatnonzero(broken) + 1)
        raise SystemInputError(
            f"score file: the scores of rows {rows} are NaN or infinite; expected numbers, or nothing where a "
            "comparison was not completed."
        )


def require_all_pairs(samples: Samples, listed: ListedScores) -> None:
    """Refuse a score file without every unordered pair; repeated pairs were refused before.

    Raises:
        SystemInputError: How many pairs are missing, and the first few of them.
    """
    n = len(samples)
    missing = n * (n - 1) // 2 - len(listed.scores)
    if missing:
        first = ", ".join(f"({a}, {b})" for a, b in islice(_absent(samples, listed), _EXAMPLES))
        raise SystemInputError(
            f"score file: 'comparisons: all-pairs' needs each of the {n * (n - 1) // 2} pairs of {n} samples once; "
            f"{missing} are missing, the first of them {first}. Add them (an empty score means not completed), or "
            "leave out 'comparisons' to count the file's own pairs."
        )


def _absent(samples: Samples, listed: ListedScores) -> Iterator[tuple[str, str]]:
    """Pairs of sample names without a row, in index order; one row of the matrix in memory at a time."""
    n = len(samples)
    keys = np.sort(pair_key(listed.pairs.probe, listed.pairs.reference, n))
    starts = np.searchsorted(keys, np.arange(n + 1) * n)
    for i in range(n):
        present = keys[starts[i] : starts[i + 1]] - i * n
        for j in np.setdiff1d(np.arange(i + 1, n), present).tolist():
            yield samples.rows[i].sample, samples.rows[j].sample


def select(samples: Samples, listed: ListedScores, wanted: PairList) -> ListedScores:
    """The rows of a score file for the pairs of a list (in either order there), with the list's roles.

    Raises:
        SystemInputError: The rows of the list for which the file has no score.
    """
    keys = pair_key(listed.pairs.probe, listed.pairs.reference, len(samples))
    asked = pair_key(wanted.probe, wanted.reference, len(samples))
    order = np.argsort(keys)
    at = np.minimum(np.searchsorted(keys, asked, sorter=order), max(len(keys) - 1, 0))
    found = keys[order[at]] == asked if len(keys) else np.zeros(len(asked), dtype=np.bool_)
    if not bool(np.all(found)):
        rows = np.flatnonzero(~found) + 1
        raise SystemInputError(f"score file: no score for {len(rows)} pairs of the pair list: rows {some_rows(rows)}.")
    rows = order[at]
    return ListedScores(wanted, listed.scores[rows], listed.completed[rows])


def some_rows(numbers: IntArray) -> str:
    """The first few of some row numbers."""
    shown = ", ".join(str(int(number)) for number in numbers[:MAX_FAULTS_SHOWN])
    return shown + (", ..." if len(numbers) > MAX_FAULTS_SHOWN else "")
