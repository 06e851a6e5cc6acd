"""Error rates."""

from evalharness.statistics.catalogue.entry import CatalogueEntry

_VOCABULARY = "ISO/IEC 2382-37:2022"
_TESTING = "ISO/IEC 19795-1:2021"

ENTRIES: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        id="fmr",
        name="False match rate",
        formula="completed non-mated comparisons with score >= threshold / completed non-mated comparisons",
        direction="lower is better",
        unit="proportion",
        source=_VOCABULARY,
        caution="Depends on which non-mated pairs are compared: pairs of a mixed population are mostly easy, so "
        "compare groups by the rate within each group. A volunteer sample says nothing about deliberate attacks, "
        "twins or relatives.",
    ),
    CatalogueEntry(
        id="far",
        name="False acceptance rate of single attempts",
        formula="completed non-mated comparisons with score >= threshold / attempted non-mated comparisons",
        direction="lower is better",
        unit="proportion",
        source=f"{_TESTING}; counted comparison by comparison, because either side can fail",
        caution="A sample that fails cannot be mistaken: failures make it smaller than FMR. Effortless attempts of "
        "other people, not attacks. Comparisons with a fault of the dataset are not attempts.",
    ),
    CatalogueEntry(
        id="fnmr",
        name="False non-match rate",
        formula="completed mated comparisons with score < threshold / completed mated comparisons",
        direction="lower is better",
        unit="proportion",
        source=_VOCABULARY,
        caution="Leaves out samples that gave no template: read it with FTA and FRR. Captures of one sitting make "
        "it look better than it is after months or with another camera.",
    ),
    CatalogueEntry(
        id="frr",
        name="False rejection rate of single attempts",
        formula="(false non-matches + mated comparisons that were not completed) / attempted mated comparisons",
        direction="lower is better",
        unit="proportion",
        source=f"{_TESTING}; counted comparison by comparison, because either side can fail",
        caution="One failed sample fails every mated comparison that it takes part in. Comparisons with a fault of "
        "the dataset are not attempts.",
    ),
    CatalogueEntry(
        id="fta",
        name="Failure-to-acquire rate",
        formula="samples without a template / samples that were given to the system",
        direction="lower is better",
        unit="proportion",
        source=_VOCABULARY,
        caution="Samples that do not decode are faults of the dataset and are not counted here. Cannot be known "
        "from precomputed scores. A dataset of good portraits shows few failures.",
    ),
)
