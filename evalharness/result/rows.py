"""The parts of a result beside rates: differentials, tests, curves, adjustments."""

from pydantic import Field

from evalharness.result.part import Part


class LeftOutInfo(Part):
    """A group that takes no part in a measure over groups."""

    group: str
    reason: str


class DifferentialRow(Part):
    """One measure of how the rates of the groups of a partition differ, at one operating point."""

    measure: str = Field(description="catalogue id: fmr.max_min, fnmr.gini_corrected, garbe, ...")
    operating_point: str
    partition: str
    groups: tuple[str, ...] = Field(description="those compared")
    left_out: tuple[LeftOutInfo, ...]
    reference: str = Field(description="the reference group of a ratio to reference, else empty")
    group: str = Field(description="the group that the number is about (ratio to reference), else empty")
    highest: str = Field(description="group with the highest rate; empty where there is none or several")
    lowest: str
    value: float | None
    lower: float | None
    upper: float | None
    level: float
    floor: float | None = Field(
        default=None,
        description="mean of the measure if all groups had equal rates, with these effective trials",
    )
    floor_upper: float | None = Field(default=None, description="its one-sided quantile at ``level``")
    p_equal: float | None = Field(
        default=None,
        description="how often equal rates give a value at least as far from equality",
    )
    bound: float | None = Field(
        default=None,
        description="where the ratio is undefined: lower limit of the largest / upper limit of the smallest",
    )
    smoothed: float | None = Field(
        default=None,
        description="Jeffreys-smoothed value, where a group has no errors",
    )
    note: str = ""


class GroupEstimateRow(Part):
    """One group among several: the limits that hold for all of them at once, and its shrunken rate."""

    measure: str = Field(description="fmr, fnmr, frr, fta")
    operating_point: str
    partition: str
    group: str
    value: float | None
    lower: float | None = Field(description="simultaneous over the partition's groups")
    upper: float | None
    level: float
    shrunken: float | None = Field(
        default=None,
        description="towards an additive model of the attributes, or the common rate",
    )
    note: str = ""


class WorstGroupRow(Part):
    """The group with the highest rate, with what the choice of the highest does to the number."""

    measure: str
    operating_point: str
    partition: str
    groups: int = Field(description="how many it is the highest of")
    group: str
    value: float | None
    lower: float | None = Field(description="simultaneous")
    upper: float | None
    level: float
    shrunken: float | None
    equal_mean: float | None = Field(description="expected highest rate if all groups had equal rates")
    equal_upper: float | None = Field(description="its one-sided quantile at ``level``")
    p_equal: float | None
    split_half: float | None = Field(
        description="mean rate, on one half of the subjects, of the group that is worst on the other",
    )
    split_agreement: float | None = Field(
        description="share of splits in which this group is the worst of the other half too",
    )
    note: str = ""


class TestRow(Part):
    """One hypothesis test."""

    test: str = Field(description="catalogue id: equal_rates, two_groups, equivalence, ...")
    measure: str
    operating_point: str
    partition: str
    group: str = Field(description="empty for tests over all groups")
    other_group: str
    estimate: float | None = Field(description="ratio of the two rates, group / other_group")
    lower: float | None
    upper: float | None
    level: float
    statistic: float | None
    p_value: float | None
    p_holm: float | None = Field(
        default=None,
        description="over the family: all pairs of groups of one measure, point and partition",
    )
    p_bh: float | None = None
    verdict: str = Field(
        default="",
        description='one of the catalogue\'s words; never "fair", "unbiased" or "safe"',
    )
    note: str = ""


class CurveInfo(Part):
    """A detection error trade-off curve: points at thresholds shared by all groups of a partition."""

    partition: str = Field(description="empty: all samples")
    group: str
    thresholds: tuple[float, ...] = Field(description="in the system's own unit")
    fmr: tuple[float | None, ...]
    fnmr: tuple[float | None, ...]
    eer_lower: float | None
    eer_upper: float | None
    note: str = ""


class ScoreShiftRow(Part):
    """How the scores of one group lie beside those of the partition's other groups, mated or non-mated."""

    kind: str = Field(description="mated | non-mated")
    partition: str
    group: str
    reference: str = Field(description="the group compared with")
    comparisons: int
    mean: float | None = Field(description="in the system's own unit, as are all scores here")
    standard_deviation: float | None = Field(description="ddof 1")
    quantiles: tuple[float | None, ...] = Field(description="at 0.05, 0.25, 0.5, 0.75, 0.95")
    kolmogorov_smirnov: float | None
    wasserstein: float | None
    overlap: float | None
    d_prime: float | None = Field(description="mated against non-mated of this group; ddof 1")
    tail_quantile: float | None = Field(
        description="non-mated: the score that the share ``tail_share`` of comparisons reaches",
    )
    tail_shift: float | None = Field(description="tail quantile minus the reference's")
    tail_share: float | None
    note: str = ""


class AdjustedRow(Part):
    """A group's rate, crude and adjusted for covariates, side by side."""

    measure: str
    operating_point: str
    partition: str
    group: str
    method: str = Field(description="catalogue id: standardised, reweighted, regression")
    covariates: tuple[str, ...]
    reference: str = Field(description="the group that ratios refer to")
    crude: float | None
    crude_lower: float | None
    crude_upper: float | None
    adjusted: float | None
    lower: float | None
    upper: float | None
    crude_ratio: float | None
    adjusted_ratio: float | None
    ratio_lower: float | None
    ratio_upper: float | None
    level: float
    empty_strata: tuple[str, ...] = ()
    note: str = ""
