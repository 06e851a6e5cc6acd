"""Sample sizes in words."""

from collections.abc import Iterable

from evalharness.planning.answers import GroupReach, Need, PairReach, PowerAnswer
from evalharness.planning.samplesize import Dependence
from evalharness.planning.text import bullets, paragraph, percent, plural, times

_NAMES = {"fnmr": "FNMR", "fmr": "FMR"}
_PAIRS = {"fnmr": "mated comparisons", "fmr": "non-mated comparisons within the group"}
_MOST_DIGITS = 17  # of a double
_FEW_ERRORS = 5  # below, the normal approximation is rough
_CAUTION = (
    "Where between the two figures the truth lies depends on how alike the comparisons of one subject are; only data "
    "of the system can tell. FMR counts all non-mated pairs within a group, FNMR all mated pairs."
)


def power_text(answer: PowerAnswer, *, width: int) -> str:
    """The answer for a terminal."""
    asked = answer.asked
    blocks = [paragraph(_first(answer), width), _needs(answer, width)]
    if asked.groups:
        blocks += [_reaches(answer, width), _pairs(answer, width)]
    blocks.append(paragraph(_CAUTION, width))
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _first(answer: PowerAnswer) -> str:
    asked = answer.asked
    question = asked.question
    effect = asked.dependence.design_effect
    higher, lower = _told_apart(question.rate * asked.ratio, question.rate)
    text = (
        f"To tell a rate of {higher} from {lower} (ratio "
        f"{asked.ratio:g}) by a two-sided test at level {question.level:g} with power {question.power:g}, each group "
        f"needs {plural(answer.comparisons, 'comparison')}"
    )
    return f"{text} at a design effect of {effect:g}." if effect else f"{text} that are independent of each other."


def _told_apart(higher: float, lower: float) -> tuple[str, str]:
    """Two rates as percentages; with as many digits as it takes where the usual ones are the same."""
    words = percent(higher), percent(lower)
    digits = 3
    while words[0] == words[1] and digits <= _MOST_DIGITS:
        words = f"{100 * higher:.{digits}g} %", f"{100 * lower:.{digits}g} %"
        digits += 1
    return words


def _needs(answer: PowerAnswer, width: int) -> list[str]:
    """One line for each kind of comparison."""
    asked = answer.asked
    head = f"Subjects in each group, with {plural(asked.images, 'image')} of each:"
    return [*paragraph(head, width), *bullets((_need(need, asked.dependence) for need in answer.needs), width)]


def _need(need: Need, dependence: Dependence) -> str:
    name = _NAMES[need.kind]
    if need.worst is None:
        return f"{name}: none, because one image makes no mated comparison."
    stated = "more than can be counted" if need.stated is None else f"{need.stated:,}"
    return (
        f"{name}: {stated} {_as_stated(dependence)}; {need.worst:,} if comparisons that share a subject always agree."
    )


def _as_stated(dependence: Dependence) -> str:
    if dependence.design_effect is not None:
        return f"at a design effect of {dependence.design_effect:g}"
    if dependence.correlation is not None:
        return f"if comparisons that share a subject are correlated by {dependence.correlation:g}"
    return "if comparisons are independent"


def _reaches(answer: PowerAnswer, width: int) -> list[str]:
    """What each group can show at best."""
    level = answer.asked.question.level
    source = f" of {answer.asked.source}" if answer.asked.source else ""
    head = (
        f"Lowest rates that the groups{source} can show. First figure: {_as_stated(answer.asked.dependence)}; in "
        f"brackets: if comparisons that share a subject always agree. Limits are one-sided at {level:g}."
    )
    return [*paragraph(head, width), *bullets((_reach(reach) for reach in answer.groups), width)]


def _reach(reach: GroupReach) -> str:
    text = f"{reach.group}, {_NAMES[reach.kind]}: {plural(reach.subjects, 'subject')}, "
    if reach.zero_error_stated is None or reach.zero_error_worst is None:
        return f"{text}no {_PAIRS[reach.kind]}."
    text += (
        f"{reach.comparisons:,} {_PAIRS[reach.kind]}. Without an error: at most "
        f"{percent(reach.zero_error_stated, 'up')} ({percent(reach.zero_error_worst, 'up')})."
    )
    if reach.rule_of_30 is None:
        return f"{text} Too few for 30 errors at any rate."
    rate = percent(reach.rule_of_30, "up")
    return f"{text} 30 errors, which give about +-30 % (at 90 %), are expected at {rate} or more."


def _pairs(answer: PowerAnswer, width: int) -> list[str]:
    """The smallest ratio of every two groups."""
    if len(answer.asked.groups) < 2:
        return []
    head = (
        f"Smallest ratio that each two groups can show when the lower rate is {percent(answer.asked.question.rate)}, "
        "whichever of them has it; in brackets if comparisons that share a subject always agree:"
    )
    return [*paragraph(head, width), *bullets(_ratios(answer.pairs), width)]


def _ratios(pairs: Iterable[PairReach]) -> Iterable[str]:
    for pair in pairs:
        text = f"{pair.group} and {pair.other_group}, {_NAMES[pair.kind]}: {_ratio(pair.ratio)}"
        text += f" ({_ratio(pair.ratio_worst)})"
        rough = pair.ratio is not None and pair.expected_errors < _FEW_ERRORS
        yield f"{text}; rough, fewer than {_FEW_ERRORS} errors are expected" if rough else text


def _ratio(ratio: float | None) -> str:
    return "none" if ratio is None else times(ratio)
