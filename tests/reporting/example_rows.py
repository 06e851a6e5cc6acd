"""Measures to render: invented counts with Wilson intervals."""

from collections.abc import Iterator, Sequence
from math import comb, sqrt

from evalharness.result import MeasureRow, OperatingPointInfo, PopulationInfo

CONDITIONAL = "conditional on the fitted threshold"
RATES = {"ethnicity=white": 0.0013, "ethnicity=black": 0.096, "ethnicity=west_asian": 0.033}


def row(measure: str, name: str, group: str, other: str = "", **counts: float | None) -> MeasureRow:
    """A rate with a Wilson interval on a quarter of its trials, as if errors were clustered."""
    errors, trials, subjects = (int(counts[k] or 0) for k in ("errors", "trials", "subjects"))
    threshold = None if measure == "fta" else 0.6
    policy = name.split("-")[0] if measure != "fta" else ""
    common = {"measure": measure, "operating_point": name, "policy": policy, "threshold": threshold, "group": group}
    if trials == 0 or (measure == "fmr" and subjects < 2):
        note = "fewer than 2 subjects" if measure == "fmr" else "no completed comparison"
        return MeasureRow(
            **common, other_group=other, errors=None, trials=0, subjects=subjects, value=None, lower=None, upper=None,
            level=0.95, note=note,
        )  # fmt: skip
    lower, upper = _wilson(errors / trials, max(trials / 4, 1.0))
    notes = [CONDITIONAL] if policy not in ("vendor", "") else []
    notes += ["optimistic upper 0.00154"] if errors == 0 else []
    notes += ["fewer than 3 subjects: no interval"] if subjects < 3 else []
    known = subjects >= 3
    return MeasureRow(
        **common, other_group=other, errors=errors, trials=trials, subjects=subjects, value=errors / trials,
        lower=(lower if errors else 0.0) if known else None, upper=upper if known else None, level=0.95,
        note="; ".join(notes), effective_trials=trials / 4 if known else None,
    )  # fmt: skip


def _wilson(p: float, n: float) -> tuple[float, float]:
    z = 1.96
    centre, spread = (
        (p + z * z / 2 / n) / (1 + z * z / n),
        z * sqrt(p * (1 - p) / n + z * z / 4 / n / n) / (1 + z * z / n),
    )
    return max(centre - spread, 0.0), min(centre + spread, 1.0)


def measures(points: Sequence[OperatingPointInfo], people: PopulationInfo) -> Iterator[MeasureRow]:
    """Every rate of every group."""
    everyone = {"all": people.subjects}
    for partition in people.partitions:
        everyone |= {group.id: group.subjects for group in partition.groups}
    for place, (group, size) in enumerate(everyone.items()):
        yield row("fta", "", group, errors=int(place < 2), trials=2 * size, subjects=size)
    for p in points:
        yield from _rates(p.name, everyone)
        for partition in people.partitions:
            names = sorted(group.id for group in partition.groups)
            for i, group in enumerate(names):
                yield row("fmr", p.name, group, "all", **_pairs(group, "", everyone[group], people.subjects))
                for other in names[i + 1 :]:
                    yield row("fmr", p.name, group, other, **_pairs(group, other, everyone[group], everyone[other]))


def _rates(name: str, everyone: dict[str, int]) -> Iterator[MeasureRow]:
    for place, (group, size) in enumerate(everyone.items()):
        trials = 4 * comb(size, 2)
        yield row(
            "fmr", name, group, group, errors=round(RATES.get(group, 0.004) * trials), trials=trials, subjects=size
        )
        yield row("fnmr", name, group, errors=0, trials=size - (place < 2), subjects=size)
        yield row("frr", name, group, errors=int(place < 2), trials=size, subjects=size)


def _pairs(group: str, other: str, size: int, others: int) -> dict[str, float]:
    trials = 4 * size * others
    return {"errors": round(trials * 0.0009), "trials": trials, "subjects": size + others}
