from evalharness.reporting.lookup import Findings
from evalharness.reporting.shifts import shift_tables
from evalharness.result.rows import ScoreShiftRow
from tests.reporting.example_result import build, dataset, point, population

SIZES = {"site=a": 40, "site=b": 30, "site=c": 5}
NULLS = dict.fromkeys(
    ["mean", "standard_deviation", "kolmogorov_smirnov", "wasserstein", "overlap", "d_prime", "tail_quantile",
     "tail_shift", "tail_share"]
)  # fmt: skip


def shift(group: str, reference: str = "", **changes) -> ScoreShiftRow:
    known = {"kind": "non-mated", "partition": "site", "comparisons": 9384, "quantiles": (None,) * 5}
    return ScoreShiftRow(group=group, reference=reference, **known | NULLS | changes)


def tables(*rows, private=False):
    data = dataset(group_sizes_public=not private)
    result = build([point()], population({"site": SIZES}), dataset=data, score_shifts=rows)
    return shift_tables(Findings.of(result), "site", key="k")


def texts(table) -> list[list[str]]:
    return [[" | ".join(filter(None, [cell.text, cell.detail])) for cell in line] for line in table.rows]


def test_scores_of_a_group_beside_those_of_another():
    known = {
        "mean": -0.42, "standard_deviation": 0.0712, "quantiles": (-0.6, -0.5, -0.43, -0.4, -0.3),
        "kolmogorov_smirnov": 0.123, "wasserstein": 0.0321, "overlap": 0.871, "d_prime": 6.42,
        "tail_quantile": -0.21, "tail_shift": 0.02, "tail_share": 0.001,
    }  # fmt: skip
    (table,) = tables(shift("site=a", "site=b", **known, note="binned"))
    assert table.notes == ("Tail: the score that 0.100% of the group's comparisons reach.",)
    assert table.caption == "Scores of non-mated comparisons, by site"
    assert texts(table) == [
        ["a | beside b", "9,384", "-0.420 | sd\u00a00.0712", "-0.430 | 90%: -0.600 to -0.300", "0.123", "0.0321",
         "0.871", "6.42", "-0.210 | shift\u00a00.0200", "binned"]
    ]  # fmt: skip


def test_columns_without_a_number_are_left_out_and_an_undefined_mean_has_its_reason():
    (table,) = tables(shift("site=a", comparisons=0, note="no completed comparison", quantiles=()))
    assert [column.title for column in table.columns] == ["Group", "Comparisons", "Mean", "Median"]
    assert texts(table) == [["a", "0", "undefined | no completed comparison", ""]]


def test_mated_and_non_mated_scores_have_tables_of_their_own():
    found = tables(shift("site=a"), shift("site=a", kind="mated"), shift("site=b", kind="later"))
    assert [table.caption.split(",")[0] for table in found] == [
        "Scores of non-mated comparisons", "Scores of mated comparisons", "later",
    ]  # fmt: skip


def test_groups_below_the_floor_are_neither_shown_nor_compared_with():
    rows = [shift("site=a", "site=a"), shift("site=a", "site=b"), shift("site=b", "site=c"), shift("site=c", "site=a")]
    (table,) = tables(*rows, private=True)
    assert [line[0] for line in texts(table)] == ["a", "a | beside b"]
    assert "fewer than 10 subjects" in table.notes[-1]
    assert len(tables(*rows)[0].rows) == 4
