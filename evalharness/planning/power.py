"""What it takes to see a difference between groups, and what a dataset that exists can show."""

from collections.abc import Iterator
from itertools import combinations

from evalharness.planning.answers import GroupReach, GroupSize, Need, PairReach, PowerAnswer, PowerQuestion
from evalharness.planning.samplesize import (
    Dependence,
    Question,
    comparisons_needed,
    effective_mated,
    effective_non_mated,
    mated_comparisons,
    non_mated_comparisons,
    smallest_ratio,
    subjects_for,
)
from evalharness.statistics.intervals import zero_error_upper

KINDS = ("fnmr", "fmr")
_RULE_OF_30 = 30  # errors that give about +-30 % at 90 % confidence (Doddington)


def power(asked: PowerQuestion) -> PowerAnswer:
    """Answer a question about sample sizes.

    Two readings stand side by side: as stated (with the design effect or correlation given; independent comparisons
    where none is), and the worst case, in which comparisons that share a subject always agree. Without data from the
    system nobody knows where between the two the truth lies.
    """
    effect = asked.dependence.design_effect or 1.0
    independent = comparisons_needed(asked.question, asked.ratio)
    needed = comparisons_needed(asked.question, asked.ratio, design_effect=effect)
    return PowerAnswer(
        asked=asked,
        comparisons=needed,
        needs=tuple(_need(kind, asked, independent) for kind in KINDS),
        groups=tuple(_reach(group, kind, asked) for kind in KINDS for group in asked.groups),
        pairs=tuple(_pairs(asked)),
    )


def _need(kind: str, asked: PowerQuestion, needed: int) -> Need:
    m = asked.images
    if kind == "fnmr":
        worst = needed if m > 1 else None
        stated = subjects_for(lambda n: effective_mated(n, m, asked.dependence), needed) if m > 1 else None
    else:
        worst = 2 * needed
        stated = subjects_for(lambda n: effective_non_mated(n, m, asked.dependence), needed)
    return Need(kind=kind, comparisons=needed, stated=stated, worst=worst)


def _reach(group: GroupSize, kind: str, asked: PowerQuestion) -> GroupReach:
    comparisons, effective, disjoint = _trials(group, kind, asked.dependence)
    level = asked.question.level
    return GroupReach(
        group=group.name,
        kind=kind,
        subjects=group.subjects,
        comparisons=comparisons,
        effective=effective,
        disjoint=disjoint,
        zero_error_stated=zero_error_upper(effective, level=level) if effective > 0 else None,
        zero_error_worst=zero_error_upper(disjoint, level=level) if disjoint > 0 else None,
        rule_of_30=_RULE_OF_30 / effective if effective > _RULE_OF_30 else None,
    )


def _trials(group: GroupSize, kind: str, dependence: Dependence) -> tuple[int, float, int]:
    """Comparisons, effective comparisons, and those that share nobody."""
    n, m = group.subjects, group.images
    if kind == "fnmr":
        return mated_comparisons(n, m), effective_mated(n, m, dependence), n if m > 1 else 0
    return non_mated_comparisons(n, m), effective_non_mated(n, m, dependence), n // 2


def _pairs(asked: PowerQuestion) -> Iterator[PairReach]:
    """Every two groups once; of the two directions the harder one, because nobody knows which rate is higher."""
    for kind in KINDS:
        for first, second in combinations(asked.groups, 2):
            trials = [_trials(group, kind, asked.dependence) for group in (first, second)]
            yield PairReach(
                kind=kind,
                group=first.name,
                other_group=second.name,
                ratio=_either_way(asked.question, trials[0][1], trials[1][1]),
                ratio_worst=_either_way(asked.question, trials[0][2], trials[1][2]),
                expected_errors=asked.question.rate * min(trials[0][1], trials[1][1]),
            )


def _either_way(question: Question, first: float, second: float) -> float | None:
    ratios = (
        smallest_ratio(question, higher=first, lower=second),
        smallest_ratio(question, higher=second, lower=first),
    )
    return None if None in ratios else max(ratio for ratio in ratios if ratio is not None)
