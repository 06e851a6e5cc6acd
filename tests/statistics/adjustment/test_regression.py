import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from statsmodels.genmod.cov_struct import Independence
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_estimating_equations import GEE

from evalharness.statistics.adjustment import regression
from tests.support.adjusting import adjust, mated_run
from tests.support.datasets import make_partition


def confounded(seed=3, subjects=300, comparisons=4):
    """Groups a, b and covariates x, y; errors depend on the covariate, on the subject, and not on the group."""
    rng = np.random.default_rng(seed)
    cells = []
    for k in range(subjects):
        group = "ab"[k % 2]
        label = "y" if rng.random() < (0.2 if group == "a" else 0.6) else "x"
        rate = 1 / (1 + math.exp(-(-2.5 + 1.5 * (label == "y") + 0.7 * rng.normal())))
        cells.append((group, label, comparisons, int(rng.binomial(comparisons, rate))))
    return mated_run(cells, comparisons=comparisons), cells


def outside(cells, comparisons=4):
    """Design, errors and clusters for the outside libraries."""
    rows = [(g == "b", c == "y", k < e, i) for i, (g, c, n, e) in enumerate(cells) for k in range(n)]
    table = np.array(rows, dtype=float)
    return table[:, :2], table[:, 2], table[:, 3]


def test_rates_are_those_of_scikit_learn_averaged_over_the_sample():
    (counts, groups, covariate), cells = confounded()
    rows = adjust(counts, groups, [covariate])
    columns, wrong, _ = outside(cells)
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(columns, wrong)
    expected = []
    for g in (0, 1):
        asked = columns.copy()
        asked[:, 0] = g
        expected.append(model.predict_proba(asked)[:, 1].mean())
    found = [rows["fnmr", "regression", f"g={x}"] for x in "ab"]
    assert [row.adjusted for row in found] == pytest.approx(expected, abs=1e-6)
    assert found[1].adjusted_ratio == pytest.approx(expected[1] / expected[0], rel=1e-5)
    assert found[1].crude_ratio > found[1].adjusted_ratio
    assert found[1].ratio_lower < 1 < found[1].ratio_upper
    assert (found[0].adjusted_ratio, found[0].ratio_lower) == (1.0, None)


def test_limits_agree_with_generalised_estimating_equations():
    (counts, groups, covariate), cells = confounded()
    rows = adjust(counts, groups, [covariate])
    columns, wrong, subject = outside(cells)
    x = np.column_stack([np.ones(len(columns)), columns])
    fit = GEE(wrong, x, groups=subject, family=Binomial(), cov_struct=Independence()).fit()
    margins = []
    for g in (0, 1):
        asked = x.copy()
        asked[:, 1] = g
        p = 1 / (1 + np.exp(-asked @ fit.params))
        margins.append((p.mean(), (p * (1 - p)) @ asked / len(asked)))
    (pa, ga), (pb, gb) = margins
    gradient = gb / pb - ga / pa
    half = 1.968 * math.sqrt(gradient @ fit.cov_robust @ gradient)  # Student's quantile with 299 degrees
    row = rows["fnmr", "regression", "g=b"]
    assert math.log(row.ratio_upper / row.adjusted_ratio) == pytest.approx(half, rel=0.02)
    assert math.log(row.adjusted_ratio / row.ratio_lower) == pytest.approx(half, rel=0.02)
    spread = 1.968 * math.sqrt(gb @ fit.cov_robust @ gb) / (pb * (1 - pb))
    logits = [math.log(v / (1 - v)) for v in (row.lower, row.adjusted, row.upper)]
    assert (logits[2] - logits[1], logits[1] - logits[0]) == pytest.approx((spread, spread), rel=0.02)


def test_subjects_that_repeat_themselves_widen_the_limits():
    rng = np.random.default_rng(5)
    cells = []
    for k in range(120):
        label = "xy"[int(rng.integers(2))]
        cells.append(("ab"[k % 2], label, 6, 6 if rng.random() < (0.2 if label == "x" else 0.4) else 0))
    clustered = adjust(*_parts(mated_run(cells, comparisons=6)))["fnmr", "regression", "g=b"]
    alone = adjust(*_parts(mated_run(cells, comparisons=1)))["fnmr", "regression", "g=b"]
    assert clustered.adjusted == pytest.approx(alone.adjusted)
    widths = [math.log(row.ratio_upper / row.ratio_lower) for row in (clustered, alone)]
    assert widths[0] / widths[1] == pytest.approx(math.sqrt(6), rel=0.1)


def _parts(run):
    counts, groups, covariate = run
    return counts, groups, [covariate]


def test_a_target_moves_the_rates_and_not_the_odds():
    (counts, groups, covariate), _ = confounded()
    easy, hard = (
        adjust(counts, groups, [covariate], {"c": {"x": 1 - y, "y": y}})["fnmr", "regression", "g=b"]
        for y in (0.1, 0.9)
    )
    assert easy.adjusted < hard.adjusted
    assert easy.crude == hard.crude


def test_comparisons_across_groups_are_counted_in_the_note():
    cells = [("a", "x", 100, 20), ("a", "y", 100, 20), ("b", "x", 100, 40), ("b", "y", 100, 40)]
    counts, groups, covariate = mated_run(cells)
    other = groups.group_of.copy()
    other[[1, 3, 401]] = 1 - other[[1, 3, 401]]  # of three comparisons the second sample
    rows = adjust(counts, replace(groups, group_of=other), [covariate])
    for name in "ab":
        row = rows["fnmr", "regression", f"g={name}"]
        assert "3 comparisons with a sample of another group are not in the regression" in row.note
        assert "another group" not in adjust(counts, groups, [covariate])["fnmr", "regression", f"g={name}"].note


def test_without_confounding_the_model_gives_the_crude_rates():
    cells = [("a", "x", 100, 20), ("a", "y", 100, 20), ("b", "x", 100, 40), ("b", "y", 100, 40)]
    rows = adjust(*_parts(mated_run(cells)))
    for name in "ab":
        row = rows["fnmr", "regression", f"g={name}"]
        assert row.adjusted == pytest.approx(row.crude, abs=1e-8)
    assert rows["fnmr", "regression", "g=b"].adjusted_ratio == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([("a", "x", 20, 1), ("b", "x", 20, 2)], "3 errors (or non-errors) for 2 coefficients; 10 are needed"),
        ([("a", "x", 100, 40), ("b", "y", 100, 40)], "cannot be told apart"),
        (
            [("a", "x", 100, 30), ("a", "y", 40, 40), ("b", "x", 100, 30), ("b", "y", 40, 40)],
            "separate errors from non-errors",
        ),
        ([("a", "x", 100, 40), ("b", "x", 100, 0)], "needs the reference and another group"),
    ],
)
def test_what_cannot_be_fitted_says_why(cells, reason):
    rows = adjust(*_parts(mated_run(cells)))
    row = rows["fnmr", "regression", "g=a"]
    assert (row.adjusted, row.lower, row.adjusted_ratio) == (None, None, None)
    assert reason in row.note
    assert row.crude is not None


def test_a_separation_that_no_single_label_shows_is_found():
    # every label has errors and non-errors, and yet a + y never fails to separate: b with x is without an error
    cells = [("a", "x", 60, 30), ("a", "y", 60, 60), ("b", "x", 60, 0), ("b", "y", 60, 30)]
    row = adjust(*_parts(mated_run(cells)))["fnmr", "regression", "g=a"]
    assert "separate errors from non-errors" in row.note


def test_few_subjects_are_a_reason():
    cells = [("a", "x", 40, 20), ("b", "x", 40, 20)]
    row = adjust(*_parts(mated_run(cells, comparisons=10)))["fnmr", "regression", "g=a"]
    assert "8 subjects for 2 coefficients; 10 are needed" in row.note


def test_groups_that_cannot_be_fitted_leave_the_others_in():
    cells = [("a", "x", 100, 30), ("b", "x", 100, 20), ("c", "x", 50, 0), ("d", "x", 2, 1)]
    rows = adjust(*_parts(mated_run(cells)))
    assert rows["fnmr", "regression", "g=b"].adjusted == pytest.approx(0.2)
    assert "without an error" in rows["fnmr", "regression", "g=c"].note
    assert "2 subjects are too few" in rows["fnmr", "regression", "g=d"].note


def test_without_statsmodels_the_rows_say_what_to_install(monkeypatch):
    monkeypatch.setattr(regression, "find_spec", lambda _: None)
    rows = adjust(*_parts(mated_run([("a", "x", 100, 30), ("b", "x", 100, 20)])))
    row = rows["fnmr", "regression", "g=b"]
    assert "pip install 'evalharness[stats]'" in row.note
    assert rows["fnmr", "standardised", "g=b"].adjusted == pytest.approx(0.2)


def test_comparisons_across_groups_take_no_part():
    counts, groups, covariate = mated_run([("a", "x", 100, 30), ("b", "x", 100, 20)])
    labels = [groups.groups[g].values[0][1] for g in groups.group_of]
    labels[1] = "b"  # the second sample of the first subject, whose comparison is an error
    rows = adjust(counts, make_partition("g", labels), [covariate])
    assert rows["fnmr", "regression", "g=a"].adjusted == pytest.approx(29 / 99)
    assert rows["fnmr", "regression", "g=b"].adjusted == pytest.approx(0.2)
    assert rows["fnmr", "standardised", "g=b"].crude == pytest.approx(21 / 101)
