"""The twin's truth against quadrature, against a large simulation and against a plain second implementation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.errors import InputError
from evalharness.synthetic.scores import TwinGroup, TwinSpec, draw_scores, threshold_for, truth

SPEC = TwinSpec(
    groups=(
        TwinGroup(name="x", subjects=7, captures=3, mated_mean=2.5, non_mated_mean=0.2, non_mated_effect=0.7),
        TwinGroup(name="y", subjects=4, captures=2, mated_mean=2.0, mated_effect=0.9),
        TwinGroup(name="z", subjects=1, captures=4, mated_noise=1.1),
    )
)


def normal_cdf(values):
    """By integrating the density: no library's distribution function."""
    grid = np.linspace(-12, 12, 480_001)
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    return np.interp(
        values, grid, np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2)]) * (grid[1] - grid[0])
    )


def nodes():
    points, weights = np.polynomial.hermite_e.hermegauss(80)
    return points, weights / weights.sum()


@pytest.mark.parametrize("threshold", [0.8, 1.5, 2.2])
def test_fnmr_is_the_mean_over_subjects_of_each_subjects_own_rate(threshold):
    points, weights = nodes()
    for group in SPEC.groups:
        own = normal_cdf((threshold - group.mated_mean - group.mated_effect * points) / group.mated_noise)
        assert truth(SPEC, threshold).fnmr[group.name] == pytest.approx(weights @ own, rel=1e-4)


@pytest.mark.parametrize("threshold", [0.8, 1.5, 2.2])
def test_fmr_is_the_mean_over_both_subjects(threshold):
    points, weights = nodes()
    rates = truth(SPEC, threshold).fmr
    for g in SPEC.groups:
        for h in SPEC.groups:
            mean = (g.non_mated_mean + h.non_mated_mean) / 2 - (SPEC.apart if g.name != h.name else 0)
            shift = mean + g.non_mated_effect * points[:, None] + h.non_mated_effect * points[None, :]
            own = normal_cdf((shift - threshold) / SPEC.non_mated_noise)
            assert rates[g.name, h.name] == pytest.approx(weights @ own @ weights, rel=1e-4)
            assert rates[g.name, h.name] == rates[h.name, g.name]


def test_truth_agrees_with_a_large_simulation():
    """To half a percent relative, or three standard errors between draws where those are wider."""
    spec = TwinSpec(
        groups=(
            TwinGroup(name="x", subjects=60, captures=2, mated_mean=1.0),
            TwinGroup(name="y", subjects=30, captures=2),
        )
    )
    rng, known = np.random.default_rng(5), truth(spec, 0.5)
    found = []
    for _ in range(150):
        draw = draw_scores(spec, rng=rng)
        group = draw.subject_group[draw.sample_subject]
        above = draw.scores >= 0.5
        a, b, other = group[draw.probe], group[draw.reference], ~draw.mated
        cells = [other & (a == 0) & (b == 0), other & (a == 1) & (b == 1), other & (a != b), other, draw.mated]
        found.append([above[cell].mean() for cell in cells] + [1 - above[draw.mated & (a == 0)].mean()])
    mean, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(len(found))
    fmr = known.fmr
    expected = [fmr["x", "x"], fmr["y", "y"], fmr["x", "y"], known.pooled_fmr, 1 - known.pooled_fnmr, known.fnmr["x"]]

    assert np.all(np.abs(mean - expected) < np.maximum(0.005 * np.array(expected), 3 * error))
    assert np.all(error < 0.02 * np.array(expected))  # or the comparison could not fail


def test_pairs_labels_and_order():
    draw = draw_scores(SPEC, rng=np.random.default_rng(1))
    subjects = draw.sample_subject

    assert (
        subjects.tolist()
        == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3 + [4] * 3 + [5] * 3 + [6] * 3 + [7, 7, 8, 8, 9, 9, 10, 10] + [11] * 4
    )
    assert draw.subject_group.tolist() == [0] * 7 + [1] * 4 + [2]
    assert len(draw.scores) == 33 * 32 // 2
    assert np.array_equal(draw.mated, subjects[draw.probe] == subjects[draw.reference])
    assert int(draw.mated.sum()) == 7 * 3 + 4 * 1 + 6
    assert np.all(draw.probe < draw.reference)
    assert not draw.scores.flags.writeable


def test_pooled_rates_weigh_the_cells_by_their_comparisons():
    known = truth(SPEC, 1.5)
    mated = {"x": 21, "y": 4, "z": 6}
    cells = {("x", "x"): 21 * 9, ("y", "y"): 6 * 4, ("x", "y"): 21 * 8, ("x", "z"): 21 * 4, ("y", "z"): 8 * 4}

    assert known.pooled_fnmr == pytest.approx(sum(known.fnmr[g] * n for g, n in mated.items()) / 31)
    assert known.pooled_fmr == pytest.approx(sum(known.fmr[c] * n for c, n in cells.items()) / sum(cells.values()))


def test_a_design_without_comparisons_has_no_pooled_rate():
    known = truth(TwinSpec(groups=(TwinGroup(name="x", subjects=1, captures=1),)), 1.0)

    assert (known.pooled_fmr, known.pooled_fnmr) == (None, None)
    assert 0 < known.fmr["x", "x"] < 1


def test_scores_of_one_subject_share_its_effect():
    spec = TwinSpec(groups=(TwinGroup(name="x", subjects=300, captures=3, mated_effect=1.0, mated_noise=0.5),))
    draw = draw_scores(spec, rng=np.random.default_rng(2))
    own = draw.scores[draw.mated].reshape(300, 3)

    # Correlation of two mated scores of a subject: 1 / (1 + 0.25) = 0.8.
    assert np.corrcoef(own[:, 0], own[:, 1])[0, 1] == pytest.approx(0.8, abs=0.07)


def test_same_state_same_draw_and_listed_scores():
    first, second = (draw_scores(SPEC, rng=np.random.default_rng(9)) for _ in range(2))

    assert np.array_equal(first.scores, second.scores)
    assert np.array_equal(first.listed().scores, first.scores)
    assert first.listed().completed.all()


@given(fmr=st.floats(1e-9, 0.999), group=st.sampled_from(["x", "y", "z"]))
def test_threshold_for_inverts_the_truth(fmr, group):
    assert truth(SPEC, threshold_for(SPEC, fmr, group=group)).fmr[group, group] == pytest.approx(fmr, rel=1e-6)


def test_every_fault_of_a_population_is_listed():
    with pytest.raises(InputError) as caught:
        TwinSpec(
            groups=(TwinGroup(name="x", subjects=0), TwinGroup(name="x", subjects=1, mated_effect=0, mated_noise=0)),
            non_mated_noise=0.0,
        )
    assert [text.split(":")[0] for text in caught.value.faults] == [
        "groups",
        "group 'x'",
        "group 'x'",
        "non_mated_noise must be finite and above 0, apart finite",
    ]
    with pytest.raises(InputError, match="more than 20000000 comparisons"):
        TwinSpec(groups=(TwinGroup(name="x", subjects=6_400, captures=1),))
    with pytest.raises(InputError, match="found none"):
        TwinSpec(groups=())
    with pytest.raises(InputError, match="means must be finite"):
        TwinSpec(groups=(TwinGroup(name="x", subjects=2, mated_mean=float("nan")),))


@pytest.mark.parametrize(("group", "fmr"), [("w", 0.1), ("x", 0.0), ("x", 1.0)])
def test_threshold_for_refuses_what_it_cannot_know(group, fmr):
    with pytest.raises(InputError, match="expected one of"):
        threshold_for(SPEC, fmr, group=group)
