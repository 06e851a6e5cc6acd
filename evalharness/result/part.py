"""What all parts of a result have in common."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Frozen; unknown keys of later versions are ignored; no NaN and no infinity."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)
