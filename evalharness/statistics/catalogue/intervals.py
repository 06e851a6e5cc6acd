"""Intervals, bootstrap, thresholds."""

from evalharness.statistics.catalogue.entry import CatalogueEntry

_PLUG_IN = "Fogliato, Patil & Perona, IJCV 2024, arXiv:2306.01198"

ENTRIES: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        id="interval",
        name="Subject-clustered logit interval",
        formula="logit(p) - t sqrt(v) to logit(p) + t sqrt(v_J) + 1.5 (v_J - v_0) (1 - 2p), mirrored above p = 1/2; v "
        "the plug-in variance with subjects as clusters on the logit scale, covariance part not below 0, whole not "
        "below that of independent trials, times G/(G-1); v_J the jackknife over subjects where larger, v_0 the part "
        "without shared subjects; neither above that of as many trials as there are disjoint dyads, or their like for "
        "subjects; t Student's with Satterthwaite's degrees of freedom, G-1 at most; below three errors not narrower "
        "than Clopper-Pearson's lower limit; no error: 0 to 1-(1-level)^(1/n) for n disjoint dyads",
        direction="narrower is more certain",
        unit="limits of a proportion",
        source=f"{_PLUG_IN}; Efron & Stein 1981; Satterthwaite 1946; Clopper & Pearson 1934; the factor 1.5 is ours, "
        "chosen on simulated scores",
        caution="Speaks of other subjects drawn like these ones, not of another population, camera or year. Limits of "
        "several groups hold one by one, not all at once. With fewer than three subjects there is none. On simulated "
        "scores with known rates nominal 95 % intervals held the truth in about 93 % to 98 % of draws wherever 50 "
        "subjects and 5 effective errors stood behind them, and in 90 % and more elsewhere; where they missed, the "
        "truth was mostly higher. The exception: kinds of subjects rarer than about 3 in G may be missing from a "
        "sample of G subjects, and the truth can then lie above the interval (measured in docs/validation.md). "
        "With fewer effective errors they are wide rather than wrong: up to ten times what a "
        "known spread would give. The method was chosen on such scores; real ones can be spread otherwise.",
    ),
    CatalogueEntry(
        id="bootstrap",
        name="Subject bootstrap",
        formula="subjects drawn with replacement, one draw for all groups, thresholds and measures; a comparison of "
        "subjects i and j counts w_i w_j times, those between copies of a subject take the rate of their own set; "
        "fitted thresholds are fitted anew with k = floor(target x comparisons of the replicate); deviations on the "
        "logit scale times sqrt(variance of the interval / variance of the replicates)",
        direction="narrower is more certain",
        unit="replicates of a rate",
        source="Snijders & Borgatti, Connections 22(2), 1999; rescaled, because weights that multiply overstate the "
        "variance of sparse errors about threefold",
        caution="Nothing comes of a rate without an error. A threshold that a replicate would put below the scores "
        "that were kept stands at the lowest of them; the note counts such replicates. Rates at thresholds that were "
        "counted while streaming are not resampled.",
    ),
    CatalogueEntry(
        id="fitted_threshold",
        name="Fitted threshold",
        formula="with N scores in descending order and k = floor(target x N), the k-th; above a block of ties that "
        "reaches past k; the next float64 above the top where nothing else is left",
        direction="none",
        unit="score of the system",
        source="A match is score >= threshold; the attained FMR is at most the target",
        caution="A threshold is an estimate. Fitted on the data that are reported, limits are those of the larger of "
        "two variances, with the threshold held and with it fitted anew in each replicate; with calibration subjects "
        "they are conditional on a threshold that other subjects set. The note of each rate says which.",
    ),
)
