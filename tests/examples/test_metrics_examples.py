"""The worked examples of the metrics reference that lie within reach of this package, by id."""

import math
from collections import Counter

import numpy as np
import pytest
from scipy.stats import norm

from evalharness.records import ScoreKind
from evalharness.statistics import MeasureSettings, measure
from evalharness.statistics.dyads import AllPairsDyads
from evalharness.statistics.intervals import clopper_pearson, wilson, zero_error_upper
from evalharness.statistics.rates import IntervalSettings, rate_of, subject_evidence
from evalharness.statistics.thresholds import threshold_allowing
from evalharness.statistics.variance import dyad_variance, subject_variance
from evalharness.tasks.verification import count_scores
from tests.support.datasets import (
    examples,
    make_partition,
    make_samples,
    make_scores,
    per_group,
    pooled,
    reference,
    vendor,
)

Z = norm.ppf(0.975)


def example(key):
    return examples()[key]["inputs"], examples()[key]["expected"]


def audit(genuine, impostor, specs, kind=ScoreKind.SIMILARITY):
    """Each score is a comparison of samples of its own: mated first, then non-mated."""
    subjects = [k for i in range(len(genuine)) for k in (f"m{i}", f"m{i}")]
    subjects += [f"n{i}" for i in range(2 * len(impostor))]
    scores = [None if s is None else kind.to_similarity(s) for s in (*genuine, *impostor)]
    rows = [(2 * i, 2 * i + 1, score) for i, score in enumerate(scores)]
    counts = count_scores(make_samples(subjects), make_scores(rows), score_kind=kind)
    result = measure(counts, partitions=[], specs=specs, settings=MeasureSettings(level=0.95, min_subjects=3))
    rates = {(row.measure, row.operating_point): row for row in result.measures}
    return rates, {point.spec.name: point for point in result.operating_points}


@pytest.mark.parametrize("key", ["A1_rates_ge", "X4_wrong_denominators"])
def test_rates_at_a_threshold_that_equals_a_score(key):
    given = examples()[key]["inputs"]
    expected = examples()[key]["expected"].get("correct", examples()[key]["expected"])
    rows, _ = audit(given["genuine"], given["impostor"], [vendor(given["threshold"])])
    assert rows["fmr", "vendor"].value == pytest.approx(expected["FMR"], abs=1e-12)
    assert rows["fnmr", "vendor"].value == pytest.approx(expected["FNMR"], abs=1e-12)
    assert (rows["fmr", "vendor"].errors, rows["fnmr", "vendor"].errors) == (2, 1)
    assert (rows["fmr", "vendor"].trials, rows["fnmr", "vendor"].trials) == (20, 10)


def test_a2_the_other_tie_rule_is_the_next_threshold():
    given, expected = example("A2_rates_gt")
    rows, _ = audit(given["genuine"], given["impostor"], [vendor(math.nextafter(given["threshold"], 1))])
    assert (rows["fmr", "vendor"].value, rows["fnmr", "vendor"].value) == (expected["FMR"], expected["FNMR"])


def test_a3_distances_are_negated_not_subtracted_from_one():
    given, expected = example("A3_distance")
    rows, _ = audit(
        given["genuine_distance"], given["impostor_distance"], [vendor(given["threshold"])], ScoreKind.DISTANCE
    )
    assert (rows["fmr", "vendor"].value, rows["fnmr", "vendor"].value) == (expected["FMR"], expected["FNMR"])
    assert rows["fmr", "vendor"].threshold == given["threshold"]


def test_a4_both_rates_are_the_equal_error_rate_at_its_threshold_and_part_beside_it():
    given, expected = example("A4_eer_auc")
    at = expected["EER_threshold"]
    specs = [vendor(at), vendor(math.nextafter(at, 1), "above"), vendor(0.55, "below")]
    rows, _ = audit(given["genuine"], given["impostor"], specs)
    assert rows["fmr", "vendor"].value == rows["fnmr", "vendor"].value == expected["EER"]
    assert (rows["fmr", "above"].value, rows["fnmr", "above"].value) == (0.05, 0.2)
    assert (rows["fmr", "below"].value, rows["fnmr", "below"].value) == (0.15, 0.1)


def test_a5_target():
    given, expected = example("A5_threshold_target")
    rows, points = audit(given["genuine"], given["impostor"], [pooled("0.05")])
    assert points["pooled-all-0.05"].thresholds["all"] == expected["threshold"]
    assert points["pooled-all-0.05"].attained_fmr["all"] == expected["attained_FMR"]
    assert rows["fnmr", "pooled-all-0.05"].value == expected["FNMR"]


def test_a6_unattainable_target():
    given, expected = example("A6_threshold_unattainable")
    rows, points = audit(given["genuine"], given["impostor"], [pooled("0.01")])
    bound = zero_error_upper(given["n_impostor"], level=0.95)
    assert bound == pytest.approx(expected["upper95_one_sided_CP_if_independent"], abs=1e-9)
    assert repr(bound) in points["pooled-all-0.01"].unresolved["all"]
    assert rows["fmr", "pooled-all-0.01"].value is None
    strictest = threshold_allowing(np.array(given["impostor"]), 0)
    assert strictest == math.nextafter(expected["threshold_exclusive_lower_bound"], 1)
    assert np.mean(np.array(given["genuine"]) >= strictest) == expected["TMR_at_attained"]


def test_a7_and_x2_ties_do_not_overshoot():
    impostor = [0.70] * 5 + [0.69 - 0.005 * i for i in range(95)]
    expected = examples()["A7_threshold_ties"]["expected"]
    _, points = audit([], impostor, [pooled("0.03")])
    point = points["pooled-all-0.03"]
    assert point.attained_fmr["all"] == expected["correct_attained_FMR"]
    assert point.attained_fmr["all"] <= examples()["X2_nearest_fmr_overshoot"]["expected"]["correct_attained_FMR_max"]
    assert point.thresholds["all"] == math.nextafter(expected["correct_threshold_exclusive_lower_bound"], 1)


def test_a8_measured_rates_fulfil_the_identities_of_frr_and_far():
    """3 % of the attempts fail on both sides of the books; errors are counted among the completed ones."""
    given, expected = example("A8_generalised")
    attempts, other = 1000, 100_000
    lost, unseen = round(given["FTA"] * attempts), round(given["FTA"] * other)
    missed, false = (attempts - lost) * given["FNMR"], round((other - unseen) * given["FMR"])
    genuine = [None] * lost + [0.1] * round(missed) + [0.9] * (attempts - lost - round(missed))
    impostor = [None] * unseen + [0.9] * false + [0.1] * (other - unseen - false)
    first, second = (ends[:other] for ends in np.triu_indices(448, 1))
    rows = [(448 + 2 * i, 449 + 2 * i, score) for i, score in enumerate(genuine)]
    rows += list(zip(first.tolist(), second.tolist(), impostor, strict=True))
    subjects = [*range(448), *(f"m{i // 2}" for i in range(2 * attempts))]
    counts = count_scores(make_samples(subjects), make_scores(rows), score_kind=ScoreKind.SIMILARITY)
    result = measure(counts, partitions=[], specs=[vendor(0.5)], settings=MeasureSettings(level=0.95, min_subjects=3))
    fmr, far, fnmr, frr = (row for row in result.measures if row.operating_point)
    assert fmr.value == given["FMR"]
    assert (far.trials, far.value) == (other, pytest.approx(expected["FAR"], abs=1e-12))
    assert fmr.note == f"{unseen} comparisons not completed"
    assert frr.value == pytest.approx(given["FTA"] + (1 - given["FTA"]) * fnmr.value, abs=1e-12)


def test_a9_failures_count_in_frr_and_not_in_fnmr():
    given, expected = example("A9_fta_accounting")
    wrong, done, lost = given["false_non_matches"], given["completed"], given["fta"]
    genuine = [0.1] * wrong + [0.9] * (done - wrong) + [None] * lost
    rows, _ = audit(genuine, [0.2] * 3, [vendor(0.5)])
    assert rows["fnmr", "vendor"].value == expected["FNMR"]
    assert rows["frr", "vendor"].value == expected["FRR"]
    assert (rows["frr", "vendor"].errors, rows["frr", "vendor"].trials) == (wrong + lost, given["genuine_attempts"])


def test_c8_within_across_and_any():
    given, expected = example("C8_within_cross")
    labels, rows = [], []
    for cell, trials in given["comparisons"].items():
        for i in range(trials):
            rows.append((len(labels), len(labels) + 1, 1.0 if i < given["false_matches"][cell] else 0.0))
            labels += cell.split("-")
    samples, partition = make_samples(range(len(labels))), make_partition("g", labels)
    counts = count_scores(samples, make_scores(rows), score_kind=ScoreKind.SIMILARITY)
    result = measure(
        counts, partitions=[partition], specs=[vendor(0.5)], settings=MeasureSettings(level=0.95, min_subjects=3)
    )
    value = {(r.group, r.other_group): r.value for r in result.measures if r.measure == "fmr"}
    assert value["all", "all"] == pytest.approx(expected["pooled_FMR"])
    assert value["g=A", "g=B"] == pytest.approx(expected["cross_FMR"])
    for name in "AB":
        assert value[f"g={name}", f"g={name}"] == pytest.approx(expected["within_FMR"][name])
        assert value[f"g={name}", "all"] == pytest.approx(expected["any_impostor_FMR"][name])


def test_c9_four_policies_four_answers():
    given, expected = example("C9_threshold_modes")
    scores = [*given["impostor_A"], *given["impostor_B"]]
    partition = make_partition("g", ["A"] * 40 + ["B"] * 40)
    rows = [(2 * i, 2 * i + 1, score) for i, score in enumerate(scores)]
    counts = count_scores(make_samples(range(80)), make_scores(rows), score_kind=ScoreKind.SIMILARITY)
    specs = {
        "pooled_target": pooled("0.05"),
        "reference_group_A": reference("0.05", partition.groups[0]),
        "vendor_fixed_0_50": vendor(given["vendor_threshold"]),
        "per_group_what_if": per_group("0.05", "g"),
    }
    result = measure(
        counts, partitions=[partition], specs=list(specs.values()), settings=MeasureSettings(level=0.95, min_subjects=3)
    )
    for (policy, _), point in zip(specs.items(), result.operating_points, strict=True):
        within = {
            r.group: r for r in result.measures if r.operating_point == point.spec.name and r.group == r.other_group
        }
        for name in "AB":
            row = within[f"g={name}"]
            assert row.threshold == expected[policy][f"threshold_{name}"]
            assert row.value == expected[policy][f"FMR_{name}"]


@pytest.mark.parametrize("key", ["D1_fnmr_clustered", "D2_fnmr_unequal"])
def test_d1_d2_the_uncorrected_core_of_fnmr(key):
    given, expected = example(key)
    trials, errors = np.array(given["comparisons_per_subject"]), np.array(given["errors_per_subject"])
    value, total = errors.sum() / trials.sum(), int(trials.sum())
    core = subject_variance(trials, errors)
    naive = value * (1 - value) / total
    assert core.variance == pytest.approx(expected["variance_plugin"], abs=1e-8)
    assert naive == pytest.approx(expected["variance_naive"], abs=1e-8)
    assert core.variance / naive == pytest.approx(expected["design_effect"], abs=1e-8)
    n = value * (1 - value) / core.variance
    assert n == pytest.approx(expected["n_eff"], abs=1e-7)
    assert min(n, total) == pytest.approx(expected["n_eff_capped_at_n"], abs=1e-7)
    for trials_used, limits in ((n, "wilson95_plugin_neff"), (total, "wilson95_naive")):
        found = wilson(value, trials_used, quantile=Z)
        assert [found.lower, found.upper] == pytest.approx(expected[limits], abs=1e-8)
    subject = np.repeat(np.arange(len(trials)), trials)
    wrong = np.concatenate([np.arange(m) < e for m, e in zip(trials, errors, strict=True)])
    guarded = rate_of(subject_evidence(subject, wrong), IntervalSettings(0.95, 3))
    assert guarded.effective_trials <= total
    assert guarded.interval.lower < expected["wilson95_naive"][0]
    assert guarded.interval.upper > expected["wilson95_naive"][1]


def test_d3_one_wolf():
    given, expected = example("D3_fmr_wolf")
    first, second = (np.array(side) for side in zip(*given["false_matching_pairs"], strict=True))
    dyads = AllPairsDyads(np.array([1]), np.ones((1, given["identities"]), dtype=np.int64))
    core = dyad_variance(dyads, first, second)
    assert dyads.total == given["pairs_total"]
    assert core.own * dyads.total**2 == pytest.approx(expected["sum_squares_pairs"])
    assert core.covariance * dyads.total**2 == pytest.approx(expected["sum_covariance_terms"])
    assert core.variance == pytest.approx(expected["variance_plugin"], abs=1e-8)
    n = expected["FMR"] * (1 - expected["FMR"]) / core.variance
    assert n == pytest.approx(expected["n_eff"])
    found = wilson(expected["FMR"], n, quantile=Z)
    assert [found.lower, found.upper] == pytest.approx(expected["wilson95_neff"], abs=1e-8)


def test_d6_no_error():
    given, expected = example("D6_zero_errors")
    pairs, subjects = given["pairs"], given["identities"]
    assert zero_error_upper(pairs, level=0.95) == pytest.approx(expected["CP_one_sided95"], abs=1e-8)
    assert clopper_pearson(0, pairs, level=0.95).upper == pytest.approx(expected["CP_two_sided95_upper"], abs=1e-8)
    assert wilson(0.0, pairs, quantile=Z).upper == pytest.approx(expected["wilson95_upper_pairs"], abs=1e-8)
    assert wilson(0.0, 30, quantile=Z).upper == pytest.approx(expected["wilson95_upper_neff_G_over_2"], abs=1e-8)
    scores = [(i, j, 0.0) for i in range(subjects) for j in range(i + 1, subjects)]
    samples = make_samples(range(subjects))
    counts = count_scores(samples, make_scores(scores), score_kind=ScoreKind.SIMILARITY, comparisons="all-pairs")
    row = measure(
        counts, partitions=[], specs=[vendor(0.5)], settings=MeasureSettings(level=0.95, min_subjects=3)
    ).measures[0]
    assert (row.errors, row.trials, row.value, row.lower) == (0, pairs, 0.0, 0.0)
    assert row.upper == pytest.approx(expected["CP_one_sided95_neff_G_over_2"], abs=1e-8)
    assert row.effective_trials == expected["subjects_disjoint_pairs_bound_n"]
    assert float(row.note.removeprefix("optimistic upper ")) == pytest.approx(expected["CP_one_sided95"], abs=1e-8)


def test_c3_one_sided_limits():
    expected = examples()["C3_zero_rates"]["expected"]
    assert zero_error_upper(5000, level=0.95) == pytest.approx(expected["group0_upper95_one_sided_CP"], abs=1e-10)
    lower = clopper_pearson(2, 5000, level=0.90).lower
    assert lower == pytest.approx(expected["max_lower95_one_sided_CP"], abs=1e-10)


def test_x1_no_false_match_needs_a_threshold_above_the_top_score():
    given, expected = example("X1_zero_fmr_unattainable")
    threshold = threshold_allowing(np.array(given["impostor"]), 0)
    rows, _ = audit(given["genuine"], given["impostor"], [vendor(threshold)])
    assert rows["fmr", "vendor"].value == 0.0
    assert rows["fnmr", "vendor"].value == expected["correct_FNMR_at_FMR_0"]


def test_x3_value_and_variance_follow_one_tie_rule():
    given, expected = example("X3_tie_inconsistency")
    scores = [s for subject in given["genuine_per_subject"] for s in subject]
    rows, _ = audit(scores, [0.1], [vendor(given["threshold"]), vendor(math.nextafter(0.5, 1), "above")])
    assert rows["fnmr", "vendor"].value == expected["FNMR_rule_ge"]
    assert (rows["fnmr", "vendor"].lower, rows["fnmr", "vendor"].errors) == (0.0, 0)
    assert rows["fnmr", "above"].value == expected["FNMR_rule_gt"]


def test_the_copy_of_the_examples_is_whole():
    kinds = Counter(key[0] for key in examples())
    assert (kinds["A"], kinds["X"]) == (9, 5)
