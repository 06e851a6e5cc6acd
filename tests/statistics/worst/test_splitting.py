"""Rates on halves of the subjects, against the whole run restricted to each half."""

import dataclasses
from functools import cache

import numpy as np
import pytest

from evalharness.records import Comparator, Group, OperatingPoint
from evalharness.statistics import MeasureSettings, measure, restrict
from evalharness.statistics.worst import random_halves
from evalharness.statistics.worst.splitting import halves_of
from evalharness.tasks.verification import count
from tests.support.datasets import make_enrolment, make_partition, make_samples, per_group, pooled, reference, vendor
from tests.support.scoreruns import shortened, twin_run

SETTINGS = MeasureSettings(level=0.95, min_subjects=2)
SPECS = [vendor(1.0), pooled("0.1"), reference("0.2", Group((("g", "a"),))), per_group("0.1", "g")]


def all_pairs_run():
    """Templates of 18 subjects in three groups, some of which gave none; one subject is in two groups."""
    rng = np.random.default_rng(3)
    subject = np.repeat(np.arange(18), 3)
    centres = rng.normal(size=(18, 3))
    samples = make_samples(subject.tolist())
    vectors = centres[subject] + 0.6 * rng.normal(size=(54, 3))
    enrolment = make_enrolment(vectors, comparator=Comparator.COSINE, failed=[0, 20], faulty=[31])
    labels = ["abc"[s % 3] for s in subject.tolist()]
    labels[5] = "c"
    partition = make_partition("g", labels)
    specs = [vendor(0.6), *SPECS[1:]]
    return count(samples, enrolment, specs=specs, partitions=[partition]), partition, specs


def listed_run():
    counts, partition, _ = twin_run()
    return counts, partition, SPECS


def rates_at(counts, partition, threshold: float) -> dict[tuple[str, str], float]:
    """The rates of every group at one threshold, by the measures of an audit."""
    rows = measure(counts, partitions=[partition], specs=[vendor(threshold)], settings=SETTINGS).measures
    return {
        (row.measure, row.group): row.errors / row.trials if row.trials else np.nan
        for row in rows
        if row.measure != "fmr" or row.group == row.other_group
    }


@pytest.mark.parametrize("run", [all_pairs_run, listed_run])
def test_halves_are_the_run_restricted_to_each_half(run) -> None:
    counts, partition, specs = run()
    found = measure(counts, partitions=[partition], specs=specs, settings=SETTINGS)
    points = {point.spec.name: point for point in found.operating_points}
    first = random_halves(counts.subjects, splits=2, rng=np.random.default_rng(1))

    @cache
    def at(k: int, side: int, threshold: float) -> dict[tuple[str, str], float]:
        return rates_at(restrict(counts, ~first[k] if side else first[k]), partition, threshold)

    def by_hand(k: int, side: int, point: OperatingPoint | None, group: str) -> dict[tuple[str, str], float]:
        thresholds = {} if point is None else point.thresholds
        return at(k, side, thresholds.get(group, thresholds.get("all", 0.0)))

    measured = set()
    for rates in found.group_rates:
        if not rates.groups:
            continue
        point = points.get(rates.operating_point)
        halves = halves_of(counts, partition, point, rates=rates, first=first)
        assert halves is not None
        for k, pair in enumerate(halves):
            for side, values in enumerate(pair):
                expected = [by_hand(k, side, point, group)[rates.measure, group] for group in rates.groups]
                np.testing.assert_allclose(values, expected, rtol=1e-12)
        measured.add((rates.measure, point.spec.policy if point else None))
    assert len(measured) >= (13 if counts.listed is None else 12)  # FMR, FNMR and FRR at four points, and FTA


def test_a_threshold_below_the_tail_cannot_be_divided() -> None:
    counts, partition, _ = twin_run()
    found = measure(counts, partitions=[partition], specs=[vendor(1.0)], settings=SETTINGS)
    (point,) = found.operating_points
    rates = {each.measure: each for each in found.group_rates if each.groups}
    first = random_halves(counts.subjects, splits=2, rng=np.random.default_rng(1))
    at_the_cut, above = shortened(counts, cut=1.0), shortened(counts, cut=np.nextafter(1.0, 2.0))
    whole = halves_of(counts, partition, point, rates=rates["fmr"], first=first)
    np.testing.assert_array_equal(halves_of(at_the_cut, partition, point, rates=rates["fmr"], first=first), whole)
    assert halves_of(above, partition, point, rates=rates["fmr"], first=first) is None
    assert halves_of(above, partition, point, rates=rates["fnmr"], first=first) is not None  # mated scores are all kept


def test_a_group_with_nobody_on_one_half_has_no_rate_there() -> None:
    counts, partition, draw = twin_run()
    found = measure(counts, partitions=[partition], specs=[vendor(1.0)], settings=SETTINGS)
    (point,) = found.operating_points
    first = (draw.subject_group == 0)[None]
    for rates in found.group_rates:
        if rates.groups:
            ((one, other),) = halves_of(counts, partition, point, rates=rates, first=first)
            assert np.isnan(one).tolist() == [False, True]
            assert np.isnan(other).tolist() == [True, False]
            assert (one[0], other[1]) == pytest.approx(tuple(rates.values))


def test_only_the_groups_of_the_rates_are_looked_at() -> None:
    counts, partition, _ = twin_run()
    found = measure(counts, partitions=[partition], specs=[vendor(1.0)], settings=SETTINGS)
    rates = next(each for each in found.group_rates if each.measure == "fnmr")
    fewer = dataclasses.replace(rates, groups=rates.groups[1:])
    first = random_halves(counts.subjects, splits=2, rng=np.random.default_rng(1))
    both = halves_of(counts, partition, found.operating_points[0], rates=rates, first=first)
    one = halves_of(counts, partition, found.operating_points[0], rates=fewer, first=first)
    np.testing.assert_array_equal(np.array(one)[:, :, 0], np.array(both)[:, :, 1])
