"""The table of two systems: what is said below it, once."""

from evalharness.comparing.record import ComparedRate, Comparison, Side
from evalharness.comparing.table import comparison_table

SIDE = Side(run="one", audit="toy", system="first system", version="1", plan_sha256="0" * 64)
SAME = "no trial on which one errs alone: no limits of the ratio"
EMPTY = "a system has no errors: no ratio"


def row(group: str, note: str, *, measure: str = "fnmr", value: float | None = 0.5) -> ComparedRate:
    point = "" if measure == "fta" else "vendor"
    partition = "" if group == "all" else "team"
    return ComparedRate(
        measure=measure,
        operating_point=point,
        partition=partition,
        group=group,
        first=value,
        second=value,
        level=0.95,
        note=note,
    )


def text(*rows: ComparedRate) -> str:
    found = Comparison(
        first=SIDE,
        second=SIDE,
        dataset="Toy",
        synthetic=True,
        index_sha256="0" * 64,
        level=0.95,
        draws=10,
        seed=1,
        thresholds_first={"vendor": {"all": 0.5}},
        thresholds_second={"vendor": {"all": 0.5}},
        left_out=(),
        rates=rows,
        spreads=(),
        notes=(),
    )
    return comparison_table(found, width=100)


def test_a_reason_names_its_groups_or_the_fewer_others() -> None:
    groups = ("team=a", "team=b", "team=c")
    assert f"\n    a: {SAME}\n" in text(*(row(group, SAME if group == "team=a" else "") for group in groups))
    shown = text(*(row(group, EMPTY if group == "team=a" else SAME) for group in groups))
    assert f"\n    every row but a: {SAME}\n" in shown
    assert f"\n    a: {EMPTY}\n" in shown
    assert f"\n    every row: {SAME}\n" in text(*(row(group, SAME) for group in groups))
    half = text(*(row(group, SAME if group == "team=a" else "") for group in groups[:2]))
    assert f"\n    a: {SAME}\n" in half


def test_a_measure_that_no_group_has_is_one_line() -> None:
    unseen = [row(group, "not observable", measure="fta", value=None) for group in ("all", "team=a")]
    shown = text(row("all", ""), *unseen)
    assert "\nFTA (failure to acquire): n/a for every group: not observable\n" in shown
    two = text(*unseen, row("team=b", "no samples", measure="fta", value=None))
    assert "for every group" not in two
    assert "\n    b: no samples\n" in two
