"""``analyse``: what its rows say of the subjects that they rest on."""

import numpy as np
import pytest

from evalharness.statistics import AnalysisSettings, GroupSettings, MeasureSettings, analyse
from evalharness.statistics.analysis import ALL_SUBJECTS_NOTE
from tests.support.adjusting import random_run
from tests.support.datasets import pooled


@pytest.mark.parametrize("divided", [False, True])
def test_curves_and_shifts_say_that_they_cover_calibration_subjects_too(divided):
    counts, groups, _ = random_run(subjects=40)
    calibration = np.arange(counts.subjects) % 2 == 0 if divided else None
    rates = MeasureSettings(level=0.95, min_subjects=3, calibration=calibration)
    settings = AnalysisSettings(rates=rates, groups=GroupSettings(simulations=100))
    found = analyse(counts, partitions=[groups], specs=[pooled("0.2")], settings=settings)
    rows = (*found.curves, *found.score_shifts)
    assert {row.group for row in rows} >= {"g=a", "g=b"}
    assert all((ALL_SUBJECTS_NOTE in row.note.split("; ")) is divided for row in rows)
    if not divided:
        assert not any(row.note.endswith("; ") for row in rows)
