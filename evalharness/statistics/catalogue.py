"""What each measure is: the words that travel with its numbers into ``result.json``.

A row describes what the functions of this package compute; a report prints it and adds nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One measure, in words."""

    id: str
    name: str
    formula: str
    direction: str
    unit: str
    source: str
    caution: str


_VOCABULARY = "ISO/IEC 2382-37:2022"
_TESTING = "ISO/IEC 19795-1:2021"

CATALOGUE: tuple[CatalogueEntry, ...] = (
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
    CatalogueEntry(
        id="interval",
        name="Clustered Wilson interval",
        formula="Wilson's interval at n = max(n_eff, number of disjoint dyads or its like for subjects), with n_eff = "
        "p(1-p)/Var; Var is the plug-in variance with subjects as clusters, covariance part not below 0, whole not "
        "below p(1-p)/M, times G/(G-1); Student quantile with G-1 degrees of freedom; Clopper-Pearson's lower limit "
        "at n for one or two errors when it is lower; no error: 0 to 1-(1-level)^(1/n) for the disjoint dyads alone",
        direction="narrower is more certain",
        unit="limits of a proportion",
        source="Fogliato, Patil & Perona, IJCV 2024, arXiv:2306.01198; Wilson 1927; Clopper & Pearson 1934",
        caution="Speaks of other subjects drawn like these ones, not of another population, camera or year. At a "
        "threshold that was fitted on the same data it is conditional on that threshold. Limits of several groups "
        "hold one by one, not all at once. With fewer than three subjects there is none. On simulated scores with "
        "known rates, nominal 95 % intervals of FMR held the truth in 81 % to 92 % of draws with 30 to 100 subjects, "
        "and most misses were optimistic, the truth above the upper limit; those of FNMR held it in 93 % to 97 %.",
    ),
)
