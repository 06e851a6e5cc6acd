"""Permutation of subject labels, for rates that each subject has alone: FNMR, FRR, FTA; not for FMR.

Permuting the labels of subjects turns comparisons across groups into comparisons within one, which have a lower
FMR. A rate of non-mated comparisons needs a studentised test instead.
"""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from evalharness.records import FloatArray

_EXACT = 20_000  # arrangements up to which all are tried
_TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Permutation:
    """Difference of mean subject rates of two groups, against its values under permuted labels."""

    difference: float
    p_value: float  # two-sided
    arrangements: int
    exact: bool  # whether these are all there are


def permute_subjects(
    first: FloatArray, second: FloatArray, *, simulations: int, rng: np.random.Generator
) -> Permutation | None:
    """Test whether labels carry information about the rates of single subjects.

    Exact for small groups; else p = (1 + b) / (1 + B) with b of B random arrangements at least as far from 0. With
    few subjects p cannot be small, whatever the number of their images.

    Args:
        first: (n,) rates of the subjects of one group.
        second: (m,) rates of the subjects of the other.
        simulations: Random arrangements, if not all can be tried.
        rng: Source of the random arrangements.

    Returns:
        None if a group is empty.
    """
    if len(first) == 0 or len(second) == 0:
        return None
    pool = np.concatenate([first, second])
    size, total = len(first), float(pool.sum())
    observed = float(first.mean() - second.mean())
    count = comb(len(pool), size)
    if count <= _EXACT:
        chosen = np.array(list(combinations(range(len(pool)), size)))
    else:
        chosen = rng.permuted(np.tile(np.arange(len(pool)), (simulations, 1)), axis=1)[:, :size]
    sums = pool[chosen].sum(axis=1)
    differences = sums / size - (total - sums) / len(second)
    reached = int((np.abs(differences) >= abs(observed) - _TIE).sum())
    if count <= _EXACT:
        return Permutation(observed, reached / count, count, exact=True)
    return Permutation(observed, (1 + reached) / (1 + simulations), simulations, exact=False)
