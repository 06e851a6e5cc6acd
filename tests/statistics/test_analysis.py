"""``analyse``: every statistic of a run, consistent with the rates and independent of what else was asked for."""

import dataclasses

import numpy as np
import pytest

from evalharness.records import Group, Policy
from evalharness.statistics import AnalysisSettings, GroupSettings, MeasureSettings, analyse, restrict
from evalharness.statistics.analysis import ALL_SUBJECTS
from evalharness.synthetic.scores import TwinGroup
from tests.support.datasets import make_partition, per_group, pooled, reference, vendor
from tests.support.scoreruns import streamed, twin_run

GROUPS = (
    TwinGroup(name="a", subjects=20, captures=3),
    TwinGroup(name="b", subjects=16, captures=3, non_mated_mean=0.6),
    TwinGroup(name="c", subjects=3, captures=3),
)
SPECS = [vendor(1.5), reference("0.1", Group((("g", "a"),))), per_group("0.1", "g"), pooled("0.05")]
COUNTS, BY_GROUP, _ = twin_run(GROUPS)
BY_HALF = make_partition("h", ["odd" if s % 2 else "even" for s in COUNTS.subject_of.tolist()])
SIMILARITY_OF = make_partition("pose", [("front", "left", "right")[i % 3] for i in range(COUNTS.samples)])


def settings(*, covariates=(), references=("g=a",), **changes) -> AnalysisSettings:
    rates = {"level": 0.95, "min_subjects": 5, "seed": 4, "replicates": 50} | changes
    groups = GroupSettings(level=0.95, simulations=200, references=references, equivalence_ratio=1.5)
    return AnalysisSettings(rates=MeasureSettings(**rates), groups=groups, covariates=covariates)


def analysed(given: AnalysisSettings | None = None, *, partitions=(BY_GROUP, BY_HALF), specs=SPECS):
    return analyse(COUNTS, partitions=partitions, specs=specs, settings=given or settings())


@pytest.fixture(scope="module")
def found():
    return analysed()


def rates_of(found, measure_id: str, point: str, partition: str) -> dict[str, float]:
    """The rates of the groups that have an interval, from the rows of the rates."""
    names = {group.id for each in (BY_GROUP, BY_HALF) if each.id == partition for group in each.groups}
    return {
        row.group: row.errors / row.trials
        for row in found.measurements.measures
        if (row.measure, row.operating_point) == (measure_id, point)
        and row.group in names
        and row.other_group in ("", row.group)
        and row.lower is not None
    }


FORMULAS = {
    "max_min": lambda x: x.max() / x.min(),
    "max_geomean": lambda x: x.max() / np.prod(x) ** (1 / len(x)),
    "max_mean": lambda x: x.max() / x.mean(),
    "difference": lambda x: x.max() - x.min(),
    "gini_raw": lambda x: np.abs(x[:, None] - x).sum() / (2 * len(x) ** 2 * x.mean()),
    "gini_corrected": lambda x: np.abs(x[:, None] - x).sum() / (2 * len(x) * (len(x) - 1) * x.mean()),
}


def test_differentials_are_the_plain_formulas_of_the_measured_rates(found) -> None:
    checked = set()
    for row in found.differentials:
        rate, _, name = row.measure.partition(".")
        if name not in FORMULAS or row.value is None:
            continue
        rates = rates_of(found, rate, row.operating_point, row.partition)
        assert row.groups == tuple(rates)
        assert row.value == pytest.approx(FORMULAS[name](np.array(list(rates.values()))), rel=1e-12)
        checked.add((rate, name, row.operating_point, row.partition))
    assert {(rate, name) for rate, name, _, _ in checked} >= {("fmr", name) for name in FORMULAS}
    assert {(point, partition) for _, _, point, partition in checked} >= {
        ("vendor", "g"), ("vendor", "h"), ("reference-0.1", "g"), ("pooled-all-0.05", "h"),
    }  # fmt: skip


def test_blends_are_of_fmr_and_fnmr_of_one_point_and_partition(found) -> None:
    rows = [row for row in found.differentials if row.measure == "fairness_discrepancy_rate"]
    assert {(row.operating_point, row.partition) for row in rows} == {
        (point, partition) for point in ("vendor", "reference-0.1", "pooled-all-0.05") for partition in ("g", "h")
    }
    for row in rows:
        fmr, fnmr = (
            np.array(list(rates_of(found, rate, row.operating_point, row.partition).values()))
            for rate in ("fmr", "fnmr")
        )
        assert row.value == pytest.approx(1 - 0.5 * np.ptp(fmr) - 0.5 * np.ptp(fnmr))


def test_small_groups_are_left_out_everywhere_with_the_reason(found) -> None:
    for row in found.differentials:
        if row.partition == "g" and row.operating_point:  # FTA is known of nobody
            assert "g=c" not in row.groups
            assert [left.group for left in row.left_out] == ["g=c"]
            assert "fewer than 5 subjects" in row.left_out[0].reason
    assert {row.group for row in found.group_estimates if row.partition == "g"} == {"g=a", "g=b"}


def test_thresholds_per_group_make_no_differential_of_fmr(found) -> None:
    point = SPECS[2].name
    assert SPECS[2].policy is Policy.PER_GROUP
    over = [*found.differentials, *found.group_estimates, *found.worst_groups, *found.tests]
    measured = {row.measure.partition(".")[0] for row in over if row.operating_point == point}
    assert {"fnmr", "frr"} <= measured
    assert "fmr" not in measured
    assert not {"garbe", "inequity_rate", "fairness_discrepancy_rate"} & measured
    assert {row.partition for row in over if row.operating_point == point} == {"g"}


def test_ratios_are_to_the_references_of_each_partition(found) -> None:
    ratios = [row for row in found.differentials if row.measure == "fmr.ratio_to_reference"]
    assert {(row.partition, row.reference, row.group) for row in ratios} == {("g", "g=a", "g=b")}
    two = analysed(settings(references=("h=odd", "g=b")))
    ratios = [row for row in two.differentials if row.measure == "fmr.ratio_to_reference"]
    assert {(row.partition, row.reference, row.group) for row in ratios} == {
        ("g", "g=b", "g=a"), ("h", "h=odd", "h=even"),
    }  # fmt: skip
    shifts = {(row.partition, row.group, row.reference) for row in two.score_shifts}
    assert ("h", "h=even", "h=odd") in shifts
    assert ("g", "g=a", "g=b") in shifts


def test_the_worst_group_is_the_highest_rate_and_has_split_halves(found) -> None:
    assert len(found.worst_groups) > 10
    for row in found.worst_groups:
        rates = rates_of(found, row.measure, row.operating_point, row.partition)
        if row.value is None:
            assert not any(rates.values())
            continue
        assert row.value == max(rates.values())
        assert row.group == max(rates, key=rates.get)
        assert row.lower <= row.value <= row.upper
        assert 0 <= row.split_agreement <= 1
        assert "random halves" in row.note


def test_tests_are_of_all_groups_then_of_pairs(found) -> None:
    rows = [row for row in found.tests if (row.measure, row.operating_point, row.partition) == ("fmr", "vendor", "g")]
    assert [(row.test, row.group, row.other_group) for row in rows] == [
        ("equal_rates", "", ""), ("two_groups", "g=a", "g=b"), ("equivalence", "g=a", "g=b"),
    ]  # fmt: skip
    rates = rates_of(found, "fmr", "vendor", "g")
    assert rows[1].estimate == pytest.approx(rates["g=a"] / rates["g=b"])


def test_curves_are_of_all_and_of_every_group_of_every_partition(found) -> None:
    curves = [(row.partition, row.group) for row in found.curves]
    assert curves == [("", "all"), ("g", "g=a"), ("g", "g=b"), ("g", "g=c"), ("h", "h=even"), ("h", "h=odd")]


def test_the_tail_of_score_shifts_is_that_of_the_strictest_target(found) -> None:
    assert {row.tail_share for row in found.score_shifts if row.kind == "non-mated"} == {0.05}
    bare = analysed(partitions=[BY_GROUP], specs=[vendor(1.5)])
    assert {row.tail_share for row in bare.score_shifts if row.kind == "non-mated"} == {0.01}


def without(found, *names: str):
    return {
        field.name: getattr(found, field.name)
        for field in dataclasses.fields(found)
        if field.name not in ("measurements", *names)
    } | {"measures": found.measurements.measures}


def test_adjustment_changes_nothing_else_and_leaves_its_own_partition_out(found) -> None:
    asked = analysed(settings(covariates=(SIMILARITY_OF, BY_HALF)))
    assert without(asked, "adjusted") == without(found, "adjusted")
    assert found.adjusted == ()
    assert {(row.partition, row.covariates) for row in asked.adjusted} == {
        ("g", ("pose", "h")), ("h", ("pose",)),
    }  # fmt: skip
    assert {row.operating_point for row in asked.adjusted} == {
        s.name for s in SPECS if s.policy is not Policy.PER_GROUP
    }
    own = analysed(settings(covariates=(BY_HALF,)), partitions=[BY_HALF], specs=SPECS[:1])
    assert own.adjusted == ()
    for row in asked.adjusted:
        if row.measure == "fnmr" and row.group in ("g=a", "g=b"):
            assert row.crude == pytest.approx(rates_of(asked, "fnmr", row.operating_point, "g")[row.group])


def test_the_same_seed_gives_the_same_and_another_seed_other_draws(found) -> None:
    assert without(analysed()) == without(found)
    other = analysed(settings(seed=5))
    assert other.worst_groups != found.worst_groups
    assert [row.value for row in other.differentials] == [row.value for row in found.differentials]


def test_what_else_is_asked_for_changes_no_draw(found) -> None:
    """Fewer points and partitions give the same rows, for the draws of each statistic are its own."""
    for partitions, specs in (([BY_HALF], SPECS[:1]), ([BY_GROUP, BY_HALF], SPECS[:2])):
        fewer = analysed(settings(replicates=0), partitions=partitions, specs=specs)
        more = analysed(settings(replicates=0))
        wanted = {(spec.name, each.id) for spec in specs for each in partitions}
        for name in ("differentials", "worst_groups", "tests"):
            rows = [row for row in getattr(more, name) if (row.operating_point, row.partition) in wanted]
            assert [row for row in getattr(fewer, name) if row.operating_point] == rows, name


def test_calibration_subjects_are_measured_nowhere() -> None:
    mask = COUNTS.subject_of[np.flatnonzero(np.diff(COUNTS.subject_of, prepend=-1))] % 3 == 0
    found = analysed(settings(calibration=mask))
    pooled_point = found.measurements.operating_points[-1]
    assert pooled_point.subjects["all"] == int(mask.sum())
    frr = [row for row in found.measurements.measures if row.measure == "frr" and row.group == "all"]
    assert {row.subjects for row in frr} == {int((~mask).sum())}
    ends = np.isin(COUNTS.subject_of[COUNTS.mated.probe], np.flatnonzero(~mask))
    assert {row.trials for row in frr} == {int(ends.sum())}


def test_curves_and_shifts_are_of_the_subjects_that_are_measured_where_scores_are_all_kept() -> None:
    mask = np.arange(COUNTS.subjects) % 3 == 0
    kept, whole = (analysed(settings(calibration=mask)), analysed(settings()))
    alone = analyse(restrict(COUNTS, ~mask), partitions=[BY_GROUP, BY_HALF], specs=SPECS, settings=settings())
    assert kept.curves == alone.curves != whole.curves
    assert kept.score_shifts == alone.score_shifts
    cut = streamed(COUNTS, BY_GROUP, cut=0.5, bins=100, low=-4.0, high=8.0)
    given = settings(calibration=mask)
    found = analyse(cut, partitions=[BY_GROUP], specs=[vendor(1.5)], settings=given)
    assert {row.note.rpartition("; ")[2] for row in (*found.curves, *found.score_shifts)} == {ALL_SUBJECTS}
    plain = analyse(cut, partitions=[BY_GROUP], specs=[vendor(1.5)], settings=settings())
    assert [row.fmr for row in plain.curves] == [row.fmr for row in found.curves]
