"""The statistics against a truth: score twins whose population rates are known in closed form."""

import numpy as np
import pytest

from evalharness.records import Group, OperatingPointSpec, Partition, Policy, Sample, Samples, ScoreKind
from evalharness.statistics import MeasureSettings, measure
from evalharness.synthetic.scores import TwinGroup, TwinSpec, draw_scores, truth
from evalharness.tasks.verification import count_scores

SPEC = TwinSpec(groups=(TwinGroup(name="a", subjects=60), TwinGroup(name="b", subjects=40, non_mated_mean=0.3)))
THRESHOLD = 2.0
DRAWS = 200


@pytest.fixture(scope="module")
def measured() -> dict[tuple[str, str, str], np.ndarray]:
    """For every cell: value, lower and upper of each draw, shape (draws, 3)."""
    found: dict[tuple[str, str, str], list[tuple[float, float, float]]] = {}
    spec = OperatingPointSpec("fixed", Policy.VENDOR, threshold=THRESHOLD)
    for seed in range(DRAWS):
        draw = draw_scores(SPEC, rng=np.random.default_rng(seed))
        rows = [Sample(str(i), str(i), str(s), "0" * 64, {}) for i, s in enumerate(draw.sample_subject.tolist())]
        samples = Samples.of(rows)
        names = tuple(Group((("group", group.name),)) for group in SPEC.groups)
        partition = Partition(("group",), names, draw.subject_group[draw.sample_subject])
        counts = count_scores(samples, draw.listed(), score_kind=ScoreKind.SIMILARITY, comparisons="all-pairs")
        result = measure(
            counts, partitions=[partition], specs=[spec], settings=MeasureSettings(level=0.95, min_subjects=3)
        )
        for row in result.measures:
            if row.value is not None and row.lower is not None and row.upper is not None:
                key = (row.measure, row.group, row.other_group)
                found.setdefault(key, []).append((row.value, row.lower, row.upper))
    return {key: np.array(values) for key, values in found.items()}


def known() -> dict[tuple[str, str, str], float]:
    rates = truth(SPEC, THRESHOLD)
    return {
        ("fmr", "group=a", "group=a"): rates.fmr["a", "a"],
        ("fmr", "group=b", "group=b"): rates.fmr["b", "b"],
        ("fmr", "group=a", "group=b"): rates.fmr["a", "b"],
        ("fmr", "all", "all"): rates.pooled_fmr,
        ("fnmr", "group=a", ""): rates.fnmr["a"],
        ("fnmr", "group=b", ""): rates.fnmr["b"],
    }


@pytest.mark.parametrize("cell", list(known()), ids=lambda cell: " ".join(cell).strip())
def test_the_mean_of_many_draws_is_the_population_rate(
    measured: dict[tuple[str, str, str], np.ndarray], cell: tuple[str, str, str]
) -> None:
    values = measured[cell][:, 0]
    standard_error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - known()[cell]) < 4 * standard_error
    assert standard_error < 0.1 * known()[cell]  # or the line above would prove nothing


@pytest.mark.parametrize("cell", list(known()), ids=lambda cell: " ".join(cell).strip())
def test_intervals_hold_the_population_rate_about_as_often_as_they_say(
    measured: dict[tuple[str, str, str], np.ndarray], cell: tuple[str, str, str]
) -> None:
    values = measured[cell]
    assert len(values) == DRAWS
    held = np.mean((values[:, 1] <= known()[cell]) & (known()[cell] <= values[:, 2]))
    assert 0.88 <= held <= 1  # 0.95 less three standard errors of 200 draws, and some small-sample loss
    naive = 1.96 * np.sqrt(known()[cell] * (1 - known()[cell]) / 20_000)
    assert (values[:, 2] - values[:, 1]).mean() > 2 * naive  # wider than pairs taken as independent
