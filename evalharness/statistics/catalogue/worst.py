"""The worst group, and tests."""

from evalharness.statistics.catalogue.entry import CatalogueEntry

ENTRIES: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        id="simultaneous_interval",
        name="Simultaneous interval",
        formula="each group's own limits, moved on the log-odds scale by t(level') / t(level); level' from the largest "
        "absolute studentised deviation in the bootstrap replicates, else level^(1/K) (Sidak)",
        direction="narrower is more certain",
        unit="limits of a proportion",
        source="Sidak's inequality; largest absolute t of the subject bootstrap",
        caution="Holds for all groups of one partition at one operating point together, not for several partitions or "
        "thresholds. As good as the limits of single groups on which it builds.",
    ),
    CatalogueEntry(
        id="shrunken_rate",
        name="Shrunken rate",
        formula="x - v / (tau^2 + v) (x - model); model: main effects of the attributes by least squares weighted with "
        "effective trials, or the common rate; tau^2 = squares about the model less sampling variance, not below 0",
        direction="lower is better",
        unit="proportion",
        source="method of moments after the idea of Lum, Zhang & Bower, arXiv:2205.05770; empirical Bayes",
        caution="An estimate to set beside the rate, not instead of it: it hides a group that really differs from what "
        "its attributes suggest when that group is small.",
    ),
    CatalogueEntry(
        id="worst_group",
        name="Group with the highest rate",
        formula="max x over groups; mean, one-sided quantile and p of the same under equal true rates, simulated with "
        "each group's effective trials at the common rate",
        direction="lower is better",
        unit="proportion",
        source="order statistics of simulated rates",
        caution="The highest of many noisy rates is too high: ten equal groups of 300 trials at 1 % show 1.96 % on "
        "average. Which group it is may be chance; see its p and the split halves. With few subjects who cause most "
        "errors its p is somewhat too small: below 5 % in up to 10 % of draws under equal rates.",
    ),
    CatalogueEntry(
        id="split_half",
        name="Split halves of the worst group",
        formula="mean, over random halves of the subjects and both directions, of the rate on one half of the group "
        "that is worst on the other; agreement: share of splits in which this group alone is worst, with an error, on "
        "both halves; empty where most halves have no error",
        direction="lower is better",
        unit="proportion",
        source="sample splitting",
        caution="Free of the gain from choosing the highest, but for half the subjects: with few of them it often "
        "measures another group.",
    ),
    CatalogueEntry(
        id="equal_rates",
        name="Test of equal rates in all groups",
        formula="Wald statistic of log rates with clustered covariance, K - 1 degrees of freedom, with Welch's "
        "correction for few subjects; if a group has fewer than thirty effective errors: weighted squares of log rates "
        "about their mean, each rate drawn towards the common one by half an error, against simulated equal rates with "
        "skewed and uncertain effects of shared subjects",
        direction="a small p speaks against equal rates",
        unit="p-value",
        source="Wald; Welch 1951",
        caution="No difference shown is not equality. A small p says nothing of the size of the difference. How "
        "often it is small where rates are equal stands in docs/validation.md.",
    ),
    CatalogueEntry(
        id="two_groups",
        name="Test of two groups",
        formula="difference of log rates, less 1.5 times the covariance part of the lower rate, / clustered standard "
        "error against Student's t (Welch & Satterthwaite); conditional on the sum below five effective errors. "
        "Adjusted over all pairs: Holm for claims, Benjamini and Hochberg for exploration",
        direction="a small p speaks against equal rates",
        unit="p-value",
        source="Holm 1979; Benjamini & Hochberg 1995",
        caution="The family is all pairs of groups of one measure, operating point and partition; it does not adjust "
        "for several of these. No difference shown is not equality. A group without errors counts as its disjoint "
        "trials; the covariance part borrows from all groups of the partition.",
    ),
    CatalogueEntry(
        id="equivalence",
        name="Test of equivalence within a declared margin",
        formula="interval of the ratio at level 2 x level - 1 inside [1/m, m]: within the margin; outside: beyond the "
        "margin; else undecided",
        direction="within the margin speaks for similar rates",
        unit="verdict",
        source="two one-sided tests",
        caution="The margin m has to be declared before the data are seen, and whether it is acceptable is a value "
        "judgement. Pairs are judged one by one.",
    ),
    CatalogueEntry(
        id="paired_difference",
        name="Paired difference of two systems",
        formula="D = sum(e_A - e_B) / sum(m); SE = sqrt(sum over subjects of (d_i - D m_i)^2) / sum(m), for false "
        "matches with the terms of pairs that share a subject",
        direction="below 0 speaks for system A",
        unit="difference of proportions",
        source="Fogliato, Patil & Perona, arXiv:2306.01198, with differences in place of errors",
        caution="Both systems must have completed the same comparisons; those that one of them left out are lost.",
    ),
)
