"""``metrics.csv``: one row a measure, in the fixed format of ``docs/report.md``."""

from collections.abc import Iterator

from evalharness.result import AuditResult, MeasureRow, OperatingPointInfo
from evalharness.result.rows import DifferentialRow

COLUMNS = (
    "measure",
    "operating_point",
    "policy",
    "threshold",
    "group",
    "other_group",
    "errors",
    "trials",
    "subjects",
    "value",
    "lower",
    "upper",
    "level",
    "note",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def metrics_csv(result: AuditResult) -> str:
    """Every measure of a result as CSV: UTF-8, lines end in LF alone, numbers as ``repr``, empty where undefined.

    Rates come first, in the order of the result; measures over groups follow.

    A text cell that a spreadsheet would take for a formula gets an apostrophe in front. No cell that the
    harness writes begins so; a result from elsewhere may.
    """
    points = {point.name: point for point in result.operating_points}
    rows = [*result.measures, *(_as_measure(row, points.get(row.operating_point)) for row in result.differentials)]
    lines = [COLUMNS, *([_cell(row, column) for column in COLUMNS] for row in rows)]
    return "".join(",".join(map(_quoted, line)) + "\n" for line in lines)


def _as_measure(row: DifferentialRow, point: OperatingPointInfo | None) -> MeasureRow:
    """A measure over groups in the columns of a rate: it has no counts of its own."""
    one = point is not None and len(point.thresholds) == 1
    return MeasureRow(
        measure=row.measure,
        operating_point=row.operating_point,
        policy=point.policy if point is not None else "",
        threshold=next(iter(point.thresholds.values())) if point is not None and one else None,
        group=row.group or row.partition,
        other_group=row.reference,
        errors=None,
        trials=None,
        subjects=None,
        value=row.value,
        lower=row.lower,
        upper=row.upper,
        level=row.level,
        note="; ".join(_notes(row)),
    )


def _notes(row: DifferentialRow) -> Iterator[str]:
    """The reason, the bound and what else stands beside the number; numbers as ``repr``."""
    if row.value is None:
        yield f"undefined: {row.note.removeprefix('undefined: ') or 'no reason given'}"
    elif row.note:
        yield row.note
    numbers = {
        "bound": row.bound,
        "smoothed": row.smoothed,
        "floor": row.floor,
        "floor upper": row.floor_upper,
        "equal rates give as much in": row.p_equal,
    }
    yield from (f"{name} {number!r}" for name, number in numbers.items() if number is not None)
    yield from (f"{name} {group}" for name, group in (("highest", row.highest), ("lowest", row.lowest)) if group)
    yield from (f"left out {info.group}: {info.reason}" for info in row.left_out)


def _cell(row: MeasureRow, column: str) -> str:
    value: str | float | int | None = getattr(row, column)
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return repr(value)


def _quoted(text: str) -> str:
    """RFC 4180; the library's writer leaves a lone carriage return bare, so that a reader ends the row there."""
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text
