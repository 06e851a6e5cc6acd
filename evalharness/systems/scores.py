"""Precomputed scores: comparisons that somebody else made, entering where comparison would end."""

import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

import numpy as np

from evalharness.files import sha256_of
from evalharness.plan import ScoresSystem
from evalharness.records import IntArray, ListedScores, PairList, Samples, ScoreKind, SystemIdentity, Weights, frozen
from evalharness.systems.parquet import parquet_scores
from evalharness.systems.tables import Faults, quote, read_csv

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ALWAYS_READ = 100_000  # rows
_ADVICE = "Each row is one comparison of two samples of the dataset index, listed once; no score: not completed."


@dataclass(frozen=True, slots=True)
class PrecomputedScores:
    """Who made the scores, and the scores as similarities."""

    identity: SystemIdentity
    listed: ListedScores


@dataclass(slots=True)
class _Comparisons:
    """Rows as they are read: 33 bytes each."""

    place: "array[int]" = field(default_factory=lambda: array("q"))  # line or row of the file
    probe: "array[int]" = field(default_factory=lambda: array("q"))
    reference: "array[int]" = field(default_factory=lambda: array("q"))
    score: "array[float]" = field(default_factory=lambda: array("d"))
    completed: "array[int]" = field(default_factory=lambda: array("b"))

    def add(self, place: int, probe: int, reference: int, score: float | None) -> None:
        """One comparison; a score of None was not completed."""
        self.place.append(place)
        self.probe.append(probe)
        self.reference.append(reference)
        self.score.append(0.0 if score is None else score)
        self.completed.append(score is not None)


def read_scores(spec: ScoresSystem, samples: Samples) -> PrecomputedScores:
    """Read precomputed comparisons; distances are negated here and nowhere else.

    Args:
        spec: The file, and whether its scores are similarities or distances.
        samples: The dataset index.

    Returns:
        The comparisons in file order.

    Raises:
        SystemInputError: All faults of the file: the first twenty with their place, and how many more.
        MissingDependencyError: A Parquet file, and pyarrow is not installed.
    """
    faults = Faults(spec.file)
    is_parquet = spec.file.suffix in (".parquet", ".pq")
    most_rows = max(_ALWAYS_READ, len(samples) ** 2)  # each pair in both directions, and a sample with itself
    rows = parquet_scores(spec.file, faults, most_rows=most_rows) if is_parquet else _csv_scores(spec.file, faults)
    comparisons = _resolve(rows, samples, faults, unit="row" if is_parquet else "line")
    faults.raise_if_any(_ADVICE)
    return PrecomputedScores(_identity(spec), _listed(comparisons, spec.score))


def _identity(spec: ScoresSystem) -> SystemIdentity:
    return SystemIdentity(
        kind="scores",
        name=spec.name,
        version=spec.version,
        score_kind=spec.score,
        comparator=None,
        weights=(Weights(spec.file.name, sha256_of(spec.file)),),
    )


def _csv_scores(path: Path, faults: Faults) -> Iterator[tuple[int, tuple[str, str, float | None]]]:
    for line, (probe, reference, cell) in read_csv(path, faults, required=("probe", "reference", "score")):
        text = cell.strip()
        if not text:
            yield line, (probe, reference, None)
        elif _NUMBER.fullmatch(text):
            yield line, (probe, reference, float(text))
        else:
            faults.add(f"score {quote(text)} is not a finite number", line=line)


def _resolve(
    rows: Iterator[tuple[int, tuple[str, str, float | None]]], samples: Samples, faults: Faults, *, unit: str
) -> _Comparisons:
    """Names to numbers, with every fault of every row."""
    index = {row.sample: i for i, row in enumerate(samples.rows)}
    comparisons = _Comparisons()
    for place, (probe, reference, score) in rows:
        first, second = index.get(probe), index.get(reference)
        if first is None or second is None or first == second or not (score is None or isfinite(score)):
            for message in _what_is_wrong(probe, reference, score, index):
                faults.add(message, **{unit: place})
        else:
            comparisons.add(place, first, second, score)
    _find_repeated(comparisons, samples, faults, unit)
    if not comparisons.place and not len(faults):
        faults.add("no comparisons")
    return comparisons


def _what_is_wrong(probe: str, reference: str, score: float | None, index: Mapping[str, int]) -> Iterator[str]:
    for role, name in (("probe", probe), ("reference", reference)):
        if name not in index:
            yield f"{role} {quote(name)} is not in the dataset index"
    if probe == reference and probe in index:
        yield f"sample {quote(probe)} is compared with itself"
    if score is not None and not isfinite(score):
        yield f"score {score} is not a finite number"


def _find_repeated(comparisons: _Comparisons, samples: Samples, faults: Faults, unit: str) -> None:
    """A comparison is the same in either direction, so listing both would count it twice."""
    probe, reference = _integers(comparisons.probe), _integers(comparisons.reference)
    key = np.minimum(probe, reference) * len(samples) + np.maximum(probe, reference)
    order = np.argsort(key, kind="stable")
    repeated = np.flatnonzero(key[order][1:] == key[order][:-1]) + 1
    for later in sorted(repeated, key=lambda position: order[position]):
        here, before = order[later], order[later - 1]
        names = f"{quote(samples.rows[probe[here]].sample)} and {quote(samples.rows[reference[here]].sample)}"
        first = comparisons.place[before]
        faults.add(f"{names} are compared on {unit} {first} already", **{unit: comparisons.place[here]})


def _listed(comparisons: _Comparisons, kind: ScoreKind) -> ListedScores:
    scores = np.array(comparisons.score, dtype=np.float64)
    if kind is ScoreKind.DISTANCE:
        scores = 0.0 - scores
    pairs = PairList(frozen(_integers(comparisons.probe)), frozen(_integers(comparisons.reference)))
    return ListedScores(pairs, frozen(scores), frozen(np.array(comparisons.completed, dtype=np.bool_)))


def _integers(values: "array[int]") -> IntArray:
    return np.array(values, dtype=np.int64)
