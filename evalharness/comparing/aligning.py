"""Two Counts of the same samples, brought to the same comparisons in the same order.

After it, row i of the mated comparisons is the same pair in both, and ``joint`` holds the comparisons that both
systems completed: the only ones on which FMR and FNMR can be paired.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from evalharness.counts import Acquisition, Counts, IndexArray, ListedPairs, MatedComparisons, Tail
from evalharness.errors import InputError
from evalharness.records import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Aligned:
    """The same attempted comparisons in both; what each system made of them."""

    first: Counts = field(repr=False)
    second: Counts = field(repr=False)
    joint: tuple[Counts, Counts] = field(repr=False)  # completed by both, everything else taken as not completed


def align(first: Counts, second: Counts) -> Aligned:
    """Bring two runs to the same comparisons.

    Args:
        first: Counts of one system.
        second: Counts of the other, of the same samples.

    Raises:
        InputError: They did not attempt the same comparisons; every way in which they differ is listed.
    """
    if faults := _number_faults(first, second):  # before all pairs of a run are written out
        raise InputError("the two runs did not make the same comparisons", faults)
    if first.listed is None and second.listed is not None:
        first = _listed(first)
    elif second.listed is None and first.listed is not None:
        second = _listed(second)
    first, second = _sorted(first), _sorted(second)
    if faults := _faults(first, second):
        raise InputError("the two runs did not make the same comparisons", faults)
    return Aligned(first, second, _joint(first, second))


def pair_codes(counts: Counts, probe: IntArray | IndexArray, reference: IntArray | IndexArray) -> IntArray:
    """(m,) one number for each pair of samples: ordered where probe and reference are roles."""
    a, b = probe.astype(np.int64), reference.astype(np.int64)
    if not counts.directed:
        a, b = np.minimum(a, b), np.maximum(a, b)
    codes: IntArray = a * counts.samples + b
    return codes


def _sorted(counts: Counts) -> Counts:
    """The same comparisons in one order, whoever listed them."""
    mated, listed = counts.mated, counts.listed
    order = np.argsort(pair_codes(counts, mated.probe, mated.reference), kind="stable")
    mated = MatedComparisons(mated.probe[order], mated.reference[order], mated.scores[order], mated.completed[order])
    if listed is not None:
        order = np.argsort(pair_codes(counts, listed.probe, listed.reference), kind="stable")
        listed = ListedPairs(listed.probe[order], listed.reference[order], listed.completed[order])
    return replace(counts, mated=mated, listed=listed)


def _listed(counts: Counts) -> Counts:
    """All pairs, written out one by one, so that they can be held against a score file that lists them."""
    assert counts.acquisition is not None  # counts of all pairs have it
    at = np.flatnonzero(counts.acquisition.attempted)
    probe, reference = (np.empty(_all_non_mated(counts), dtype=np.int64) for _ in range(2))
    done = 0
    for i, sample in enumerate(at.tolist()):
        others = at[i + 1 :]
        others = others[counts.subject_of[others] != counts.subject_of[sample]]
        probe[done : done + len(others)] = sample
        reference[done : done + len(others)] = others
        done += len(others)
    enrolled = counts.acquisition.enrolled
    return replace(counts, listed=ListedPairs(probe, reference, enrolled[probe] & enrolled[reference]))


def _all_non_mated(counts: Counts) -> int:
    """How many pairs of attempted samples are of two subjects."""
    assert counts.acquisition is not None
    of = counts.subject_of[counts.acquisition.attempted]
    sizes = np.bincount(of, minlength=1)
    return (len(of) ** 2 - int(np.sum(sizes**2))) // 2


def _number_faults(first: Counts, second: Counts) -> list[str]:
    """What numbers alone tell: roles in one run only, or a list that cannot be all pairs."""
    if first.directed != second.directed:
        with_roles = "first" if first.directed else "second"
        return [f"comparisons: only the {with_roles} run has a pair list, whose probes and references are roles"]
    if (first.listed is None) == (second.listed is None):
        return []
    numbers = [_all_non_mated(each) if each.listed is None else len(each.listed.probe) for each in (first, second)]
    if numbers[0] == numbers[1]:
        return []
    return [
        f"comparisons: the first attempted {numbers[0]} non-mated comparisons, the second {numbers[1]}; use the same "
        "task.comparisons in both plans"
    ]


def _faults(first: Counts, second: Counts) -> list[str]:
    faults = _difference("mated", *(pair_codes(c, c.mated.probe, c.mated.reference) for c in (first, second)))
    if first.listed is not None and second.listed is not None:
        codes = [pair_codes(c, c.listed.probe, c.listed.reference) for c in (first, second) if c.listed is not None]
        faults += _difference("non-mated", *codes)
    elif first.acquisition is not None and second.acquisition is not None:
        differs = int(np.count_nonzero(first.acquisition.attempted != second.acquisition.attempted))
        if differs:
            faults.append(
                f"samples: {differs} could be read in one run and not in the other (dataset faults); use the same "
                "decoder and pixel limit in both"
            )
    return faults


def _difference(kind: str, first: IntArray, second: IntArray) -> list[str]:
    if np.array_equal(first, second):
        return []
    alone = [len(np.setdiff1d(a, b)) for a, b in ((first, second), (second, first))]
    return [
        f"comparisons: {alone[0]} {kind} comparisons were attempted by the first alone and {alone[1]} by the second "
        "alone; use the same task.comparisons in both plans"
    ]


def _joint(first: Counts, second: Counts) -> tuple[Counts, Counts]:
    done = first.mated.completed & second.mated.completed
    if first.listed is not None and second.listed is not None:
        both = first.listed.completed & second.listed.completed
        return _restricted_list(first, done, both), _restricted_list(second, done, both)
    assert first.acquisition is not None
    assert second.acquisition is not None
    enrolled = first.acquisition.enrolled & second.acquisition.enrolled
    return _restricted_samples(first, done, enrolled), _restricted_samples(second, done, enrolled)


def _restricted_list(counts: Counts, mated: BoolArray, listed: BoolArray) -> Counts:
    assert counts.listed is not None
    codes = pair_codes(counts, counts.listed.probe, counts.listed.reference)
    tail = np.isin(pair_codes(counts, counts.tail.probe, counts.tail.reference), codes[listed])
    pairs = ListedPairs(counts.listed.probe, counts.listed.reference, listed)
    return replace(counts, mated=_completed(counts, mated), tail=_kept(counts.tail, tail), listed=pairs)


def _restricted_samples(counts: Counts, mated: BoolArray, enrolled: BoolArray) -> Counts:
    assert counts.acquisition is not None
    tail = enrolled[counts.tail.probe] & enrolled[counts.tail.reference]
    acquisition = Acquisition(counts.acquisition.attempted, enrolled)
    return replace(counts, mated=_completed(counts, mated), tail=_kept(counts.tail, tail), acquisition=acquisition)


def _completed(counts: Counts, done: BoolArray) -> MatedComparisons:
    return replace(counts.mated, completed=done)


def _kept(tail: Tail, keep: BoolArray) -> Tail:
    return Tail(tail.probe[keep], tail.reference[keep], tail.scores[keep], tail.cut)
