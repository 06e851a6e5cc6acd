"""What the packages that read input offer is there, and is all that they offer."""

import importlib

import pytest


@pytest.mark.parametrize("name", ["yamlio", "plan", "manifests", "samples"])
def test_every_exported_name_exists_and_is_listed_once(name):
    package = importlib.import_module(f"evalharness.{name}")
    assert len(set(package.__all__)) == len(package.__all__)
    assert [offered for offered in package.__all__ if not hasattr(package, offered)] == []


def test_every_model_of_a_plan_is_offered():
    plan = importlib.import_module("evalharness.plan")
    models = importlib.import_module("evalharness.plan.models")
    here = {
        name for name, value in vars(models).items() if isinstance(value, type) and value.__module__ == models.__name__
    }
    assert here <= set(plan.__all__)
