"""``metrics.csv``: one row a measure, in the fixed format of ``docs/report.md``."""

import csv
import io

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


def metrics_csv(result: AuditResult) -> str:
    """Every measure of a result as CSV: UTF-8, lines end in LF alone, numbers as ``repr``, empty where undefined.

    A text cell that a spreadsheet would take for a formula gets an apostrophe in front. No cell that the
    harness writes begins so; a result from elsewhere may.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row, column) for column in COLUMNS] for row in result.measures)
    return stream.getvalue()


def _cell(row: MeasureRow, column: str) -> str:
    value: str | float | int | None = getattr(row, column)
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
    return repr(value)
