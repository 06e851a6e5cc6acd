"""Adjustment for covariates."""

from evalharness.statistics.catalogue.entry import CatalogueEntry

_ASSOCIATION = (
    "Adjusted differences are associations. A covariate may be part of the harm: image quality that comes from how a "
    "camera renders skin should not be adjusted away unseen, so the crude rate stands beside it. Covariates that were "
    "not recorded are not adjusted for."
)
_LIMITS = (
    "limits as for other rates, on the logit scale, from the subject-clustered variance of the weighted rate with the "
    "threshold held; ratios by the delta method on their logarithm, Student quantile"
)

ENTRIES: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        id="standardised",
        name="Directly standardised rate",
        formula="sum over strata of w_s x_gs; a stratum is the unordered pair of the samples' covariate labels, w_s "
        "its share of the target (raked to declared shares, else of all known groups together); " + _LIMITS,
        direction="lower is better",
        unit="proportion",
        source="Direct standardisation, e.g. Rothman, Greenland & Lash, Modern Epidemiology, 2008; raking: Deming & "
        "Stephan 1940",
        caution="Undefined where a stratum of the target has no comparisons in the group; these are listed. Few "
        f"comparisons in a heavy stratum make it uncertain. {_ASSOCIATION}",
    ),
    CatalogueEntry(
        id="reweighted",
        name="Reweighted rate",
        formula="sum_i w_i e_i / sum_i w_i over comparisons, w_i = P_target(stratum of i) / P_group(stratum of i); "
        "Kish's effective number (sum w)^2 / sum w^2 in the note; " + _LIMITS,
        direction="lower is better",
        unit="proportion",
        source="Kish, Survey Sampling, 1965",
        caution="Speaks of the part of the target that has comparisons in the group; the note states it. Where "
        "parts are missing, the ratio is over the strata that both groups have, not the ratio of the two rates shown. "
        f"{_ASSOCIATION}",
    ),
    CatalogueEntry(
        id="regression",
        name="Marginal rate of a logistic model",
        formula="logit P(false non-match) = b0 + b_group + b_covariates; mean prediction over the target's strata with "
        "the group set; limits by the delta method from the covariance with subjects as clusters",
        direction="lower is better",
        unit="proportion",
        source="Liang & Zeger 1986 (clusters); Lane & Nelder 1982 (marginal predictions); separation: Konis 2007",
        caution="Assumes that covariates act alike in every group, on the logit scale. For FNMR alone: a false match "
        "joins two subjects, for which these clusters are wrong. Not fitted where errors are few, or labels separate "
        f"them. {_ASSOCIATION}",
    ),
)
