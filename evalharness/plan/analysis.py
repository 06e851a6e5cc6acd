"""What a plan may say about the statistics; every key has a default, so that a plan need not mention them."""

from pydantic import Field

from evalharness.plan.fields import Fraction, Label, PlanFile
from evalharness.yamlio import StrictModel

MOST_REPLICATES = 100_000


class AdjustmentPlan(StrictModel):
    """Covariates for which rates are adjusted, and the population they are adjusted to."""

    covariates: tuple[Label, ...] = Field(min_length=1, max_length=5, description="label attributes of the dataset")
    target: dict[Label, dict[Label, float]] = Field(
        default_factory=dict,
        description="attribute -> value -> share of the target population; default: all groups together",
    )


class StatisticsPlan(StrictModel):
    """How sure, against what, adjusted for what."""

    replicates: int = Field(default=2000, ge=0, le=MOST_REPLICATES, strict=True, description="of the subject bootstrap")
    simulations: int = Field(default=2000, ge=100, le=MOST_REPLICATES, strict=True, description="under equal rates")
    calibration_share: Fraction | None = Field(
        default=None, description="share of subjects that set fitted thresholds; the others are measured"
    )
    references: tuple[dict[Label, Label], ...] = Field(
        default=(), max_length=50, description="groups to which rates are set in ratio, as {attribute: value}"
    )
    blend_alpha: float = Field(default=0.5, ge=0, le=1, strict=True, description="weight of FMR in blended measures")
    equivalence_ratio: float | None = Field(
        default=None, gt=1, le=1000, strict=True, description="declared margin of the equivalence test"
    )
    adjust: AdjustmentPlan | None = None


class GroundTruthPlan(StrictModel):
    """Recorded decisions on doubtful labels: the result then shows both readings."""

    decisions: PlanFile
