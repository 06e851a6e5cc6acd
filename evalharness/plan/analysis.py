"""What a plan may say about the statistics; every key has a default, so that a plan need not mention them."""

from pydantic import Field, field_validator

from evalharness.plan.fields import Fraction, Label, PlanFile
from evalharness.yamlio import StrictModel

FEWEST_REPLICATES, MOST_REPLICATES = 100, 100_000


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

    @field_validator("replicates")
    @classmethod
    def _none_or_enough(cls, value: int) -> int:
        if 0 < value < FEWEST_REPLICATES:
            raise ValueError(
                f"found {value}; expected 0 (no bootstrap) or at least {FEWEST_REPLICATES}: fewer replicates have too "
                "few values beyond a limit to place it"
            )
        return value

    @field_validator("references")
    @classmethod
    def _each_once(cls, value: tuple[dict[str, str], ...]) -> tuple[dict[str, str], ...]:
        twice = [group for i, group in enumerate(value) if group in value[:i]]
        if twice:
            names = ", ".join(f"{name}={label}" for name, label in twice[0].items())
            raise ValueError(f"the group {names} stands twice; name each reference once")
        return value


class GroundTruthPlan(StrictModel):
    """Recorded decisions on doubtful labels: the result then shows both readings."""

    decisions: PlanFile
