import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from evalharness.counts import Acquisition
from evalharness.errors import PlanError
from evalharness.records import Measure
from evalharness.statistics import AnalysisSettings, GroupSettings, MeasureSettings, analyse
from evalharness.statistics.adjustment import adjusted_rates
from evalharness.statistics.adjustment.estimates import weighted_rate
from evalharness.statistics.adjustment.groups import Adjusting
from evalharness.statistics.adjustment.strata import Strata
from evalharness.statistics.rates import IntervalSettings
from evalharness.statistics.thresholds import decide
from evalharness.statistics.variance import subject_variance
from tests.support.adjusting import SETTINGS, adjust, mated_run, point_at, random_run
from tests.support.datasets import examples, make_partition, per_group, pooled
from tests.support.scoreruns import shortened

D16 = examples()["D16_direct_standardisation"]


def d16():
    given_ = D16["inputs"]
    cells = [
        (group.lower(), stratum, n, e)
        for group in "AB"
        for stratum, n, e in zip(given_["strata"], given_["n"][group], given_["errors"][group], strict=True)
    ]
    return mated_run(cells), dict(zip(given_["strata"], given_["target_weights"], strict=True))


def test_d16_the_crude_difference_is_all_image_quality():
    (counts, groups, quality), target = d16()
    rows = adjust(counts, groups, [quality], {"c": target})
    for group in "AB":
        row = rows["fnmr", "standardised", f"g={group.lower()}"]
        assert row.crude == pytest.approx(D16["expected"]["crude_FNMR"][group])
        assert row.adjusted == pytest.approx(D16["expected"]["standardised_FNMR"][group], abs=1e-9)
        assert row.crude_lower < row.crude < row.crude_upper
        assert row.lower < row.adjusted < row.upper
        assert (row.covariates, row.reference, row.empty_strata) == (("c",), "g=a", ())
    b = rows["fnmr", "standardised", "g=b"]
    assert b.crude_ratio == pytest.approx(D16["expected"]["crude_ratio"])
    assert b.adjusted_ratio == pytest.approx(D16["expected"]["standardised_ratio"])
    assert b.ratio_lower < 1 < b.ratio_upper
    assert "associations" in b.note
    a = rows["fnmr", "standardised", "g=a"]
    assert (a.adjusted_ratio, a.ratio_lower, a.ratio_upper) == (1.0, None, None)


def test_without_empty_strata_reweighting_is_standardisation_and_tells_the_effective_number():
    (counts, groups, quality), target = d16()
    rows = adjust(counts, groups, [quality], {"c": target})
    for group in ("g=a", "g=b"):
        one, two = (rows["fnmr", method, group] for method in ("standardised", "reweighted"))
        assert (one.adjusted, one.lower, one.upper, one.adjusted_ratio) == (
            two.adjusted,
            two.lower,
            two.upper,
            two.adjusted_ratio,
        )
    # w_i = P_target / P_sample: 900 x 0.7/0.9 and 100 x 0.3/0.1
    weights = np.repeat([0.7 / 0.9, 3.0], [900, 100])
    kish = weights.sum() ** 2 / np.sum(weights**2)
    assert f"Kish's effective number is {kish:.1f} of 1000 comparisons" in rows["fnmr", "reweighted", "g=a"].note


def test_the_variance_is_the_weighted_sum_of_the_strata():
    counts, groups, quality = mated_run([("a", "x", 60, 9), ("a", "y", 40, 14), ("b", "x", 30, 3)], comparisons=4)
    rows = adjust(counts, groups, [quality], {"c": {"x": 0.25, "y": 0.75}})
    parts = []
    for n, e in ((60, 9), (40, 14)):
        wrong = [min(max(e - 4 * k, 0), 4) for k in range(n // 4)]
        parts.append(subject_variance(np.full(n // 4, 4), np.array(wrong)).variance)
    variance = (0.25**2 * parts[0] + 0.75**2 * parts[1]) * 25 / 24
    p = 0.25 * 9 / 60 + 0.75 * 14 / 40
    assert rows["fnmr", "standardised", "g=a"].adjusted == pytest.approx(p)
    _, found = Adjusting(counts, groups, point_at(counts), Strata.of([quality])).mated_groups()
    weighted = weighted_rate(found[0].table, np.array([0.25, 0.75]), clusters=25)
    assert (weighted.value, weighted.variance) == pytest.approx((p, variance))


@pytest.mark.parametrize("target", [None, {"c": {"x": 1.0}}])
def test_in_one_stratum_adjusted_limits_are_the_crude_ones(target):
    counts, groups, _ = random_run(subjects=60)
    rows = adjust(counts, groups, [make_partition("c", ["x"] * counts.samples)], target, threshold=0.8)
    for measure in ("fnmr", "fmr"):
        for group in ("g=a", "g=b"):
            row = rows[measure, "standardised", group]
            assert 0 < row.crude < 1
            assert (row.adjusted, row.lower, row.upper) == pytest.approx((row.crude, row.crude_lower, row.crude_upper))


def test_crude_numbers_are_those_of_the_rows_that_are_given():
    counts, groups, covariate = random_run()
    point, given = point_at(counts, 0.8), []
    for group, value in (("g=a", 0.25), ("g=b", 0.5)):
        common = {"operating_point": point.spec.name, "policy": "vendor", "threshold": 0.8, "group": group}
        counted = {"errors": 5, "trials": 10, "subjects": 5, "level": 0.95}
        limits = {"value": value, "lower": value - 0.1, "upper": value + 0.1}
        given += [
            Measure(measure="fnmr", other_group="", **common, **counted, **limits),
            Measure(measure="fmr", other_group=group, **common, **counted, **limits),
            Measure(measure="fmr", other_group="any", **common, **counted, **(limits | {"value": 0.9})),
        ]
    rows = adjusted_rates(
        counts, partition=groups, point=point, covariates=[covariate], target={}, settings=SETTINGS, crude=given
    )
    for row in rows:
        value = 0.25 if row.group == "g=a" else 0.5
        assert (row.crude, row.crude_lower, row.crude_upper) == (value, value - 0.1, value + 0.1)
        assert row.crude_ratio == value / 0.25  # g=a has more subjects


def test_crude_numbers_agree_with_the_rate_rows_at_a_fitted_threshold():
    counts, groups, covariate = random_run(subjects=60)
    settings = AnalysisSettings(
        rates=MeasureSettings(level=0.95, min_subjects=3, replicates=200),
        groups=GroupSettings(simulations=100),
        covariates=(covariate,),
    )
    found = analyse(counts, partitions=[groups], specs=[pooled("0.2")], settings=settings)
    rates = {(r.measure, r.group): r for r in found.measurements.measures if r.other_group in ("", r.group)}
    assert len(found.adjusted) > 0
    for row in found.adjusted:
        rate = rates[row.measure, row.group]
        assert (row.crude, row.crude_lower, row.crude_upper) == (rate.value, rate.lower, rate.upper)


def test_an_empty_stratum_leaves_no_standardised_rate_and_a_reweighted_one_over_the_rest():
    counts, groups, quality = mated_run([("a", "x", 60, 9), ("a", "y", 40, 14), ("b", "x", 30, 6)])
    rows = adjust(counts, groups, [quality], {"c": {"x": 0.25, "y": 0.75}})
    lost = rows["fnmr", "standardised", "g=b"]
    assert (lost.adjusted, lost.lower, lost.adjusted_ratio) == (None, None, None)
    assert lost.empty_strata == ("c=y",)
    assert "strata that hold 75.0% of the target have no comparisons in this group" in lost.note
    assert lost.crude == 0.2
    rest = rows["fnmr", "reweighted", "g=b"]
    assert rest.adjusted == pytest.approx(0.2)
    assert rest.adjusted_ratio == pytest.approx(0.2 / (9 / 60))  # like for like: the stratum that both have
    assert "over the strata present, 25.0% of the target" in rest.note


def test_by_default_all_groups_together_are_the_target():
    (counts, groups, quality), _ = d16()
    row = adjust(counts, groups, [quality])["fnmr", "standardised", "g=a"]
    assert row.adjusted == pytest.approx((1400 * 0.01 + 600 * 0.1) / 2000)


def test_a_comparison_of_unlike_samples_is_a_stratum_of_its_own():
    counts, groups, covariate = random_run()
    rows = adjust(counts, groups, [covariate], threshold=0.5)
    mated = counts.mated
    label, group = covariate.group_of, groups.group_of[mated.probe]
    stratum = label[mated.probe] + label[mated.reference]  # 0, 1 or 2 samples of "y"
    wrong = mated.scores < 0.5
    share = np.bincount(stratum, minlength=3) / len(mated)
    for g, name in enumerate(("g=a", "g=b")):
        rates = [wrong[(group == g) & (stratum == s)].mean() for s in range(3)]
        assert rows["fnmr", "standardised", name].adjusted == pytest.approx(float(share @ rates))


@pytest.mark.parametrize("listed", [True, False])
def test_fmr_is_standardised_over_the_pairs_within_a_group(listed):
    counts, groups, covariate = random_run()
    if not listed:
        everyone = np.ones(counts.samples, dtype=bool)
        counts = dataclasses.replace(
            counts, listed=None, complete=True, acquisition=Acquisition(everyone, everyone.copy())
        )
    rows = adjust(counts, groups, [covariate], threshold=1.2)
    tail = counts.tail
    label, inside = covariate.group_of, groups.group_of[tail.probe] == groups.group_of[tail.reference]
    stratum, wrong = label[tail.probe] + label[tail.reference], tail.scores >= 1.2
    share = np.bincount(stratum[inside], minlength=3) / inside.sum()
    for g, name in enumerate(("g=a", "g=b")):
        own = inside & (groups.group_of[tail.probe] == g)
        rates = np.array([wrong[own & (stratum == s)].mean() for s in range(3)])
        row = rows["fmr", "standardised", name]
        assert row.adjusted == pytest.approx(float(share @ rates))
        assert row.crude == pytest.approx(wrong[own].mean())
        expected = brute_variance(counts, own, stratum, wrong, share / np.bincount(stratum[own], minlength=3), rates)
        _, found = Adjusting(counts, groups, point_at(counts, 1.2), Strata.of([covariate])).non_mated_groups()
        weighted = weighted_rate(found[g].table, share, clusters=found[g].clusters)
        assert weighted.variance == pytest.approx(expected)
        assert row.lower < row.adjusted < row.upper


def brute_variance(counts, own, stratum, wrong, coefficients, rates):
    """sum_i R_i^2 - sum_d Y_d^2 with every dyad visited, guarded and times G/(G-1)."""
    dyads = {}
    tail, subject = counts.tail, counts.subject_of
    for k in np.flatnonzero(own).tolist():
        pair = tuple(sorted((int(subject[tail.probe[k]]), int(subject[tail.reference[k]]))))
        dyads[pair] = dyads.get(pair, 0.0) + coefficients[stratum[k]] * (wrong[k] - rates[stratum[k]])
    people = sorted({who for pair in dyads for who in pair})
    sums = [sum(y for pair, y in dyads.items() if who in pair) for who in people]
    squares = sum(y * y for y in dyads.values())
    covariance = sum(r * r for r in sums) - 2 * squares
    p = float(np.sum([coefficients[s] * wrong[own & (stratum == s)].sum() for s in range(3)]))
    binomial = p * (1 - p) * sum(coefficients[s] ** 2 * np.sum(own & (stratum == s)) for s in range(3))
    return max(squares + max(covariance, 0.0), binomial) * len(people) / (len(people) - 1)


def test_a_covariate_that_is_the_group_leaves_no_overlap():
    counts, groups, _ = mated_run([("a", "x", 60, 9), ("b", "x", 40, 14)])
    rows = adjust(counts, groups, [dataclasses.replace(groups)])
    for (_, _, group), row in rows.items():
        if row.measure == "fnmr" and row.method == "standardised":
            assert row.adjusted is None
            assert len(row.empty_strata) == 1
            assert group not in row.empty_strata
    assert "cannot be told apart" in rows["fnmr", "regression", "g=b"].note


def test_missing_covariates_are_left_out_and_missing_groups_have_no_adjusted_rate():
    cells = [("a", "x", 20, 4), ("a", None, 5, 5), ("b", "x", 20, 2), (None, "x", 6, 3)]
    rows = adjust(*(lambda c, g, q: (c, g, [q]))(*mated_run(cells)))
    row = rows["fnmr", "standardised", "g=a"]
    assert (row.crude, row.adjusted) == (9 / 25, 4 / 20)
    assert "5 comparisons without a stratum are left out" in row.note
    missing = rows["fnmr", "standardised", "g=(missing)"]
    assert (missing.crude, missing.adjusted) == (0.5, None)
    assert "not known to share a group" in missing.note


def test_groups_without_errors_or_subjects():
    cells = [("a", "x", 40, 4), ("b", "x", 40, 0), ("c", "x", 2, 1), ("d", "x", 10, 10)]
    counts, groups, quality = mated_run(cells)
    rows = adjust(
        counts, make_partition("g", [groups.groups[i].values[0][1] for i in groups.group_of], also=["z"]), [quality]
    )
    b, c, d, z = (rows["fnmr", "standardised", f"g={x}"] for x in "bcdz")
    assert (b.adjusted, b.lower, b.adjusted_ratio, b.crude_ratio) == (0.0, 0.0, None, None)
    assert b.upper == pytest.approx(1 - 0.05 ** (1 / 40))
    assert "no ratio" in b.note
    assert (c.adjusted, c.lower, c.ratio_lower) == (0.5, None, None)
    assert "fewer than 3 subjects: no interval" in c.note
    assert (d.adjusted, d.upper) == (1.0, 1.0)
    assert d.lower == pytest.approx(0.05 ** (1 / 10))
    assert (z.crude, z.adjusted, z.note) == (None, None, "no completed mated comparisons")


def test_one_group_all_failed_has_a_reason():
    counts, groups, quality = mated_run([("a", "x", 6, 1), ("b", "x", 6, 1)])
    mated = counts.mated
    completed = groups.group_of[mated.probe] == 0
    counts = dataclasses.replace(counts, mated=dataclasses.replace(mated, completed=completed))
    row = adjust(counts, groups, [quality])["fnmr", "standardised", "g=b"]
    assert (row.crude, row.adjusted, row.note) == (None, None, "no completed mated comparisons")


def test_a_target_that_does_not_overlap_is_a_reason_not_an_error():
    counts, groups, _ = mated_run([("a", "x", 20, 4), ("b", "x", 20, 2)])
    quality = make_partition("c", ["x"] * counts.samples, also=["y"])
    rows = adjust(counts, groups, [quality], {"c": {"y": 1.0}})
    for method in ("standardised", "reweighted", "regression"):
        row = rows["fnmr", method, "g=b"]
        assert row.adjusted is None
        assert "the target does not overlap" in row.note
        assert row.crude == 0.1


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ({"d": {"x": 1.0}}, "d is no covariate; these are: c"),
        ({"c": {"q": 1.0}}, "unknown value 'q'; known: x, y"),
        ({"c": {"x": 0.5}}, "the shares add up to 0.5; expected 1"),
        ({"c": {"x": 1.5, "y": -0.5}}, "share 1.5; expected 0 to 1"),
        ({"c": {"x": math.nan, "y": 1.0}}, "share nan; expected 0 to 1"),
    ],
)
def test_a_wrong_target_is_refused(target, fault):
    counts, groups, quality = mated_run([("a", "x", 20, 4), ("b", "y", 20, 2)])
    with pytest.raises(PlanError) as caught:
        adjust(counts, groups, [quality], target)
    assert any(fault in text for text in caught.value.faults)


def test_no_covariates_and_too_many_are_refused():
    counts, groups, _ = mated_run([("a", "x", 600, 4)])
    with pytest.raises(PlanError, match="no covariates"):
        adjust(counts, groups, [])
    many = make_partition("c", [f"v{i}" for i in range(counts.samples)])
    with pytest.raises(PlanError, match="combinations; at most 500"):
        adjust(counts, groups, [many])


def test_thresholds_of_their_own_and_points_without_one():
    counts, groups, covariate = random_run()
    point = decide(counts, per_group("0.05", "g"), partitions=[groups], level=0.95)
    rows = adjusted_rates(counts, partition=groups, point=point, covariates=[covariate], target={}, settings=SETTINGS)
    row = next(r for r in rows if (r.measure, r.method, r.group) == ("fmr", "standardised", "g=a"))
    assert row.crude <= 0.05
    point = decide(counts, per_group("0.0000001", "g"), partitions=[groups], level=0.95)
    rows = adjusted_rates(counts, partition=groups, point=point, covariates=[covariate], target={}, settings=SETTINGS)
    assert {row.crude for row in rows} == {None}
    assert all("finer than" in row.note for row in rows)


def test_matches_that_were_only_streamed_are_a_reason():
    counts, groups, covariate = random_run()
    point = point_at(counts, 0.5)
    counts = shortened(counts, cut=1.5)
    rows = adjusted_rates(counts, partition=groups, point=point, covariates=[covariate], target={}, settings=SETTINGS)
    found = {(row.measure, row.method, row.group): row for row in rows}
    assert "counted while streaming" in found["fmr", "standardised", "g=a"].note
    assert found["fmr", "standardised", "g=a"].adjusted is None
    assert found["fnmr", "standardised", "g=a"].adjusted is not None


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.floats(0, 1)), min_size=1, max_size=4),
    st.integers(1, 3),
)
def test_groups_with_the_same_strata_keep_their_crude_rates(sizes, comparisons):
    cells = []
    for k, (n, share) in enumerate(sizes):
        n *= comparisons
        cells += [("a", f"v{k}", n, int(share * n)), ("b", f"v{k}", n, int((1 - share) * n))]
    rows = adjust(*(lambda c, g, q: (c, g, [q]))(*mated_run(cells, comparisons=comparisons)))
    for group in ("g=a", "g=b"):
        for method in ("standardised", "reweighted"):
            row = rows["fnmr", method, group]
            assert row.adjusted == pytest.approx(row.crude, abs=1e-12)
            if row.lower is not None:
                assert 0 <= row.lower <= row.adjusted <= row.upper <= 1


def test_more_subjects_than_asked_for_are_needed():
    counts, groups, quality = mated_run([("a", "x", 20, 4), ("b", "x", 20, 2)])
    row = adjust(counts, groups, [quality], settings=IntervalSettings(0.95, 21))["fnmr", "standardised", "g=a"]
    assert (row.crude_lower, row.lower, row.adjusted) == (None, None, 0.2)
    assert point_at(counts).spec.name == row.operating_point


def test_limits_hold_the_truth_about_as_often_as_they_say():
    # confounded groups with equal rates in each stratum, subjects with effects; the truth by quadrature
    at, mass = np.polynomial.hermite_e.hermegauss(40)
    rates = {label: float(expit(base + 0.7 * at) @ mass / mass.sum()) for label, base in (("x", -2.5), ("y", -1.0))}
    truth, held = 0.6 * rates["x"] + 0.4 * rates["y"], {"rate": 0, "ratio": 0}
    for seed in range(100):
        rng, cells = np.random.default_rng(seed), []
        for k in range(80):
            label = "y" if rng.random() < (0.2, 0.6)[k % 2] else "x"
            odds = (-2.5 if label == "x" else -1.0) + 0.7 * rng.normal()
            cells.append(("ab"[k % 2], label, 4, int(rng.binomial(4, expit(odds)))))
        counts, groups, covariate = mated_run(cells, comparisons=4)
        row = adjust(counts, groups, [covariate], {"c": {"x": 0.6, "y": 0.4}})["fnmr", "standardised", "g=b"]
        held["rate"] += row.lower <= truth <= row.upper
        held["ratio"] += row.ratio_lower <= 1 <= row.ratio_upper
    assert held["rate"] >= 90
    assert held["ratio"] >= 90
