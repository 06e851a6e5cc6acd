"""Ground truth, comparison of systems, response time."""

from evalharness.statistics.catalogue.entry import CatalogueEntry

_CLUSTERED = "Fogliato, Patil & Perona, IJCV 2024, arXiv:2306.01198, applied to differences"

ENTRIES: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        id="reading",
        name="Second reading of the ground truth",
        formula="the rates once more, with subjects merged (same-person) and samples left out (wrong-subject, "
        "leave-out) as a recorded file of decisions says",
        direction="neither reading is the better one by itself",
        unit="proportion",
        source="own",
        caution="Doubtful labels were found by the scores of the system under test, so its own reading profits most: "
        "pairs that it did not confuse were not looked at. Show both readings and say who decided. For two systems use "
        "the same decisions.",
    ),
    CatalogueEntry(
        id="compare.difference",
        name="Difference of two systems' rates",
        formula="rate of the first - rate of the second, on the same trials; Var from d_i = e_i(first) - e_i(second) "
        "of each subject, or dyad of subjects; limits by Tango's score interval with effective trials and Student's "
        "quantile; p-value the larger of McNemar's and the exact one, with effective discordant trials",
        direction="below 0: the first errs less",
        unit="difference of proportions",
        source=f"{_CLUSTERED}; Tango, Statistics in Medicine 1998, 17:891-908; McNemar, Psychometrika 1947",
        caution="FMR and FNMR are taken on trials that both systems completed: read them with FRR and FTA, or a system "
        "gains by refusing hard samples. Thresholds fitted on the same samples are taken as given. An interval "
        "around 0 is no proof that the systems are alike.",
    ),
    CatalogueEntry(
        id="compare.ratio",
        name="Ratio of two systems' rates",
        formula="errors of the first / errors of the second, on the same trials; limits on the logarithm from "
        "e_i(first) / E(first) - e_i(second) / E(second) of each subject or dyad, with Student's quantile and the "
        "standard error of these or, where larger, the one that the p-value of no difference implies",
        direction="below 1: the first errs less",
        unit="ratio",
        source=_CLUSTERED,
        caution="Undefined where a system has no errors. With fewer than five errors, or five trials on which one errs "
        "alone, the limits are rough.",
    ),
    CatalogueEntry(
        id="compare.log_max_geomean",
        name="Difference of two systems' log(max / geometric mean) over groups",
        formula="log(max / geometric mean) of the first system's group rates - that of the second's, on the same "
        "trials; the outermost limits of percentiles, reversed percentiles and reversed percentiles about equal rates, "
        "of draws that move all rates of both systems by the same subjects",
        direction="below 0: the first differs less between the groups",
        unit="difference of natural logarithms",
        source="own, from the percentile and basic intervals of Davison & Hinkley, Bootstrap Methods and their "
        "Application, 1997; checked by benchmarks/spread_coverage.py",
        caution="Conservative: it may fail to tell two systems apart. No interval with fewer than five errors in any "
        "group. It does not say that a system's rates are low, and a system may differ less because it errs more "
        "everywhere.",
    ),
    CatalogueEntry(
        id="compare.gini_corrected",
        name="Difference of two systems' corrected Gini over groups",
        formula="K/(K-1) x Gini of the first system's group rates - that of the second's; limits as for "
        "compare.log_max_geomean",
        direction="below 0: the first differs less between the groups",
        unit="difference of Gini coefficients",
        source="as compare.log_max_geomean",
        caution="As compare.log_max_geomean. Gini does not say which group is worst.",
    ),
    CatalogueEntry(
        id="response_time",
        name="Response time of enrolment by group",
        formula="wall seconds from decoded image to template or failure: median, 95th percentile, and mean with "
        "Student's interval, subjects as clusters",
        direction="lower is faster",
        unit="seconds",
        source="ISO/IEC 19795-10:2024 names response time among what may differ between groups (scope, as published)",
        caution="Stands in response_time.json, never in the result: it changes from run to run. Workers share the "
        "machine, so compare groups of one run, not machines. The first sample of each process loads the models and is "
        "left out. Image sizes may differ between groups.",
    ),
)
