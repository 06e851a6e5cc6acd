"""FNMR by logistic regression on group and covariates, with subjects as clusters.

The model is additive on the logit scale. What is reported are no odds ratios but marginal rates: the mean predicted
FNMR of the target's strata with everybody's group set to this one, and the ratio of two such rates, with limits by the
delta method from the cluster-robust covariance (Liang & Zeger 1986). Fitted by statsmodels, the extra ``stats``.
"""

import math
from dataclasses import dataclass, field
from importlib.util import find_spec

import numpy as np
from scipy.special import expit

from evalharness.records import FloatArray, IntArray
from evalharness.statistics.adjustment.estimates import Ratio
from evalharness.statistics.adjustment.groups import GroupData, threshold_of
from evalharness.statistics.adjustment.rows import Frame, Outcome, without_rate
from evalharness.statistics.adjustment.strata import Strata
from evalharness.statistics.intervals import Interval, t_quantile
from evalharness.statistics.rows import Adjusted

METHOD = "regression"
_ERRORS_PER_COEFFICIENT = 5
_FEWEST_CLUSTERS = 10
_SEPARATION = 1e-7  # an optimum above is no rounding
_MISSING = "statsmodels is not installed; to install: pip install 'evalharness[stats]'"


@dataclass(frozen=True, slots=True)
class _Design:
    """Comparisons of the groups that can be fitted; columns: 1, groups beside the first, covariates."""

    groups: tuple[GroupData, ...]  # the reference first
    covariates: FloatArray = field(repr=False)  # (strata, columns)
    group: IntArray = field(repr=False)  # (m,) index into groups
    stratum: IntArray = field(repr=False)  # (m,)
    subject: IntArray = field(repr=False)  # (m,)
    wrong: FloatArray = field(repr=False)  # (m,) 1 for an error
    straddling: IntArray = field(repr=False)  # (groups,) comparisons left out: with a sample of another group too

    def rows(self, group: IntArray, stratum: IntArray) -> FloatArray:
        """(n, coefficients) the model's columns."""
        dummies = (group[:, None] == np.arange(1, len(self.groups))).astype(np.float64)
        return np.concatenate([np.ones((len(group), 1)), dummies, self.covariates[stratum]], axis=1)


def regression_rows(
    frame: Frame, groups: tuple[GroupData, ...], keys: IntArray, weights: FloatArray | str
) -> tuple[Adjusted, ...]:
    """One row for each group; without a value, and with the reason, where the model cannot be fitted.

    Args:
        frame: Settings and reference group.
        groups: All groups of the partition, with tables of mated comparisons.
        keys: (strata,) the strata.
        weights: (strata,) their shares of the target, or why there are none.
    """
    outcomes = _outcomes(frame, groups, keys, weights)
    return tuple(frame.row(group, outcomes[group.group], method=METHOD) for group in groups)


def _outcomes(
    frame: Frame, groups: tuple[GroupData, ...], keys: IntArray, weights: FloatArray | str
) -> dict[str, Outcome]:
    unfit = {group.group: outcome for group in groups if (outcome := _unfit(frame, group)) is not None}
    fitting = [group for group in groups if group.group not in unfit]
    fitting.sort(key=lambda group: group is not frame.reference)
    design = None
    if isinstance(weights, str):
        reason = weights
    elif len(fitting) < 2 or fitting[0] is not frame.reference:
        reason = "no regression: it needs the reference and another group with errors and with non-errors"
    elif find_spec("statsmodels") is None:
        reason = _MISSING
    else:
        design = _design(frame, tuple(fitting), keys)
        reason = _obstacle(design)
    if design is not None and not reason and not isinstance(weights, str):
        return unfit | _fit(frame, design, weights)
    return unfit | {group.group: Outcome(None, notes=(reason,)) for group in fitting}


def _unfit(frame: Frame, group: GroupData) -> Outcome | None:
    """Why a group takes no part in the model; None where it does."""
    none = without_rate(group)
    if none is not None:
        return none
    assert group.table is not None
    errors, trials = int(group.table.errors.sum()), int(group.table.trials.sum())
    if not 0 < errors < trials:
        return Outcome(None, notes=("not in the regression: without an error, or with nothing else",))
    if not frame.may_have_interval(group.clusters):
        return Outcome(None, notes=(f"not in the regression: {group.clusters} subjects are too few",))
    return None


def _design(frame: Frame, fitting: tuple[GroupData, ...], keys: IntArray) -> _Design:
    """Completed mated comparisons with a stratum and both samples (with roles: the probe) in one fitted group."""
    work, mated = frame.work, frame.work.counts.mated
    names = [group.id for group in work.partition.groups]
    number = np.full(len(names), len(fitting), dtype=np.int64)
    number[[names.index(group.group) for group in fitting]] = np.arange(len(fitting))
    group, other = (number[work.partition.group_of[side]] for side in (mated.probe, mated.reference))
    known = mated.completed & work.strata.has_stratum(mated.probe, mated.reference)
    across = known & (group != other) & (not work.counts.directed)
    ends = np.concatenate([group[across], other[across]])
    at = np.flatnonzero(known & (group < len(fitting)) & ~across)
    stratum = np.searchsorted(keys, work.strata.keys(mated.probe[at], mated.reference[at]))
    thresholds = np.array([float(threshold_of(work.point, group.group)) for group in fitting])
    wrong = mated.scores[at] < thresholds[group[at]]
    used = np.bincount(stratum, minlength=len(keys))
    return _Design(
        groups=fitting,
        covariates=_covariate_columns(work.strata, keys, used),
        group=group[at],
        stratum=stratum,
        subject=work.counts.subject_of[mated.probe[at]],
        wrong=wrong.astype(np.float64),
        straddling=np.bincount(ends, minlength=len(fitting))[: len(fitting)],
    )


def _covariate_columns(strata: Strata, keys: IntArray, used: IntArray) -> FloatArray:
    """(strata, columns) for each covariate its pairs of values but the most frequent one."""
    columns = [np.zeros((len(keys), 0))]
    low, high = np.divmod(keys, strata.combinations)
    for k in range(len(strata.covariates)):
        pair = np.sort(np.stack([strata.values[low, k], strata.values[high, k]], axis=1), axis=1)
        _, level = np.unique(pair, axis=0, return_inverse=True)
        level = level.reshape(-1)
        frequency = np.bincount(level, weights=used)
        kept = [v for v in range(len(frequency)) if frequency[v] > 0 and v != int(np.argmax(frequency))]
        columns.append((level[:, None] == np.array(kept, dtype=np.int64)).astype(np.float64))
    return np.concatenate(columns, axis=1)


def _obstacle(design: _Design) -> str:
    """Why the model cannot be fitted; empty where it can."""
    pattern, at = np.unique(np.stack([design.group, design.stratum], axis=1), axis=0, return_inverse=True)
    columns = design.rows(pattern[:, 0], pattern[:, 1])
    errors = np.bincount(at.reshape(-1)[design.wrong > 0], minlength=len(pattern))
    trials = np.bincount(at.reshape(-1), minlength=len(pattern))
    coefficients, clusters = columns.shape[1], len(np.unique(design.subject))
    rarer = int(min(errors.sum(), trials.sum() - errors.sum()))
    if len(pattern) < coefficients or int(np.linalg.matrix_rank(columns)) < coefficients:
        return "no regression: groups and covariates cannot be told apart"
    if rarer < _ERRORS_PER_COEFFICIENT * coefficients:
        needed = _ERRORS_PER_COEFFICIENT * coefficients
        return f"no regression: {rarer} errors (or non-errors) for {coefficients} coefficients; {needed} are needed"
    if clusters < max(_FEWEST_CLUSTERS, 2 * coefficients):
        needed = max(_FEWEST_CLUSTERS, 2 * coefficients)
        return f"no regression: {clusters} subjects for {coefficients} coefficients; {needed} are needed"
    return "no regression: the labels separate errors from non-errors" if _separated(columns, errors, trials) else ""


def _separated(columns: FloatArray, errors: IntArray, trials: IntArray) -> bool:
    """Whether some direction predicts errors without fail (Konis 2007): then the coefficients have no finite value.

    A linear program over the patterns of labels looks for a direction along which patterns with errors alone never
    lie below, those with non-errors alone never above, and mixed ones at zero.
    """
    from scipy.optimize import linprog

    sign = np.where(errors == 0, -1.0, 1.0)[:, None] * columns
    mixed = (errors > 0) & (errors < trials)
    pure, both = sign[~mixed], columns[mixed]
    if not len(pure):
        return False
    solved = linprog(
        -pure.sum(axis=0),
        A_ub=-pure,
        b_ub=np.zeros(len(pure)),
        A_eq=both if len(both) else None,
        b_eq=np.zeros(len(both)) if len(both) else None,
        bounds=(-1, 1),
        method="highs",
    )
    return bool(solved.status != 0 or -solved.fun > _SEPARATION)


def _fit(frame: Frame, design: _Design, weights: FloatArray) -> dict[str, Outcome]:
    """Fit, then predict the strata of the target for each group."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    model = GLM(design.wrong, design.rows(design.group, design.stratum), family=Binomial())
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": design.subject}, maxiter=200)
    covariance = np.asarray(fitted.cov_params(), dtype=np.float64)
    if not (fitted.converged and np.all(np.isfinite(covariance))):
        return {
            group.group: Outcome(None, notes=("no regression: the fit did not converge",)) for group in design.groups
        }
    present = np.bincount(design.stratum, minlength=len(weights)) > 0
    share = np.where(present, weights, 0.0)
    covered = float(share.sum())
    if covered <= 0:
        return {group.group: Outcome(None, notes=("no comparisons in the target",)) for group in design.groups}
    note = "" if covered > 1 - 1e-9 else f"over the strata present, {covered:.1%} of the target"
    quantile = t_quantile(frame.settings.level, degrees=len(np.unique(design.subject)) - 1)
    margins = [_margin(design, g, share / covered, np.asarray(fitted.params)) for g in range(len(design.groups))]
    errors = [int(design.wrong[design.group == g].sum()) for g in range(len(design.groups))]
    return {
        group.group: Outcome(
            margins[g].rate,
            _limits(margins[g], covariance, quantile),
            _ratio(margins[g], margins[0], covariance, quantile) if g else Ratio(1.0, None, None),
            errors[g],
            errors[0],
            notes=tuple(each for each in (note, _left_out(int(design.straddling[g]))) if each),
        )
        for g, group in enumerate(design.groups)
    }


def _left_out(straddling: int) -> str:
    return f"{straddling} comparisons with a sample of another group are not in the regression" if straddling else ""


@dataclass(frozen=True, slots=True)
class _Margin:
    """A mean predicted rate, and its derivative by the coefficients."""

    rate: float
    gradient: FloatArray = field(repr=False)


def _margin(design: _Design, g: int, share: FloatArray, coefficients: FloatArray) -> _Margin:
    columns = design.rows(np.full(len(share), g), np.arange(len(share)))
    predicted = expit(columns @ coefficients)
    slopes = (share * predicted * (1 - predicted)) @ columns
    return _Margin(float(share @ predicted), np.asarray(slopes, dtype=np.float64))


def _limits(margin: _Margin, covariance: FloatArray, quantile: float) -> Interval:
    """On the logit scale."""
    odds = margin.rate * (1 - margin.rate)
    half = quantile * math.sqrt(float(margin.gradient @ covariance @ margin.gradient)) / odds
    middle = math.log(margin.rate) - math.log1p(-margin.rate)
    return Interval(float(expit(middle - half)), float(expit(middle + half)))


def _ratio(margin: _Margin, base: _Margin, covariance: FloatArray, quantile: float) -> Ratio:
    gradient = margin.gradient / margin.rate - base.gradient / base.rate
    half = quantile * math.sqrt(float(gradient @ covariance @ gradient))
    value = margin.rate / base.rate
    return Ratio(value, value * math.exp(-half), value * math.exp(min(half, 700.0)))
