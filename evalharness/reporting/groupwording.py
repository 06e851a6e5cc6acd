"""The sentences of the sections on differences between groups, by the rules of ``wording``."""

from collections.abc import Mapping, Sequence

# --- headings
DIFFERENTIALS = "How much the groups differ"
WORST = "The worst group, read with care"
TESTS = "Tests"
ADJUSTED = "Adjusted for what else differs"
CURVES = "Scores and error trade-off"
READINGS = "Both readings"

RATE_NAMES = {
    "fmr": "False match rate within a group",
    "fnmr": "False non-match rate",
    "frr": "False rejection rate",
    "fta": "Failure-to-acquire rate",
}
BLEND = "Blends of both rates"
_ERRORS = {
    "fmr": "a false match",
    "fnmr": "a false non-match",
    "frr": "a false rejection",
    "far": "a false acceptance",
    "fta": "a failure to acquire",
}

# --- differentials
EQUAL_RATES = (
    "“If rates were equal” is what a measure shows, on average and, with the stated confidence, at the furthest, where "
    "every group has the same rate and as many effective comparisons as here. “As far by chance” and the interval "
    "weigh how much is known of each group, which the plain measure does not: where a small group makes the range "
    "wide, they can tell rates apart though the value lies within it. They decide."
)
BOUND = (
    "Where a group has no errors, a ratio is undefined. “At least” is then a lower limit of the highest rate over "
    "upper limits of the others; below 1 it shows no difference. “Smoothed” adds half an error to each group."
)
SEPARATE = (
    "False matches and false non-matches hurt different people in different ways and are kept apart; a blend of both "
    "depends on the weight that it gives each."
)
ENDS_WITHHELD = "Measures whose highest or lowest group is suppressed are suppressed with it."

# --- worst group
WORST_LEAD = (
    "The highest of several rates is in part the highest by chance. So beside it stand limits that hold for all groups "
    "at once, the rate drawn towards what the other groups show, the highest rate that equal groups would have, and "
    "the rate of the group chosen on one half of the people as measured on the other half."
)
WORST_HEAD = "Of the highest rate"
WORST_LINES = (
    "Group with the highest rate",
    "Observed",
    "Limits that hold for all groups at once",
    "Shrunken towards the other groups",
    "Highest rate if all were equal",
    "Draws in which equal rates reach as high",
    "On people who did not choose it (split-half)",
    "Splits in which it is the worst of both halves",
)

# --- tests
TESTS_LEAD = (
    "A small p-value says that rates this far apart are rare where the true rates are equal. A large one does not show "
    "that they are equal: few errors give large p-values too."
)
EQUIVALENCE_LEAD = (
    "Equivalence is judged against the margin that the plan declared: only an interval that lies within it as a whole "
    "shows a ratio within it."
)
HOLM = "Holm: p-value corrected for all pairs of this table. Benjamini-Hochberg: for exploration only."

# --- adjusted
ASSOCIATION = (
    "Adjusted differences are associations. A covariate that the system or its camera brings about, such as image "
    "quality, may be part of the difference rather than an explanation of it, so crude and adjusted rates stand "
    "side by side."
)
CRUDE_COUNTS = "Counts belong to crude rates; adjusted rates are weighted or modelled and have none."

# --- curves and scores
CURVES_LEAD = (
    "Each curve shows the false match rate within a group against its false non-match rate as the threshold moves. "
    "Signs of one shape stand at one and the same threshold: how far they lie apart is the difference in operation."
)
CURVE_AXES = "Both axes are logarithmic; further down and left there are fewer errors."
CURVE_ZERO = "Open sign or line at the edge: a rate of zero."
CURVE_ALL = "Thick grey line: all samples, any two people."
EER_NOTE = (
    "EER: where both error rates are equal, between two neighbouring thresholds. No system runs at another threshold "
    "for each group, so it is no operating point."
)
CURVE_POINTS = "The groups at each operating point, and their equal error rates"
SHIFT_NOTE = (
    "Scores are in the system's own unit. KS: largest vertical distance of the two distributions; Wasserstein: area "
    "between them; overlap: shared area; tail: the score that a small share of comparisons reaches, and its shift "
    "against the other; d′: distance of a group's mated from its non-mated scores in standard "
    "deviations. The middle of a distribution says little on rare errors: the tail shift does. No p-values are given, "
    "since comparisons that share a person are not independent."
)
MATED = "Scores of mated comparisons"
NON_MATED = "Scores of non-mated comparisons"

# --- readings
READINGS_LEAD = (
    "Labels in a dataset can be wrong, and one wrong label can dominate a low false match rate. Doubtful comparisons "
    "were reviewed, and each decision was recorded in a file. Both readings are shown: as labelled, which is what the "
    "rest of this report uses, and with the recorded decisions."
)


def nothing_to_compare(by: str, rates: Sequence[str], limits: Mapping[str, str]) -> str:
    """Instead of tables on rates without any error; ``limits`` are upper limits of the differences of rates."""
    said = (
        f"By {by}, no group shown has {' or '.join(_ERRORS[name] for name in rates)}: there is nothing to set in ratio."
    )
    if not limits:
        return said
    each = next(iter(limits.values()))
    if len(set(limits.values())) > 1:
        each = "; ".join(f"{limit} ({name.upper()})" for name, limit in limits.items())
    return f"{said} The difference of the highest and the lowest rate can be as large as {each}."


def frr_is_fnmr(by: str) -> str:
    """Why the false rejection rate has no tables of its own."""
    return (
        f"By {by}, the false rejection rate of every group shown equals its false non-match rate in every number, so "
        "that differences of both stand here once; those of the false rejection rate are in result.json."
    )


def no_more(quantile: str, level: float) -> str:
    """How far equal rates go, but for the rarest draws."""
    return f" and, in {100 * level:g}% of such cases, no more than {quantile}"


def left_out(groups: Sequence[str]) -> str:
    """Which groups take no part, each with its reason."""
    return f"Left out: {'; '.join(groups)}."


def withheld_groups(number: int) -> str:
    """Groups that are left out and may not be named."""
    return "a suppressed group" if number == 1 else f"{number} suppressed groups"


def ends(highest: str, lowest: str) -> str:
    """The groups at both ends of a partition; one of them may be unknown."""
    parts = [f"Highest rate: “{highest}”"] if highest else []
    parts += [f"lowest rate: “{lowest}”" if highest else f"Lowest rate: “{lowest}”"] if lowest else []
    return f"{'; '.join(parts)}." if parts else ""


def at_least(bound: str) -> str:
    """A lower bound where a ratio is undefined."""
    return f"at least {bound} times"


def smoothed(value: str) -> str:
    """A value with half an error added to each group."""
    return f"smoothed: {value}"


def as_far_as(quantile: str) -> str:
    """The quantile of what equal rates give, away from equality."""
    return f"as far as {quantile}"


def or_more(lower: str) -> str:
    """An interval that the data do not limit above."""
    return f"{lower} or more"


def of_groups(number: int) -> str:
    """How many groups one is the worst of."""
    return f"of {number:,} group{'s' if number != 1 else ''}"


def largest_ratio(by: str, rate: str, *, ends: tuple[str, str], value: str, limits: str, equal: str) -> str:
    """The key result on the ratio between two groups of one partition."""
    highest, lowest = (f" (“{name}”)" if name else "" for name in ends)
    beside = f"; groups of equal rates would show {equal}" if equal else ""
    return f"By {by}, the highest {rate}{highest} is {value} times the lowest{lowest} ({limits}{beside})."


def least_ratio(by: str, rate: str, *, bound: str, shows: bool) -> str:
    """The same where a group has no errors; ``shows`` says whether the bound is above equality."""
    nothing = "" if shows else ", which shows no difference"
    return (
        f"By {by}, the ratio of the highest to the lowest {rate} is undefined, as a group has no errors; it is at "
        f"least {bound}{nothing}."
    )


def worst_group(by: str, rate: str, *, groups: int, described: str, limits: str, equal: str) -> str:
    """The key result on the worst group with limits for all groups at once."""
    beside = f" The highest of {groups} equal rates would show {equal}." if equal else ""
    return (
        f"By {by}, the highest {rate} is that of {described}: {limits} with limits that hold for all {groups} groups "
        f"at once.{beside}"
    )


def adjusted_for(covariates: Sequence[str]) -> str:
    """What rates were adjusted for."""
    return f"Adjusted for {', '.join(covariates) or 'nothing'}."


def tail(share: str) -> str:
    """Which score stands for the tail of a distribution."""
    return f"Tail: the score that {share} of the group's comparisons reach."


def reference(group: str) -> str:
    """The group that ratios refer to."""
    return f"Ratios refer to “{group}”."


def empty_strata(strata: Sequence[str], more: int) -> str:
    """Strata without comparisons, which an adjustment cannot cover."""
    said = "; ".join(strata) + (f"; and {more} more" if more else "")
    return f"Without any comparison, and so not covered by the adjustment: {said}."


def most_shown(shown: int, rest: int) -> str:
    """Under a long table that was cut."""
    return f"The {shown} smallest p-values are shown; {rest:,} further pairs stand in result.json."


def curves_left_out(number: int) -> str:
    """Curves that no figure has room for."""
    return f"{number:,} further groups are not drawn: their points stand in the table, their curves in result.json."


def show_rows(number: int, row: str) -> str:
    """What opens a folded table of so many rows, each of which is called so."""
    return show(f"{number:,} {row}{'s' if number != 1 else ''}")


def show(what: str) -> str:
    """What opens a folded table."""
    return f"Show {what}"


def thresholds(labelled: str, decided: str) -> str:
    """The threshold of an operating point in both readings."""
    if labelled == decided:
        return f"Threshold in both readings: {labelled}."
    return f"Threshold: {labelled} as labelled, {decided} with the decisions."
