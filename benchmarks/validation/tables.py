"""Numbers and rows of the document's tables."""

import math
from collections.abc import Sequence

from .cases import FITTED, FNMR, POLICY, RATE, THIS, Case
from .running import OURS
from .summary import Line, Verdict

NONE = "-"
CASE_HEAD = ("truth", "subjects; images", "effect", "effective errors", "draws")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def share(value: float) -> str:
    """A share with three decimals; ``-`` where there is none."""
    return NONE if math.isnan(value) else f"{value:.3f}"


def width(value: float) -> str:
    """A ratio of widths."""
    return NONE if math.isnan(value) else "no end" if math.isinf(value) else f"{value:.2f}"


def number(value: float) -> str:
    """A rate or an expected number of errors, short."""
    return f"{value:.3g}"


def sizes(case: Case) -> str:
    """Subjects of each group and images of each."""
    groups = case.population.subjects
    least, most = min(groups), max(groups)
    if len(groups) == 1:
        shown = str(least)
    elif least == most:
        shown = f"{len(groups)} x {least}"
    else:
        shown = " + ".join(map(str, groups)) if len(groups) < 4 else f"{len(groups)}: {least} to {most}"
    return f"{shown}; {case.population.images}"


def effect(case: Case) -> str:
    """How strongly subjects differ."""
    population = case.population
    if case.asked != FNMR:
        return population.effect.name
    return f"{population.mated_effect:g} beside {population.mated_noise:g}"


def coverage_table(lines: Sequence[Line], peers: Sequence[str]) -> str:
    """One row for each line: the case, our coverage and verdict, the peers' coverage beside it."""
    named = any(line.case.section not in (RATE, FITTED) for line in lines)
    with_none = any(line.verdicts[OURS].without > 0 for line in lines)
    head = [*(["measure"] if named else []), *CASE_HEAD, OURS, "above / below"]
    head += [*(["no interval"] if with_none else []), "aim", *peers]
    rows = []
    for line in lines:
        ours = line.verdicts[OURS]
        row = [*([line.label] if named else []), *case_cells(line), beside(ours)]
        row += [f"{share(ours.above)} / {share(ours.below)}" if ours.intervals else NONE]
        row += [share(ours.without)] if with_none else []
        rows.append([*row, line.outcome, *(beside(line.verdicts[name]) for name in peers)])
    return table(head, rows)


def fitted_table(lines: Sequence[Line], peers: Sequence[str]) -> str:
    """One row for each group of lines: both readings of the same intervals, the peers' first reading beside them."""
    this, policy = ([line for line in lines if line.reading == reading] for reading in (THIS, POLICY))
    head = [*CASE_HEAD, "this threshold", "aim", "policy's threshold", "aim", *(f"{name}, this" for name in peers)]
    rows = []
    for one, other in zip(this, policy, strict=True):
        row = [*case_cells(other), beside(one.verdicts[OURS]), one.outcome, beside(other.verdicts[OURS]), other.outcome]
        rows.append([*row, *(beside(one.verdicts[name]) for name in peers)])
    return table(head, rows)


def case_cells(line: Line) -> list[str]:
    """What stands behind a line: the cells under ``CASE_HEAD``."""
    size = f"{line.subjects}; {line.case.population.images}" if line.case.section == FITTED else sizes(line.case)
    return [number(line.truth), size, effect(line.case), number(line.effective), str(line.case.draws)]


def held(verdict: Verdict) -> str:
    """Coverage with its standard error."""
    return NONE if not verdict.intervals else f"{verdict.held:.3f} ± {verdict.error:.3f}"


def beside(verdict: Verdict) -> str:
    """Coverage, and width in brackets."""
    if not verdict.intervals:
        return NONE
    return share(verdict.held) + ("" if math.isnan(verdict.width) else f" ({width(verdict.width)})")
