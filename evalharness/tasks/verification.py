"""Verification (1:1): which comparisons are made, and the Counts of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from evalharness.comparison import CompareOptions, check_templates, pair_scores
from evalharness.counts import Acquisition, Counts, ListedPairs, MatedComparisons, Tail, populations
from evalharness.errors import DatasetError, RunError
from evalharness.records import (
    BoolArray,
    Comparator,
    Enrolment,
    FloatArray,
    IntArray,
    ListedScores,
    OperatingPointSpec,
    PairList,
    Partition,
    Samples,
    ScoreKind,
)
from evalharness.tasks.all_pairs import Compared, Gallery, compare_all
from evalharness.tasks.pairs import check_pairs, read_pair_list
from evalharness.tasks.score_files import require_all_pairs, require_finite, select
from evalharness.tasks.tail import Demands, FittedPoint, TailBudget, check_budget, needed_targets

__all__ = ["TailBudget", "count", "count_scores", "read_pair_list"]


@dataclass(frozen=True, slots=True)
class _Enrolled:
    """Templates by sample."""

    enrolment: Enrolment
    comparator: Comparator
    sample_of: IntArray  # (templates,) sample index
    row_of: IntArray  # (samples,) template row; meaningless where not enrolled
    acquisition: Acquisition

    def scores(self, first: IntArray, second: IntArray) -> tuple[FloatArray, BoolArray]:
        """Scores of record of sample pairs, and which of them could be completed."""
        completed: BoolArray = self.acquisition.enrolled[first] & self.acquisition.enrolled[second]
        scores = np.zeros(len(first), dtype=np.float64)
        rows = self.row_of[first[completed]], self.row_of[second[completed]]
        scores[completed] = pair_scores(self.enrolment.templates, self.comparator, first=rows[0], second=rows[1])
        return scores, completed


def count(
    samples: Samples,
    enrolment: Enrolment,
    *,
    specs: Sequence[OperatingPointSpec],
    partitions: Sequence[Partition],
    pairs: PairList | None = None,
    budget: TailBudget | None = None,
    options: CompareOptions | None = None,
    calibration: BoolArray | None = None,
) -> Counts:
    """Compare templates and count.

    Comparisons with a dataset fault on a side are left out and counted in ``excluded``; those with an
    acquisition failure on a side are attempted and not completed.

    Args:
        samples: The admitted samples.
        enrolment: What became of each of them.
        specs: The operating points: the tail must hold each of them.
        partitions: The plan's partitions.
        pairs: A pair list; None for all pairs, each unordered pair once.
        budget: How many scores may be held; None for the default. A given threshold that more scores reach is
            counted in the stream instead.
        options: How to run the engine; no number depends on it. None for the default.
        calibration: (subjects,) which subjects set fitted thresholds: the tail holds what these need among
            themselves. None for all.

    Raises:
        SystemInputError: Templates that cannot be compared.
        DatasetError: A pair list with a repeated pair or a self-comparison.
        PlanError: An operating point names an unknown group, or needs more scores than the budget holds.
        RunError: The comparison failed; finished batches are kept where ``options`` name a folder.
    """
    needs = _needs(samples, specs, partitions)
    enrolled = _enrolled(samples, enrolment)
    if pairs is not None:
        check_pairs(pairs, samples, where="pair list", error=DatasetError)
        return _count_listed(samples, enrolled, pairs)
    acquisition = enrolled.acquisition
    demands = _demands(samples, enrolled, needs, budget or TailBudget(), calibration)
    compared = _compare(samples, enrolled, demands, partitions, options or CompareOptions())
    mated = _mated_pairs(samples, acquisition.attempted)
    scores, completed = enrolled.scores(mated.probe, mated.reference)
    return Counts(
        score_kind=enrolled.comparator.score_kind,
        subjects=len(samples.subjects),
        subject_of=samples.subject_of,
        acquisition=acquisition,
        mated=MatedComparisons(mated.probe, mated.reference, scores, completed),
        tail=compared.tail,
        listed=None,
        excluded=_pairs_lost(len(samples), int(np.count_nonzero(acquisition.attempted))),
        histograms=compared.histograms,
        streamed=compared.streamed,
    )


@dataclass(frozen=True, slots=True)
class _Needs:
    """What the operating points ask of the tail."""

    given: tuple[float, ...]  # in the system's own unit
    fitted: tuple[FittedPoint, ...]


def _needs(samples: Samples, specs: Sequence[OperatingPointSpec], partitions: Sequence[Partition]) -> _Needs:
    """Find the populations of all operating points; an unknown group is refused here, before comparing."""
    keyed = [(spec, populations(spec, partitions, samples=len(samples))) for spec in specs]
    fitted = tuple(FittedPoint(spec.name, spec.fmr, found) for spec, found in keyed if spec.fmr is not None)
    return _Needs(tuple(spec.threshold for spec in specs if spec.threshold is not None), fitted)


def _demands(
    samples: Samples, enrolled: _Enrolled, needs: _Needs, budget: TailBudget, calibration: BoolArray | None
) -> Demands:
    """What the tail must hold; targets beyond the budget are refused here, before comparing."""
    mask = enrolled.acquisition.enrolled
    targets = needed_targets(needs.fitted, subject_of=samples.subject_of, enrolled=mask, calibration=calibration)
    check_budget(targets, budget)
    kind = enrolled.comparator.score_kind
    return Demands(tuple(targets), tuple(sorted({kind.to_similarity(value) for value in needs.given})), budget)


def _compare(
    samples: Samples,
    enrolled: _Enrolled,
    demands: Demands,
    partitions: Sequence[Partition],
    options: CompareOptions,
) -> Compared:
    """All non-mated pairs."""
    templates, mask = enrolled.enrolment.templates, enrolled.acquisition.enrolled
    gallery = Gallery(templates, enrolled.comparator, enrolled.sample_of, mask)
    return compare_all(samples, gallery, demands=demands, partitions=partitions, options=options)


def count_scores(
    samples: Samples,
    listed: ListedScores,
    *,
    score_kind: ScoreKind,
    comparisons: Literal["all-pairs"] | PairList | None = None,
) -> Counts:
    """Count precomputed comparisons.

    Args:
        samples: The admitted samples.
        listed: The score file.
        score_kind: The unit of the supplier's scores; ``listed`` holds similarities already.
        comparisons: None for the file's own pairs, whose columns are no roles; ``all-pairs`` demands every
            unordered pair of samples once; a pair list takes those pairs from the file, in either order,
            and its probes and references are roles.

    Raises:
        SystemInputError: A repeated or missing pair, a self-comparison, or a score that is not a number.
    """
    check_pairs(listed.pairs, samples, where="score file")
    require_finite(listed)
    if comparisons == "all-pairs":
        require_all_pairs(samples, listed)
    elif comparisons is not None:
        check_pairs(comparisons, samples, where="pair list", error=DatasetError)
        listed = select(samples, listed, comparisons)
    counts = _counts_of(samples, listed, acquisition=None, score_kind=score_kind)
    return replace(counts, directed=isinstance(comparisons, PairList), complete=comparisons == "all-pairs")


def _enrolled(samples: Samples, enrolment: Enrolment) -> _Enrolled:
    """Check an enrolment against the samples and index its templates."""
    if enrolment.identity.comparator is None:
        raise RunError(f"system {enrolment.identity.name}: has no comparator for its templates.")
    attempted = np.ones(len(samples), dtype=np.bool_)
    attempted[list(enrolment.faults)] = False
    sample_of = np.flatnonzero(enrolment.enrolled)
    if len(enrolment.enrolled) != len(samples) or len(sample_of) != len(enrolment.templates):
        raise RunError("enrolment: its samples or templates are not those of the index.")
    check_templates(enrolment.templates, [samples.rows[i].sample for i in sample_of])
    row_of = np.zeros(len(samples), dtype=np.int64)
    row_of[sample_of] = np.arange(len(sample_of))
    acquisition = Acquisition(attempted, enrolment.enrolled)
    return _Enrolled(enrolment, enrolment.identity.comparator, sample_of, row_of, acquisition)


def _mated_pairs(samples: Samples, attempted: BoolArray) -> PairList:
    """All unordered pairs of attempted samples of one subject, by subject, in index order."""
    order = np.argsort(samples.subject_of, kind="stable")
    order = order[attempted[order]]
    sizes = np.bincount(samples.subject_of[order], minlength=len(samples.subjects))
    left = np.repeat(np.cumsum(sizes), sizes) - np.arange(len(order)) - 1  # samples of the subject that come later
    first = np.repeat(np.arange(len(order)), left)
    second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(left) - left, left)
    return PairList(order[first], order[second])


def _pairs_lost(samples: int, attempted: int) -> int:
    return (samples * (samples - 1) - attempted * (attempted - 1)) // 2


def _count_listed(samples: Samples, enrolled: _Enrolled, pairs: PairList) -> Counts:
    attempted = enrolled.acquisition.attempted
    kept = attempted[pairs.probe] & attempted[pairs.reference]
    pairs = PairList(pairs.probe[kept], pairs.reference[kept])
    scores, completed = enrolled.scores(pairs.probe, pairs.reference)
    listed, kind = ListedScores(pairs, scores, completed), enrolled.comparator.score_kind
    counts = _counts_of(samples, listed, acquisition=enrolled.acquisition, score_kind=kind)
    return replace(counts, directed=True, excluded=int(np.count_nonzero(~kept)))


def _counts_of(
    samples: Samples,
    listed: ListedScores,
    *,
    acquisition: Acquisition | None,
    score_kind: ScoreKind,
) -> Counts:
    """Counts of an explicit list, not complete: every completed non-mated comparison is in the tail."""
    probe, reference = listed.pairs.probe, listed.pairs.reference
    mated = samples.subject_of[probe] == samples.subject_of[reference]
    tail = ~mated & listed.completed
    return Counts(
        score_kind=score_kind,
        subjects=len(samples.subjects),
        subject_of=samples.subject_of,
        acquisition=acquisition,
        mated=MatedComparisons(probe[mated], reference[mated], listed.scores[mated], listed.completed[mated]),
        tail=Tail(probe[tail].astype(np.int32), reference[tail].astype(np.int32), listed.scores[tail], -np.inf),
        listed=ListedPairs(probe[~mated], reference[~mated], listed.completed[~mated]),
        complete=False,
    )
