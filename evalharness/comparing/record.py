"""What a comparison of two runs found, and its JSON."""

import dataclasses
import json
from dataclasses import dataclass

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRate:
    """One rate of both systems on the trials that both completed (FRR: all that were attempted)."""

    measure: str  # fmr (pooled, or within a group), fnmr, frr, fta
    operating_point: str  # empty for fta
    partition: str  # empty: all samples
    group: str
    trials: int | None = None  # the same for both
    subjects: int | None = None
    errors_first: int | None = None
    errors_second: int | None = None
    only_first: int | None = None  # trials on which the first alone errs
    only_second: int | None = None
    first: float | None = None  # rates on these trials
    second: float | None = None
    difference: float | None = None  # first - second
    lower: float | None = None
    upper: float | None = None
    ratio: float | None = None  # first / second
    ratio_lower: float | None = None
    ratio_upper: float | None = None
    level: float
    p_value: float | None = None  # of no difference
    p_holm: float | None = None  # over the groups of one measure, operating point and partition
    own_first: float | None = None  # each system's rate on its own completed trials, from its result
    own_second: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSpread:
    """How much the rates of the groups differ in one system and in the other."""

    measure: str  # fmr.log_max_geomean, fmr.gini_corrected, fnmr..., frr...
    operating_point: str
    partition: str
    groups: tuple[str, ...]  # those compared
    first: float | None = None
    second: float | None = None
    difference: float | None = None  # first - second
    lower: float | None = None
    upper: float | None = None
    level: float
    verdict: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two runs."""

    run: str  # name of the folder
    audit: str
    system: str
    version: str
    plan_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two systems on the same samples."""

    schema_version: str = SCHEMA_VERSION
    first: Side
    second: Side
    dataset: str
    synthetic: bool
    index_sha256: str
    level: float
    draws: int
    seed: int
    thresholds_first: dict[str, dict[str, float]]  # by operating point and key, in the system's own unit
    thresholds_second: dict[str, dict[str, float]]
    left_out: tuple[str, ...]  # operating points that only one of them has, or that mean two things
    rates: tuple[ComparedRate, ...]
    spreads: tuple[ComparedSpread, ...]
    notes: tuple[str, ...]


def dump_comparison(comparison: Comparison) -> str:
    """A comparison as JSON text: fields in order, undefined as null; ends in a newline."""
    return json.dumps(dataclasses.asdict(comparison), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
