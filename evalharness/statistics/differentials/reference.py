"""Ratios of rates of two groups, and the rows of ratios to a reference group."""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betainc, stdtr, stdtrit

from evalharness.records import FloatArray
from evalharness.statistics.differentials.evidence import Evidence
from evalharness.statistics.differentials.logrates import LogRates
from evalharness.statistics.differentials.settings import GroupSettings
from evalharness.statistics.differentials.zeros import cautious, one_sided
from evalharness.statistics.grouprates import GroupRates
from evalharness.statistics.intervals import clopper_pearson
from evalharness.statistics.rows import Differential

FEW_ERRORS = 5.0
UNSTABLE = "unstable: fewer than 5 effective errors in one of the two groups; conditional limits at effective trials"
_ROUNDS = 6  # of the common rate and the trials that it makes the groups worth
NO_ERRORS = "undefined: no error in the reference group; the bound is a lower limit over an upper limit"


@dataclass(frozen=True, slots=True)
class Ratio:
    """Rate of one group / rate of another."""

    value: float | None
    lower: float | None
    upper: float | None
    statistic: float | None  # log ratio, less its skewness, / standard error; None for the conditional method
    p_value: float | None  # two-sided, of equal rates
    conditional: bool  # on the sum of both numbers of effective errors


@dataclass(frozen=True, slots=True)
class Ratios:
    """All ratios of one set of rates."""

    rates: GroupRates
    logs: LogRates

    @classmethod
    def of(cls, rates: GroupRates) -> "Ratios":
        """Prepare the log rates once."""
        return cls(rates, LogRates.of(rates))

    def ratio(self, group: int, other: int, *, level: float) -> Ratio:
        """Rate of ``group`` / rate of ``other``.

        With five effective errors on both sides: normal on the log scale, with the clustered standard error and
        Student quantiles (degrees of freedom after Welch & Satterthwaite); a limit lies further out by the skewness of
        the rate that would have to be higher than observed. With fewer: conditional on the sum of both numbers of
        effective errors, at no more trials than the groups are worth at a common rate.
        """
        errors = Evidence.of(self.rates).errors[[group, other]]
        if errors.min() < FEW_ERRORS:
            return self._conditional(group, other, level=level)
        covariance = self.logs.covariance
        variances = np.array([covariance[group, group], covariance[other, other]])
        variance = max(float(variances.sum() - 2 * covariance[group, other]), 0.0)
        estimate = float(self.logs.values[group] - self.logs.values[other])
        if variance == 0:
            return Ratio(math.exp(estimate), None, None, None, None, conditional=False)
        degrees = float(variances.sum() ** 2 / np.sum(variances**2 / self.logs.degrees[[group, other]]))
        half = math.sqrt(variance) * -float(stdtrit(degrees, (1 - level) / 2))
        below, above = float(self.logs.skew[other]), float(self.logs.skew[group])
        limits = math.exp(estimate - half - below), math.exp(estimate + half + above)
        unskewed = max(0.0, abs(estimate) - (below if estimate > 0 else above)) / math.sqrt(variance)
        p_value = float(2 * stdtr(degrees, -unskewed))
        return Ratio(math.exp(estimate), *limits, math.copysign(unskewed, estimate), p_value, conditional=False)

    def _conditional(self, group: int, other: int, *, level: float) -> Ratio:
        """Conditional on the sum: e1 of e1 + e2 is binomial with odds (rate 1 x n1) / (rate 2 x n2)."""
        evidence, pair = Evidence.of(self.rates), [group, other]
        n1, n2 = self._trials(pair)
        first, second = evidence.rates[pair] * (n1, n2)
        if first + second == 0:
            return Ratio(None, None, None, None, None, conditional=True)
        share = clopper_pearson(float(first), float(first + second), level=level)
        lower = share.lower / (1 - share.lower) * n2 / n1 if share.lower < 1 else math.inf
        upper = share.upper / (1 - share.upper) * n2 / n1 if share.upper < 1 else math.inf
        value = float(evidence.rates[group] / evidence.rates[other]) if second > 0 else None
        odds = float(n1 / (n1 + n2))
        above = float(betainc(first, second + 1, odds)) if first > 0 else 1.0
        below = float(betainc(second, first + 1, 1 - odds)) if second > 0 else 1.0
        p_value = min(1.0, 2 * min(above, below))
        return Ratio(
            value, float(lower), float(upper) if math.isfinite(upper) else None, None, p_value, conditional=True
        )

    def _trials(self, pair: list[int]) -> FloatArray:
        """(2,) effective trials of two groups: the fewer of those at the observed and at a common rate.

        The trials that a group is worth fall with its rate where comparisons share subjects, so a group that happens
        to show few errors would count for too much at its own rate. A group without errors, or with nothing else,
        counts as its disjoint trials, on which its own interval rests: else a test could reject a rate that the
        interval holds.
        """
        evidence = Evidence.of(cautious(self.rates))
        most = trials = evidence.trials
        for _ in range(_ROUNDS):
            common = float(evidence.rates[pair] @ trials[pair] / trials[pair].sum())
            trials = np.minimum(most, evidence.trials_at(np.full_like(most, common)))
        return trials[pair]


def log_ratio_error(errors: FloatArray, rates: FloatArray, design_effects: FloatArray) -> float:
    """Standard error of a log ratio of two independent rates: sqrt(sum of DEFF (1 - p) / e).

    >>> round(log_ratio_error(np.array([20, 5]), np.array([2e-3, 5e-4]), np.array([4.0, 4.0])), 6)
    0.9996
    """
    return math.sqrt(float(np.sum(design_effects * (1 - rates) / errors)))


def ratios_to_references(rates: GroupRates, *, settings: GroupSettings) -> tuple[Differential, ...]:
    """One row for each reference group of this partition and each other group."""
    left_out = {left.group: left.reason for left in rates.left_out}
    known = [reference for reference in settings.references if reference in rates.groups or reference in left_out]
    ratios = Ratios.of(rates) if rates.groups else None
    rows = []
    for reference in known:
        for index, group in enumerate(rates.groups):
            if group == reference:
                continue
            if reference in left_out or ratios is None:
                row = _undefined(rates, group, reference, f"the reference group is left out: {left_out[reference]}")
            else:
                row = _row(ratios, index, rates.groups.index(reference), level=settings.level)
            rows.append(replace(row, level=settings.level))
    return tuple(rows)


def _undefined(rates: GroupRates, group: str, reference: str, note: str) -> Differential:
    return Differential(
        measure=f"{rates.measure}.ratio_to_reference",
        operating_point=rates.operating_point,
        partition=rates.partition,
        groups=rates.groups,
        left_out=rates.left_out,
        reference=reference,
        group=group,
        highest="",
        lowest="",
        value=None,
        lower=None,
        upper=None,
        level=rates.level,
        note=note,
    )


def _row(ratios: Ratios, group: int, reference: int, *, level: float) -> Differential:
    rates = ratios.rates
    ratio = ratios.ratio(group, reference, level=level)
    row = _undefined(rates, rates.groups[group], rates.groups[reference], "")
    if ratio.value is None:
        if rates.errors[group] == 0:
            return replace(row, note="undefined: neither group has an error")
        bound = one_sided(rates, group, level=level)[0] / one_sided(rates, reference, level=level)[1]
        smoothed = Evidence.of(rates).smoothed
        return replace(row, bound=bound, smoothed=float(smoothed[group] / smoothed[reference]), note=NO_ERRORS)
    note = UNSTABLE if ratio.conditional else ""
    return replace(row, value=ratio.value, lower=ratio.lower, upper=ratio.upper, p_equal=ratio.p_value, note=note)
