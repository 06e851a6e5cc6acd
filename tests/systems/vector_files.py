"""Files of precomputed templates for tests."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from evalharness.errors import SystemInputError
from evalharness.plan import TemplatesSystem
from evalharness.records import Comparator
from evalharness.systems import read_templates
from tests.systems.fakes import samples_named

SAMPLES = samples_named("a", "b", "c")
VECTORS = np.array([[1, 2], [3, 4], [5, 6]], dtype=np.float32)
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def system(folder, vectors="emb.npy", ids="ids.csv", comparator=Comparator.COSINE):
    return TemplatesSystem(kind="templates", vectors=folder / vectors, ids=folder / ids, comparator=comparator)


def write(folder, vectors=VECTORS, ids="sample\na\nb\nc\n"):
    np.save(folder / "emb.npy", vectors)
    (folder / "ids.csv").write_text(ids)
    return system(folder)


def faults_of(spec, samples=SAMPLES):
    with pytest.raises(SystemInputError) as caught:
        read_templates(spec, samples)
    assert str(caught.value).startswith(f"{spec.vectors}: ") or str(caught.value).startswith(f"{spec.ids}: ")
    return [fault.replace(f"{spec.vectors.parent}/", "") for fault in caught.value.faults]


def survives(spec):
    """Whatever the bytes, the outcome is an enrolment or a ``SystemInputError``."""
    with suppress(SystemInputError):
        assert read_templates(spec, SAMPLES).enrolled.shape == (3,)
