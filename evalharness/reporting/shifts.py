"""How the scores of a group lie beside those of others, as tables."""

from collections.abc import Sequence

from evalharness.reporting import groupwording
from evalharness.reporting.cells import Remark, known_cell, shared_notes, why
from evalharness.reporting.lookup import Findings
from evalharness.reporting.numbers import count, number, rate
from evalharness.reporting.tables import Cell, Column, Table
from evalharness.reporting.text import group_label, partition_label
from evalharness.result.rows import ScoreShiftRow

_TITLES = {"mated": groupwording.MATED, "non-mated": groupwording.NON_MATED}
_OPTIONAL = ("KS", "Wasserstein", "Overlap", "d′", "Tail", "Note")


def shift_tables(findings: Findings, partition: str, *, key: str) -> list[Table]:
    """The score shifts of one partition: one table for mated, one for non-mated comparisons."""
    rows = [row for row in findings.result.score_shifts if row.partition == partition]
    return [
        _table(findings, [row for row in rows if row.kind == kind], f"{key}-shift-{place}")
        for place, kind in enumerate(dict.fromkeys(row.kind for row in rows), 1)
    ]


def _table(findings: Findings, rows: Sequence[ScoreShiftRow], key: str) -> Table:
    shown = [row for row in rows if not findings.conceals_anywhere(row.group, row.reference)]
    sentences, own = shared_notes(findings, [Remark(row.mean, row.mean, row.note) for row in shown])
    sentences += [groupwording.tail(rate(share)) for share in sorted({row.tail_share or 0.0 for row in shown} - {0.0})]
    if len(shown) < len(rows):
        sentences.append(findings.disclosure.note)
    title = _TITLES.get(rows[0].kind, rows[0].kind)
    table = Table(
        id=key,
        caption=f"{title}, by {partition_label(rows[0].partition)}",
        columns=(
            Column("Group"),
            Column("Comparisons", numeric=True),
            Column("Mean", numeric=True),
            Column("Median", numeric=True),
            *(Column(name, numeric=True) for name in _OPTIONAL[:-1]),
            Column("Note"),
        ),
        rows=tuple((*_cells(findings, row), note) for row, note in zip(shown, own, strict=True)),
        notes=tuple(sentences),
        collapsed=groupwording.show_rows(len(shown), "group"),
    )
    return table.without_empty_columns(*_OPTIONAL)


def _cells(findings: Findings, row: ScoreShiftRow) -> tuple[Cell, ...]:
    beside = f"beside {group_label(row.reference)}" if row.reference not in ("", row.group) else ""
    spread = f"sd\u00a0{number(row.standard_deviation)}" if row.standard_deviation is not None else ""
    mean = known_cell(row.mean, detail=spread)
    if row.mean is None:
        mean = Cell("undefined", detail=why(findings, row.note), absent=True)
    shift = f"shift\u00a0{number(row.tail_shift)}" if row.tail_shift is not None else ""
    return (
        Cell(group_label(row.group), detail=beside),
        Cell(count(row.comparisons), numeric=True),
        mean,
        _median(row),
        known_cell(row.kolmogorov_smirnov),
        known_cell(row.wasserstein),
        known_cell(row.overlap),
        known_cell(row.d_prime),
        known_cell(row.tail_quantile, detail=shift),
    )


def _median(row: ScoreShiftRow) -> Cell:
    """The median with the 5 % and 95 % quantiles, where the result gives the five that it should."""
    if len(row.quantiles) != 5 or row.quantiles[2] is None:
        return Cell("")
    low, middle, high = row.quantiles[0], row.quantiles[2], row.quantiles[4]
    ends = f"90%: {number(low)} to {number(high)}" if low is not None and high is not None else ""
    return Cell(number(middle), detail=ends, numeric=True)
