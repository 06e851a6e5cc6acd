"""``metrics.csv``: one row a measure, in the fixed format of ``docs/report.md``."""

from evalharness.result import AuditResult, MeasureRow

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

    A text cell that a spreadsheet would take for a formula gets an apostrophe in front. No cell that the
    harness writes begins so; a result from elsewhere may.
    """
    lines = [COLUMNS, *([_cell(row, column) for column in COLUMNS] for row in result.measures)]
    return "".join(",".join(map(_quoted, line)) + "\n" for line in lines)


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
