"""The document: text around tables; every number and count in it is computed from the run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalharness.version import __version__

from . import sections
from .cases import FITTED
from .harness import LEVEL, REPLICATES
from .overview import PARTS, joint, misses, rare_kinds, summary
from .peers import REPLICATES as ROW_REPLICATES
from .running import OURS, Answers
from .summary import AIM, FEW_ERRORS, FEW_SUBJECTS, LEAST, Line, lines_of, together_of
from .tables import coverage_table, fitted_table, table

_HEAD = """# Validation: how often the intervals hold the truth

The harness is given simulated comparisons of populations whose error rates are known. Of each population many audits
are drawn, each with new subjects, and the harness measures them as it measures any run. A {level} interval should
hold the population's value in {level} of all audits. Other tools get the same draws.

**Do not edit.** Every number and every count here comes from one run of a command, which overwrites this file:

```
{command}
```

{facts}"""

_AIM = """## The aim

- {low:.2f} to {high:.2f} where at least {subjects} subjects and {errors:g} effective errors stand behind every group.
- At least {least:.2f} elsewhere.
- Where the truth is equality of groups, or most intervals reach down to it, an interval can miss on one side only: any
  coverage above {low:.2f} meets the aim. So it does where an interval has two readings and must hold for both
  (fitted thresholds).

*Not resolved*: the aim is not met, but a true coverage at its edge would be seen as low (or high) as this by chance,
within two standard errors. The standard error of a coverage of {level} is {noise}."""

_READING = """## How to read the tables

- *Truth*: the population's value, not the sample's.
- *Subjects; images*: of each group, and of each subject.
- *Effect*: how strongly subjects differ; see *Populations* below. For mated scores, the standard deviation of a
  subject's effect beside that of each comparison.
- *Effective errors*: expected errors that would weigh as much if they were independent, p n_eff with the true variance,
  of the group that has fewest.
- A method's cell: share of intervals that hold the truth, and in brackets their median width over an oracle's, which
  knows how estimates spread. The oracle of a rate knows the true standard deviation and says ± 1.96 of it; at a fitted
  threshold it takes that of logit(estimate) - logit(truth) over the draws; for a measure over groups it takes the
  middle 95 % of the estimates over the draws. Ratios are compared by the width of their logarithms, rates at a fitted
  threshold by that of their logits.
- *Above / below*: the truth lies above (below) the interval of the harness.
- *No interval*: share of draws in which the harness gives none, with its reason; they are not part of the coverage."""

_POPULATIONS = """## Populations

A non-mated score is the sum of an effect of each of its two subjects and of noise. *Effect* is the standard deviation
of the former: none, mild (0.5) or strong (0.9) beside normal noise of 0.8, and *log-normal*: 0.9 beside exponential
noise, so that the match probability of two subjects is a product of log-normal factors. *Few*: one subject in ten has
an effect of 0.8 (one standard deviation of the noise), all others none. *Rare: s, p*: a share s of the subjects has an
effect so large that one of them and another subject match with probability p. Comparisons of one subject share its
effects.

True rates are in closed form, measures over groups are computed from them. The true standard deviation of an observed
FMR or FNMR is that of a U-statistic, by quadrature. Where an answer uses the subject bootstrap, it has {replicates}
replicates here; the plan of an audit sets its own number."""

_PEERS = """## The other methods

- *Wilson on pairs*: Wilson's interval as if all comparisons were independent; for a ratio, the normal one of its
  logarithm.
- *fairlearn*: rows drawn with replacement, percentiles of {rows} replicates; rates, and max/min (it gives min/max),
  which stands for the ratio of two groups too.
- *cimat*: plug-in variance and Wilson's interval, its default; rates.

The packages themselves are too slow for these tables. Fast forms of their methods stand in for them, and this run
compared the two:
"""

_FITTED = """The threshold is fitted on the same draw, to a pooled FMR. Then "the FMR of a group" has two readings:

- *this threshold*: the population's FMR at the threshold that was fitted, which each draw has anew. It is what a
  deployment with this threshold would see, and what the row states. It is judged from below and from above.
- *policy's threshold*: the population's FMR at the threshold that the policy would choose if it knew the population.
  It includes the chance of the fit. It is judged from below only.

The interval takes the larger of two variances, with the threshold held and with the threshold fitted anew in every
replicate, so that it holds for either reading. It therefore must be wider than one of them needs, and a high coverage
of the second is no fault. One line for the groups of one true rate and size; truth: at the policy's threshold."""

_TEXTS = {
    PARTS[2].title: "The second group's rate over the first one's, which is the reference.",
    PARTS[3].title: "Rates equal, spread by ± 20 %, and from a half to twice the middle.",
    PARTS[4].title: "Rates equal, spread by ± 20 %, and from a half to twice the middle.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What the document says of the run."""

    command: str
    date: str
    seed: int
    workers: int
    cores: int
    seconds: float
    resumed: bool  # some answers may have been kept from an earlier start
    versions: str  # of Python and the libraries
    checks: Sequence[str]  # one sentence for each peer, with its version


def document(answers: Sequence[Answers], peers: Sequence[str], facts: RunFacts) -> str:
    """The whole document as Markdown."""
    lines = [line for found in answers for line in lines_of(found)]
    together = [line for found in answers for line in together_of(found)]
    parts = [
        _head(answers, facts),
        summary(lines, (OURS, *peers)),
        _aim(answers),
        misses(lines),
        rare_kinds(lines),
        _READING,
    ]
    parts += [_section(index, lines, peers) for index in range(len(PARTS) - 1)]  # the last two share a table
    parts += [sections.together(together, peers), sections.equality(answers), sections.no_error(answers)]
    parts.append(_POPULATIONS.format(replicates=REPLICATES))
    parts.append(
        _PEERS.format(rows=f"{ROW_REPLICATES:,}") + "\n" + "\n".join(f"- {sentence}." for sentence in facts.checks)
    )
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _head(answers: Sequence[Answers], facts: RunFacts) -> str:
    draws, minutes = sum(found.case.draws for found in answers), facts.seconds / 60
    rows = [
        ["date", facts.date],
        ["seed", str(facts.seed)],
        ["draws", f"{draws:,} of {len(answers)} populations"],
        [
            "time, from the last start on" if facts.resumed else "time",
            f"{minutes:.1f} minutes, {facts.workers} processes, {facts.cores} cores",
        ],
        ["versions", f"evalharness {__version__}, {facts.versions}"],
    ]
    return _HEAD.format(level=f"{100 * LEVEL:.0f} %", command=facts.command, facts=table(["run", ""], rows))


def _aim(answers: Sequence[Answers]) -> str:
    sizes = sorted({found.case.draws for found in answers}, reverse=True)
    noise = [f"{np.sqrt(LEVEL * (1 - LEVEL) / n):.3f} with {n:,} draws" for n in sizes]
    values = {"low": AIM[0], "high": AIM[1], "least": LEAST, "subjects": FEW_SUBJECTS, "errors": FEW_ERRORS}
    return _AIM.format(**values, level=LEVEL, noise=", ".join(noise))


def _section(index: int, lines: Sequence[Line], peers: Sequence[str]) -> str:
    """A title, what is to be known, and the table; nothing where there are no lines."""
    part = PARTS[index]
    if part.section == FITTED:
        own = [line for line in lines if line.case.section == FITTED]
        return f"## FMR at a fitted threshold\n\n{_FITTED}\n\n{fitted_table(own, peers)}\n\n{joint(own)}" if own else ""
    shown = part.of(lines)
    if not shown:
        return ""
    useful = [name for name in peers if any(line.verdicts[name].intervals for line in shown)]
    text = [f"## {part.title}", _TEXTS.get(part.title, ""), coverage_table(shown, useful), joint(shown)]
    return "\n\n".join(each for each in text if each)
