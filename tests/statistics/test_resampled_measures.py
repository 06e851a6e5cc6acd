"""``measure`` with the subject bootstrap: group rates, fitted thresholds, calibration subjects, streamed thresholds."""

import dataclasses
from decimal import Decimal

import numpy as np
import pytest

from evalharness.counts import Acquisition, Counts, MatedComparisons, StreamedPoint, Tail
from evalharness.records import Group, OperatingPointSpec, Partition, Policy, ScoreKind
from evalharness.statistics import MeasureSettings, measure, restrict, split_subjects
from evalharness.statistics.bootstrap import draws
from evalharness.statistics.measures import CALIBRATED_NOTE, FITTED_NOTE, REFITTED_NOTE
from evalharness.statistics.setrates import BOUNDED_NOTE
from tests.support.datasets import vendor

SETTINGS = MeasureSettings(level=0.95, min_subjects=3, seed=5, replicates=200)


def pooled(target, **more):
    return OperatingPointSpec(f"pooled-{target}", Policy.POOLED, fmr=Decimal(target), **more)


def twin(rng, *, subjects=30, groups=3, effect=0.6, images=2, failed=()):
    """All pairs; group i is a little easier to mistake than group i - 1; everything is in the tail."""
    subject = np.repeat(np.arange(subjects), images)
    group = np.arange(subjects) % groups
    wolf = rng.normal(0, effect, subjects) + 0.3 * group
    enrolled = np.ones(len(subject), np.bool_)
    enrolled[list(failed)] = False
    i, j = np.triu_indices(len(subject), 1)
    mated = subject[i] == subject[j]
    scores = rng.normal(size=len(i)) + np.where(mated, 4, (wolf[subject[i]] + wolf[subject[j]]))
    done = enrolled[i] & enrolled[j]
    pairs = ~mated & done
    counts = Counts(
        ScoreKind.SIMILARITY,
        subjects,
        subject,
        Acquisition(np.ones(len(subject), np.bool_), enrolled),
        MatedComparisons(i[mated], j[mated], scores[mated], done[mated]),
        Tail(i[pairs].astype(np.int32), j[pairs].astype(np.int32), scores[pairs], -np.inf),
        None,
    )
    names = tuple(Group((("g", f"v{k}"),)) for k in range(groups))
    return counts, Partition(("g",), names, group[subject])


def rates_of(found, measure_id, point):
    return next(r for r in found.group_rates if (r.measure, r.operating_point) == (measure_id, point))


def test_group_rates_are_those_of_the_rows_and_carry_replicates():
    counts, partition = twin(np.random.default_rng(1), failed=(0, 5))
    specs = [vendor(2.5), pooled("0.01")]
    found = measure(counts, partitions=[partition], specs=specs, settings=SETTINGS)
    wanted = [(m, s.name) for s in specs for m in ("fmr", "fnmr", "frr")] + [("fta", "")]
    assert [(r.measure, r.operating_point) for r in found.group_rates] == wanted
    for rates in found.group_rates:
        assert (rates.partition, rates.groups, rates.left_out) == ("g", ("g=v0", "g=v1", "g=v2"), ())
        assert rates.attributes == (("v0",), ("v1",), ("v2",))
        rows = [
            next(
                r
                for r in found.measures
                if (r.measure, r.operating_point, r.group) == (rates.measure, rates.operating_point, name)
                and r.other_group in ("", name)
            )
            for name in rates.groups
        ]
        for field in ("errors", "trials", "lower", "upper", "effective_trials"):
            assert getattr(rates, field).tolist() == [getattr(row, field) for row in rows]
        assert rates.values.tolist() == [row.value for row in rows]
        assert rates.replicates.shape == (200, 3)
        assert np.all((rates.replicates >= 0) & (rates.replicates <= 1))
        few = rates.errors == 0
        assert np.all(rates.replicates[:, ~few].std(axis=0) > 0)
    assert rates_of(found, "fmr", "vendor").clusters.tolist() == [10, 10, 10]


def test_the_same_seed_gives_the_same_numbers_whatever_the_number_of_threads(monkeypatch):
    counts, partition = twin(np.random.default_rng(2))
    specs = [pooled("0.02"), vendor(2.0)]
    found = []
    for threads in (1, 7):
        monkeypatch.setattr("evalharness.statistics.bootstrap._THREADS", threads)
        found.append(measure(counts, partitions=[partition], specs=specs, settings=SETTINGS))
    assert found[0].measures == found[1].measures
    for one, other in zip(found[0].group_rates, found[1].group_rates, strict=True):
        assert np.array_equal(one.replicates, other.replicates)
    other_seed = dataclasses.replace(SETTINGS, seed=6)
    again = measure(counts, partitions=[partition], specs=specs, settings=other_seed)
    assert not np.array_equal(again.group_rates[0].replicates, found[0].group_rates[0].replicates)


def test_replicates_of_sparse_independent_errors_have_the_binomial_variance():
    """The products of weights alone would give three times as much (metrics C.3)."""
    rng = np.random.default_rng(3)
    counts, partition = twin(rng, subjects=200, groups=1, effect=0.0, images=1)
    settings = dataclasses.replace(SETTINGS, replicates=2000)
    threshold = float(np.sort(counts.tail.scores)[-40])
    found = measure(counts, partitions=[partition], specs=[vendor(threshold)], settings=settings)
    rates = rates_of(found, "fmr", "vendor")
    assert rates.errors.tolist() == [40]
    assert np.log(rates.replicates).var() == pytest.approx(1 / 40, rel=0.25)


def test_an_interval_at_a_fitted_threshold_holds_what_fitting_it_anew_changes():
    """The threshold rests on few subjects of one group; the rate of another group moves with it."""
    counts, partition = twin(np.random.default_rng(4), subjects=60, groups=2, effect=0.8)
    reference = OperatingPointSpec("ref", Policy.REFERENCE, fmr=Decimal("0.01"), group=partition.groups[0])
    specs = [reference, pooled("0.01")]
    conditional = measure(
        counts, partitions=[partition], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3)
    )
    found = measure(counts, partitions=[partition], specs=specs, settings=dataclasses.replace(SETTINGS, replicates=500))
    wider = 0
    for held, free in zip(conditional.measures, found.measures, strict=True):
        assert (held.value, held.threshold) == (free.value, free.threshold)
        if held.operating_point and held.lower is not None and 0 < held.value < 1:
            assert held.note == FITTED_NOTE
            assert free.note.startswith(REFITTED_NOTE)  # a few replicates may be censored, which it adds
            assert free.lower <= held.lower
            assert free.upper >= held.upper
            wider += free.upper - free.lower > 1.02 * (held.upper - held.lower)
    assert wider >= 4
    own = rates_of(found, "fmr", "ref").replicates
    assert np.log(own[:, 0]).std() < np.log(own[:, 1]).std() / 2  # the group that sets it has its rate by construction


def test_calibration_subjects_set_the_thresholds_and_the_others_are_measured():
    counts, partition = twin(np.random.default_rng(5), subjects=60)
    chosen = split_subjects(counts.subject_of, partition, share=0.5, rng=np.random.default_rng(1))
    settings = dataclasses.replace(SETTINGS, calibration=chosen)
    found = measure(counts, partitions=[partition], specs=[pooled("0.02"), vendor(2.0)], settings=settings)
    alone = measure(restrict(counts, chosen), partitions=[partition], specs=[pooled("0.02")], settings=SETTINGS)
    assert found.operating_points[0].thresholds == alone.operating_points[0].thresholds
    assert found.operating_points[0].impostors == alone.operating_points[0].impostors
    row = found.measures[0]
    stays = ~chosen[counts.subject_of]
    both = stays[counts.tail.probe] & stays[counts.tail.reference]
    assert (row.errors, row.trials) == (int(np.sum(counts.tail.scores[both] >= row.threshold)), int(both.sum()))
    assert row.note == CALIBRATED_NOTE
    given = next(r for r in found.measures if r.operating_point == "vendor")
    assert (given.trials, given.note) == (int(both.sum()), "")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.75])
def test_the_split_takes_the_same_share_of_every_group(share):
    counts, partition = twin(np.random.default_rng(6), subjects=40, groups=3)
    chosen = split_subjects(counts.subject_of, partition, share=share, rng=np.random.default_rng(2))
    group = partition.group_of[::2]
    for g in range(3):
        size = int(np.sum(group == g))
        assert abs(int(chosen[group == g].sum()) - share * size) < 1
    again = split_subjects(counts.subject_of, partition, share=share, rng=np.random.default_rng(2))
    assert np.array_equal(chosen, again)
    assert (
        abs(int(split_subjects(counts.subject_of, None, share=share, rng=np.random.default_rng(3)).sum()) - share * 40)
        < 1
    )
    with pytest.raises(ValueError, match="above 0 and below 1"):
        split_subjects(counts.subject_of, partition, share=1.0, rng=np.random.default_rng(2))


def streamed(counts, partition, threshold, *, cut):
    """The same counts as a streamed run would give them: a short tail, and sums at one threshold below it."""
    subject, code = counts.subject_of, partition.group_of
    codes = len(partition.groups)
    i, j = counts.tail.probe, counts.tail.reference
    hit = counts.tail.scores >= threshold
    errors = np.zeros((counts.samples, codes), np.int64)
    np.add.at(errors, (i[hit], code[j[hit]]), 1)
    np.add.at(errors, (j[hit], code[i[hit]]), 1)
    squares, products = np.zeros((2, codes, codes), np.int64)
    units = {}
    for a, b, h in zip(i.tolist(), j.tolist(), hit.tolist(), strict=True):
        ends = tuple(sorted([(int(code[a]), int(subject[a])), (int(code[b]), int(subject[b]))]))
        e, m = units.get(ends, (0, 0))
        units[ends] = (e + h, m + 1)
    for ((a, _), (b, _)), (e, m) in units.items():
        for x, y in {(a, b), (b, a)}:
            squares[x, y] += e * e
            products[x, y] += e * m
    kept = counts.tail.scores >= cut
    tail = Tail(i[kept], j[kept], counts.tail.scores[kept], cut)
    point = StreamedPoint(threshold, code, codes, errors, squares, products)
    return dataclasses.replace(counts, tail=tail, streamed=(point,))


def test_a_streamed_threshold_gives_the_rows_of_the_whole_tail():
    counts, partition = twin(np.random.default_rng(7), failed=(3,))
    whole = measure(
        counts, partitions=[partition], specs=[vendor(1.0)], settings=MeasureSettings(level=0.95, min_subjects=3)
    )
    short = streamed(counts, partition, 1.0, cut=2.0)
    found = measure(
        short, partitions=[partition], specs=[vendor(1.0)], settings=MeasureSettings(level=0.95, min_subjects=3)
    )
    other, exact = ([r for r in rows.measures if r.measure != "far"] for rows in (found, whole))
    assert (other, found.operating_points) == (exact, whole.operating_points)
    bounded, exact = ([r for r in rows.measures if r.measure == "far"] for rows in (found, whole))
    assert any(row.note == BOUNDED_NOTE for row in bounded)
    for row, wanted in zip(bounded, exact, strict=True):
        assert (row.group, row.other_group, row.errors, row.trials) == (
            wanted.group, wanted.other_group, wanted.errors, wanted.trials,
        )  # fmt: skip
        if row.note == BOUNDED_NOTE:
            assert row.lower <= wanted.lower < wanted.value < wanted.upper <= row.upper
            assert row.upper - row.lower < 1.25 * (wanted.upper - wanted.lower)
        else:
            assert row == wanted


def test_a_streamed_threshold_without_lost_comparisons_gives_every_row_of_the_whole_tail():
    counts, partition = twin(np.random.default_rng(7))
    settings = MeasureSettings(level=0.95, min_subjects=3)
    runs = (counts, streamed(counts, partition, 1.0, cut=2.0))
    whole, found = (measure(run, partitions=[partition], specs=[vendor(1.0)], settings=settings) for run in runs)
    assert (found.measures, found.operating_points) == (whole.measures, whole.operating_points)


def test_what_needs_single_comparisons_is_missing_at_a_streamed_threshold():
    counts, partition = twin(np.random.default_rng(7), failed=(3,))
    short = streamed(counts, partition, 1.0, cut=2.0)
    resampled = measure(short, partitions=[partition], specs=[vendor(1.0)], settings=SETTINGS)
    row = next(r for r in resampled.measures if (r.measure, r.group, r.other_group) == ("fmr", "g=v0", "g=v0"))
    assert "counted while streaming: not resampled" in row.note
    assert rates_of(resampled, "fmr", "vendor").replicates is None
    halved = dataclasses.replace(SETTINGS, calibration=np.arange(30) % 2 == 0)
    other = measure(short, partitions=[partition], specs=[vendor(1.0)], settings=halved)
    assert "below the scores that were kept" in other.measures[0].note


def test_groups_without_enough_to_go_on_are_left_out_with_the_reason():
    counts, _ = twin(np.random.default_rng(8), subjects=12, groups=1)
    names = tuple(Group((("g", value),)) for value in ("many", "two", "none", None))
    group = np.zeros(counts.samples, np.int64)
    group[:4], group[4:10] = 1, 3
    partition = Partition(("g",), names, group)
    found = measure(counts, partitions=[partition], specs=[vendor(1.0)], settings=SETTINGS)
    rates = rates_of(found, "fmr", "vendor")
    assert rates.groups == ("g=many",)
    assert [(out.group, out.reason) for out in rates.left_out] == [
        ("g=two", "fewer than 3 subjects: no interval"),
        ("g=none", "no samples"),
        ("g=(missing)", "its label is missing"),
    ]
    assert rates.replicates.shape == (200, 1)


@pytest.mark.parametrize("replicates", [0, 50])
@pytest.mark.parametrize("kind", ["equal scores", "none mated", "all failed", "one subject", "beyond all scores"])
def test_bad_input_has_a_defined_answer(kind, replicates):
    images, subjects = (1 if kind == "none mated" else 2), (1 if kind == "one subject" else 9)
    failed = range(18) if kind == "all failed" else ()
    counts, partition = twin(np.random.default_rng(9), subjects=subjects, images=images, failed=failed)
    if kind == "equal scores":
        mated = dataclasses.replace(counts.mated, scores=np.zeros(len(counts.mated)))
        tail = dataclasses.replace(counts.tail, scores=np.zeros(len(counts.tail)))
        counts = dataclasses.replace(counts, mated=mated, tail=tail)
    specs = [pooled("0.05"), vendor(0.0, "zero"), vendor(99.0, "beyond"), vendor(-99.0, "below")]
    specs.append(OperatingPointSpec("own", Policy.PER_GROUP, fmr=Decimal("0.1"), partition=("g",)))
    settings = MeasureSettings(level=0.95, min_subjects=3, replicates=replicates)
    found = measure(counts, partitions=[partition], specs=specs, settings=settings)
    for row in found.measures:
        assert (row.value is None) <= bool(row.note)
        if row.lower is not None:
            assert 0 <= row.lower <= row.value <= row.upper <= 1
    for rates in found.group_rates:
        assert len(rates.groups) + len(rates.left_out) == 3
        assert rates.replicates is None or np.all(np.isfinite(rates.replicates))


def test_subjects_in_two_groups_are_drawn_once():
    counts, _ = twin(np.random.default_rng(10), subjects=40, groups=1, effect=1.2)
    names = tuple(Group((("age", value),)) for value in ("young", "old"))
    partition = Partition(("age",), names, np.arange(counts.samples) % 2)  # each subject has a sample in both
    found = measure(counts, partitions=[partition], specs=[vendor(1.0)], settings=SETTINGS)
    young, old = np.log(rates_of(found, "fmr", "vendor").replicates).T
    assert np.corrcoef(young, old)[0, 1] > 0.5


def test_draws_are_of_as_many_subjects_as_take_part():
    weights = next(draws(np.array([1, 4, 5]), subjects=7, replicates=30, rng=np.random.default_rng(0)))
    assert weights.shape == (30, 7)
    assert set(weights.sum(axis=1)) == {3}
    assert weights[:, [0, 2, 3, 6]].sum() == 0
