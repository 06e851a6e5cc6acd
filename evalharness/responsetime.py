"""Response time per group: how long the system worked on each sample, and how fast templates were compared.

Durations change from run to run, so they stand in ``response_time.json`` of the run folder and in no result. They
are wall times of workers that share one machine: compare groups with each other, not machines or systems.
ISO/IEC 19795-10:2024 names response time among what may differ between groups.
"""

import dataclasses
import json
import math
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evalharness.files import write_atomic
from evalharness.records import ALL_GROUPS, BoolArray, FloatArray, IntArray, Partition, Samples
from evalharness.statistics.intervals import t_quantile
from evalharness.statistics.rates import FEWEST_SUBJECTS
from evalharness.systems import SampleSeconds

FILE = "response_time.json"
SCHEMA_VERSION = "1.0"
NOTE = (
    "Wall times of worker processes that share one machine. They change from run to run and are no part of the result. "
    "The first sample of each process is left out: it loads the models."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonTime:
    """How long all comparisons of a run took together."""

    seconds: float
    comparisons: int

    @property
    def per_second(self) -> float | None:
        """Comparisons in a second; None where no time passed."""
        return self.comparisons / self.seconds if self.seconds > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTime:
    """Seconds that the system worked on a sample of one group."""

    partition: str  # empty: all samples
    group: str
    samples: int  # with a duration
    subjects: int
    median: float | None = None
    percentile_95: float | None = None
    mean: float | None = None
    lower: float | None = None  # of the mean, with subjects as clusters
    upper: float | None = None
    level: float
    mean_decode: float | None = None  # reading and decoding, apart from the system's work
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTimes:
    """Everything in ``response_time.json``."""

    schema_version: str = SCHEMA_VERSION
    note: str = NOTE
    machine: str
    cores: int
    first_of_process: int  # samples left out because their time holds the loading of models
    not_timed: int  # samples without a duration: they did not decode, or an older run enrolled them
    enrolment: tuple[GroupTime, ...]
    comparison: ComparisonTime | None
    comparisons_per_second: float | None


def response_times(
    samples: Samples,
    seconds: Sequence[SampleSeconds | None],
    *,
    partitions: Sequence[Partition],
    level: float,
    comparison: ComparisonTime | None = None,
) -> ResponseTimes:
    """Summarise the durations of a run.

    Args:
        samples: The samples of the run.
        seconds: (n,) as ``enrolment_seconds`` gave them.
        partitions: The plan's partitions.
        level: Level of the intervals of means.
        comparison: How long the comparisons took; None where that is not known.
    """
    system = np.array([s.system if s is not None and s.system is not None else math.nan for s in seconds])
    decode = np.array([s.decode if s is not None else math.nan for s in seconds])
    first = np.array([s is not None and s.first for s in seconds], dtype=np.bool_)
    timed = np.isfinite(system) & ~first
    durations = _Durations(samples.subject_of, system, decode, timed)
    everyone = np.ones(len(samples), dtype=np.bool_)
    rows = [_row("", ALL_GROUPS, everyone, durations, level)]
    for partition in partitions:
        for number, group in enumerate(partition.groups):
            rows.append(_row(partition.id, group.id, partition.group_of == number, durations, level))
    return ResponseTimes(
        machine=f"{platform.system()} {platform.machine()}",
        cores=os.cpu_count() or 1,
        first_of_process=int(np.count_nonzero(first & np.isfinite(system))),
        not_timed=int(np.count_nonzero(~np.isfinite(system))),
        enrolment=tuple(rows),
        comparison=comparison,
        comparisons_per_second=None if comparison is None else comparison.per_second,
    )


def write_response_times(folder: Path, times: ResponseTimes) -> None:
    """Write ``response_time.json`` of a run folder.

    Raises:
        RunError: The disk is full or the folder cannot be written.
    """
    text = json.dumps(dataclasses.asdict(times), indent=2, ensure_ascii=False, allow_nan=False)
    write_atomic(folder / FILE, f"{text}\n".encode())


@dataclass(frozen=True, slots=True)
class _Durations:
    subject_of: IntArray  # (n,)
    system: FloatArray  # (n,) seconds; meaningless where not timed
    decode: FloatArray  # (n,)
    timed: BoolArray  # (n,)


def _row(partition: str, group: str, member: BoolArray, durations: _Durations, level: float) -> GroupTime:
    at = member & durations.timed
    values, subject = durations.system[at], durations.subject_of[at]
    subjects = len(np.unique(subject))
    row = GroupTime(partition=partition, group=group, samples=len(values), subjects=subjects, level=level)
    if not len(values):
        return dataclasses.replace(row, note="no samples with a duration" if member.any() else "no samples")
    row = dataclasses.replace(
        row,
        median=float(np.median(values)),
        percentile_95=float(np.quantile(values, 0.95)),
        mean=float(values.mean()),
        mean_decode=float(durations.decode[at].mean()),
    )
    if subjects < FEWEST_SUBJECTS:
        return dataclasses.replace(row, note=f"fewer than {FEWEST_SUBJECTS} subjects: no interval")
    half = mean_half_width(values, subject, level=level)
    mean = float(values.mean())
    return dataclasses.replace(row, lower=max(0.0, mean - half), upper=mean + half)  # no duration is below 0


def mean_half_width(values: FloatArray, subject: IntArray, *, level: float) -> float:
    """Half the width of Student's interval of a mean whose values are clustered by subject.

    Var = G/(G-1) sum_i (sum of subject i - mean m_i)^2 / M^2, with G - 1 degrees of freedom.

    Args:
        values: (m,) of at least two subjects.
        subject: (m,) subject of each value.
        level: Two-sided level.

    >>> round(mean_half_width(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 2]), level=0.95), 4)
    2.4841
    """
    _, own, sizes = np.unique(subject, return_inverse=True, return_counts=True)
    residual = np.bincount(own, weights=values, minlength=len(sizes)) - values.mean() * sizes
    clusters = len(sizes)
    variance = float(np.sum(residual**2)) / len(values) ** 2 * clusters / (clusters - 1)
    return t_quantile(level, degrees=clusters - 1) * math.sqrt(variance)
