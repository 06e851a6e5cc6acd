"""``review.csv``: the findings as a table in which a person writes decisions."""

import csv
import io
from pathlib import Path

from evalharness.errors import RunError, RunFolderError
from evalharness.groundtruth.decisions import COLUMNS
from evalharness.records import Samples
from evalharness.review.findings import Findings


def decision_sheet(findings: Findings, samples: Samples) -> str:
    """One row for each finding, its decision empty; a pair that was found in several ways stands once."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    seen: set[tuple[int, int]] = set()
    for finding in findings.findings:
        pair = min(finding.probe, finding.reference), max(finding.probe, finding.reference)
        if pair not in seen:
            seen.add(pair)
            names = (samples.rows[i].sample for i in (finding.probe, finding.reference))
            writer.writerow([finding.kind.value, *names, "", "", "", ""])
    return stream.getvalue()


def check_new(path: Path) -> None:
    """Refuse a file that is there already, before anything is computed.

    Raises:
        RunFolderError: Something is there.
    """
    if path.is_symlink() or path.exists():
        raise RunFolderError(_there(path))


def write_sheet(path: Path, text: str) -> None:
    """Write a new file; decisions that somebody made are never overwritten.

    Raises:
        RunFolderError: The file is there already.
        RunError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise RunFolderError(_there(path)) from error
    except OSError as error:
        raise RunError(f"{path}: cannot be written: {error.strerror}. Name a file that you may write.") from error


def _there(path: Path) -> str:
    return f"{path}: is there already and may hold decisions, so it is left as it is. Name another file."
