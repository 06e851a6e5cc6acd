"""The top of the document: all methods side by side, and the lines that miss the aim."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from .cases import FITTED, FMR, FNMR, GROUPS, POLICY, RATE, RATIO, THIS
from .harness import LEVEL
from .running import OURS
from .summary import AIM, FEW_ERRORS, FEW_SUBJECTS, MET, MISSED, Line
from .tables import CASE_HEAD, NONE, beside, case_cells, share, table

_SUMMARY = """## Summary

Each cell: lines that meet the aim, in brackets those not resolved, of all lines for which the method has
intervals; then the lowest coverage of any line. A line is one population and one measure. *Aim*, *not resolved* and the
methods are explained below.
"""

_TITLE = "## Where evalharness misses the aim"
_MISSES = """Of {lines} lines these miss the aim by more than two standard errors: {low} with too low a coverage,
{high} with too high a one. Of the {low} that are too low, {few} have fewer than {subjects} subjects or fewer than
{errors:g} effective errors behind them."""


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of one section of the document, or of one reading of it."""

    section: str
    asked: str
    title: str
    reading: str = ""

    def of(self, lines: Sequence[Line]) -> list[Line]:
        """Those of the part for which any method has an interval."""
        own = [line for line in lines if (line.case.section, line.case.asked) == (self.section, self.asked)]
        own = [line for line in own if self.reading in ("", line.reading)]
        return [line for line in own if any(verdict.intervals for verdict in line.verdicts.values())]


PARTS = (
    Part(RATE, FMR, "FMR within a group"),
    Part(RATE, FNMR, "FNMR"),
    Part(RATIO, FMR, "Ratio of the FMR of two groups"),
    Part(GROUPS, FMR, "Measures over the FMR of eight groups"),
    Part(GROUPS, FNMR, "Measures over the FNMR of eight groups"),
    Part(FITTED, FMR, "FMR at a fitted threshold: at this threshold", THIS),
    Part(FITTED, FMR, "FMR at a fitted threshold: at the policy's threshold", POLICY),
)


def summary(lines: Sequence[Line], methods: Sequence[str]) -> str:
    """All methods side by side, one row for each part and one for all."""
    rows = []
    for title, own in [*((part.title, part.of(lines)) for part in PARTS), ("All", list(lines))]:
        if own:
            rows.append([title, str(len(own)), *(_cell(own, method) for method in methods)])
    return f"{_SUMMARY}\n{table(['', 'lines', *methods], rows)}"


def _cell(lines: Sequence[Line], method: str) -> str:
    """How many lines meet the aim, and the lowest coverage."""
    given = [line for line in lines if line.verdicts[method].intervals]
    if not given:
        return NONE
    outcomes = [line.outcome_of(method) for line in given]
    met, missed = outcomes.count(MET), sum(outcome.startswith(MISSED) for outcome in outcomes)
    lowest = min((line.verdicts[method].held for line in given), default=np.nan)
    return f"{met} (+{len(given) - met - missed}) of {len(given)}; {share(lowest)}"


def misses(lines: Sequence[Line]) -> str:
    """Every line of the harness that misses the aim, by name."""
    rows, low, high, few = [], 0, 0, 0
    for part in PARTS:
        for line in part.of(lines):
            if line.outcome.startswith(MISSED):
                low, high = low + line.outcome.endswith("low"), high + line.outcome.endswith("high")
                few += line.outcome.endswith("low") and not line.enough
                measure = f"{part.title}: {line.label}" if part.section == GROUPS else part.title
                rows.append([measure, *case_cells(line), beside(line.verdicts[OURS]), line.outcome])
    if not rows:
        return f"{_TITLE}\n\nNo line misses the aim by more than two standard errors."
    total = sum(bool(line.verdicts[OURS].intervals) for line in lines)
    counts = {"missed": len(rows), "lines": total, "low": low, "high": high, "few": few}
    text = _MISSES.format(**counts, subjects=FEW_SUBJECTS, errors=FEW_ERRORS)
    return f"{_TITLE}\n\n{text}\n\n{table(['', *CASE_HEAD, 'held (width)', 'aim'], rows)}"


_RARE = """A kind of subject rarer than about 3/G may be absent from a sample of G: with a share s of all subjects it is
absent from (1 - s)^G of the samples, from 0.05 of them at s = 3/G. No interval sees what was not sampled; the truth
then mostly lies above. In {few} of {all} populations with a rare kind it is rarer than 3/G, absent from {least:.2f} to
{most:.2f} of their samples: there {missed} of {few} lines are too low, of the other populations with a rare kind
{others} of {rest}."""


def rare_kinds(lines: Sequence[Line]) -> str:
    """What a sample cannot show of a rare kind of subject, from the definitions of the cases."""
    shares = [(line, line.case.population.effect.share) for line in lines if line.case.population.effect.rare]
    known = [(line, share * line.subjects, (1 - share) ** line.subjects) for line, share in shares if share is not None]
    absent = [chance for _, expected, chance in known if expected < 3]
    if not absent:
        return ""
    low = [expected < 3 for line, expected, _ in known if line.outcome == f"{MISSED}: low"]
    counts = {"few": len(absent), "all": len(known), "rest": len(known) - len(absent)}
    return _RARE.format(**counts, least=min(absent), most=max(absent), missed=sum(low), others=len(low) - sum(low))


def joint(lines: Sequence[Line]) -> str:
    """How all lines of a section do together; those of one population are taken as wholly dependent."""
    zone = [line for line in lines if line.enough and line.verdicts[OURS].intervals]
    if not zone:
        return ""
    below = sum(line.verdicts[OURS].held < AIM[0] for line in zone)
    expected = sum(float(bdtr(np.ceil(AIM[0] * line.case.draws) - 1, line.case.draws, LEVEL)) for line in zone)
    held = np.array([line.verdicts[OURS].held for line in zone])
    errors: dict[int, float] = {}
    for line, share_held in zip(zone, held.tolist(), strict=True):
        n = line.case.draws
        error = float(np.sqrt(max(share_held * (1 - share_held), 0.25 / n) / n))
        errors[id(line.case)] = errors.get(id(line.case), 0.0) + error
    error = float(np.sqrt(sum(each**2 for each in errors.values()))) / len(zone)
    return (
        f"*All lines together*: of {len(zone)} lines with {FEW_SUBJECTS} subjects and {FEW_ERRORS:g} effective errors, "
        f"{below} held the truth in less than {AIM[0]:.2f} of draws; if each truly held in {LEVEL:.2f}, chance alone "
        f"would give {expected:.1f}. Their mean coverage is {held.mean():.3f} ± {error:.3f}."
    )
