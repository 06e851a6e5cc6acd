"""What a review finds, planted by hand."""

import numpy as np
import pytest

from evalharness.counts import Counts
from evalharness.records import Comparator, Sample, Samples, ScoreKind
from evalharness.result import OperatingPointInfo
from evalharness.review import FindingKind, find_doubtful
from evalharness.tasks.verification import TailBudget, count, count_scores
from tests.support.datasets import make_enrolment, make_samples, make_scores, vendor

SUBJECTS = ["a", "a", "b", "b", "c", "c"]


def point(name: str, threshold: float, key: str = "all") -> OperatingPointInfo:
    return OperatingPointInfo(
        name=name,
        policy="vendor",
        target_fmr=None,
        impostors=None,
        reference=None,
        hypothetical=False,
        thresholds={key: threshold},
        attained_fmr={},
        impostor_comparisons={},
        impostor_subjects={},
        unresolved={},
        warnings=(),
    )


def scored(special: dict[tuple[int, int], float | None], kind: ScoreKind = ScoreKind.SIMILARITY) -> Counts:
    rows = []
    for i in range(6):
        for j in range(i + 1, 6):
            score = special.get((i, j), 0.9 if SUBJECTS[i] == SUBJECTS[j] else 0.1)
            rows.append((i, j, None if score is None else kind.to_similarity(score)))
    return count_scores(make_samples(SUBJECTS), make_scores(rows), score_kind=kind, comparisons="all-pairs")


def samples_with(digests: list[str]) -> Samples:
    return Samples.of(
        [Sample(f"s{i}", f"s{i}.png", s, d * 64, {}) for i, (s, d) in enumerate(zip(SUBJECTS, digests, strict=True))]
    )


def search(counts: Counts, *points: OperatingPointInfo, most: int = 20, samples=None, comparator=None):
    samples = samples or samples_with(list("012345"))
    return find_doubtful(samples, counts, points, comparator=comparator, most=most)


def of_kind(found, kind: FindingKind) -> list[tuple[int, int, float | None]]:
    return [(f.probe, f.reference, f.score) for f in found.findings if f.kind is kind]


def test_highest_and_lowest_scores_in_order_with_ties_by_sample() -> None:
    found = search(scored({(1, 4): 0.7, (0, 2): 0.8, (2, 3): 0.3, (4, 5): None}), most=3)
    assert of_kind(found, FindingKind.NON_MATED) == [(0, 2, 0.8), (1, 4, 0.7), (0, 3, 0.1)]
    assert of_kind(found, FindingKind.MATED) == [(2, 3, 0.3), (0, 1, 0.9)]  # (4, 5) was not completed


def test_scores_are_in_the_systems_own_unit() -> None:
    special = {(0, 2): 0.05, (0, 1): 0.7}
    rows = {(i, j): special.get((i, j), 0.2 if SUBJECTS[i] == SUBJECTS[j] else 0.9) for i in range(6) for j in range(6)}
    found = search(scored(rows, ScoreKind.DISTANCE), most=1)
    assert of_kind(found, FindingKind.NON_MATED) == [(0, 2, 0.05)]
    assert of_kind(found, FindingKind.MATED) == [(0, 1, 0.7)]


def test_the_share_of_false_matches_of_two_subjects() -> None:
    counts = scored({(0, 2): 0.8, (1, 2): 0.7, (0, 4): 0.6})
    found = search(counts, point("loose", 0.6), point("strict", 0.75), point("none", 0.95))
    assert found.shares["loose"] == {(0, 1): 2 / 3, (0, 2): 1 / 3}
    assert found.shares["strict"] == {(0, 1): 1.0}
    assert found.shares["none"] == {}
    assert dict(found.false_matches) == {"loose": 3, "strict": 1, "none": 0}


def test_one_file_under_two_subjects() -> None:
    samples = samples_with(list("000012"))  # a and b hold one file, twice each
    found = search(scored({(0, 2): 1.0}), samples=samples)
    assert of_kind(found, FindingKind.SAME_FILE) == [(0, 2, 1.0)]
    assert of_kind(search(scored({(0, 2): None}), samples=samples), FindingKind.SAME_FILE) == [(0, 2, None)]
    assert of_kind(search(scored({}), samples=samples_with(list("001122"))), FindingKind.SAME_FILE) == []


@pytest.mark.parametrize("comparator", list(Comparator))
def test_two_files_with_one_template(comparator: Comparator) -> None:
    templates = [[1.0, 2.0], [3.0, 1.0], [1.0, 2.0], [5.0, 1.0], [7.0, 3.0], [7.0, 1.0]]
    counts = count(
        make_samples(SUBJECTS), make_enrolment(templates, comparator=comparator), specs=[vendor(0.5)], partitions=[]
    )
    ((probe, reference, _),) = of_kind(search(counts, comparator=comparator), FindingKind.SAME_TEMPLATE)
    assert (probe, reference) == (0, 2)
    same_file = search(counts, comparator=comparator, samples=samples_with(list("010345")))
    assert of_kind(same_file, FindingKind.SAME_TEMPLATE) == []  # said already
    assert of_kind(search(counts, comparator=None), FindingKind.SAME_TEMPLATE) == []


def test_a_sample_that_matches_somebody_else_alone_is_a_suspected_swap() -> None:
    # Sample 1 is labelled a, but shows c.
    counts = scored({(0, 1): 0.2, (1, 4): 0.8, (1, 5): 0.7, (2, 4): 0.6})
    found = search(counts, point("p", 0.5))
    (swap,) = [f for f in found.findings if f.kind is FindingKind.SWAP]
    assert (swap.probe, swap.reference, swap.score, swap.own_best) == (1, 4, 0.8, 0.2)
    assert of_kind(search(counts, point("p", 0.85)), FindingKind.SWAP) == []  # nobody reaches 0.85
    assert of_kind(search(counts, point("p", 0.15)), FindingKind.SWAP) == []  # its own reach 0.15
    assert of_kind(search(counts), FindingKind.SWAP) == []  # without a threshold nothing matches


def test_subjects_with_one_sample_are_no_swaps() -> None:
    subjects = ["a", "b", "b"]
    rows = make_scores([(0, 1, 0.9), (0, 2, 0.1), (1, 2, 0.8)])
    counts = count_scores(make_samples(subjects), rows, score_kind=ScoreKind.SIMILARITY)
    samples = Samples.of([Sample(f"s{i}", "p", s, str(i) * 64, {}) for i, s in enumerate(subjects)])
    assert of_kind(search(counts, point("p", 0.85), samples=samples), FindingKind.SWAP) == [(1, 0, 0.9)]


def test_a_cut_tail_says_what_was_not_kept() -> None:
    templates = [[float(i), 1.0] for i in range(6)]
    counts = count(
        make_samples(SUBJECTS),
        make_enrolment(templates),
        specs=[vendor(1.0)],
        partitions=[],
        budget=TailBudget(keep_all=0),
    )
    assert counts.tail.cut == -1.0
    found = search(counts, point("kept", 1.0), point("streamed", 3.0), point("by group", 3.0, key="g=x"))
    assert set(found.shares) == {"kept"}
    assert len(of_kind(found, FindingKind.NON_MATED)) == 2
    assert found.unseen == (
        "streamed: which pairs match at this threshold was not kept, so shares of it are not known",
        "of the non-mated scores only the 2 from 1 on were kept; no others are listed",
    )


def test_nothing_completed_finds_nothing_and_says_so() -> None:
    counts = scored({(i, j): None for i in range(6) for j in range(6)})
    found = search(counts, point("p", 0.5))
    assert found.findings == ()
    assert found.shares == {"p": {}}
    assert "no mated comparison was completed" in found.unseen[0]


def test_best_scores_against_loops() -> None:
    rng, threshold, swaps = np.random.default_rng(2), 0.5, 0
    for _ in range(20):
        scores = {(i, j): float(rng.integers(0, 10)) / 10 for i in range(6) for j in range(i + 1, 6)}
        findings = search(scored(scores), point("p", threshold)).findings
        found = {f.probe: (f.reference, f.score, f.own_best) for f in findings if f.kind is FindingKind.SWAP}
        for i in range(6):
            own = max(s for (a, b), s in scores.items() if i in (a, b) and SUBJECTS[a] == SUBJECTS[b])
            others = {a + b - i: s for (a, b), s in scores.items() if i in (a, b) and SUBJECTS[a] != SUBJECTS[b]}
            best = max(others.values())
            assert (i in found) == (own < threshold <= best)
            if i in found:
                assert found[i] == (min(k for k, s in others.items() if s == best), best, own)
        swaps += len(found)
    assert swaps > 20
