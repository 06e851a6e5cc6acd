"""The document: text around tables; every number and count in it is computed from the run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalharness.version import __version__

from . import over_groups, sections
from .cases import FITTED, FMR, FNMR, GROUPS, RATE, RATIO
from .harness import REPLICATES
from .running import OURS, Answers
from .summary import AIM, LEAST, Line, lines_of, together_of
from .tables import coverage_table, share, table

_HEAD = """# Validation: how often the intervals hold the truth

Written by `{command}`.
Do not edit: every number, and every count of lines, comes from that run (evalharness {version}, seed {seed},
{draws} draws of {cases} populations, {minutes:.0f} minutes with {workers} processes).

The harness is given simulated comparisons of populations whose error rates are known. Of each population many audits
are drawn, each with new subjects, and the harness measures them as it measures any run. A 95 % interval should hold the
population's value in 95 of 100 audits.

**Populations.** A non-mated score is the sum of an effect of each of its two subjects and of noise; *effect* is the
standard deviation of the former: none, mild (0.5) or strong (0.9) beside normal noise of 0.8, and *log-normal*: 0.9
beside exponential noise, so that the match probability of two subjects is a product of log-normal factors; *few*: one
subject in ten has an effect of 0.8 (one standard deviation of the noise), all others none. For mated scores the table
gives the standard deviation of a subject's effect beside that of each comparison. Comparisons of one subject share its
effects.

**Truth.** The population's value, not the sample's: rates in closed form, measures over groups from these. At a fitted
threshold: the group's rate at the threshold at which the population's pooled FMR has the target. Where an answer uses
the subject bootstrap, it has {replicates} replicates here. The standard deviation
of an observed FMR or FNMR is that of a U-statistic, by quadrature.

**Columns.** *Effective errors*: expected errors that would weigh as much if they were independent, p n_eff with the
true variance, of the group that has fewest. *Held*: share of intervals that hold the truth, with the standard error
that the number of draws leaves. *Truth above* (*below*): the truth lies above (below) the interval. *Width*: median
width over an oracle's. The oracle of a rate knows the true standard deviation and says ± 1.96 of it; that of a fitted
threshold takes the standard deviation over the draws; that of a measure over groups takes the middle 95 % of the
estimates over the draws. Ratios are compared by the width of their logarithms. *No interval*: share of draws in which
the harness gives none, with its reason; they are not part of *held*.

**Aim.** {low:.2f} to {high:.2f} where each group has at least 50 subjects and 5 effective errors; at least {least:.2f}
elsewhere. Where the truth is equality, or most intervals reach down to it, they can miss on one side only, and any
coverage above {low:.2f} will do. *Within noise*: two standard errors would reach the aim.
"""

_PEERS = """## The other methods

- *Wilson on pairs*: Wilson's interval as if all comparisons were independent; for a ratio, the normal one of its
  logarithm.
- *fairlearn*: rows drawn with replacement, percentiles of 1,000 replicates; rates, and max/min (it gives min/max),
  which stands for the ratio of two groups too.
- *cimat*: plug-in variance and Wilson's interval, its default; rates.

The packages themselves are too slow for these tables. Fast forms of their methods stand in for them, and this run
compared the two:
"""

_THREE = "Rates equal, spread by ± 20 %, and from a half to twice the middle."
_SECTIONS = (
    (RATE, FMR, "False match rate within a group", ""),
    (RATE, FNMR, "False non-match rate", ""),
    (
        RATIO,
        FMR,
        "Ratio of the FMR of two groups",
        "The second group's rate over the first one's, which is the reference.",
    ),
    (GROUPS, FMR, "Measures over the FMR of eight groups", _THREE),
    (GROUPS, FNMR, "Measures over the FNMR of eight groups", _THREE),
    (
        FITTED,
        FMR,
        "Rates at a fitted threshold",
        "The threshold is fitted on the same draw, to a pooled FMR. One line for the groups of one true rate and size.",
    ),
)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the head of the document says of the run."""

    command: str
    seed: int
    workers: int
    seconds: float
    checks: Sequence[str]  # one sentence for each peer


def document(answers: Sequence[Answers], peers: Sequence[str], facts: RunFacts) -> str:
    """The whole document as Markdown."""
    lines = [line for found in answers for line in lines_of(found)]
    together = [line for found in answers for line in together_of(found)]
    parts = [_head(answers, facts), _overview(lines, peers)]
    for section, asked, title, text in _SECTIONS:
        own = [line for line in lines if line.case.section == section and line.case.asked == asked]
        shown = [line for line in own if any(v.intervals for v in line.verdicts.values())]
        if shown:
            useful = [name for name in peers if any(line.verdicts[name].intervals for line in shown)]
            parts.append("\n\n".join(p for p in (f"## {title}", text, coverage_table(shown, useful)) if p))
    parts += [sections.together(together, peers), sections.equality(answers), sections.no_error(answers)]
    parts.append(_PEERS + "\n".join(f"- {sentence}." for sentence in facts.checks))
    if absent := over_groups.absent():
        parts.append("Left out, because this version of the harness does not have them: " + ", ".join(absent) + ".")
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _head(answers: Sequence[Answers], facts: RunFacts) -> str:
    return _HEAD.format(
        command=facts.command,
        version=__version__,
        seed=facts.seed,
        draws=f"{sum(found.case.draws for found in answers):,}",
        cases=len(answers),
        minutes=facts.seconds / 60,
        workers=facts.workers,
        low=AIM[0],
        high=AIM[1],
        least=LEAST,
        replicates=REPLICATES,
    )


def _overview(lines: Sequence[Line], peers: Sequence[str]) -> str:
    """How many lines of each section meet the aim, and the lowest coverage of every method."""
    rows = []
    for section, asked, title, _ in _SECTIONS:
        own = [line for line in lines if (line.case.section, line.case.asked) == (section, asked)]
        own = [line for line in own if line.verdicts[OURS].intervals]
        if own:
            outcomes = [line.outcome for line in own]
            met, missed = outcomes.count("met"), sum("missed" in outcome for outcome in outcomes)
            lowest = [_lowest(own, name) for name in (OURS, *peers)]
            rows.append([title, str(len(own)), str(met), str(len(own) - met - missed), str(missed), *lowest])
    head = ["", "lines", "aim met", "within noise", "missed", *(f"lowest: {name}" for name in (OURS, *peers))]
    return "## Overview\n\n" + table(head, rows)


def _lowest(lines: Sequence[Line], method: str) -> str:
    found = [line.verdicts[method].held for line in lines if line.verdicts[method].intervals]
    return share(min(found, default=np.nan))
