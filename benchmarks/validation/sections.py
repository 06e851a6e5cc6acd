"""Sections beside coverage: all groups at once, the answers under equality, and draws without an error."""

from collections.abc import Sequence

import numpy as np

from evalharness.records import FloatArray

from .cases import (
    ALONE,
    FLOOR,
    FLOOR_UPPER,
    FMR,
    GROUPS,
    OMNIBUS,
    P_EQUAL,
    RATE,
    RATIO,
    SPREADS,
    TOGETHER,
    TWO_GROUPS,
    Case,
)
from .running import OURS, Answers
from .summary import Line
from .tables import NONE, beside, effect, held, number, share, sizes, table

_TOGETHER = """## All groups at once

How often the intervals of all groups of a draw hold at the same time: those of the rates taken alone, which are not
made for it, and the simultaneous ones, which are."""

_EQUALITY = """## Equal groups, and groups that differ

How often each p-value is 0.05 or less. Where the groups are equal it should be about 0.05 and not above; where they
differ, it is the power. *Floor*: the mean of the measure that the harness states for equal groups, and the mean
that equal groups showed in these draws; *beyond* is how often the measure was above the upper end stated (0.05)."""

_NO_ERROR = """## No error at all

Draws without a false match. *Upper limit*: what the harness states, one-sided, for the case in which comparisons that
share a subject all agree. *Optimistic*: the limit if comparisons were independent. *Beyond*: share of all draws in
which no error was seen and the truth lies above the limit; the level allows 0.05."""

SIZE = 0.05
_P_VALUES = (*(f"{P_EQUAL} of {measure}" for measure in SPREADS), OMNIBUS, TWO_GROUPS)


def together(lines: Sequence[Line], peers: Sequence[str]) -> str:
    """How often all groups' intervals hold at once."""
    rows = []
    for alone, at_once in _both(lines):
        row = [_rates(alone.case), sizes(alone.case), effect(alone.case), number(alone.effective)]
        row += [held(at_once.verdicts[OURS]), held(alone.verdicts[OURS])]
        rows.append([*row, *(beside(alone.verdicts[name]) for name in peers)])
    head = ["rates", "subjects; images", "effect", "effective errors", TOGETHER, "alone"]
    return f"{_TOGETHER}\n\n{table([*head, *(f'{name}, alone' for name in peers)], rows)}" if rows else ""


def _both(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    """The line of intervals alone and that of simultaneous ones, for each case."""
    alone, at_once = ([line for line in lines if line.label == label] for label in (ALONE, TOGETHER))
    return list(zip(alone, at_once, strict=True))


def _rates(case: Case) -> str:
    low, high = number(float(case.rates.min())), number(float(case.rates.max()))
    return f"{case.asked}: all {low}" if low == high else f"{case.asked}: {low} to {high}"


def equality(answers: Sequence[Answers]) -> str:
    """P-values and floors."""
    parts = [table(head, rows) for head, rows in (_p_table(answers, section) for section in (RATIO, GROUPS)) if rows]
    floors = [row for found in answers if found.case.section == GROUPS for row in _floor_rows(found)]
    if floors:
        head = ["floor of", "rates", "subjects; images", "effect", "stated", "observed", "beyond"]
        parts.append(table(head, floors))
    return "\n\n".join([_EQUALITY, *parts]) if parts else ""


def _p_table(answers: Sequence[Answers], section: str) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the p-values of one section."""
    names = [name for name in _P_VALUES if (name == TWO_GROUPS) == (section == RATIO)]
    rows = [_p_row(found, names) for found in answers if found.case.section == section]
    return ["rates", "subjects; images", "effect", *names], [row for row in rows if set(row[3:]) != {NONE}]


def _p_row(found: Answers, names: Sequence[str]) -> list[str]:
    """How often each p-value is small."""
    case, row = found.case, []
    for name in names:
        p = _values(found, name)
        small = (p <= SIZE)[~np.isnan(p)]
        row.append(f"{small.mean():.3f} ± {_error(float(small.mean()), len(small)):.3f}" if len(small) else NONE)
    return [_rates(case), sizes(case), effect(case), *row]


def _floor_rows(found: Answers) -> list[list[str]]:
    case, rows = found.case, []
    if case.rates.min() < case.rates.max():
        return []
    for measure in SPREADS:
        value, mean, upper = (
            _values(found, name) for name in (measure, f"{FLOOR} of {measure}", f"{FLOOR_UPPER} of {measure}")
        )
        given = ~(np.isnan(value) | np.isnan(mean) | np.isnan(upper))
        if given.any():
            stated, observed = float(mean[given].mean()), float(value[given].mean())
            beyond = float((value[given] > upper[given]).mean())
            row = [measure, _rates(case), sizes(case), effect(case), number(stated), number(observed)]
            rows.append([*row, f"{beyond:.3f} ± {_error(beyond, int(given.sum())):.3f}"])
    return rows


def _values(found: Answers, measure: str) -> FloatArray:
    """(draws,) the answers of the harness to a question, nan where it has none or was not asked."""
    at = [i for i, question in enumerate(found.case.questions) if question.measure == measure]
    values = found.by_method[OURS]
    return values[:, at[0], 0] if at else np.full(len(values), np.nan)


def _error(p: float, draws: int) -> float:
    return float(np.sqrt(max(p * (1 - p), 0.25 / draws) / draws))


def no_error(answers: Sequence[Answers]) -> str:
    """What the limits say where no error was seen."""
    rows = []
    for found in answers:
        case = found.case
        if case.section != RATE or case.asked != FMR:
            continue
        value, upper = found.by_method[OURS][:, 0, 0], found.by_method[OURS][:, 0, 2]
        none = value == 0
        if none.any():
            truth = case.population.fmr[0]
            subjects, images = case.population.subjects[0], case.population.images
            optimistic = 1 - SIZE ** (1 / (subjects * (subjects - 1) // 2 * images**2))
            beyond = [share(float((none & (truth > limit)).mean())) for limit in (upper, optimistic)]
            row = [number(truth), sizes(case), effect(case), share(float(none.mean()))]
            rows.append([*row, number(float(np.nanmedian(upper[none]))), beyond[0], number(optimistic), beyond[1]])
    head = ["FMR", "subjects; images", "effect", "draws without error", "upper limit", "beyond", "optimistic", "beyond"]
    return f"{_NO_ERROR}\n\n{table(head, rows)}" if rows else ""
