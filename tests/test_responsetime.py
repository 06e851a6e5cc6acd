"""Response times by hand: what is left out, what is summarised, and what has no interval."""

import json
import math

import numpy as np
from scipy import stats

from evalharness.responsetime import ComparisonTime, mean_half_width, response_times, write_response_times
from evalharness.systems import SampleSeconds
from tests.support.datasets import make_partition, make_samples

SUBJECTS = ["a", "a", "b", "c", "d", "d"]
LABELS = ["red", "red", "red", "red", "blue", "blue"]


def timed(*values):
    return [None if v is None else SampleSeconds(0.01, v, False) for v in values]


def summary(seconds, **more):
    partition = make_partition("team", LABELS, also=["green"])
    times = response_times(make_samples(SUBJECTS), seconds, partitions=[partition], level=0.95, **more)
    return times, {row.group: row for row in times.enrolment}


def test_median_percentile_and_mean_by_group():
    times, rows = summary(timed(1.0, 3.0, 2.0, 6.0, 10.0, 20.0))
    red = rows["team=red"]
    assert (red.samples, red.subjects, red.partition) == (4, 3, "team")
    assert (red.median, red.mean, red.mean_decode) == (2.5, 3.0, 0.01)
    assert math.isclose(red.percentile_95, 5.55)
    # Subject sums less their expectations: 4 - 6, 2 - 3, 6 - 3 = -2, -1, 3.
    half = stats.t.ppf(0.975, 2) * math.sqrt((4 + 1 + 9) / 16 * 3 / 2)
    assert half > 3
    assert red.lower == 0.0  # no duration is below 0
    assert math.isclose(red.upper, 3 + half)
    blue = rows["team=blue"]
    assert (blue.mean, blue.lower, blue.note) == (15.0, None, "fewer than 3 subjects: no interval")
    assert (rows["team=green"].mean, rows["team=green"].note) == (None, "no samples")
    assert (rows["all"].samples, rows["all"].partition, times.not_timed) == (6, "", 0)


def test_the_first_of_a_process_and_samples_without_duration_are_left_out_and_counted():
    seconds = timed(None, 3.0, 2.0, 6.0, 1.0, None)
    seconds[1] = SampleSeconds(0.01, 99.0, True)
    seconds[5] = SampleSeconds(0.01, None, False)  # did not decode
    times, rows = summary(seconds)
    assert (times.first_of_process, times.not_timed) == (1, 2)
    assert rows["team=red"].mean == 4.0
    assert rows["all"].samples == 3


def test_nothing_timed_is_null_with_a_reason():
    _, rows = summary([None] * 6)
    assert {row.note for row in rows.values()} == {"no samples with a duration", "no samples"}
    assert all(row.mean is None and row.median is None for row in rows.values())


def test_the_interval_without_clusters_is_that_of_a_mean():
    values = np.random.default_rng(0).gamma(2, size=20)
    half = mean_half_width(values, np.arange(20), level=0.9)
    low, high = stats.t.interval(0.9, 19, values.mean(), stats.sem(values))
    assert math.isclose(2 * half, high - low)


def test_the_file_holds_the_rate_of_comparison_and_no_name(tmp_path):
    times, _ = summary(timed(1, 2, 3, 4, 5, 6), comparison=ComparisonTime(seconds=0.5, comparisons=100))
    write_response_times(tmp_path, times)
    text = (tmp_path / "response_time.json").read_text()
    document = json.loads(text)
    assert document["comparisons_per_second"] == 200.0
    assert document["enrolment"][1]["group"] == "team=blue"
    assert '"s0"' not in text
    still, _ = summary(timed(1, 2, 3, 4, 5, 6), comparison=ComparisonTime(seconds=0.0, comparisons=0))
    assert still.comparisons_per_second is None
