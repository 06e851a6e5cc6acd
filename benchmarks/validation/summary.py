"""From the answers of all draws to coverage, misses and widths."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from evalharness.records import BoolArray, FloatArray

from .cases import FITTED, GINI, MAX_GEOMEAN, MAX_MIN, POLICY, RATE, TO_REFERENCE, Case, Question
from .running import ALL_AT_ONCE, OURS, Answers, labels_of

_RATIOS = (MAX_MIN, MAX_GEOMEAN, TO_REFERENCE)
_ENDS = {MAX_MIN: 1.0, MAX_GEOMEAN: 1.0, GINI: 0.0}  # equality, below which the measure has no values
_TOLERANCE = 1e-9  # a limit that equals the truth up to rounding holds it
FEW_SUBJECTS, FEW_ERRORS = 50, 5.0
MET, MISSED = "met", "**missed**"  # first words of outcomes
AIM, LEAST = (0.93, 0.98), 0.90
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the intervals of one method fared."""

    intervals: int  # draws (times groups) with an interval
    without: float  # share without one
    held: float
    above: float  # share in which the truth lies above the interval
    below: float
    width: float  # median width / oracle's; of logarithms where the measure is a ratio
    at_equality: float = 0.0  # share whose lower limit is equality, for measures that have none below

    @property
    def error(self) -> float:
        """Standard error of ``held`` from the number of draws."""
        return float(np.sqrt(max(self.held * (1 - self.held), 0.25 / max(self.intervals, 1)) / max(self.intervals, 1)))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: a question of a case, and every method's verdict."""

    case: Case
    label: str
    truth: float
    verdicts: dict[str, Verdict]
    groups: tuple[int, ...]  # whose rates stand behind it

    @property
    def subjects(self) -> int:
        """Subjects of the smallest of its groups."""
        return min(self.case.population.subjects[g] for g in self.groups)

    @property
    def effective(self) -> float:
        """Expected effective errors of the group that has fewest."""
        return min(self.case.effective(g) for g in self.groups)

    @property
    def enough(self) -> bool:
        """Whether so much stands behind each group that the narrower aim applies."""
        return self.subjects >= FEW_SUBJECTS and self.effective >= FEW_ERRORS

    @property
    def boundary(self) -> bool:
        """Whether an interval can hardly miss on both sides: it mostly reaches equality, the end of the range."""
        return self.label in _ENDS and (self.truth == _ENDS[self.label] or self.verdicts[OURS].at_equality > 0.5)

    @property
    def aim(self) -> tuple[float, float]:
        """The least and the highest coverage that is aimed at."""
        if not self.enough:
            return LEAST, 1.0
        return (AIM[0], 1.0) if self.boundary or self.label in ALL_AT_ONCE or self.reading == POLICY else AIM

    @property
    def reading(self) -> str:
        """Of a rate at a fitted threshold: which value is meant."""
        return self.label.partition(":")[0] if self.case.section == FITTED else ""

    @property
    def outcome(self) -> str:
        """That of the harness."""
        return self.outcome_of(OURS)

    def outcome_of(self, method: str) -> str:
        """``met``, ``**missed**: low`` or ``high``, or ``low, not resolved`` if chance can explain it."""
        verdict, (low, high) = self.verdicts[method], self.aim
        if not verdict.intervals:
            return "no interval"
        if low <= verdict.held <= high:
            return MET
        side, edge = ("low", low) if verdict.held < low else ("high", high)
        within = abs(verdict.held - edge) <= 2 * np.sqrt(edge * (1 - edge) / verdict.intervals)
        return f"{side}, not resolved" if within else f"{MISSED}: {side}"


def lines_of(answers: Answers) -> list[Line]:
    """The coverage lines of one case: questions that have a truth."""
    questions, lines = answers.case.questions, []
    for label, at in labels_of(questions).items():
        asked = [questions[i] for i in at]
        if np.isnan(asked[0].truth) or label in ALL_AT_ONCE:
            continue
        found = {name: values[:, at] for name, values in answers.by_method.items()}
        truths = answers.truths[:, at]
        verdicts = {
            name: verdict(answers.case, label, asked, values=values, truths=truths) for name, values in found.items()
        }
        lines.append(Line(answers.case, label, float(truths.mean()), verdicts, _groups(answers.case, asked)))
    return lines


def _groups(case: Case, asked: list[Question]) -> tuple[int, ...]:
    """Those asked about; for a measure over groups, all."""
    if case.section in (RATE, FITTED):
        return tuple(question.group for question in asked)
    return tuple(range(len(case.population.subjects)))


def together_of(answers: Answers) -> list[Line]:
    """How often the intervals of all groups hold at once, alone and simultaneous ones."""
    questions, lines = answers.case.questions, []
    for label, at in labels_of(questions).items():
        if label in ALL_AT_ONCE:
            truth = np.array([questions[i].truth for i in at])
            verdicts = {name: _together(values[:, at], truth) for name, values in answers.by_method.items()}
            lines.append(Line(answers.case, label, np.nan, verdicts, _groups(answers.case, [])))
    return lines


def _together(values: FloatArray, truth: FloatArray) -> Verdict:
    given = ~np.isnan(values[:, :, 1]).any(axis=1)
    held, above, below = (part[given] for part in _sides(values, truth))
    if not given.any():
        return Verdict(0, 1.0, np.nan, np.nan, np.nan, np.nan)
    sides = above.any(axis=1).mean(), below.any(axis=1).mean()
    return Verdict(int(given.sum()), float(1 - given.mean()), float(held.all(axis=1).mean()), *sides, np.nan)


def _sides(values: FloatArray, truth: FloatArray) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Whether each interval holds the truth, lies below it, lies above it."""
    slack = _TOLERANCE * np.abs(truth)
    above, below = truth > values[:, :, 2] + slack, truth < values[:, :, 1] - slack
    return ~(above | below), above, below


def verdict(case: Case, label: str, asked: list[Question], *, values: FloatArray, truths: FloatArray) -> Verdict:
    """Judge the intervals of some questions.

    Args:
        case: Their case.
        label: The line's name.
        asked: (q,) the questions.
        values: (draws, q, 3) value and limits.
        truths: (draws, q) what is true in each draw.
    """
    given = ~np.isnan(values[:, :, 1])
    if not given.any():
        return Verdict(0, 1.0, np.nan, np.nan, np.nan, np.nan)
    held, above, below = (float(part[given].mean()) for part in _sides(values, truths))
    width, end = _width(case, label, asked, values=values, truths=truths), _ENDS.get(label, -np.inf)
    at_equality = float((values[:, :, 1][given] <= end + _TOLERANCE).mean())
    return Verdict(int(given.sum()), float(1 - given.mean()), held, above, below, width, at_equality)


def _width(case: Case, label: str, asked: list[Question], *, values: FloatArray, truths: FloatArray) -> float:
    if case.section == FITTED:
        return _fitted_width(values, truths)
    value, lower, upper = np.moveaxis(values, 2, 0)
    if label in _RATIOS:
        value = np.log(value[np.isfinite(value) & (value > 0)])
        with np.errstate(divide="ignore"):
            lower, upper = np.log(lower), np.log(upper)
    if case.section == RATE:
        oracle = 2 * Z * asked[0].deviation
    else:
        oracle = float(np.diff(np.nanquantile(value, [0.025, 0.975]))[0]) if value.size else 0.0
    return float(np.nanmedian(upper - lower)) / oracle if oracle > 0 else np.nan


def _fitted_width(values: FloatArray, truths: FloatArray) -> float:
    """Of logits: median width over ± 1.96 true standard deviations of estimate minus truth."""
    with np.errstate(divide="ignore"):
        value, lower, upper = np.moveaxis(logit(values), 2, 0)
    away = value - logit(truths)
    oracle = 2 * Z * float(np.std(away[np.isfinite(away)])) if np.isfinite(away).any() else 0.0
    return float(np.nanmedian(upper - lower)) / oracle if oracle > 0 else np.nan
