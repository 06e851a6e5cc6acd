"""From what a system gave to everything that the statistics find, as labelled and with recorded decisions."""

from collections.abc import Sequence
from dataclasses import replace

from evalharness.assembly import SecondMeasurements
from evalharness.comparison import CompareOptions
from evalharness.counts import Counts
from evalharness.groundtruth import SecondReading, subset_enrolment, subset_listed, subset_pairs
from evalharness.plan import AuditPlan
from evalharness.preparation import Prepared, calibration_subjects, counts_of_scores
from evalharness.records import Enrolment, PairList, Partition, Samples
from evalharness.statistics import Analysis, AnalysisSettings, GroupSettings, MeasureSettings, analyse
from evalharness.statistics import measure as measure_rates
from evalharness.systems import PrecomputedScores
from evalharness.tasks.verification import count

Given = Enrolment | PrecomputedScores
"""What a system gave: templates, or scores."""


def counted(run: Prepared, given: Given, options: CompareOptions) -> Counts:
    """Compare and count, as the plan asks.

    Raises:
        InputError: Templates or scores cannot be compared, or the plan asks for comparisons that are not there.
        RunError: The comparison failed; finished blocks are kept where ``options`` name a folder.
    """
    return _counts(run.plan, run.samples, run.partitions, given, (run.pairs, options))


def analysed(run: Prepared, counts: Counts) -> Analysis:
    """Every statistic that the plan asks for.

    Raises:
        PlanError: An operating point names an unknown group, or a target population does not fit.
    """
    plan = run.plan
    settings = AnalysisSettings(
        rates=_rate_settings(plan, run.samples, run.partitions),
        groups=GroupSettings(
            level=plan.interval_level,
            simulations=plan.statistics.simulations,
            references=run.references,
            alpha=plan.statistics.blend_alpha,
            equivalence_ratio=plan.statistics.equivalence_ratio,
        ),
        covariates=run.covariates,
        target=plan.statistics.adjust.target if plan.statistics.adjust else {},
    )
    return analyse(counts, partitions=run.partitions, specs=plan.operating_point_specs(), settings=settings)


def read_again(run: Prepared, given: Given, options: CompareOptions) -> SecondMeasurements | None:
    """The rates once more, with the recorded decisions on doubtful labels; None where the plan names none.

    Raises:
        EvalHarnessError: As ``counted`` and ``analysed``.
    """
    if run.decisions is None:
        return None
    plan, second = run.plan, SecondReading.of(run.samples, run.partitions, run.decisions)
    pairs = None if run.pairs is None else subset_pairs(run.pairs, second.keep)
    if isinstance(given, Enrolment):
        left: Given = subset_enrolment(given, second.keep)
    else:
        left = replace(given, listed=subset_listed(given.listed, second.keep))
    counts = _counts(plan, second.samples, second.partitions, left, (pairs, options))
    settings = _rate_settings(plan, second.samples, second.partitions)
    specs = plan.operating_point_specs()
    measurements = measure_rates(counts, partitions=second.partitions, specs=specs, settings=settings)
    return SecondMeasurements(run.decisions.sha256, run.decisions.counts, measurements)


def _counts(
    plan: AuditPlan,
    samples: Samples,
    partitions: tuple[Partition, ...],
    given: Given,
    how: tuple[PairList | None, CompareOptions],
) -> Counts:
    pairs, options = how
    if isinstance(given, PrecomputedScores):
        return counts_of_scores(plan, samples, given, pairs=pairs)
    return count(
        samples,
        given,
        specs=plan.operating_point_specs(),
        partitions=partitions,
        pairs=pairs,
        options=options,
        calibration=calibration_subjects(plan, samples, partitions),
    )


def _rate_settings(plan: AuditPlan, samples: Samples, partitions: Sequence[Partition]) -> MeasureSettings:
    return MeasureSettings(
        level=plan.interval_level,
        min_subjects=plan.min_subjects,
        seed=plan.seed,
        replicates=plan.statistics.replicates,
        calibration=calibration_subjects(plan, samples, tuple(partitions)),
    )
