"""A plan from its file, and the JSON Schema of that file."""

import dataclasses
import datetime
from pathlib import Path

from pydantic import JsonValue

from evalharness.errors import PlanError
from evalharness.plan.models import AuditPlan
from evalharness.yamlio import read_yaml, validate

SCHEMA_ID = "https://evalharness.example/schemas/plan-1.0.json"


def load_plan(path: Path, *, today: datetime.date | None = None) -> AuditPlan:
    """Read an audit plan.

    Args:
        path: A YAML file; relative paths inside it are resolved against its folder.
        today: The date of a plan that states none; default: the day on which this runs.

    Raises:
        PlanError: The file is missing or wrong; every fault is listed with its line and column.
    """
    document = read_yaml(path, error=PlanError, what="audit plan")
    data = document.data
    if isinstance(data, dict) and "date" not in data and today is not None:
        document = dataclasses.replace(document, data={**data, "date": today.isoformat()})
    plan = validate(AuditPlan, document, error=PlanError, context={"folder": path.absolute().parent})
    plan._document = document
    return plan


def plan_schema() -> dict[str, JsonValue]:
    """The JSON Schema of ``plan.yaml``, for editors; ``load_plan`` checks more than it can say."""
    schema: dict[str, JsonValue] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    return schema | AuditPlan.model_json_schema(mode="validation")
