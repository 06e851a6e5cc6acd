"""A claim in words: what is supported, then everything that is not."""

from collections.abc import Mapping
from types import MappingProxyType

from evalharness.planning.claim import PAIRWISE, Claim, ClaimAnswer
from evalharness.planning.text import bullets, paragraph, percent
from evalharness.statistics.intervals import Interval

_TRIALS: Mapping[str, str] = MappingProxyType(
    {
        "fnir": "searches of enrolled people",
        "fpir": "searches of people who are not enrolled",
        "fmr": "comparisons of two different people",
        "fnmr": "comparisons of one person with the same person",
        "accuracy": "trials of an unknown mixture",
    }
)
_ERRORS: Mapping[str, str] = MappingProxyType(
    {
        "fnir": "without the right person",
        "fpir": "with somebody returned",
        "fmr": "a false match",
        "fnmr": "a false non-match",
        "accuracy": "wrong",
    }
)
_RATES: Mapping[str, str] = MappingProxyType(
    {
        "fnir": "false negative identification rate (FNIR)",
        "fpir": "false positive identification rate (FPIR)",
        "fmr": "false match rate (FMR)",
        "fnmr": "false non-match rate (FNMR)",
        "accuracy": "share of wrong answers in this mixture",
    }
)
_OTHER_SIDE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "fnir": (
            "False positives (FPIR): no search of a person who is not enrolled was counted. A system that returns "
            "somebody for every face could show the same count.",
            "Other galleries: with more people enrolled there are more chances for a wrong candidate, and for the "
            "right one to rank lower.",
        ),
        "fpir": (
            "Missed people (FNIR): no search of an enrolled person was counted. A system that never returns anybody "
            "could show the same count.",
            "Other galleries: with more people enrolled there are more chances to return somebody. It matters who is "
            "enrolled, too: people of one's own age, sex and origin are confused more often.",
        ),
        "fmr": (
            "False non-matches (FNMR): no comparison of a person with the same person was counted. A system that "
            "never matches could show the same count.",
            "Searches: a search makes one comparison for each person enrolled, so a rate of comparisons is not a rate "
            "of searches.",
            "Harder pairs: two random people mostly differ in age, sex or origin. Among people who are alike in these "
            "the rate is higher.",
        ),
        "fnmr": (
            "False matches (FMR): no comparison of two different people was counted. A system that always matches "
            "could show the same count.",
            "Searches: a rate of comparisons is not a rate of searches in a gallery.",
        ),
        "accuracy": (
            "Either error rate: accuracy mixes comparisons of one person with those of two people, in shares that it "
            "does not state. Where few trials are of one kind, the same accuracy can go with any error rate of that "
            "kind.",
        ),
    }
)
_ALWAYS = (
    "Other thresholds or settings: the count holds for those that were used. If they were chosen on the same trials, "
    "the limit is too low.",
    "Other people, images, cameras or years than those that were tested.",
    "Images without a result: where a face was not found or no answer came, and such trials were left out, the rate "
    "holds for what remained.",
)


def supported(answer: ClaimAnswer) -> str:
    """The sentence that the claim supports."""
    claim = answer.claim
    text = f"the {_RATES[claim.kind]} is {_between(answer.limits, answer)}"
    kind = "one-sided limit" if answer.one_sided else "exact limits"
    text += f" ({kind} at {percent(claim.level)}), if the trials are independent of each other."
    if answer.worst is not None and answer.independent_facts is not None:
        pairs = " pairs of people that share nobody" if claim.kind in PAIRWISE else " people"
        text += (
            f" {claim.subjects:,} people took part. If trials that share a person always agreed, there would be "
            f"{answer.independent_facts:,}{pairs} to go by, and the rate would be {_between(answer.worst, answer)}."
        )
    return text


def not_supported(answer: ClaimAnswer) -> tuple[str, ...]:
    """Everything that the claim leaves open."""
    claim = answer.claim
    groups = "Groups: no count is given for women, men, ages or origins."
    if answer.tenth_upper is not None:
        groups += (
            f" A group with a tenth of the trials ({answer.tenth:,}) and no error would have a limit of "
            f"{percent(answer.tenth_upper, 'up')}, and the claim does not say that any group had as many."
        )
    elif claim.errors:
        groups += " All errors may lie in one of them."
    people = (
        ()
        if claim.subjects is not None
        else (
            "How many people took part: trials of one person resemble each other, so with fewer people than trials "
            "the limit is too low. State --subjects if the claim does.",
        )
    )
    return (*_OTHER_SIDE[claim.kind], groups, *people, *_ALWAYS)


def headline(claim: Claim) -> str:
    """The claim as it was understood."""
    return f"Claim: {claim.trials:,} {_TRIALS[claim.kind]}, {claim.errors:,} of them {_ERRORS[claim.kind]}."


def claim_text(answer: ClaimAnswer, *, width: int) -> str:
    """The answer for a terminal."""
    return "\n".join(
        [
            *paragraph(headline(answer.claim), width),
            "",
            *paragraph(f"Supported: {supported(answer)}", width),
            "",
            *paragraph("Not supported by this claim:", width),
            *bullets(not_supported(answer), width),
        ]
    )


def _between(limits: Interval, answer: ClaimAnswer) -> str:
    if limits.lower == 0:
        return f"at most {percent(limits.upper, 'up')}"
    if limits.upper == 1 and answer.one_sided:
        return f"at least {percent(limits.lower, 'down')}"
    return f"{percent(limits.lower, 'down')} to {percent(limits.upper, 'up')}"
