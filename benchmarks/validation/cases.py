"""The populations of the document, section by section, and what is asked of each draw."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import product

import numpy as np

from evalharness.records import ALL_GROUPS, FloatArray, OperatingPointSpec, Policy

from .effects import EFFECTS, Effect, rare
from .population import Population, effective_errors

RATE, RATIO, GROUPS, FITTED = "rate", "ratio", "groups", "fitted"
FMR, FNMR = "fmr", "fnmr"
THIS, POLICY = "fmr at this threshold", "fmr at the policy's threshold"  # readings of a rate at a fitted threshold
ALONE, TOGETHER = "all intervals at once", "simultaneous intervals"
MAX_MIN, MAX_GEOMEAN, GINI, TO_REFERENCE = "max/min", "max/geomean", "Gini, corrected", "ratio to reference"
P_EQUAL = "p_equal"  # prefix: of one measure over groups
FLOOR, FLOOR_UPPER = "floor", "upper end of the floor"  # prefixes
OMNIBUS, TWO_GROUPS = "test of equal rates", "test of two groups"
SPREADS = (MAX_MIN, MAX_GEOMEAN, GINI)


@dataclass(frozen=True, slots=True)
class Question:
    """One number of a draw, and what is true of the population."""

    measure: str
    group: int = 0
    truth: float = np.nan  # nan: a share is reported, not a coverage; for THIS each draw has its own
    deviation: float = np.nan  # true standard deviation of the estimate, where quadrature gives it
    label: str = ""  # questions of one label share a line

    @property
    def row(self) -> tuple[str, int]:
        """The answer that it is about: both readings of a fitted threshold are about the same interval."""
        return (FMR if self.measure in (THIS, POLICY) else self.measure), self.group


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One population, drawn so and so often."""

    section: str
    population: Population
    draws: int
    asked: str = FMR
    target: Decimal | None = None  # pooled FMR at which the threshold is fitted; None: fixed at 0

    @property
    def spec(self) -> OperatingPointSpec:
        """The operating point that is measured."""
        if self.target is None:
            return OperatingPointSpec("fixed", Policy.VENDOR, threshold=0.0)
        return OperatingPointSpec("fitted", Policy.POOLED, fmr=self.target)

    @property
    def cut(self) -> float:
        """Scores below are not drawn: far enough down for any fitted threshold."""
        return 0.0 if self.target is None else _threshold_at(self.population, min(0.5, 12 * float(self.target)))

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is asked of each draw, in the order in which answers are stored."""
        return _questions_of(self)

    def effective(self, group: int) -> float:
        """Expected effective errors behind the rate of a group."""
        population, threshold = self.population, self.true_threshold
        if self.asked == FNMR:
            return effective_errors(float(population.mated_rates[group]), population.fnmr_deviation(group))
        rate = float(population.rates(threshold)[group, group])
        return effective_errors(rate, population.fmr_deviation(group, threshold))

    @property
    def rates(self) -> FloatArray:
        """(groups,) the true rates that are asked about."""
        if self.asked == FNMR:
            return self.population.mated_rates
        return np.diag(self.population.rates(self.true_threshold))

    def truths(self, threshold: float) -> FloatArray:
        """(questions,) what is true in a draw with this threshold."""
        truths = np.array([question.truth for question in self.questions], dtype=np.float64)
        if self.section == FITTED:
            here = np.diag(self.population.rates(threshold))
            at = [q for q, question in enumerate(self.questions) if question.measure == THIS]
            truths[at] = here[[self.questions[q].group for q in at]]
        return truths

    @property
    def true_threshold(self) -> float:
        """The population's threshold."""
        return 0.0 if self.target is None else _threshold_at(self.population, float(self.target))


def gini(rates: FloatArray) -> float:
    """Corrected Gini coefficient of some rates.

    >>> round(gini(np.array([1.0, 2.0, 4.0, 8.0])), 4)
    0.5111
    """
    k = len(rates)
    return float(np.abs(rates[:, None] - rates).sum() / (2 * k * (k - 1) * rates.mean()))


@lru_cache(maxsize=64)
def _threshold_at(population: Population, pooled: float) -> float:
    return population.threshold_at(pooled)


@lru_cache(maxsize=256)
def _questions_of(case: Case) -> tuple[Question, ...]:
    return tuple(_QUESTIONS[case.section](case))


def _rate_questions(case: Case) -> Iterator[Question]:
    population = case.population
    if case.asked == FNMR:
        yield Question(FNMR, 0, float(population.mated_rates[0]), population.fnmr_deviation(0))
    else:
        yield Question(FMR, 0, population.fmr[0], population.fmr_deviation(0))


def _ratio_questions(case: Case) -> Iterator[Question]:
    first, second = case.population.fmr
    yield Question(TO_REFERENCE, 1, second / first)
    yield Question(TWO_GROUPS, 1)


def _group_questions(case: Case) -> Iterator[Question]:
    rates = case.rates
    yield Question(MAX_MIN, 0, float(rates.max() / rates.min()))
    yield Question(MAX_GEOMEAN, 0, max(1.0, float(rates.max() / np.exp(np.log(rates).mean()))))
    yield Question(GINI, 0, gini(rates))
    yield from (Question(f"{word} of {name}") for word in (P_EQUAL, FLOOR, FLOOR_UPPER) for name in SPREADS)
    yield Question(OMNIBUS)
    for g, rate in enumerate(rates.tolist()):
        yield Question(case.asked, g, rate, label=ALONE)
    for g, rate in enumerate(rates.tolist()):
        yield Question(TOGETHER, g, rate, label=TOGETHER)


def _fitted_questions(case: Case) -> Iterator[Question]:
    for measure in (THIS, POLICY):
        for g, rate in enumerate(case.rates.tolist()):
            yield Question(measure, g, rate, label=f"{measure}: {rate:.6g}, {case.population.subjects[g]} subjects")


_QUESTIONS: dict[str, Callable[[Case], Iterator[Question]]] = {
    RATE: _rate_questions,
    RATIO: _ratio_questions,
    GROUPS: _group_questions,
    FITTED: _fitted_questions,
}

_SIZES = ((25, 1, 1e-2), (50, 2, 1e-2), (100, 1, 1e-2), (100, 2, 1e-3), (250, 2, 1e-3), (250, 2, 1e-4))
_LARGE = ((1000, 1, 1e-3), (1000, 2, 1e-4))
_RARE = (  # subjects, share of the rare kind, match probabilities without and with one of them
    (60, 0.02, 5e-4, 0.10),
    (200, 0.01, 1e-3, 0.05),
    (400, 0.005, 5e-4, 0.05),
    (400, 0.0025, 1e-3, 0.10),
    (400, 0.02, 5e-4, 0.05),  # two in which the rare kind is seldom absent
    (1000, 0.01, 1e-3, 0.05),
)
_SPREAD = tuple(np.linspace(0.8, 1.2, 8).tolist())
_WIDE = tuple(np.geomspace(0.5, 2.0, 8).tolist())
_EQUAL = (1.0,) * 8
_UNEQUAL = (50, 50, 100, 100, 200, 200, 400, 400)


def all_cases() -> tuple[Case, ...]:
    """The populations of the document."""
    return (*_fmr_cases(), *_fnmr_cases(), *_ratio_cases(), *_group_cases(), *_fitted_cases())


def quick_cases(draws: int) -> tuple[Case, ...]:
    """One small population of each section, for a trial."""
    sections: dict[tuple[str, str], list[Case]] = {}
    for case in all_cases():
        sections.setdefault((case.section, case.asked), []).append(case)
    return tuple(replace(case, draws=draws) for cases in sections.values() for case in cases[:1])


def _fmr_cases() -> Iterator[Case]:
    for effect, (subjects, images, fmr) in product(EFFECTS, (*_SIZES, *_LARGE)):
        population = Population(subjects=(subjects,), fmr=(fmr,), effect=effect, images=images)
        yield Case(section=RATE, population=population, draws=300 if subjects == 1000 else 1000)
    for subjects, share, base, match in _RARE:
        effect, fmr = rare(share=share, base=base, match=match)
        yield Case(section=RATE, population=Population(subjects=(subjects,), fmr=(fmr,), effect=effect), draws=600)


def _fnmr_cases() -> Iterator[Case]:
    correlations = ((0.6, 0.8), (0.9, 0.4))  # u, v
    sizes = ((25, 4, 0.05), (50, 2, 0.05), (50, 4, 0.05), (100, 4, 0.02), (250, 2, 0.01), (1000, 4, 0.01))
    for (u, v), (subjects, images, fnmr) in product(correlations, sizes):
        population = Population(
            subjects=(subjects,), fmr=(1e-7,), images=images, fnmr=(fnmr,), mated_effect=u, mated_noise=v
        )
        yield Case(section=RATE, population=population, draws=300 if subjects == 1000 else 1000, asked=FNMR)


def _ratio_cases() -> Iterator[Case]:
    designs = (((50, 50), 1e-2), ((100, 100), 1e-2), ((400, 100), 1e-2), ((250, 250), 1e-3))
    for effect, (subjects, fmr), ratio in product((Effect.MILD, Effect.LOG_NORMAL), designs, (1.0, 3.0)):
        population = Population(subjects=subjects, fmr=(fmr, fmr * ratio), effect=effect, images=2)
        yield Case(section=RATIO, population=population, draws=400)


def _group_cases() -> Iterator[Case]:
    designs = (((100,) * 8, 1e-2), ((250,) * 8, 1e-3), (_UNEQUAL, 1e-2))
    for (subjects, fmr), factors in product(designs, (_EQUAL, _SPREAD, _WIDE)):
        rates = tuple(fmr * factor for factor in factors)
        yield Case(section=GROUPS, population=Population(subjects=subjects, fmr=rates, images=2), draws=300)
    for factors in (_EQUAL, _SPREAD, _WIDE):
        fnmr = tuple(0.05 * factor for factor in factors)
        population = Population(subjects=(100,) * 8, fmr=(1e-7,) * 8, images=4, fnmr=fnmr)
        yield Case(section=GROUPS, population=population, draws=300, asked=FNMR)
    strong = Population(subjects=(250,) * 8, fmr=(1e-2,) * 8, images=2, effect=Effect.STRONG)
    yield Case(section=GROUPS, population=strong, draws=300)


def _fitted_cases() -> Iterator[Case]:
    for effect, (subjects, target) in product(
        (Effect.MILD, Effect.STRONG), (((100,) * 4, "0.01"), ((250,) * 4, "0.001"), ((400, 50, 50, 50), "0.01"))
    ):
        rates = tuple(2 * float(target) * factor for factor in (0.5, 1.0, 1.0, 2.0))
        population = Population(subjects=subjects, fmr=rates, effect=effect, images=2, apart=0.5)
        yield Case(section=FITTED, population=population, draws=300, target=Decimal(target))


def group_id(g: int) -> str:
    """The name of a population's group in result rows."""
    return f"group={g}" if g >= 0 else ALL_GROUPS
