"""Rows on differences between groups to render: invented numbers in the shape that an audit gives them."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import exp, prod
from typing import get_args

from evalharness.result import AuditResult, CatalogueRow, MeasureRow, OperatingPointInfo
from evalharness.result import rows as parts
from evalharness.result.model import Reading

NAMES = {
    "fmr.max_min": ("FMR, highest over lowest", "ratio"),
    "fmr.max_geomean": ("FMR, highest over geometric mean", "ratio"),
    "fmr.difference": ("FMR, highest minus lowest", "proportion"),
    "fmr.gini_corrected": ("FMR, Gini index, corrected", "index from 0 to 1"),
    "fnmr.max_min": ("FNMR, highest over lowest", "ratio"),
    "fnmr.gini_corrected": ("FNMR, Gini index, corrected", "index from 0 to 1"),
    "garbe": ("GARBE, alpha 0.5", "index from 0 to 1"),
    "equal_rates": ("All groups have one rate", "p-value"),
    "two_groups": ("Two groups have one rate", "p-value"),
    "equivalence": ("The ratio lies within the declared margin", "p-value"),
    "standardised": ("Direct standardisation", "proportion"),
}
ENTRIES = tuple(
    CatalogueRow(
        id=key, name=name, formula="as invented", direction="lower is closer", unit=unit, source="none", caution="none"
    )
    for key, (name, unit) in NAMES.items()
)


def with_differences(result: AuditResult, **changes: object) -> AuditResult:
    """The same result with every part that schema 1.1 added; only the groups that are large enough take part."""
    found = {
        "differentials": tuple(_each(result, differentials)),
        "group_estimates": tuple(_each(result, estimates)),
        "worst_groups": tuple(_each(result, worst)),
        "tests": tuple(_each(result, hypotheses)),
        "adjusted": tuple(_each(result, adjusted)),
        "curves": tuple(curves(result)),
        "score_shifts": tuple(shifts(result)),
        "readings": (reading(result),),
        "catalogue": (*result.catalogue, *ENTRIES),
    }
    return result.model_copy(update=found | changes)


def _each(result, rows):
    for point in result.operating_points:
        for partition in result.population.partitions:
            large = [group.id for group in partition.groups if group.adequate and group.known]
            small = [group.id for group in partition.groups if not group.adequate]
            found = {
                (r.measure, r.group): r
                for r in result.measures
                if r.operating_point == point.name
                and r.group in large
                and (r.measure != "fmr" or r.other_group == r.group)
                and r.value is not None
            }
            yield from rows(point, partition.id, found, small)


_Found = dict[tuple[str, str], MeasureRow]


def _rates(found: _Found, measure: str) -> dict[str, float]:
    return {group: row.value or 0.0 for (name, group), row in found.items() if name == measure}


def differentials(
    point: OperatingPointInfo, partition: str, found: _Found, small: Sequence[str]
) -> Iterator[parts.DifferentialRow]:
    """Every measure of FMR; FNMR without errors; one blend; every group over the first."""
    fmr, fnmr = _rates(found, "fmr"), _rates(found, "fnmr")
    out = tuple(parts.LeftOutInfo(group=group, reason="fewer than 3 subjects") for group in small)
    common = {
        "operating_point": point.name, "partition": partition, "groups": tuple(fmr), "left_out": out, "reference": "",
        "group": "", "highest": "", "lowest": "", "value": None, "lower": None, "upper": None, "level": 0.95,
    }  # fmt: skip
    if not fmr:
        return
    high, low = max(fmr, key=fmr.get), min(fmr, key=fmr.get)
    ends = common | {"highest": high, "lowest": low}
    mean = prod(max(rate, 1e-9) for rate in fmr.values()) ** (1 / len(fmr))
    numbers = {
        "max_min": (fmr[high] / max(fmr[low], 1e-9), 1.0, 2.31, 3.907),
        "max_geomean": (fmr[high] / mean, 1.0, 1.42, 1.96),
        "difference": (fmr[high] - fmr[low], 0.0, 0.0021, 0.00612),
        "gini_corrected": (0.6372, 0.0, 0.374, 0.581),
    }
    for name, (value, equal, floor, upper) in numbers.items():
        if fmr[low] == 0 and name.startswith("max"):
            yield parts.DifferentialRow(
                **common, measure=f"fmr.{name}", bound=0.34 if name == "max_min" else None, floor=floor,
                floor_upper=upper, note="undefined: a group has no errors",
            )  # fmt: skip
            continue
        yield parts.DifferentialRow(
            **ends | {"value": value, "lower": max(value * 0.42, equal), "upper": value * 1.4}, measure=f"fmr.{name}",
            floor=floor, floor_upper=upper, p_equal=0.0125, note="interval by test inversion",
        )  # fmt: skip
    first = next(iter(fmr))
    for group in fmr:
        if group != first:
            ratio = {"value": fmr[group] / max(fmr[first], 1e-9), "lower": 0.61, "upper": 118.0}
            yield parts.DifferentialRow(
                **common | ratio | {"group": group, "reference": first}, measure="fmr.ratio_to_reference"
            )
    named = common | {"groups": tuple(fnmr)}
    yield parts.DifferentialRow(
        **named, measure="fnmr.max_min", bound=0.12, smoothed=5.0, note="undefined: a group has no errors"
    )
    yield parts.DifferentialRow(**named, measure="fnmr.gini_corrected", note="undefined: no group has an error")
    yield parts.DifferentialRow(
        **ends | {"value": 0.46389, "lower": 0.2, "upper": 0.81}, measure="garbe", floor=0.35, floor_upper=0.52,
        p_equal=0.061, note="alpha 0.5",
    )  # fmt: skip


def estimates(
    point: OperatingPointInfo, partition: str, found: _Found, _: Sequence[str]
) -> Iterator[parts.GroupEstimateRow]:
    """Every group with wider limits, and drawn half-way to one per cent."""
    for (measure, group), row in found.items():
        if measure != "frr":
            yield parts.GroupEstimateRow(
                measure=measure, operating_point=point.name, partition=partition, group=group, value=row.value,
                lower=None if row.lower is None else row.lower * 0.8,
                upper=None if row.upper is None else min(row.upper * 1.3, 1.0),
                level=0.95, shrunken=((row.value or 0.0) + 0.01) / 2, note=row.note,
            )  # fmt: skip


def worst(point: OperatingPointInfo, partition: str, found: _Found, _: Sequence[str]) -> Iterator[parts.WorstGroupRow]:
    """The highest FMR; no highest FNMR, since there is none."""
    fmr = _rates(found, "fmr")
    common = {"operating_point": point.name, "partition": partition, "groups": len(fmr), "level": 0.95}
    if fmr:
        high = max(fmr, key=fmr.get)
        row = found["fmr", high]
        yield parts.WorstGroupRow(
            **common, measure="fmr", group=high, value=row.value, lower=(row.lower or 0.0) * 0.8,
            upper=min((row.upper or 1.0) * 1.3, 1.0), shrunken=fmr[high] * 0.8, equal_mean=0.0081, equal_upper=0.0147,
            p_equal=0.004, split_half=fmr[high] * 0.9, split_agreement=0.84,
        )  # fmt: skip
    yield parts.WorstGroupRow(
        **common, measure="fnmr", group="", value=None, lower=None, upper=None, shrunken=None, equal_mean=None,
        equal_upper=None, p_equal=None, split_half=None, split_agreement=None, note="no group has an error",
    )  # fmt: skip


def hypotheses(point: OperatingPointInfo, partition: str, found: _Found, _: Sequence[str]) -> Iterator[parts.TestRow]:
    """One test over all groups, one for each pair, and equivalence of each pair."""
    fmr = _rates(found, "fmr")
    common = {"operating_point": point.name, "partition": partition, "level": 0.95}
    bare = {"group": "", "other_group": "", "estimate": None, "lower": None, "upper": None}
    yield parts.TestRow(
        **common | bare, test="equal_rates", measure="fmr", statistic=17.3, p_value=0.0000321,
    )  # fmt: skip
    yield parts.TestRow(
        **common | bare, test="equal_rates", measure="fnmr", statistic=None, p_value=None, note="no group has an error"
    )
    for a, b in combinations(fmr, 2):
        ratio = fmr[a] / max(fmr[b], 1e-9)
        pair = {"measure": "fmr", "group": a, "other_group": b, "estimate": ratio, "lower": ratio / 3}
        pair |= {"upper": ratio * 3, "statistic": 1.9, "p_value": 0.0312}
        yield parts.TestRow(**common | pair, test="two_groups", p_holm=0.1872, p_bh=0.0624)
        yield parts.TestRow(**common | pair, test="equivalence", verdict="not shown to lie within 1.5")


def adjusted(point: OperatingPointInfo, partition: str, found: _Found, _: Sequence[str]) -> Iterator[parts.AdjustedRow]:
    """FNMR of each group, standardised to the ages of all."""
    rows = [row for (measure, _), row in found.items() if measure == "fnmr"]
    for place, row in enumerate(rows):
        yield parts.AdjustedRow(
            measure="fnmr", operating_point=point.name, partition=partition, group=row.group, method="standardised",
            covariates=("age",), reference=rows[0].group, crude=row.value, crude_lower=row.lower, crude_upper=row.upper,
            adjusted=None if place == 1 else 0.012, lower=None if place == 1 else 0.004,
            upper=None if place == 1 else 0.031, crude_ratio=1.7, adjusted_ratio=None if place == 1 else 1.2,
            ratio_lower=0.6, ratio_upper=2.3, level=0.95, empty_strata=("age=60 to 70",) if place else (),
            note="weights do not overlap" if place == 1 else "",
        )  # fmt: skip


def curves(result: AuditResult) -> Iterator[parts.CurveInfo]:
    """One curve for all samples and one for each group, from logistic distributions that lie apart."""
    thresholds = tuple(place / 10 for place in range(-30, 31, 2))
    groups = [("", "all")] + [(part.id, group.id) for part in result.population.partitions for group in part.groups]
    for place, (partition, group) in enumerate(groups):
        shift = place % 6 / 3
        fmr = tuple(1 / (1 + exp(2.2 * (t + 3 - shift))) for t in thresholds)
        fnmr = tuple(1 / (1 + exp(-2.2 * (t - 2.4 - shift / 4))) for t in thresholds)
        if group.endswith("east_asian/white"):
            yield parts.CurveInfo(
                partition=partition, group=group, thresholds=thresholds, fmr=(None,) * len(fmr), fnmr=fnmr,
                eer_lower=None, eer_upper=None, note="fewer than 2 subjects",
            )  # fmt: skip
            continue
        yield parts.CurveInfo(
            partition=partition, group=group, thresholds=thresholds, fmr=fmr,
            fnmr=(*(0.0 if rate < 1e-4 else rate for rate in fnmr[:-1]), 1.0), eer_lower=0.0031, eer_upper=0.0043,
        )  # fmt: skip


def shifts(result: AuditResult) -> Iterator[parts.ScoreShiftRow]:
    """Mated and non-mated scores of every group beside the others."""
    for partition in result.population.partitions:
        for kind in ("mated", "non-mated"):
            first = partition.groups[0].id
            for place, group in enumerate(partition.groups):
                far = kind == "non-mated"
                middle = (0.82 if far else 0.31) - place / 50
                yield parts.ScoreShiftRow(
                    kind=kind, partition=partition.id, group=group.id, reference=first if place else "",
                    comparisons=4 * group.subjects, mean=middle, standard_deviation=0.0712,
                    quantiles=tuple(middle + step / 10 for step in range(-2, 3)), kolmogorov_smirnov=0.123,
                    wasserstein=0.0321, overlap=0.871, d_prime=6.42 if far else None,
                    tail_quantile=0.61 if far else None, tail_shift=-0.0214 if far and place else None,
                    tail_share=0.001 if far else None,
                )  # fmt: skip


def reading(result: AuditResult) -> Reading:
    """The same rates without the false matches of one relabelled person."""
    rows = [
        row.model_copy(update={"errors": row.errors - 1, "value": (row.errors - 1) / row.trials})
        if row.errors and row.trials and row.measure == "fmr"
        else row
        for row in result.measures
    ]
    return Reading(
        name="With recorded decisions",
        decisions_sha256="34" * 32,
        decisions={"same person": 1, "excluded": 2},
        operating_points=tuple(
            point.model_copy(update={"thresholds": {name: value - 0.01 for name, value in point.thresholds.items()}})
            if point.policy == "pooled"
            else point
            for point in result.operating_points
        ),
        measures=tuple(rows),
    )


def differential(measure: str, *, point: str = "vendor", partition: str = "site", **changes: object):
    """One measure over groups in which only what is given is known."""
    empty = {"highest": "", "lowest": "", "reference": "", "group": "", "value": None, "lower": None, "upper": None}
    given = {"groups": (), "left_out": (), "level": 0.95} | empty | changes
    return parts.DifferentialRow(measure=measure, operating_point=point, partition=partition, **given)


def without_numbers(result: AuditResult) -> AuditResult:
    """The same result with null for every number of schema 1.1 that may be null."""
    names = ("differentials", "group_estimates", "worst_groups", "tests", "adjusted", "curves", "score_shifts")
    return result.model_copy(update={name: tuple(map(_without, getattr(result, name))) for name in names})


def _without(row):
    optional = {name: None for name, kind in type(row).model_fields.items() if type(None) in get_args(kind.annotation)}
    lists = {name: (None,) * len(getattr(row, name)) for name in ("fmr", "fnmr", "quantiles") if hasattr(row, name)}
    return row.model_copy(update={**optional, **lists, "note": "nothing is known"})
