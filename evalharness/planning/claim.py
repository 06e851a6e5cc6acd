"""What a published claim supports: the limits of the error rate that it speaks of, and all that it leaves open."""

from dataclasses import dataclass

from evalharness.statistics.intervals import Interval, clopper_pearson, zero_error_upper

KINDS = ("fnir", "fpir", "fmr", "fnmr", "accuracy")
PAIRWISE = ("fmr", "accuracy")  # a trial may need two people


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A published count of errors."""

    kind: str
    trials: int
    errors: int
    level: float = 0.95
    subjects: int | None = None  # distinct people behind the trials; None where the claim does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAnswer:
    """The limits that a claim supports."""

    claim: Claim
    value: float
    limits: Interval  # trials independent of each other
    one_sided: bool  # no error, or nothing but errors: one limit, with the whole level behind it
    independent_facts: int | None  # trials that share nobody, where the number of people is known and smaller
    worst: Interval | None  # if trials that share a person always agreed
    tenth: int  # trials of a group that makes up a tenth of all
    tenth_upper: float | None  # the upper limit for such a group if none of its trials was an error


def judge(claim: Claim) -> ClaimAnswer:
    """The limits of the error rate behind a claim.

    Without an error, 0 to 1 - (1 - level)^(1/n), one-sided; otherwise Clopper and Pearson's two-sided interval, which
    is exact for independent trials. In the worst case n falls to the trials that share nobody: as many as people for
    searches and mated comparisons, half as many for comparisons of two different people.
    """
    facts = None
    if claim.subjects is not None:
        people = max(claim.subjects // 2, 1) if claim.kind in PAIRWISE else claim.subjects
        facts = people if people < claim.trials else None
    tenth = claim.trials // 10
    return ClaimAnswer(
        claim=claim,
        value=claim.errors / claim.trials,
        limits=_limits(claim.errors, claim.trials, claim.level),
        one_sided=claim.errors in (0, claim.trials),
        independent_facts=facts,
        worst=None if facts is None else _limits(claim.errors / claim.trials * facts, facts, claim.level),
        tenth=tenth,
        tenth_upper=zero_error_upper(tenth, level=claim.level) if tenth and not claim.errors else None,
    )


def _limits(errors: float, trials: int, level: float) -> Interval:
    if errors == 0:
        return Interval(0.0, zero_error_upper(trials, level=level))
    if errors == trials:
        return Interval(1 - zero_error_upper(trials, level=level), 1.0)
    return clopper_pearson(errors, trials, level=level)
