"""What an audit of this kind cannot tell: the sentences of ``AuditResult.limits``, chosen by what was measured.

They are part of the result, so every report, table or signature carries them. What is particular to one
dataset stands in ``DatasetInfo.statements``.
"""

from collections.abc import Iterator, Sequence

from evalharness.result.model import DatasetInfo, OperatingPointInfo, PopulationInfo

SYNTHETIC = (
    "The faces were generated and belong to nobody. This audit tests the harness and says nothing about how a "
    "system treats people."
)
VOLUNTEERS = (
    "The people in this dataset took part by agreement. They are not a sample of the people whom a system meets in "
    "use; error rates there can be higher or lower, and so can the differences between groups."
)
ONE_SITTING = (
    "The images of a person come, as far as is known, from one sitting. Images taken months or years apart are "
    "harder to match, so the false non-match rates are optimistic."
)
SITTINGS_UNKNOWN = (
    "It is not recorded whether the images of a person come from one sitting. Where they do, false non-match rates "
    "are optimistic, because images taken months or years apart are harder to match."
)
ZERO_EFFORT = (
    "False matches are counted between people who made no effort to be taken for someone else. Relatives, "
    "look-alikes chosen on purpose and attacks are not covered."
)
ONE_TO_ONE = (
    "Comparisons are one to one. A search in a gallery makes many comparisons at once, and its error rates do not "
    "follow from these numbers alone."
)
ASSOCIATION = (
    "Differences between groups are associations. Image quality, age and the circumstances of capture can differ "
    "between groups and are not adjusted for."
)
ADJUSTED = (
    "Differences between groups are associations. Adjusted rates take account of the covariates that they name and of "
    "nothing else: what was not recorded of image quality, age and the circumstances of capture can still differ "
    "between groups. All other numbers are not adjusted."
)
ONE_AT_A_TIME = (
    "Each interval is for one number taken alone. Naming the highest and the lowest of several groups after seeing "
    "the data exaggerates the difference between them, most of all where groups are small."
)
COVERAGE = (
    "Intervals hold the true rate about as often as their level says where 50 subjects and 5 effective errors stand "
    "behind them, and are wide where there are fewer. That was measured on simulated scores with known rates, not on "
    "these. Where they missed, the true rate was mostly higher than the interval. A kind of subject rarer than about 3 "
    "in the number of subjects may be missing from the sample; then the true rate can lie above the interval."
)
FITTED_HELD = (
    "Fitted thresholds were chosen on the same comparisons that are reported. Their intervals hold the threshold "
    "fixed and leave out the uncertainty of choosing it."
)
FITTED_ANEW = (
    "Fitted thresholds were chosen on the same comparisons that are reported. Their intervals take in what choosing "
    "the threshold on other people like these would change; the threshold itself may still suit these people best."
)
FITTED_ON_OTHERS = (
    "Fitted thresholds were chosen on some of the people and the rates measured on the others. The intervals speak of "
    "the threshold that was chosen, not of one that would be chosen elsewhere."
)
VENDOR = (
    "A vendor's threshold was chosen on other data. The false match rate that it attains here need not be the one "
    "that the vendor states."
)
_FITTED = {"held": FITTED_HELD, "refitted": FITTED_ANEW, "other-subjects": FITTED_ON_OTHERS}
HYPOTHETICAL = (
    "Per-group thresholds are a what-if. They make false match rates equal by construction and would need the group "
    "of every person to be known in operation."
)
UNOBSERVED_ACQUISITION = (
    "The scores were supplied ready-made, so it cannot be known how many samples gave no template. No "
    "failure-to-acquire rate can be stated, and rates over completed comparisons can look better than the system is."
)
SMALL_GROUPS = (
    "Groups with fewer subjects than the plan's minimum are listed without an interval and take no part in "
    "comparisons between groups."
)


def standard_limits(
    dataset: DatasetInfo,
    population: PopulationInfo,
    operating_points: Sequence[OperatingPointInfo],
    *,
    single_session: bool | None = None,
    adjusted: bool = False,
) -> tuple[str, ...]:
    """The sentences that hold for an audit, in the order in which a report prints them.

    Args:
        dataset: Whom was measured.
        population: What became of the samples.
        operating_points: As decided.
        single_session: Whether all images of a person come from one sitting; None where that is not recorded.
        adjusted: Whether a rate was adjusted for covariates.
    """
    return (
        *_about_people(dataset, single_session),
        *_about_samples(dataset, population),
        ZERO_EFFORT,
        ONE_TO_ONE,
        ADJUSTED if adjusted else ASSOCIATION,
        ONE_AT_A_TIME,
        COVERAGE,
        *_about_thresholds(operating_points),
    )


def _about_people(dataset: DatasetInfo, single_session: bool | None) -> Iterator[str]:
    yield SYNTHETIC if dataset.synthetic else VOLUNTEERS
    if single_session or (single_session is None and not dataset.synthetic):
        yield ONE_SITTING if single_session else SITTINGS_UNKNOWN
    for label in dataset.labels:
        if label.provenance in ("annotator", "algorithm"):
            yield (
                f"The labels of {label.attribute} were assigned by an {label.provenance}, not by the people "
                "themselves. Wrong labels move errors from one group to another."
            )


def _about_samples(dataset: DatasetInfo, population: PopulationInfo) -> Iterator[str]:
    if not population.acquisition_observable:
        yield UNOBSERVED_ACQUISITION
    if population.single_sample_subjects:
        yield (
            f"{population.single_sample_subjects} of {population.subjects} subjects have no attempted mated "
            "comparison. False non-match rates do not cover them."
        )
    faults = sum(population.faults.values())
    if faults:
        yield (
            f"{faults} of {population.samples} images could not be used because of the dataset, not of the system. "
            "They stand outside every rate."
        )
    if any(not group.adequate for partition in population.partitions for group in partition.groups):
        yield SMALL_GROUPS


def _about_thresholds(operating_points: Sequence[OperatingPointInfo]) -> Iterator[str]:
    if any(point.policy == "vendor" for point in operating_points):
        yield VENDOR
    resolved = [point for point in operating_points if point.thresholds]  # the others have no number to speak of
    yield from (text for kind, text in _FITTED.items() if any(point.fitted == kind for point in resolved))
    if any(point.hypothetical for point in resolved):
        yield HYPOTHETICAL
