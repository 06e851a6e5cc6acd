"""The engine against the whole matrix of scores of record."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.comparison import CompareOptions
from evalharness.errors import PlanError
from evalharness.progress import NoProgress
from evalharness.records import Comparator
from evalharness.tasks.verification import TailBudget, count
from tests.support.all_pairs import brute_scores, check_histograms, check_streamed, check_tail
from tests.support.datasets import make_enrolment, make_partition, make_samples, per_group, pooled, vendor

BACKENDS = ("numpy", "numba", "torch")


@st.composite
def galleries(draw):
    """Templates of a few subjects and groups: random, equal, nearly equal, huge, tiny or denormal."""
    n = draw(st.integers(2, 40))
    d = draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    vectors = rng.normal(size=(n, d))
    kind = draw(st.sampled_from(["random", "coarse", "near", "mixed", "denormal", "equal"]))
    if kind == "coarse":
        vectors = np.round(vectors) + 0.0
    elif kind == "near":
        vectors = 1 + vectors * 1e-6
    elif kind == "mixed":
        vectors *= 10.0 ** rng.integers(-30, 30, size=(n, 1))
    elif kind == "denormal":
        vectors *= 1e-41
    elif kind == "equal":
        vectors = np.ones((n, d))
    vectors = vectors.astype(np.float32)
    vectors[~vectors.any(axis=1)] = 1
    subjects = draw(st.lists(st.integers(0, 9), min_size=n, max_size=n))
    labels = draw(st.lists(st.sampled_from(["x", "y", None]), min_size=n, max_size=n))
    comparator = draw(st.sampled_from(Comparator))
    failed = draw(st.lists(st.integers(0, n - 1), max_size=2, unique=True))
    samples = make_samples(subjects)
    return samples, make_enrolment(vectors, comparator=comparator, failed=failed), make_partition("g", labels)


@settings(max_examples=80, deadline=None)
@given(
    gallery=galleries(),
    backend=st.sampled_from(BACKENDS),
    block=st.integers(1, 50),
    batch=st.integers(1, 2000),
    most=st.integers(1, 100),
    data=st.data(),
)
def test_tail_histograms_and_streams_are_those_of_brute_force(gallery, backend, block, batch, most, data):
    samples, enrolment, groups = gallery
    scores = brute_scores(enrolment, samples)
    kind = enrolment.identity.comparator.score_kind
    some = sorted(set(scores.values())) or [0.5]
    thresholds = data.draw(st.lists(st.sampled_from(some), max_size=3, unique=True))
    specs = [vendor(kind.from_similarity(t), f"v{i}") for i, t in enumerate(thresholds)]
    options = CompareOptions(backend=backend, block=block, batch_pairs=batch, workers=1)
    budget = TailBudget(keep_all=0, most=most)
    counts = count(samples, enrolment, specs=specs, partitions=[groups], budget=budget, options=options)
    check_tail(counts, scores)
    if enrolment.identity.comparator is Comparator.COSINE:
        check_histograms(counts, scores)
    assert int(counts.histograms.counts.sum()) == len(scores)
    check_streamed(counts, scores)
    reaching = {t: sum(s >= t for s in scores.values()) for t in {kind.to_similarity(s.threshold) for s in specs}}
    assert [point.threshold for point in counts.streamed] == sorted(t for t, k in reaching.items() if k > most)
    held = [t for t, k in reaching.items() if k <= most]
    assert counts.tail.cut == (min(held, default=np.inf) if scores else -np.inf)


@settings(max_examples=40, deadline=None)
@given(gallery=galleries(), backend=st.sampled_from(BACKENDS), block=st.integers(1, 50), batch=st.integers(1, 2000))
def test_backend_blocks_and_batches_change_nothing(gallery, backend, block, batch):
    samples, enrolment, groups = gallery
    specs = [pooled("0.05"), per_group("0.1", "g"), pooled("0.2", "within-group")]
    arguments = {"specs": specs, "partitions": [groups], "budget": TailBudget(keep_all=0, most=10_000)}
    reference = count(samples, enrolment, **arguments, options=CompareOptions(backend="numpy"))
    check_tail(reference, brute_scores(enrolment, samples))
    options = CompareOptions(backend=backend, block=block, batch_pairs=batch, workers=1)
    counts = count(samples, enrolment, **arguments, options=options)
    assert counts.tail.cut == reference.tail.cut
    assert counts.tail.scores.tolist() == reference.tail.scores.tolist()
    assert counts.tail.probe.tolist() == reference.tail.probe.tolist()
    assert counts.histograms.counts.sum(axis=2).tolist() == reference.histograms.counts.sum(axis=2).tolist()


def many(n, d, *, seed=5, comparator=Comparator.COSINE):
    rng = np.random.default_rng(seed)
    subjects = rng.integers(0, n // 3, size=n).tolist()
    centres = rng.normal(size=(n // 3, d))
    vectors = centres[subjects] + rng.normal(size=(n, d))
    vectors[1::17] = vectors[::17][: len(vectors[1::17])]  # the same template under two subjects
    groups = make_partition("g", [f"g{k}" for k in rng.integers(0, 5, size=n)])
    return make_samples(subjects), make_enrolment(vectors, comparator=comparator), groups


@pytest.mark.parametrize(("comparator", "backend"), [(Comparator.COSINE, "numba"), (Comparator.EUCLIDEAN, "numpy")])
def test_two_thousand_templates(comparator, backend):
    samples, enrolment, groups = many(2000, 16, comparator=comparator)
    scores = brute_scores(enrolment, samples)
    kind = comparator.score_kind
    ordered = np.sort(list(scores.values()))
    specs = [
        vendor(kind.from_similarity(float(ordered[-300])), "few"),
        vendor(kind.from_similarity(float(ordered[len(ordered) // 3])), "most"),
        pooled("0.001"),
        per_group("0.001", "g"),
    ]
    budget = TailBudget(keep_all=1000, most=50_000)
    options = CompareOptions(backend=backend, block=333)
    counts = count(samples, enrolment, specs=specs, partitions=[groups], budget=budget, options=options)
    check_tail(counts, scores)
    assert [point.threshold for point in counts.streamed] == [float(ordered[len(ordered) // 3])]
    check_streamed(counts, scores)
    allowed = len(ordered) // 1000
    held = np.count_nonzero(ordered >= counts.tail.cut)
    assert 3 * allowed <= held <= 50_000


def test_calibration_subjects_set_how_deep_the_tail_goes():
    samples, enrolment, groups = many(600, 16)
    scores = brute_scores(enrolment, samples)
    half = np.arange(len(samples.subjects)) % 2 == 0
    among = sorted((s for (i, j), s in scores.items() if half[samples.subject_of[[i, j]]].all()), reverse=True)
    budget = TailBudget(keep_all=0, most=100_000)
    counts = count(
        samples,
        enrolment,
        specs=[pooled("0.01")],
        partitions=[groups],
        budget=budget,
        calibration=half,
        options=CompareOptions(backend="numpy"),
    )
    assert counts.tail.cut == among[3 * (len(among) // 100) - 1]
    check_tail(counts, scores)


def test_equal_scores_everywhere_are_streamed_or_all_held():
    samples = make_samples([i // 2 for i in range(60)])
    enrolment = make_enrolment([[3, 4]] * 60, comparator=Comparator.COSINE)  # of length 5: each score is 1.0
    pairs = 60 * 58 // 2
    budget = TailBudget(keep_all=0, most=pairs - 1)
    for backend in BACKENDS:
        options = CompareOptions(backend=backend, block=7)
        counts = count(samples, enrolment, specs=[vendor(1.0)], partitions=[], budget=budget, options=options)
        (point,) = counts.streamed
        assert point.errors.tolist() == [[58]] * 60
        assert (point.squares.tolist(), point.products.tolist()) == ([[pairs * 4]], [[pairs * 4]])
        assert len(counts.tail) == 0
        held = count(
            samples,
            enrolment,
            specs=[vendor(1.0), pooled("0.1")],
            partitions=[],
            options=options,
            budget=TailBudget(keep_all=0, most=pairs),
        )
        assert (len(held.tail), held.tail.cut, held.streamed) == (pairs, 1.0, ())


def test_a_threshold_just_above_every_score_matches_nothing():
    samples = make_samples(range(30))
    enrolment = make_enrolment([[3, 4]] * 30, comparator=Comparator.COSINE)
    counts = count(samples, enrolment, specs=[vendor(math.nextafter(1.0, 2))], partitions=[], budget=TailBudget(0, 9))
    assert (len(counts.tail), counts.streamed) == (0, ())
    assert int(counts.histograms.counts[0, 0, -1]) == 30 * 29 // 2


@pytest.mark.parametrize("n", [0, 1])
def test_no_pair_gives_an_empty_tail(n):
    samples = make_samples(range(3))
    enrolment = make_enrolment(np.ones((3, 4)), failed=range(n, 3))
    counts = count(samples, enrolment, specs=[vendor(1.0), pooled("0.1")], partitions=[])
    assert (len(counts.tail), counts.tail.cut) == (0, -np.inf)
    assert int(counts.histograms.counts.sum()) == 0


def test_a_subject_with_very_many_samples_is_one_unit():
    subjects = [0] * 70 + list(range(1, 31))
    samples = make_samples(subjects)
    vectors = np.random.default_rng(4).normal(size=(100, 5))
    enrolment = make_enrolment(vectors, comparator=Comparator.COSINE)
    options = CompareOptions(block=16, batch_pairs=500)
    budget = TailBudget(keep_all=0, most=10)
    counts = count(samples, enrolment, specs=[vendor(0.0)], partitions=[], budget=budget, options=options)
    assert len(counts.streamed) == 1
    check_streamed(counts, brute_scores(enrolment, samples))


def test_too_many_codes_give_no_histogram_and_no_stream():
    n = 1100
    samples = make_samples(range(n))
    vectors = np.random.default_rng(4).normal(size=(n, 4))
    enrolment = make_enrolment(vectors, comparator=Comparator.COSINE)
    groups = make_partition("g", [f"{i:04}" for i in range(n)])
    counts = count(samples, enrolment, specs=[vendor(0.9)], partitions=[groups])
    assert counts.histograms is None
    assert len(counts.tail) == n * (n - 1) // 2
    with pytest.raises(PlanError, match="1100 combinations of groups are too many"):
        count(samples, enrolment, specs=[vendor(0.0)], partitions=[groups], budget=TailBudget(0, 1000))


def test_progress_counts_pairs_of_templates():
    told = []

    class Told(NoProgress):
        def start(self, *, total, done):
            told.append((total, done))

        def advance(self, count):
            told.append(count)

    samples, enrolment, groups = many(300, 8)
    options = CompareOptions(block=100, batch_pairs=10_000, progress=Told())
    count(samples, enrolment, specs=[pooled("0.01")], partitions=[groups], options=options)
    assert told[0] == (300 * 299 // 2, 0)
    assert sum(told[1:]) == 300 * 299 // 2


@pytest.mark.parametrize("comparator", Comparator)
def test_two_workers_change_nothing(comparator, tmp_path):
    samples, enrolment, groups = many(300, 16, comparator=comparator)
    scores = brute_scores(enrolment, samples)
    middle = comparator.score_kind.from_similarity(sorted(scores.values())[len(scores) // 2])
    arguments = {
        "specs": [vendor(middle), pooled("0.01"), per_group("0.02", "g")],
        "partitions": [groups],
        "budget": TailBudget(keep_all=0, most=5000),
    }
    alone = count(samples, enrolment, **arguments, options=CompareOptions(workers=1, block=64))
    options = CompareOptions(workers=2, block=64, batch_pairs=5000, pool_from=0, folder=tmp_path / "blocks")
    both = count(samples, enrolment, **arguments, options=options)
    check_tail(both, scores)
    check_streamed(both, scores)
    assert both.tail.cut == alone.tail.cut
    assert both.tail.scores.tolist() == alone.tail.scores.tolist()
    assert [point.threshold for point in both.streamed] == [point.threshold for point in alone.streamed]
    assert len(both.streamed) == 1
    assert not (tmp_path / "blocks").exists()
