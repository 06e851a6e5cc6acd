"""Finding thresholds: four policies, always named, each with the FMR that it attains.

A match is ``score >= threshold``. A fitted threshold attains at most the target: with N scores in
descending order and k = floor(target x N) in exact decimal arithmetic, it is the k-th score; where ties
reach past k it is the score above the tie block, and where nothing is above it the next float64.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

import numpy as np

from evalharness.counts import Counts, Population, allowed_errors, partition_of, populations
from evalharness.errors import RunError
from evalharness.records import (
    ALL_GROUPS,
    BoolArray,
    FloatArray,
    IntArray,
    OperatingPoint,
    OperatingPointSpec,
    Partition,
    Policy,
)
from evalharness.statistics.cells import Cell, population_cell
from evalharness.statistics.evidence import dyad_evidence
from evalharness.statistics.intervals import zero_error_upper
from evalharness.statistics.spread import effective_trials
from evalharness.statistics.streamed import streamed_errors, streamed_point
from evalharness.statistics.variance import DyadErrors

RULE_OF_30 = 30  # errors that give about +-30 % at 90 % confidence (Doddington)
BELOW_CUT = "the threshold lies below the scores that were kept of this run, which was cut for all its subjects"
UNKNOWN_GROUP = "no threshold of its own: samples whose label is missing are not known to share a group"


def threshold_allowing(scores: FloatArray, allowed: int) -> float:
    """The lowest observed score as a threshold with at most ``allowed`` scores at or above it.

    Args:
        scores: At least the ``allowed + 1`` highest scores of a population, in any order.
        allowed: k.

    >>> threshold_allowing(np.array([0.7, 0.7, 0.6, 0.5]), 3)
    0.6
    >>> threshold_allowing(np.array([0.7, 0.7, 0.6, 0.5]), 1) > 0.7
    True
    """
    descending = np.sort(scores)[::-1]
    above = descending[:allowed]
    above = above[above > descending[allowed]]
    return float(above[-1]) if len(above) else float(np.nextafter(descending[0], np.inf))


def threshold_key(point: OperatingPoint, group: str) -> str:
    """The key of the threshold that applies to a group."""
    return group if point.spec.policy is Policy.PER_GROUP else ALL_GROUPS


def applies(point: OperatingPoint, partition: Partition | None, partitions: Sequence[Partition]) -> bool:
    """Whether a partition's groups (None: all samples) have rows at an operating point."""
    return point.spec.policy is not Policy.PER_GROUP or partition is partition_of(point.spec, partitions)


def decide(
    counts: Counts,
    spec: OperatingPointSpec,
    *,
    partitions: Sequence[Partition],
    level: float,
    partial: bool = False,
) -> OperatingPoint:
    """Decide the thresholds of one operating point.

    Args:
        counts: The comparison run.
        spec: What the plan asks for.
        partitions: The plan's partitions.
        level: Level of the bound that stands in for a target that cannot be resolved.
        partial: The counts are of some subjects of a run, whose tail was cut for all of them: a threshold below the
            cut is then unresolved.

    Raises:
        PlanError: The operating point names an unknown group, or lacks its threshold or target.
        RunError: The tail was cut for other operating points, and the counts are not ``partial``.
    """
    keyed, unknown = populations(spec, partitions, samples=counts.samples), _unknown_groups(spec, partitions)
    decided = {
        key: _Decided(0, 0, unresolved=UNKNOWN_GROUP)
        if key in unknown
        else _decide_one(counts, spec, key, population, (level, partial))
        for key, population in keyed.items()
    }
    return OperatingPoint(
        spec=spec,
        thresholds=MappingProxyType({k: d.threshold for k, d in decided.items() if d.threshold is not None}),
        attained_fmr=MappingProxyType({k: d.attained for k, d in decided.items()}),
        impostors=MappingProxyType({k: d.impostors for k, d in decided.items()}),
        subjects=MappingProxyType({k: d.subjects for k, d in decided.items()}),
        unresolved=MappingProxyType({k: d.unresolved for k, d in decided.items() if d.threshold is None}),
        warnings=tuple(d.warning for d in decided.values() if d.warning),
    )


@dataclass(frozen=True, slots=True)
class _Decided:
    impostors: int
    subjects: int
    threshold: float | None = None
    attained: float | None = None
    unresolved: str = ""
    warning: str = ""


def _unknown_groups(spec: OperatingPointSpec, partitions: Sequence[Partition]) -> set[str]:
    """Keys of a per-group point that stand for missing labels, not for a group."""
    if spec.policy is not Policy.PER_GROUP:
        return set()
    return {group.id for group in partition_of(spec, partitions).groups if not group.known}


def _decide_one(
    counts: Counts, spec: OperatingPointSpec, key: str, population: Population, how: tuple[float, bool]
) -> _Decided:
    level, partial = how
    cell = population_cell(counts, population)
    trials = cell.dyads.total
    found: float | str
    try:
        if spec.policy is Policy.VENDOR:
            assert spec.threshold is not None  # populations() refuses such a point
            found = counts.score_kind.to_similarity(spec.threshold)
            errors = errors_at(counts, cell, found, sides=(population.member, population.member)).total
        else:
            found = _fit(counts, spec, cell, level)
            errors = 0 if isinstance(found, str) else len(false_matches(counts, cell, found))
    except RunError:
        if not partial:
            raise
        found, errors = BELOW_CUT, 0
    if isinstance(found, str):
        return _Decided(trials, cell.subjects, unresolved=found)
    attained = errors / trials if trials else None
    warning = "" if spec.policy is Policy.VENDOR else _few_errors(counts, cell, found, key)
    return _Decided(trials, cell.subjects, found, attained, warning=warning)


def errors_at(counts: Counts, cell: Cell, threshold: float, *, sides: tuple[BoolArray, BoolArray]) -> DyadErrors:
    """The false matches of a cell, from the tail or, at a fixed threshold below its cut, as streamed.

    Args:
        counts: The comparison run.
        cell: The comparisons.
        threshold: A match is a score at or above it.
        sides: (samples,) who is on either side of the cell.

    Raises:
        RunError: The threshold lies below the cut of the tail and was not streamed.
    """
    point = streamed_point(counts, threshold)
    if point is not None:
        return streamed_errors(counts, point, sides)
    at, subject = false_matches(counts, cell, threshold), counts.subject_of
    return DyadErrors.of(cell.dyads, subject[counts.tail.probe[at]], subject[counts.tail.reference[at]])


def false_matches(counts: Counts, cell: Cell, threshold: float) -> IntArray:
    """Positions in the tail of the comparisons of a cell that match.

    Raises:
        RunError: The threshold lies below the cut of the tail, so that matches are missing from it.
    """
    if threshold < counts.tail.cut:
        raise RunError(f"counts: the tail was cut at {counts.tail.cut!r}; threshold {threshold!r} lies below it.")
    return cell.tail[counts.tail.scores[cell.tail] >= threshold]


def _fit(counts: Counts, spec: OperatingPointSpec, cell: Cell, level: float) -> float | str:
    """A threshold, or the reason why there is none."""
    assert spec.fmr is not None  # populations() refuses such a point
    trials = cell.dyads.total
    if not trials:
        return "no completed non-mated comparisons to set the threshold on"
    allowed = allowed_errors(spec.fmr, trials)
    if not allowed:
        return _unresolvable(spec.fmr, cell, level)
    if len(cell.tail) <= allowed:
        raise RunError(f"counts: the tail does not hold the {allowed + 1} highest scores for {spec.name!r}.")
    return threshold_allowing(counts.tail.scores[cell.tail], allowed)


def _unresolvable(target: Decimal, cell: Cell, level: float) -> str:
    trials = cell.dyads.total
    worst, optimistic = (zero_error_upper(n, level=level) for n in (cell.disjoint, trials))
    return (
        f"target {target} is finer than 1/{trials}: without a false match in {trials} comparisons of {cell.subjects} "
        f"subjects the FMR is at most {worst!r} (one-sided {level}; {optimistic!r} if comparisons were independent)"
    )


def _few_errors(counts: Counts, cell: Cell, threshold: float, key: str) -> str:
    """A warning where the threshold rests on too few independent false matches, else nothing."""
    errors = false_matches(counts, cell, threshold)
    subject = counts.subject_of
    evidence = dyad_evidence(cell, subject[counts.tail.probe[errors]], subject[counts.tail.reference[errors]])
    effective = evidence.errors / evidence.trials * effective_trials(evidence)
    if effective >= RULE_OF_30:
        return ""
    return (
        f"{key}: the threshold rests on {evidence.errors} false matches that weigh like {effective:.1f} independent "
        f"ones; below about {RULE_OF_30} it proves little"
    )
