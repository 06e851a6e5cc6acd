"""Score shifts: how the scores of each group lie beside those of a reference group, before any threshold.

They show where a difference of rates comes from, and differences that no operating point of the audit meets. The body
of a distribution says little about the tail that makes false matches, so the quantile of the tail stands beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from evalharness.counts import Counts, allowed_errors
from evalharness.errors import PlanError
from evalharness.records import Partition, ScoreKind
from evalharness.statistics.distributions import (
    BINS,
    LARGEST,
    QUANTILES,
    Distribution,
    d_prime,
    kolmogorov_smirnov,
    overlap,
    wasserstein,
)
from evalharness.statistics.groupscores import GroupScores, group_scores, largest_group
from evalharness.statistics.rows import ScoreShift


def score_shifts(
    counts: Counts, partition: Partition, *, tail_share: float, reference: str | None = None
) -> tuple[ScoreShift, ...]:
    """Mated, then non-mated scores of every group beside the reference group's.

    Non-mated scores are those within the group: one by one where the run kept them all, from its histograms
    otherwise; the row's note then states the width of the bins, which limits how exact its numbers are.

    Args:
        counts: The comparison run.
        partition: The groups.
        tail_share: Which tail quantile of the non-mated scores to compare: the score that this share of the
            comparisons reaches, above 0 and below 1.
        reference: Id of the group to compare with; by default the known group with most subjects.

    Raises:
        PlanError: The share is no proportion, or the reference is no group of the partition.
    """
    if not (math.isfinite(tail_share) and 0 < tail_share < 1):
        raise PlanError(f"score shifts: tail share is {tail_share!r}; expected a proportion above 0 and below 1")
    groups = [_Group.of(scores, counts.score_kind, tail_share) for scores in group_scores(counts, partition)]
    base = _reference(groups, counts, partition, reference)
    mated = [_mated_row(group, base, partition) for group in groups]
    return (*mated, *(_non_mated_row(group, base, partition, tail_share) for group in groups))


_TOO_LARGE = f"scores beyond {LARGEST:g} are not described"


@dataclass(frozen=True, slots=True)
class _Group:
    """What is compared of one group, in the system's own unit."""

    scores: GroupScores
    mated: Distribution | None
    non_mated: Distribution | None
    tail_quantile: float | None
    resolution: float | None  # width of the bins where non-mated scores are known by bin alone

    @classmethod
    def of(cls, scores: GroupScores, kind: ScoreKind, tail_share: float) -> "_Group":
        non_mated, resolution = None, None
        if scores.complete:
            non_mated = Distribution.of(scores.tail)
        elif scores.binned:
            non_mated = Distribution.binned(scores.edges, scores.histogram)
            resolution = float(scores.edges[1] - scores.edges[0])
        tail = _tail_quantile(scores, non_mated, tail_share)
        return cls(
            scores,
            _own_unit(Distribution.of(scores.mated), kind),
            _own_unit(non_mated, kind),
            None if tail is None else kind.from_similarity(tail),
            resolution,
        )

    def side(self, kind: str) -> Distribution | None:
        """The mated or the non-mated scores."""
        return self.mated if kind == "mated" else self.non_mated


def _own_unit(distribution: Distribution | None, kind: ScoreKind) -> Distribution | None:
    return distribution.mirrored() if distribution and kind is ScoreKind.DISTANCE else distribution


def _tail_quantile(scores: GroupScores, non_mated: Distribution | None, share: float) -> float | None:
    """The k-th highest non-mated score, k = floor(share x N): exact from the tail, else the middle of a bin."""
    k = allowed_errors(Decimal(repr(share)), scores.trials)
    if k < 1:
        return None
    if k <= len(scores.tail):
        return float(scores.tail[-k])
    return None if non_mated is None else -non_mated.mirrored().quantile(k / scores.trials)


def _reference(groups: Sequence[_Group], counts: Counts, partition: Partition, name: str | None) -> _Group | None:
    if name is None:
        largest = largest_group(counts, partition)
        return None if largest is None else groups[largest]
    for group in groups:
        if group.scores.group == name:
            return group
    known = ", ".join(group.scores.group for group in groups)
    raise PlanError(f"score shifts: no group {name}; {partition.id} has: {known}.")


def _mated_row(group: _Group, base: _Group | None, partition: Partition) -> ScoreShift:
    notes = [] if len(group.scores.mated) else ["no completed mated comparisons"]
    if len(group.scores.mated) and group.mated is None:
        notes.append(_TOO_LARGE)
    return _row("mated", group, base, partition=partition.id, notes=notes, tail=(None, None, None))


def _non_mated_row(group: _Group, base: _Group | None, partition: Partition, share: float) -> ScoreShift:
    scores, notes = group.scores, []
    if not scores.trials:
        notes.append("no completed non-mated comparisons within the group")
    elif group.non_mated is None:
        notes.append(_TOO_LARGE if scores.complete else "non-mated scores below the tail were not kept")
    if group.resolution is not None:
        notes.append(f"from a histogram with bins of width {group.resolution!r}: no number is more exact than that")
    if base is not None and (mixed := _mixed(group, base)):
        notes.append(mixed)
    if scores.trials and allowed_errors(Decimal(repr(share)), scores.trials) < 1:
        notes.append(f"tail share {share!r} is finer than 1/{scores.trials}")
    tail, reference_tail = group.tail_quantile, None if base is None else base.tail_quantile
    shift = None if tail is None or reference_tail is None or group is base else tail - reference_tail
    return _row("non-mated", group, base, partition=partition.id, notes=notes, tail=(tail, shift, share))


def _mixed(group: _Group, base: _Group) -> str:
    """A note where one side is known score by score and the other by bin; empty elsewhere."""
    widths = [each.resolution for each in (group, base) if each.non_mated and each.resolution is not None]
    if len(widths) != 1 or not (group.non_mated and base.non_mated) or group is base:
        return ""
    binned = "the reference" if group.resolution is None else "the group"
    return (
        f"only {binned} is from a histogram, with bins of width {widths[0]!r}: Kolmogorov-Smirnov, Wasserstein and "
        "overlap set single scores beside middles of bins"
    )


def _row(
    kind: str,
    group: _Group,
    base: _Group | None,
    *,
    partition: str,
    notes: list[str],
    tail: tuple[float | None, float | None, float | None],
) -> ScoreShift:
    own, other = group.side(kind), None if base is None else base.side(kind)
    both = (own, other) if own and other and group is not base else None
    if own and not both:
        notes.append("the reference group itself" if group is base else "no reference to compare with")
    if both:
        notes.append(f"overlap over {BINS} bins of the joint range")
    if not group.scores.known:
        notes.append("samples whose label is missing are not known to share a group")
    return ScoreShift(
        kind=kind,
        partition=partition,
        group=group.scores.group,
        reference="" if base is None else base.scores.group,
        comparisons=len(group.scores.mated) if kind == "mated" else group.scores.trials,
        mean=own.mean if own else None,
        standard_deviation=own.standard_deviation if own else None,
        quantiles=tuple(own.quantile(q) if own else None for q in QUANTILES),
        kolmogorov_smirnov=kolmogorov_smirnov(*both) if both else None,
        wasserstein=wasserstein(*both) if both else None,
        overlap=overlap(*both) if both else None,
        d_prime=d_prime(group.mated, group.non_mated) if group.mated and group.non_mated else None,
        tail_quantile=tail[0],
        tail_shift=tail[1],
        tail_share=tail[2],
        note="; ".join(notes),
    )
