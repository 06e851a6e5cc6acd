"""Strata: comparisons divided by the covariate labels of their two samples.

A sample's *combination* is its value of each covariate. The stratum of a comparison is the unordered pair of the
combinations of its two samples: ``eyewear=no`` where both are alike, ``eyewear=no | eyewear=yes`` where they differ.
Comparisons with a sample whose label is missing have no stratum and are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from evalharness.errors import PlanError
from evalharness.records import BoolArray, FloatArray, IntArray, Partition

MOST_COMBINATIONS = 500
_SUM_TOLERANCE = 1e-6
_RAKING_TOLERANCE = 1e-9
_RAKING_STEPS = 5000


@dataclass(frozen=True, slots=True)
class Strata:
    """The combinations of covariate labels that occur."""

    covariates: tuple[Partition, ...]
    values: IntArray = field(repr=False)  # (combinations, covariates) index into the groups of each covariate
    code_of: IntArray = field(repr=False)  # (n samples,) combination of each sample
    known: BoolArray = field(repr=False)  # (combinations,) whether every label is known

    @classmethod
    def of(cls, covariates: Sequence[Partition]) -> "Strata":
        """Number the combinations; at least one covariate is needed."""
        columns = np.stack([covariate.group_of for covariate in covariates], axis=1)
        values, code_of = np.unique(columns, axis=0, return_inverse=True)
        known = np.ones(len(values), dtype=np.bool_)
        for k, covariate in enumerate(covariates):
            known &= np.array([group.known for group in covariate.groups], dtype=np.bool_)[values[:, k]]
        return cls(tuple(covariates), values, code_of.reshape(-1), known)

    @property
    def combinations(self) -> int:
        """How many combinations occur."""
        return len(self.values)

    def keys(self, first: IntArray, second: IntArray) -> IntArray:
        """(m,) one number for the stratum of samples ``first[i]`` and ``second[i]``."""
        a, b = self.code_of[first], self.code_of[second]
        key: IntArray = np.minimum(a, b) * self.combinations + np.maximum(a, b)
        return key

    def has_stratum(self, first: IntArray, second: IntArray) -> BoolArray:
        """(m,) whether the labels of both samples are known."""
        return self.known[self.code_of[first]] & self.known[self.code_of[second]]

    def name(self, key: int) -> str:
        """The stratum in words."""
        sides = dict.fromkeys(divmod(int(key), self.combinations))
        return " | ".join(self._combination(code) for code in sides)

    def _combination(self, code: int) -> str:
        groups = zip(self.covariates, self.values[code].tolist(), strict=True)
        return ";".join(covariate.groups[value].id for covariate, value in groups)

    def sides(self, keys: IntArray, covariate: int) -> FloatArray:
        """(strata, groups of the covariate) share of a stratum's samples in each group: 1, or 1/2 and 1/2."""
        result = np.zeros((len(keys), len(self.covariates[covariate].groups)))
        for side in np.divmod(keys, self.combinations):
            result[np.arange(len(keys)), self.values[side, covariate]] += 0.5
        return result


def target_faults(covariates: Sequence[Partition], target: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    """What is wrong with a target population: unknown names, shares that are none, sums other than 1."""
    known = {
        covariate.id: [_value_name(covariate, g) for g in range(len(covariate.groups))] for covariate in covariates
    }
    faults = []
    for attribute, shares in target.items():
        if attribute not in known:
            faults.append(f"target: {attribute} is no covariate; these are: {', '.join(known)}")
            continue
        unknown = [value for value in shares if value not in known[attribute]]
        faults += [
            f"target.{attribute}: unknown value {value!r}; known: {', '.join(known[attribute])}" for value in unknown
        ]
        wrong = [value for value, share in shares.items() if not 0 <= share <= 1]
        faults += [f"target.{attribute}.{value}: share {shares[value]!r}; expected 0 to 1" for value in wrong]
        if not wrong and abs(sum(shares.values()) - 1) > _SUM_TOLERANCE:
            faults.append(f"target.{attribute}: the shares add up to {sum(shares.values())!r}; expected 1")
    return tuple(faults)


def _value_name(covariate: Partition, group: int) -> str:
    """How a target names a group: by its value; by its id where a covariate joins several attributes."""
    values = covariate.groups[group].values
    return (values[0][1] or "") if len(values) == 1 else covariate.groups[group].id


def target_weights(
    strata: Strata, keys: IntArray, trials: IntArray, target: Mapping[str, Mapping[str, float]]
) -> FloatArray | str:
    """The share of each stratum in the target population, or the reason why there is none.

    Starting from all groups together, the shares are raked (Deming & Stephan 1940; generalised iterative scaling,
    Darroch & Ratcliff 1972) until each covariate with a target has the declared shares, a comparison counting half for
    each of its two samples. With one covariate and samples that are alike these are the declared shares themselves.

    Args:
        strata: The combinations.
        keys: (strata,) the strata of all groups together.
        trials: (strata,) their comparisons, in all groups together; at least 1 in all.
        target: Covariate -> value -> share; covariates that are not named keep the shares of all groups together.

    Raises:
        PlanError: The target names what is not there, or its shares do not add up to 1.
    """
    faults = target_faults(strata.covariates, target)
    if faults:
        raise PlanError("adjustment: the target population is wrong", faults)
    weights: FloatArray = trials / trials.sum()
    goals = []
    for k, covariate in enumerate(strata.covariates):
        if covariate.id in target:
            shares = target[covariate.id]
            goal = np.array([shares.get(_value_name(covariate, g), 0.0) for g in range(len(covariate.groups))])
            goals.append((strata.sides(keys, k), goal / goal.sum()))
    for _ in range(_RAKING_STEPS):
        worst = 0.0
        for sides, goal in goals:
            shares_now = weights @ sides
            if bool(np.any((goal > 0) & (shares_now <= 0))):
                return "the target does not overlap: it gives a share to values without comparisons"
            worst = max(worst, float(np.max(np.abs(shares_now - goal))))
            factor = np.divide(goal, shares_now, out=np.ones_like(goal), where=shares_now > 0)
            weights = weights * np.prod(factor**sides, axis=1)
            weights /= weights.sum()
        if worst < _RAKING_TOLERANCE:
            return weights
    return "the target cannot be met by the strata that have comparisons"
