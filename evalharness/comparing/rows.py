"""Rows of a comparison: the rates of both systems side by side, and how much their groups differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from evalharness.comparing.paired import PairedEvidence, difference_interval, p_no_difference, ratio_interval
from evalharness.comparing.points import ComparedGroup
from evalharness.comparing.record import ComparedRate, ComparedSpread
from evalharness.comparing.spread import SPREADS, log_rates, spread_interval
from evalharness.comparing.trials import Trials
from evalharness.statistics.hypotheses import holm

FEW_ERRORS = 5  # below, limits of a ratio are rough

OwnRates = Mapping[tuple[str, str, str, str], float | None]
"""A system's rates on its own trials, by measure, operating point, group and other group."""


@dataclass(frozen=True, slots=True)
class RowSettings:
    """What the rows are asked to be."""

    level: float
    fewest: int  # subjects that an interval needs
    draws: int
    seed: int
    subjects: int  # of the dataset
    own: tuple[OwnRates, OwnRates] = field(repr=False)


@dataclass(frozen=True, slots=True)
class GroupTrials:
    """The trials of one measure at one operating point in the groups of one partition; or why there are none."""

    measure: str
    operating_point: str
    partition: str  # empty: all samples
    groups: Sequence[ComparedGroup]
    trials: Sequence[Trials | str]


def rate_rows(found: GroupTrials, settings: RowSettings) -> list[ComparedRate]:
    """A row for every group, with Holm's p-values over them."""
    rows = [
        _with_evidence(_row(found, group, settings), trials, settings)
        for group, trials in zip(found.groups, found.trials, strict=True)
    ]
    tested = [(i, row.p_value) for i, row in enumerate(rows) if row.p_value is not None]
    adjusted = holm(np.array([p_value for _, p_value in tested], dtype=np.float64))
    for (i, _), p_value in zip(tested, adjusted.tolist(), strict=True):
        rows[i] = replace(rows[i], p_holm=p_value)
    return rows


def _row(found: GroupTrials, group: ComparedGroup, settings: RowSettings) -> ComparedRate:
    other = group.id if found.measure == "fmr" else ""
    own = [rates.get((found.measure, found.operating_point, group.id, other)) for rates in settings.own]
    return ComparedRate(
        measure=found.measure,
        operating_point=found.operating_point,
        partition=found.partition,
        group=group.id,
        level=settings.level,
        own_first=own[0],
        own_second=own[1],
    )


def _with_evidence(row: ComparedRate, trials: Trials | str, settings: RowSettings) -> ComparedRate:
    if isinstance(trials, str):
        return replace(row, note=trials)
    evidence = trials.evidence()
    errors = evidence.errors
    row = replace(
        row,
        trials=errors.trials,
        subjects=evidence.subjects,
        errors_first=errors.first,
        errors_second=errors.second,
        only_first=errors.only_first,
        only_second=errors.only_second,
        first=errors.first / errors.trials,
        second=errors.second / errors.trials,
        difference=errors.difference,
        ratio=errors.ratio,
    )
    return _with_limits(row, evidence, settings)


def _with_limits(row: ComparedRate, evidence: PairedEvidence, settings: RowSettings) -> ComparedRate:
    errors = evidence.errors
    notes = [] if errors.ratio is not None else ["a system has no errors: no ratio"]
    if evidence.clusters < settings.fewest:
        side = "" if evidence.clusters == evidence.subjects else " on a side"
        return replace(row, note=_joined(f"fewer than {settings.fewest} subjects{side}: no interval", *notes))
    limits, ratio = difference_interval(evidence, level=settings.level), ratio_interval(evidence, level=settings.level)
    if errors.ratio is not None and ratio is None:
        notes.append("no trial on which one errs alone: no limits of the ratio")
    if ratio is not None and min(errors.first, errors.second, errors.only_first + errors.only_second) < FEW_ERRORS:
        notes.append(f"fewer than {FEW_ERRORS} errors, or on which one errs alone: the limits of the ratio are rough")
    return replace(
        row,
        lower=limits.lower,
        upper=limits.upper,
        ratio_lower=None if ratio is None else ratio.lower,
        ratio_upper=None if ratio is None else ratio.upper,
        p_value=p_no_difference(evidence),
        note=_joined(*notes),
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """A group that takes part in a measure of spread."""

    group: str
    trials: Trials
    evidence: PairedEvidence


def spread_rows(found: GroupTrials, settings: RowSettings) -> Iterator[ComparedSpread]:
    """A row for every measure of spread, over groups with known labels, trials and enough subjects."""
    kept: list[_Kept] = []
    left_out: list[str] = []
    for group, trials in zip(found.groups, found.trials, strict=True):
        if isinstance(trials, str):
            left_out.append(f"{group.id} ({trials})")
        elif not group.known:
            left_out.append(f"{group.id} (label missing)")
        elif (evidence := trials.evidence()).clusters < settings.fewest:
            left_out.append(f"{group.id} (fewer than {settings.fewest} subjects)")
        else:
            kept.append(_Kept(group.id, trials, evidence))
    note = f"left out: {', '.join(left_out)}" if left_out else ""
    for name in SPREADS:
        row = ComparedSpread(
            measure=f"{found.measure}.{name}",
            operating_point=found.operating_point,
            partition=found.partition,
            groups=tuple(item.group for item in kept),
            level=settings.level,
            note=note,
        )
        yield _measured(row, name, kept, settings)


def _measured(row: ComparedSpread, name: str, kept: Sequence[_Kept], settings: RowSettings) -> ComparedSpread:
    if len(kept) < 2:
        return replace(row, note=_joined("fewer than two groups to compare", row.note))
    without = [item.group for item in kept if item.evidence.errors.ratio is None]
    if without:
        return replace(row, note=_joined(f"undefined: a system has no errors in {', '.join(without)}", row.note))
    rates = log_rates([item.trials for item in kept], subjects=settings.subjects)
    first, second = (float(value) for value in SPREADS[name](rates.rates))
    row = replace(row, first=first, second=second, difference=first - second)
    few = [item.group for item in kept if min(item.evidence.errors.first, item.evidence.errors.second) < FEW_ERRORS]
    if few:
        return replace(row, note=_joined(f"no interval: fewer than {FEW_ERRORS} errors in {', '.join(few)}", row.note))
    rng = np.random.default_rng(settings.seed)  # the same draw for every measure, point and partition
    limits = spread_interval(rates, SPREADS[name], level=settings.level, draws=settings.draws, rng=rng)
    return replace(
        row,
        lower=limits.lower,
        upper=limits.upper,
        verdict=_verdict(limits.lower, limits.upper),
    )


def _verdict(lower: float, upper: float) -> str:
    if upper < 0:
        return "the first differs less between these groups"
    if lower > 0:
        return "the second differs less between these groups"
    return "these data do not tell which of the two differs less between these groups"


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
