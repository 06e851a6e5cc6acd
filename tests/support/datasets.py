"""Small data sets for tests: names, labels, templates; no person behind them."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from evalharness.records import (
    AcquisitionFailure,
    Comparator,
    DatasetFault,
    Enrolment,
    FailureReason,
    FaultReason,
    Group,
    ListedScores,
    OperatingPointSpec,
    PairList,
    Partition,
    Policy,
    Sample,
    Samples,
    SystemIdentity,
)


@cache
def examples() -> Mapping[str, dict]:
    """The worked examples of the metrics reference, by id."""
    path = Path(__file__).parent.parent / "data" / "metrics_examples.json"
    return MappingProxyType({entry["id"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))})


def make_samples(subjects: Sequence[object], names: Sequence[str] | None = None) -> Samples:
    names = names or [f"s{i}" for i in range(len(subjects))]
    rows = [
        Sample(name, f"{name}.png", str(subject), "0" * 64, {}) for name, subject in zip(names, subjects, strict=True)
    ]
    return Samples.of(rows)


def make_partition(attribute: str, labels: Sequence[str | None], also: Sequence[str] = ()) -> Partition:
    labels = list(labels)
    values = sorted({v for v in labels if v is not None} | set(also)) + ([None] if None in labels else [])
    groups = tuple(Group(((attribute, value),)) for value in values)
    return Partition((attribute,), groups, np.array([values.index(v) for v in labels], dtype=np.int64))


def make_enrolment(
    templates: Sequence[Sequence[float]],
    *,
    comparator: Comparator = Comparator.EUCLIDEAN,
    failed: Sequence[int] = (),
    faulty: Sequence[int] = (),
) -> Enrolment:
    """``templates`` has a row for every sample; those of failed and faulty samples are not used."""
    n = len(templates)
    enrolled = np.array([i not in failed and i not in faulty for i in range(n)], dtype=np.bool_)
    vectors = np.array(templates, dtype=np.float32).reshape(n, -1)[enrolled]
    return Enrolment(
        SystemIdentity("templates", "test", "1", comparator.score_kind, comparator),
        enrolled,
        vectors,
        {i: AcquisitionFailure(FailureReason.NO_FACE) for i in failed},
        {i: DatasetFault(FaultReason.UNDECODABLE) for i in faulty},
    )


def make_scores(rows: Sequence[tuple[int, int, float | None]]) -> ListedScores:
    """Rows of (probe, reference, similarity); None where not completed."""
    probe, reference = (np.array([row[k] for row in rows], dtype=np.int64) for k in (0, 1))
    completed = np.array([row[2] is not None for row in rows], dtype=np.bool_)
    scores = np.array([0.0 if row[2] is None else row[2] for row in rows], dtype=np.float64)
    return ListedScores(PairList(probe, reference), scores, completed)


def vendor(threshold: float, name: str = "vendor") -> OperatingPointSpec:
    return OperatingPointSpec(name, Policy.VENDOR, threshold=threshold)


def pooled(fmr: str, impostors: str = "all", partition: tuple[str, ...] = ()) -> OperatingPointSpec:
    name = f"pooled-{impostors}-{fmr}"
    return OperatingPointSpec(name, Policy.POOLED, fmr=Decimal(fmr), impostors=impostors, partition=partition)


def reference(fmr: str, group: Group) -> OperatingPointSpec:
    return OperatingPointSpec(f"reference-{fmr}", Policy.REFERENCE, fmr=Decimal(fmr), group=group)


def per_group(fmr: str, *partition: str) -> OperatingPointSpec:
    return OperatingPointSpec(f"per-group-{fmr}", Policy.PER_GROUP, fmr=Decimal(fmr), partition=partition)
