"""Numbers and rows of the document's tables."""

import math
from collections.abc import Sequence

from .cases import FITTED, FNMR, RATE, Case
from .running import OURS
from .summary import Line, Verdict


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def share(value: float) -> str:
    """A share with three decimals; ``-`` where there is none."""
    return "-" if math.isnan(value) else f"{value:.3f}"


def width(value: float) -> str:
    """A ratio of widths."""
    return "-" if math.isnan(value) else "no end" if math.isinf(value) else f"{value:.2f}"


def number(value: float) -> str:
    """A rate or an expected number of errors, short."""
    return f"{value:.3g}"


def sizes(case: Case) -> str:
    """Subjects of each group and images of each."""
    groups = [str(n) for n in case.population.subjects]
    same = len(set(groups)) == 1
    shown = groups[0] if len(groups) == 1 else f"{len(groups)} x {groups[0]}" if same else " + ".join(groups)
    return f"{shown}; {case.population.images}"


def effect(case: Case) -> str:
    """How strongly subjects differ."""
    population = case.population
    if case.asked != FNMR:
        return population.effect.value
    return f"{population.mated_effect:g} beside {population.mated_noise:g}"


def coverage_table(lines: Sequence[Line], peers: Sequence[str]) -> str:
    """One row for each line: the case, our verdict, the peers' beside it."""
    with_none = any(line.verdicts[OURS].without > 0 for line in lines)
    head = ["measure", "truth", "subjects; images", "effect", "effective errors", "held", "truth above", "truth below"]
    head += ["width", *(["no interval"] if with_none else []), "aim"]
    head += [f"{name}: held, width" for name in peers]
    rows = []
    for line in lines:
        ours = line.verdicts[OURS]
        row = [_name(line), number(line.truth), _subjects(line), effect(line.case), number(line.effective)]
        row += [held(ours), share(ours.above), share(ours.below), width(ours.width)]
        row += [share(ours.without)] if with_none else []
        rows.append([*row, line.outcome, *(beside(line.verdicts[name]) for name in peers)])
    return table(head, rows)


def held(verdict: Verdict) -> str:
    """Coverage with its standard error."""
    return "-" if not verdict.intervals else f"{verdict.held:.3f} ± {verdict.error:.3f}"


def beside(verdict: Verdict) -> str:
    """A peer's coverage and width."""
    if not verdict.intervals:
        return "-"
    return share(verdict.held) + ("" if math.isnan(verdict.width) else f", {width(verdict.width)}")


def _subjects(line: Line) -> str:
    return f"{line.subjects}; {line.case.population.images}" if line.case.section == FITTED else sizes(line.case)


def _name(line: Line) -> str:
    return line.case.asked if line.case.section in (RATE, FITTED) else line.label
