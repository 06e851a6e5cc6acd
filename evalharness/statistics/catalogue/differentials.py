"""Differential measures over the rates of groups."""

from evalharness.statistics.catalogue.entry import CatalogueEntry

_MEASURES = {
    "fmr": "false match rates within groups",
    "fnmr": "false non-match rates",
    "frr": "false rejection rates",
    "fta": "failure-to-acquire rates",
}
_COMMON = (
    "Describes the groups of one partition: merging or splitting groups changes it. Interval, floor and p take groups "
    "as independent."
)
_INTERVAL = (
    "Chance alone moves it away from equality: read the floor beside it. Its interval inverts a test against "
    "simulated rates, whose effective trials follow the assumed rate. Under equal rates it can miss on one side "
    "alone, nominally in (1 - level) 3/4 of draws. How often it held known values stands in docs/validation.md. "
    "The lower limit is the higher of two: that of the test, and the least value that joint limits of all rates "
    "(error (1 - level)/4) allow. Test and p compare rates drawn towards the common one by half an error, so that"
    " they weigh what is known; value, floor and upper limit are those of the measure itself."
)


def _rows(
    name: str, *, title: str, formula: str, direction: str, unit: str, source: str, caution: str
) -> tuple[CatalogueEntry, ...]:
    """One row for each rate that the measure is taken of."""
    return tuple(
        CatalogueEntry(
            id=f"{measure}.{name}",
            name=f"{title} of {words}",
            formula=formula,
            direction=direction,
            unit=unit,
            source=source,
            caution=caution,
        )
        for measure, words in _MEASURES.items()
    )


_SINGLE: tuple[CatalogueEntry, ...] = (
    *_rows(
        "max_min",
        title="Ratio of highest to lowest",
        formula="max x / min x over groups",
        direction="nearer to 1 is more alike",
        unit="ratio, 1 or more",
        source="NIST FRTE demographics page, column max/min",
        caution="Driven by the smallest groups and silent on those between. Undefined if a group has no error: a "
        "bound, lower limit of the highest over upper limit of the lowest, stands beside it. Its upper limit is not "
        f"below that of the ratio of any two groups. {_INTERVAL} {_COMMON}",
    ),
    *_rows(
        "max_geomean",
        title="Ratio of highest to geometric mean",
        formula="max x / (product of x)^(1/K) over K groups",
        direction="nearer to 1 is more alike",
        unit="ratio, 1 or more",
        source="NIST IR 8429 as secondary sources give it; NIST FRTE demographics page",
        caution=f"Undefined if a group has no error. Says nothing of how many groups are badly served. {_INTERVAL} "
        f"{_COMMON}",
    ),
    *_rows(
        "max_mean",
        title="Ratio of highest to arithmetic mean",
        formula="max x / mean x over groups, each group weighing the same",
        direction="nearer to 1 is more alike",
        unit="ratio, 1 to K",
        source="NIST FRTE demographics page, column max/mean",
        caution=f"Cannot exceed the number of groups: not comparable between partitions. {_INTERVAL} {_COMMON}",
    ),
    *_rows(
        "difference",
        title="Difference of highest and lowest",
        formula="max x - min x over groups",
        direction="nearer to 0 is more alike",
        unit="difference of proportions",
        source="common definition",
        caution=f"Hides hundredfold differences of small rates: 1e-5 and 1e-3 differ by 0.001. {_INTERVAL} {_COMMON}",
    ),
    *_rows(
        "ratio_to_reference",
        title="Ratio to the reference group",
        formula="x of the group / x of the reference; log scale, SE = sqrt(sum of DEFF (1-p)/e) with Student "
        "quantiles, each limit further out by 1.5 times the covariance part of the rate that it makes higher; "
        "conditional on the sum of errors, at effective trials, below five effective errors",
        direction="nearer to 1 is more alike",
        unit="ratio",
        source="Katz log interval with design effects; Welch & Satterthwaite degrees of freedom",
        caution="The choice of the reference is a value judgement. Undefined if the reference has no error. Limits of "
        "several ratios hold one by one, not all at once. How often they held "
        "known ratios stands in docs/validation.md. A ratio near 1 with wide limits shows nothing. The "
        "covariance part borrows from all groups of the partition, as much as 3 effective errors weigh.",
    ),
    *_rows(
        "log_spread",
        title="Mean absolute log deviation",
        formula="mean over groups of abs(log10(x / geometric mean))",
        direction="nearer to 0 is more alike",
        unit="decades",
        source="NIST FRTE demographics page, column 9",
        caution=f"Undefined if a group has no error. Ignores who is worst. {_INTERVAL} {_COMMON}",
    ),
    *_rows(
        "gini_raw",
        title="Gini coefficient, raw,",
        formula="sum over i and j of abs(x_i - x_j) / (2 K^2 mean x)",
        direction="nearer to 0 is more alike",
        unit="0 to (K-1)/K",
        source="common definition; NIST FRTE prints values that fit it",
        caution="Not comparable between partitions with different numbers of groups. Undefined if no group has an "
        f"error. Ignores who is worst. {_INTERVAL} {_COMMON}",
    ),
    *_rows(
        "gini_corrected",
        title="Gini coefficient, corrected,",
        formula="raw Gini coefficient x K/(K-1)",
        direction="nearer to 0 is more alike",
        unit="0 to 1",
        source="form used for ISO/IEC 19795-10 in the literature (equation 5 of the DeSCon paper)",
        caution="With few errors it is large even for equal rates, about 1/sqrt(pi L) for L effective errors in each "
        "group: 0.33 at L = 3. Undefined if no group has an error. Ignores who is worst. "
        f"{_INTERVAL} {_COMMON}",
    ),
)

_BLENDED = (
    "Its interval is that of the other measures over groups; how often it holds known values was tried in small "
    "simulations alone, least often where FMR is equal and one group has twice the FNMR of the others."
)

_BLENDS: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        id="garbe",
        name="GARBE, a blend of two Gini coefficients",
        formula="alpha x corrected Gini of FMR + (1 - alpha) x corrected Gini of FNMR",
        direction="nearer to 0 is more alike",
        unit="0 to 1",
        source="Howard et al., arXiv:2203.05051",
        caution="The weight alpha is a choice and stands in the note. Read the two Gini coefficients first. Public "
        f"code computes other things under this name. {_INTERVAL} {_BLENDED}",
    ),
    CatalogueEntry(
        id="fairness_discrepancy_rate",
        name="Fairness Discrepancy Rate",
        formula="1 - [alpha x (max - min FMR) + (1 - alpha) x (max - min FNMR)] at one threshold",
        direction="nearer to 1 is more alike",
        unit="0 to 1",
        source="de Freitas Pereira & Marcel, arXiv:2011.02395",
        caution="FNMR decides it, because differences of FMR are about a thousandth: it stays near 1 when FMR differs "
        "eightfold, and it is near 1 when nothing was measured. Never shortened: the letters also stand for the false "
        f"discovery rate. {_INTERVAL} {_BLENDED}",
    ),
    CatalogueEntry(
        id="inequity_rate",
        name="Inequity Rate",
        formula="(max/min FMR)^alpha x (max/min FNMR)^(1 - alpha)",
        direction="nearer to 1 is more alike",
        unit="ratio, 1 or more",
        source="a proposal of NIST as given by Howard et al., arXiv:2203.05051",
        caution="Undefined if a group has no error of either kind. The weight alpha is a choice and stands in the "
        f"note. {_INTERVAL} {_BLENDED}",
    ),
)

ENTRIES: tuple[CatalogueEntry, ...] = (*_SINGLE, *_BLENDS)
