"""The rows of tests: all groups, then all pairs of groups with adjusted p-values, then equivalence."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from evalharness.statistics.differentials.reference import Ratio, Ratios
from evalharness.statistics.differentials.settings import GroupSettings
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.hypotheses.multiplicity import benjamini_hochberg, holm
from evalharness.statistics.hypotheses.omnibus import equal_rates
from evalharness.statistics.rows import TestOutcome

DIFFERENT = "rates differ"
NOT_SHOWN = "no difference shown"
EQUIVALENT = "within the margin"
BEYOND = "beyond the margin"
UNDECIDED = "undecided"

_UNTESTABLE = "no test: no trial, or every trial, is an error"
_FEW_NOTE = "unstable: fewer than 5 effective errors in one of the two groups; conditional test at effective trials"


def tests_of(rates: GroupRates, *, settings: GroupSettings, rng: np.random.Generator) -> tuple[TestOutcome, ...]:
    """All tests of one measure at one operating point over the groups of one partition.

    Args:
        rates: Rates of the groups.
        settings: Level, simulations, and the declared margin of equivalence if there is one.
        rng: Source of the draws under equal rates.

    Returns:
        ``equal_rates``; ``two_groups`` for each pair, with p-values adjusted over these pairs; ``equivalence`` for
        each pair if a margin was declared. Nothing with fewer than two groups.
    """
    if len(rates.groups) < 2:
        return ()
    pairs = list(combinations(range(len(rates.groups)), 2))
    ratios = Ratios.of(rates)
    return (
        _omnibus(rates, settings=settings, rng=rng),
        *_two_groups(ratios, pairs, level=settings.level),
        *_equivalence(ratios, pairs, settings=settings),
    )


def _omnibus(rates: GroupRates, *, settings: GroupSettings, rng: np.random.Generator) -> TestOutcome:
    row = _blank(rates, test="equal_rates", level=settings.level)
    found = equal_rates(rates, simulations=settings.simulations, rng=rng)
    if found is None:
        return replace(row, verdict=UNDECIDED, note=_UNTESTABLE)
    note = "against draws under equal rates: a group has fewer than 30 effective errors" if found.simulated else ""
    verdict = DIFFERENT if found.p_value < 1 - settings.level else NOT_SHOWN
    return replace(row, statistic=found.statistic, p_value=found.p_value, verdict=verdict, note=note)


def _two_groups(ratios: Ratios, pairs: Sequence[tuple[int, int]], *, level: float) -> list[TestOutcome]:
    rows = [_pair_row(ratios, pair, ratios.ratio(*pair, level=level), test="two_groups", level=level) for pair in pairs]
    tested = [i for i, row in enumerate(rows) if row.p_value is not None]
    p_values = np.array([row.p_value for row in rows if row.p_value is not None], dtype=np.float64)
    for i, strict, lax in zip(tested, holm(p_values).tolist(), benjamini_hochberg(p_values).tolist(), strict=True):
        verdict = DIFFERENT if strict < 1 - level else NOT_SHOWN
        rows[i] = replace(rows[i], p_holm=strict, p_bh=lax, verdict=verdict)
    return rows


def _equivalence(ratios: Ratios, pairs: Sequence[tuple[int, int]], *, settings: GroupSettings) -> list[TestOutcome]:
    """Two one-sided tests: the interval at 2 level - 1 lies inside [1/m, m]."""
    margin = settings.equivalence_ratio
    if margin is None:
        return []
    level, rows = 2 * settings.level - 1, []
    for pair in pairs:
        ratio = ratios.ratio(*pair, level=level)
        row = _pair_row(ratios, pair, ratio, test="equivalence", level=level)
        note = "; ".join(part for part in (f"declared margin {margin:g}", row.note) if part)
        rows.append(replace(row, statistic=None, p_value=None, verdict=_against(ratio, margin), note=note))
    return rows


def _against(ratio: Ratio, margin: float) -> str:
    if ratio.lower is None:
        return UNDECIDED
    if ratio.upper is not None and ratio.lower >= 1 / margin and ratio.upper <= margin:
        return EQUIVALENT
    if ratio.lower > margin or (ratio.upper is not None and ratio.upper < 1 / margin):
        return BEYOND
    return UNDECIDED


def _pair_row(ratios: Ratios, pair: tuple[int, int], ratio: Ratio, *, test: str, level: float) -> TestOutcome:
    row = _blank(ratios.rates, test=test, level=level)
    untested = ratio.p_value is None
    return replace(
        row,
        group=ratios.rates.groups[pair[0]],
        other_group=ratios.rates.groups[pair[1]],
        estimate=ratio.value,
        lower=ratio.lower,
        upper=ratio.upper,
        statistic=ratio.statistic,
        p_value=ratio.p_value,
        verdict=UNDECIDED if untested else "",
        note=_UNTESTABLE if untested else _FEW_NOTE if ratio.conditional else "",
    )


def _blank(rates: GroupRates, *, test: str, level: float) -> TestOutcome:
    return TestOutcome(
        test=test,
        measure=rates.measure,
        operating_point=rates.operating_point,
        partition=rates.partition,
        group="",
        other_group="",
        estimate=None,
        lower=None,
        upper=None,
        level=level,
        statistic=None,
        p_value=None,
    )
