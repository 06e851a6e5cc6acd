"""How long enrolment took: kept beside the templates, once, and never in them."""

import pytest

from evalharness.systems import SampleSeconds, enrolment_seconds
from evalharness.systems.timing import dump_seconds, parse_seconds
from tests.systems.fakes import PIXEL_LIMIT, fake_enrol, samples_named


def seconds_of(samples, root, result):
    return enrolment_seconds(samples, result.identity, store_folder=root / "templates", pixel_limit=PIXEL_LIMIT)


def test_every_sample_that_the_system_saw_has_a_duration(tmp_path):
    samples = samples_named("slow1", "noface", "fault", "slow2")
    result = fake_enrol(samples, tmp_path, workers=1)
    slow, noface, fault, later = seconds_of(samples, tmp_path, result)
    assert (slow.first, noface.first, fault.first, later.first) == (True, False, False, False)  # one worker, in order
    assert slow.decode >= 0.05  # the reader sleeps; the system does not
    assert 0 <= slow.system < 0.05
    assert noface.system is not None  # a failure takes its time too
    assert fault.system is None


def test_a_resumed_sample_keeps_its_first_duration(tmp_path):
    samples = samples_named("a", "b")
    before = seconds_of(samples, tmp_path, fake_enrol(samples, tmp_path))
    more = samples_named("a", "b", "c")
    after = seconds_of(more, tmp_path, fake_enrol(more, tmp_path))
    assert after[:2] == before
    assert after[2] is not None


def test_a_duration_that_is_missing_or_damaged_is_none_and_stops_nothing(tmp_path):
    samples = samples_named("a", "b")
    result = fake_enrol(samples, tmp_path)
    first, second = ((tmp_path / "templates").glob(f"*/*/{row.sha256}.seconds") for row in samples.rows)
    next(first).unlink()
    next(second).write_bytes(b'{"decode": 0.1, "sys')
    assert seconds_of(samples, tmp_path, result) == (None, None)
    assert fake_enrol(samples, tmp_path).enrolled.all()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"1",
        b"\xff",
        b'{"decode": true, "system": 1, "first": false}',
        b'{"decode": 1, "system": NaN, "first": false}',
        b'{"decode": 1, "system": 1e999, "first": false}',
        b'{"decode": 1, "system": 1, "first": 0}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_duration_is_not_believed(content):
    assert parse_seconds(content) is None


@pytest.mark.parametrize("seconds", [SampleSeconds(0.1, 0.25, True), SampleSeconds(0.0, None, False)])
def test_a_duration_comes_back_as_it_was(seconds):
    assert parse_seconds(dump_seconds(seconds)) == seconds
