"""Intervals, bootstrap, thresholds."""

from evalharness.statistics.catalogue.entry import CatalogueEntry

ENTRIES: tuple[CatalogueEntry, ...] = (
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
