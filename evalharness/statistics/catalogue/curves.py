"""Curves, score shifts and rates of transactions."""

from evalharness.statistics.catalogue.entry import CatalogueEntry

_TESTING = "ISO/IEC 19795-1:2021"
_DEPENDENT = "Comparisons that share a subject are not independent, so the p-values of textbooks do not apply."

ENTRIES: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        id="det",
        name="Detection error trade-off curve",
        formula="FNMR(t) against FMR(t) within the group, at thresholds t of a regular grid that all groups share",
        direction="nearer to both axes is better",
        unit="proportions",
        source=_TESTING,
        caution="Two curves that lie on each other can still have different error rates at the threshold in use: "
        "compare points at equal thresholds, not at equal FMR. Ends of a curve rest on few errors and have no interval "
        "here. Below the scores that were kept FMR is not known.",
    ),
    CatalogueEntry(
        id="eer",
        name="Equal error rate",
        formula="the interval of rates where FNMR(t) and FMR(t) cross; a single number is its midpoint",
        direction="lower is better",
        unit="proportion",
        source="Maio, Maltoni, Cappelli, Wayman & Jain, FVC2000, IEEE TPAMI 24(3), 2002",
        caution="Each group has it at another threshold, and no system is run there: it cannot show how groups fare at "
        "one threshold. From a histogram it is known only between two limits.",
    ),
    CatalogueEntry(
        id="score_shift",
        name="Score moments and quantiles",
        formula="mean, standard deviation (ddof 1) and quantiles (observed values, none interpolated) of completed "
        "comparisons, mated and non-mated within the group",
        direction="none; compare with the reference group",
        unit="unit of the score",
        source="ISO/IEC 19795-10:2024 has score shifts in its scope; the definitions are common usage",
        caution="Scores of two systems have no common unit. From a histogram nothing is more exact than its bins. The "
        "body of a distribution says little about its tail, where false matches are made.",
    ),
    CatalogueEntry(
        id="kolmogorov_smirnov",
        name="Kolmogorov-Smirnov distance",
        formula="sup over t of |F_group(t) - F_reference(t)|",
        direction="lower is more alike",
        unit="0 to 1",
        source="Kolmogorov 1933; Smirnov 1948",
        caution=f"Larger by chance in small groups. {_DEPENDENT}",
    ),
    CatalogueEntry(
        id="wasserstein",
        name="Wasserstein-1 distance",
        formula="integral over t of |F_group(t) - F_reference(t)|",
        direction="lower is more alike",
        unit="unit of the score",
        source="Vaserstein 1969; also earth mover's distance",
        caution=f"Scores of two systems have no common unit. Larger by chance in small groups. {_DEPENDENT}",
    ),
    CatalogueEntry(
        id="overlap",
        name="Overlap of histograms",
        formula="sum over 50 equal bins of the joint range of min(share of group, share of reference)",
        direction="higher is more alike",
        unit="0 to 1",
        source="Weitzman 1970, coefficient of overlap",
        caution="Depends on the bins, and is below 1 by chance in small groups that are alike.",
    ),
    CatalogueEntry(
        id="d_prime",
        name="Decidability index d'",
        formula="|mean mated - mean non-mated| / sqrt((var mated + var non-mated) / 2), ddof 1, within the group",
        direction="higher is better",
        unit="standard deviations",
        source="Daugman, The importance of being random, Pattern Recognition 36(2), 2003",
        caution="Describes normal distributions; real scores have other tails, and error rates come from the tails.",
    ),
    CatalogueEntry(
        id="tail_quantile",
        name="Tail quantile of non-mated scores",
        formula="the k-th highest non-mated score within the group, k = floor(share x comparisons); its shift is the "
        "difference to the reference group's",
        direction="none; a shift towards matching means more false matches at any threshold in the tail",
        unit="unit of the score",
        source="ISO/IEC 19795-10:2024 has score shifts in its scope; the definition is ours",
        caution="Rests on k comparisons, often of few subjects. Undefined where the share is finer than 1/comparisons.",
    ),
    CatalogueEntry(
        id="transactions",
        name="Rates of single-attempt transactions",
        formula="FRR = FTA + (1-FTA) FNMR; FAR = (1-FTA) FMR; GFRR = FTE + (1-FTE) FTA + (1-FTE)(1-FTA) FNMR; "
        "GFAR = (1-FTE)(1-FTA) FMR",
        direction="lower is better",
        unit="proportion",
        source=f"the single-attempt form used with {_TESTING}",
        caution="Needs a side that enrols and a side that is captured. All pairs of a data set have no such sides: "
        "there FRR is counted, comparison by comparison, and these identities do not hold.",
    ),
)
