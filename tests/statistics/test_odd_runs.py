"""Curves, shifts and adjustment of runs with failures, faults, missing labels and subjects in several groups."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.counts import Acquisition, Counts, MatedComparisons, Tail
from evalharness.records import ScoreKind
from evalharness.statistics.adjustment import adjusted_rates
from evalharness.statistics.curves import det_curves
from evalharness.statistics.rates import IntervalSettings
from evalharness.statistics.shift import score_shifts
from evalharness.statistics.thresholds import decide
from tests.support.datasets import make_partition, vendor


@st.composite
def runs(draw):
    """All pairs of up to 12 samples; scores take few values, so that ties and equal scores are common."""
    n = draw(st.integers(1, 12))
    subject = np.unique(draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)), return_inverse=True)[1]
    attempted = np.array(draw(st.lists(st.integers(0, 9).map(bool), min_size=n, max_size=n)))
    enrolled = attempted & np.array(draw(st.lists(st.integers(0, 5).map(bool), min_size=n, max_size=n)))
    a, b = np.triu_indices(n, 1)
    scores = np.array(draw(st.lists(st.sampled_from([0.0, 1.0, 1.0, 2.5]), min_size=len(a), max_size=len(a))))
    mated, done = subject[a] == subject[b], enrolled[a] & enrolled[b]
    tried = attempted[a] & attempted[b]
    counts = Counts(
        score_kind=draw(st.sampled_from(list(ScoreKind))),
        subjects=int(subject.max()) + 1,
        subject_of=subject,
        acquisition=Acquisition(attempted, enrolled),
        mated=MatedComparisons(a[mated & tried], b[mated & tried], scores[mated & tried], done[mated & tried]),
        tail=Tail(
            a[~mated & done].astype(np.int32), b[~mated & done].astype(np.int32), scores[~mated & done], -math.inf
        ),
        listed=None,
    )
    labels = st.lists(st.sampled_from(["x", "y", None]), min_size=n, max_size=n)
    return counts, make_partition("g", draw(labels), also=["z"]), make_partition("c", draw(labels))


def within(value, low=0.0, high=1.0):
    return value is None or low - 1e-12 <= value <= high + 1e-12


@settings(max_examples=150)
@given(runs(), st.sampled_from([-3.0, 0.0, 1.0, 9.0]))
def test_every_run_gives_numbers_in_their_range_or_nothing_with_a_reason(run, threshold):
    counts, groups, covariate = run
    for curve in (*det_curves(counts, groups, points=8), *det_curves(counts, None, points=8)):
        assert len(curve.thresholds) == len(curve.fmr) == len(curve.fnmr)
        assert all(within(rate) for rate in (*curve.fmr, *curve.fnmr, curve.eer_lower, curve.eer_upper))
        assert curve.note or None not in (*curve.fmr, *curve.fnmr, curve.eer_lower)
    for shift in score_shifts(counts, groups, tail_share=0.25):
        assert (shift.mean is None) <= bool(shift.note)
        assert all(within(distance) for distance in (shift.kolmogorov_smirnov, shift.overlap))
        assert shift.wasserstein is None or shift.wasserstein >= 0
    point = decide(counts, vendor(threshold), partitions=[groups], level=0.95)
    rows = adjusted_rates(
        counts, partition=groups, point=point, covariates=[covariate], target={}, settings=IntervalSettings(0.95, 3)
    )
    assert len(rows) == 5 * len(groups.groups)
    for row in rows:
        assert all(within(rate) for rate in (row.adjusted, row.crude))
        assert row.note
        if row.lower is not None:
            assert 0 <= row.lower <= row.adjusted + 1e-12
            assert row.adjusted - 1e-12 <= row.upper <= 1
        if row.ratio_lower is not None:
            assert 0 <= row.ratio_lower <= row.adjusted_ratio <= row.ratio_upper
