"""Workers, death of workers, killed runs and what they left behind."""

import hashlib
import json
import multiprocessing
import os
import shutil
import signal

import numpy as np
import pytest

from evalharness.comparison import CompareOptions, compiled, open_engine
from evalharness.comparison.backends import choose
from evalharness.comparison.batch import Request
from evalharness.comparison.layout import batches, block_edges
from evalharness.comparison.workers import Work, on_workers
from evalharness.errors import PlanError, RunError
from evalharness.progress import NoProgress
from evalharness.records import Comparator

N, CODES = 400, 3
SUBJECT = np.arange(N) // 3
CODE = SUBJECT % CODES


def templates():
    return np.random.default_rng(3).normal(size=(N, 24)).astype(np.float32)


def gather(options, *, floor=0.4, streamed=(0.0,), vectors=None):
    vectors = templates() if vectors is None else vectors
    with open_engine(vectors, Comparator.COSINE, subject=SUBJECT, code=CODE, codes=CODES, options=options) as engine:
        return engine.gather(floor=floor, streamed=streamed, most=10_000)


def same(one, other):
    assert one.pairs == other.pairs == N * (N - 1) // 2 - (N // 3) * 3
    pairs = [sorted(zip(x.held.first.tolist(), x.held.second.tolist(), strict=True)) for x in (one, other)]
    assert pairs[0] == pairs[1]
    assert one.histogram.sum(axis=2).tolist() == other.histogram.sum(axis=2).tolist()
    for a, b in zip(one.matches, other.matches, strict=True):
        for name in ("errors", "squares", "products"):
            assert getattr(a, name).tolist() == getattr(b, name).tolist()


class Told(NoProgress):
    """Remembers, and does something when a batch is done."""

    def __init__(self, then=lambda done: None):
        self.done = self.before = self.total = self.batches = 0
        self._then = then

    def start(self, *, total, done):
        self.total, self.before = total, done

    def advance(self, count):
        self.done += count
        self.batches += count > 0
        self._then(self.batches)


def small(**more):
    return CompareOptions(**{"backend": "numpy", "block": 50, "batch_pairs": 4000, "workers": 1, **more})


def test_workers_give_what_one_process_gives():
    told = Told()
    found = gather(small(workers=2, pool_from=0, progress=told))
    same(found, gather(small()))
    assert told.done == told.total == N * (N - 1) // 2
    assert told.before == 0
    assert multiprocessing.active_children() == []


def test_a_worker_that_is_killed_loses_nothing():
    killed = []

    def kill(batches_done):
        if batches_done == 3 and not killed:
            victim = multiprocessing.active_children()[0]
            killed.append(victim.pid)
            os.kill(victim.pid, signal.SIGKILL)

    found = gather(small(workers=2, pool_from=0, batch_pairs=2000, progress=Told(kill)))
    assert killed
    same(found, gather(small()))


def test_workers_that_cannot_live_end_in_a_clear_error(tmp_path):
    with open_engine(
        templates(), Comparator.COSINE, subject=SUBJECT, code=CODE, codes=CODES, options=small()
    ) as engine:
        plan = batches(block_edges(engine.pool.code, engine.pool.subject, size=200))
        request = Request(0.4, 1000, (), engine.binning, 200)
    work = Work(tmp_path / "nowhere", "numpy", request)
    with pytest.raises(RunError, match="worker processes died 3 times while batch 0 was under way"):
        list(on_workers(plan, work, workers=1, tick=lambda: None))


class Stopped(Exception):
    pass


def stop_after(count):
    def stop(batches_done):
        if batches_done == count:
            raise Stopped

    return stop


def stop_half_way(folder, count=5, **more):
    with pytest.raises(Stopped):
        gather(small(folder=folder, progress=Told(stop_after(count))), **more)


def test_a_run_that_was_stopped_continues_and_cleans_up(tmp_path):
    folder = tmp_path / "blocks"
    stop_half_way(folder)
    assert len(list(folder.rglob("*.npz"))) == 5
    told = Told()
    found = gather(small(folder=folder, progress=told))
    assert 0 < told.before < told.total
    assert told.before + told.done == told.total
    same(found, gather(small()))
    assert not folder.exists()


def test_broken_and_foreign_batches_are_computed_again(tmp_path):
    folder = tmp_path / "blocks"
    stop_half_way(folder, count=6)
    arrays = sorted(folder.rglob("*.npz"))
    facts = sorted(folder.rglob("*.json"))
    arrays[0].write_bytes(arrays[0].read_bytes()[:-7])
    arrays[1].write_bytes(b"")
    arrays[2].unlink()
    facts[3].write_text("{")
    told_of_four = json.loads(facts[4].read_text())
    facts[4].write_text(json.dumps(told_of_four | {"identity": "0" * 64}))
    told = Told()
    found = gather(small(folder=folder, progress=told))
    plan_size = told.batches
    same(found, gather(small()))
    fresh = Told()
    gather(small(progress=fresh))
    assert fresh.batches - plan_size == 1  # the one that was left as it was


def vouched(path, **changes):
    """Alter the arrays of a batch and let its sidecar vouch for them."""
    with np.load(path) as stored:
        arrays = dict(stored) | {name: change(stored[name]) for name, change in changes.items()}
    np.savez(path, **arrays)
    facts = path.with_suffix(".json")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"sha256": digest}))


def test_indices_out_of_range_and_folders_in_place_of_batches_are_computed_again(tmp_path):
    folder = tmp_path / "blocks"
    stop_half_way(folder, count=7)
    arrays = sorted(folder.rglob("*.npz"))
    vouched(arrays[0], first=lambda values: np.full_like(values, -1))
    vouched(arrays[1], keys=lambda values: values - CODES**2)
    vouched(arrays[2], keys=lambda values: values + CODES**2)
    vouched(arrays[3], places0=lambda values: np.full_like(values, 10**9))
    for path in (arrays[4], arrays[5].with_suffix(".json")):
        path.unlink()
        path.mkdir()
    told = Told()
    found = gather(small(folder=folder, progress=told))
    same(found, gather(small()))
    fresh = Told()
    gather(small(progress=fresh))
    assert fresh.batches - told.batches == 1  # the one that was left as it was


def test_batches_of_other_templates_thresholds_or_floors_are_not_used(tmp_path):
    folder = tmp_path / "blocks"
    stop_half_way(folder)
    for more in ({"floor": 0.5}, {"streamed": (0.1,)}, {"vectors": templates() + np.float32(1)}):
        told = Told(stop_after(1))
        with pytest.raises(Stopped):
            gather(small(folder=folder, progress=told), **more)
        assert told.before == 0
    told = Told()
    gather(small(folder=folder, progress=told))
    assert told.before > 0


def test_a_floor_that_too_many_reach_rises_and_stays_complete():
    with open_engine(
        templates(), Comparator.COSINE, subject=SUBJECT, code=CODE, codes=CODES, options=small()
    ) as engine:
        whole = engine.gather(floor=-np.inf, streamed=(), most=10**6)
        exact = engine.pool.scores(whole.held.first, whole.held.second)
        found = engine.gather(floor=-np.inf, streamed=(), most=500)
        assert found.floor > 0
        assert 500 < len(found.held) <= 500 * 1.25 + 1024
        assert len(found.held) == np.count_nonzero(exact >= found.floor)
        assert (engine.pool.scores(found.held.first, found.held.second) >= found.floor).all()


def test_a_backend_that_is_not_there_is_refused():
    with pytest.raises(PlanError, match="comparison backend 'abacus' is not at hand"):
        gather(small(backend="abacus"))


def test_a_numba_that_does_not_load_is_left_alone(monkeypatch):
    def broken(name):
        raise ImportError("Numba needs NumPy 2.3 or less. Got NumPy 2.4.")

    monkeypatch.setattr(compiled, "import_module", broken)
    compiled.kernels.cache_clear()
    try:
        assert choose(None, templates=10_000) == "numpy"
        with pytest.raises(PlanError, match="comparison backend 'numba' is not at hand or broken"):
            choose("numba", templates=10_000)
    finally:
        compiled.kernels.cache_clear()


def test_a_score_that_is_not_a_number_stops_the_run():
    for backend in ("numpy", "numba", "torch"):
        with open_engine(
            templates(), Comparator.COSINE, subject=SUBJECT, code=CODE, codes=CODES, options=small(backend=backend)
        ) as engine:
            engine.pool.fast[7, 3] = np.nan
            with pytest.raises(RunError, match=r"scores were counted in rows 0 to 25, .* pairs were expected"):
                engine.gather(floor=0.4, streamed=(), most=1000)


def test_a_full_disk_is_refused_before_it_is_written(monkeypatch, tmp_path):
    full = shutil._ntuple_diskusage(10, 10, 0)
    monkeypatch.setattr("evalharness.comparison.templates.shutil.disk_usage", lambda folder: full)
    with pytest.raises(RunError, match="0 MiB are free; comparing on several processes needs"):
        gather(small(workers=2, pool_from=0, folder=tmp_path / "blocks"))
