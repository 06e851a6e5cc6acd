"""The rate of one set at one operating point, as a row of a result with its notes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from evalharness.counts import Counts
from evalharness.records import ALL_GROUPS, Measure, OperatingPoint, Partition, Policy
from evalharness.statistics.drawing import Draws, SetKey
from evalharness.statistics.dyads import Dyads
from evalharness.statistics.evidence import Evidence, evidence_of, subject_evidence
from evalharness.statistics.rates import IntervalSettings, Rate, rate_of, undefined
from evalharness.statistics.rescaling import Rescaled
from evalharness.statistics.sets import NamedCell, NamedGroup
from evalharness.statistics.thresholds import errors_at, threshold_key

FITTED_NOTE = "threshold fitted on the same data: the interval is conditional on it"
REFITTED_NOTE = "threshold fitted on the same data: the interval holds what fitting it anew would change"
CALIBRATED_NOTE = "threshold fitted on other subjects: the interval is conditional on it"
HYPOTHETICAL_NOTE = "hypothetical: a threshold of its own for each group"
_UNSEEN = "not observable: precomputed scores come without samples"
_STREAMED = "counted while streaming: not resampled"
BOUNDED_NOTE = (
    "attempted comparisons of the subjects with false matches were not kept while streaming: the variance is that of "
    "the most that they can be"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A rate of a set: its row, and what it rests on."""

    row: Measure
    evidence: Evidence | None = None  # None: no trials, or no threshold
    replicates: Rescaled | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Audit:
    """What all rates of an audit share."""

    counts: Counts
    points: Sequence[OperatingPoint]
    settings: IntervalSettings
    draws: Draws | None
    calibrated: bool  # whether fitted thresholds come from other subjects

    def fmr(self, named: NamedCell, partition: Partition | None, i: int) -> Found:
        """FMR of a set of non-mated comparisons."""
        threshold = self._threshold(i, named.group)
        if isinstance(threshold, str) or not named.cell.dyads.total:
            reason = threshold if isinstance(threshold, str) else _no_comparisons(named)
            rate, evidence, replicates = undefined(reason, subjects=named.present), None, None
        else:
            errors = errors_at(self.counts, named.cell, threshold, sides=named.sides)
            evidence = evidence_of(named.cell, errors)
            key = _key(partition, named.group, named.other)
            replicates = self._replicates("fmr", key, i, evidence)
            rate = self._rate(evidence, replicates, i, named.group)
            if self.draws and named.within and threshold < self.counts.tail.cut:
                rate = _noted(rate, _STREAMED)
        if named.cell.not_completed:
            rate = _noted(rate, f"{named.cell.not_completed} comparisons not completed")
        if self.counts.excluded and named.group == ALL_GROUPS:
            rate = _noted(rate, f"{self.counts.excluded} comparisons left out of all rates: dataset fault on a side")
        return Found(self._row("fmr", rate, i, (named.group, named.other)), evidence, replicates)

    def far(self, named: NamedCell, partition: Partition | None, i: int) -> Measure:
        """FAR: the same errors, out of the comparisons that were attempted."""
        threshold, cell = self._threshold(i, named.group), named.cell
        dyads = cell.attempted or cell.dyads
        if isinstance(threshold, str) or not dyads.total:
            reason = threshold if isinstance(threshold, str) else _no_comparisons(named)
            return self._row("far", undefined(reason, subjects=named.present), i, (named.group, named.other))
        errors = errors_at(self.counts, cell, threshold, sides=named.sides)
        of_fmr = evidence_of(cell, errors) if cell.dyads.total else None
        key = _key(partition, named.group, named.other)
        replicates = None if of_fmr is None else self._replicates("fmr", key, i, of_fmr)
        rate = self._rate(self._attempted(named, dyads, threshold), replicates, i, named.group)
        if cell.attempted and errors.total and threshold < self.counts.tail.cut:
            rate = _noted(rate, BOUNDED_NOTE)
        return self._row("far", rate, i, (named.group, named.other))

    def _attempted(self, named: NamedCell, dyads: Dyads, threshold: float) -> Evidence:
        """Evidence of an FAR: both the errors' products and all else are of the attempted comparisons."""
        tried = replace(named.cell, dyads=dyads)
        errors = errors_at(self.counts, tried, threshold, sides=named.sides)
        streamed = threshold < self.counts.tail.cut  # its products are of completed comparisons
        return evidence_of(tried, errors.bounded(dyads) if streamed and named.cell.attempted else errors)

    def mated(self, measure: Literal["fnmr", "frr"], group: NamedGroup, partition: Partition | None, i: int) -> Found:
        """FNMR over completed, or FRR over attempted mated comparisons."""
        mated, threshold, attempted = self.counts.mated, self._threshold(i, group.group), group.mated(self.counts)
        trials = attempted if measure == "frr" else attempted & mated.completed
        if isinstance(threshold, str):
            return Found(self._row(measure, undefined(threshold, subjects=self._present(group)), i, (group.group, "")))
        if not trials.any():
            reason = "no completed mated comparisons" if attempted.any() else "no mated comparisons"
            return Found(self._row(measure, undefined(reason, subjects=self._present(group)), i, (group.group, "")))
        errors = ~(mated.completed & (mated.scores >= threshold))
        evidence = subject_evidence(self.counts.subject_of[mated.probe[trials]], errors[trials])
        replicates = self._replicates(measure, _key(partition, group.group, ""), i, evidence)
        rate = self._rate(evidence, replicates, i, group.group)
        return Found(self._row(measure, rate, i, (group.group, "")), evidence, replicates)

    def fta(self, group: NamedGroup, partition: Partition | None) -> Found:
        """FTA of a group of samples."""
        acquisition, names = self.counts.acquisition, (group.group, "")
        if acquisition is None:
            return Found(self._row("fta", undefined(_UNSEEN, subjects=self._present(group)), None, names))
        trials = group.samples & acquisition.attempted
        if not trials.any():
            return Found(self._row("fta", undefined("no samples", subjects=self._present(group)), None, names))
        evidence = subject_evidence(self.counts.subject_of[trials], ~acquisition.enrolled[trials])
        replicates = self.draws.fta(_key(partition, group.group, ""), evidence) if self.draws else None
        return Found(self._row("fta", rate_of(evidence, self.settings), None, names), evidence, replicates)

    def _replicates(
        self, measure: Literal["fmr", "fnmr", "frr"], key: SetKey, i: int, evidence: Evidence
    ) -> Rescaled | None:
        return self.draws.of(measure, key, i, evidence) if self.draws else None

    def _rate(self, evidence: Evidence, replicates: Rescaled | None, i: int, group: str) -> Rate:
        """The rate, its limits, and what they take of the threshold's own uncertainty."""
        vendor = self.points[i].spec.policy is Policy.VENDOR
        refitted = replicates is not None and self.draws is not None and self.draws.refitted(i, group)
        extra = replicates.variance if replicates is not None and refitted else 0.0
        rate = rate_of(evidence, self.settings, refitted=extra)
        if vendor or rate.interval is None:
            return rate
        if self.calibrated:
            return _noted(rate, CALIBRATED_NOTE)
        rate = _noted(rate, REFITTED_NOTE if extra else FITTED_NOTE)
        if refitted and self.draws is not None and (censored := self.draws.censored(i, group)):
            rate = _noted(
                rate, f"in {censored} of {self.draws.replicates} replicates the threshold lies below all kept scores"
            )
        return rate

    def _present(self, group: NamedGroup) -> int:
        return len(set(self.counts.subject_of[group.samples].tolist()))

    def _threshold(self, i: int, group: str) -> float | str:
        """The threshold that applies to a group, or the reason why there is none."""
        point = self.points[i]
        key = threshold_key(point, group)
        return point.thresholds[key] if key in point.thresholds else point.unresolved[key]

    def _row(self, measure: str, rate: Rate, i: int | None, names: tuple[str, str]) -> Measure:
        """One row of metrics.csv; the threshold in the system's own unit."""
        point = None if i is None else self.points[i]
        threshold = None if i is None else self._threshold(i, names[0])
        notes = list(rate.notes)
        if point is not None and point.spec.policy is Policy.PER_GROUP:
            notes.append(HYPOTHETICAL_NOTE)
        return Measure(
            measure=measure,
            operating_point="" if point is None else point.spec.name,
            policy="" if point is None else point.spec.policy.value,
            threshold=self.counts.score_kind.from_similarity(threshold) if isinstance(threshold, float) else None,
            group=names[0],
            other_group=names[1],
            errors=rate.errors,
            trials=rate.trials,
            subjects=rate.subjects,
            value=rate.value,
            lower=None if rate.interval is None else rate.interval.lower,
            upper=None if rate.interval is None else rate.interval.upper,
            level=self.settings.level,
            note="; ".join(notes),
            effective_trials=rate.effective_trials,
        )


def _noted(rate: Rate, note: str) -> Rate:
    return replace(rate, notes=(*rate.notes, note))


def _key(partition: Partition | None, group: str, other: str) -> SetKey:
    return ("" if partition is None else partition.id, group, other)


def _no_comparisons(named: NamedCell) -> str:
    if named.empty:
        return "no samples"
    if named.group == named.other and named.present < 2:
        return "fewer than 2 subjects"
    return "no completed non-mated comparisons" if named.cell.not_completed else "no non-mated comparisons"
