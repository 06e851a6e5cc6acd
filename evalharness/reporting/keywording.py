"""The sentences of the key results, by the rules of ``wording``."""

from collections.abc import Sequence
from dataclasses import dataclass

from evalharness.reporting.numbers import rate
from evalharness.reporting.wording import undefined

_TOO_LITTLE = "as too small, unlabelled or without comparisons"


@dataclass(frozen=True, slots=True)
class NoError:
    """A partition in none of whose groups an error was seen; upper limits in rising order."""

    by: str
    groups: int
    uppers: Sequence[float]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Groups of a partition that a sentence on the highest and lowest leaves out."""

    by: str
    names: Sequence[str]


def overall(false_match: str, false_non_match: str) -> str:
    """The first key result of an operating point."""
    return f"All groups together: {false_match}; {false_non_match}."


def of_comparisons(described: str, *, mated: bool) -> str:
    """A rate in plain words; ``described`` is ``12 of 9,384 (0.128%, ...)``."""
    if mated:
        return f"of comparisons of a person with themself, {described} were declared a non-match"
    return f"of comparisons of two different people, {described} were declared a match"


def not_measured(measure: str, why: str) -> str:
    """A rate that cannot be given."""
    return f"the {measure} is {undefined(why)}"


def withheld(measure: str, floor: int) -> str:
    """A rate that is not passed on."""
    return f"the {measure} is suppressed, as it rests on fewer than {floor} subjects"


def quoted(group: str) -> str:
    """A group's name inside a sentence."""
    return f"“{group}”"


def named(group: str, described: str) -> str:
    """A group with its rate."""
    return f"{quoted(group)}: {described}"


def no_error_in(groups: Sequence[str], uppers: Sequence[float]) -> str:
    """Several groups without an error; ``uppers`` are their upper limits, in rising order."""
    said = ", ".join(quoted(group) for group in groups[:3])
    more = f" and {len(groups) - 3} more" if len(groups) > 3 else ""
    return f"{said}{more}, without an error{_run(uppers)}"


def _run(uppers: Sequence[float]) -> str:
    if not uppers:
        return ""
    lowest, highest = rate(uppers[0]), rate(uppers[-1])
    if lowest == highest:
        return f" (upper limit {lowest})"
    return f" (upper limits from {lowest} to {highest})"


def highest_and_lowest(measure: str, by: str, *, highest: str, lowest: str) -> str:
    """Two ends of a partition."""
    return f"By {by}, the {measure} was highest for {highest}. It was lowest for {lowest}."


def all_zero(errors: str, partitions: Sequence[NoError]) -> str:
    """No error in any group of these partitions."""
    uppers = sorted(upper for one in partitions for upper in one.uppers)
    if len(partitions) == 1:
        (one,) = partitions
        return (
            f"By {one.by}, no {errors} was seen in any of the {one.groups} groups large enough to count{_run(uppers)}."
        )
    named = [f"{one.by} ({one.groups} groups)" for one in partitions]
    said = f"{', '.join(named[:-1])} and {named[-1]}"
    return f"By {said}, no {errors} was seen in any group large enough to count{_run(uppers)}."


def all_equal(measure: str, by: str, *, groups: int, value: str) -> str:
    """The same rate in every group of a partition."""
    return f"By {by}, the {measure} was {value} in each of the {groups} groups large enough to count."


def only_one(measure: str, by: str, described: str) -> str:
    """One group of a partition alone could be measured."""
    return f"By {by}, the {measure} could be given for one group only: {described}."


def none_measured(measure: str, by: str) -> str:
    """No group of a partition could be measured."""
    return f"By {by}, the {measure} could not be given for any group large enough to count."


def none_large_enough(by: str, *, groups: int) -> str:
    """A partition without a group that an interval could be given for."""
    if not groups:
        return f"By {by}, no sample is labelled, so nothing can be said of a group."
    if groups == 1:
        return f"By {by}, the one labelled group is too small for an interval."
    return f"By {by}, none of the {groups} labelled groups is large enough for an interval."


def none_with_a_rate(by: str) -> str:
    """A partition whose groups are large enough but have no rate."""
    return f"By {by}, no rate could be given for any group large enough to count."


def left_out(partitions: Sequence[LeftOut]) -> str:
    """Which groups the sentences on the highest and lowest leave out."""
    if len(partitions) == 1:
        (one,) = partitions
        return f"Left out by {one.by}, {_TOO_LITTLE}: {'; '.join(one.names)}."
    said = "; ".join(f"by {one.by} {', '.join(one.names)}" for one in partitions)
    return f"Left out, {_TOO_LITTLE}: {said}."


def acquisition(described: str) -> str:
    """The failure-to-acquire rate in plain words."""
    return f"The system made no template from {described} of the samples (failure to acquire)."
