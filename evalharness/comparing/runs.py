"""The two run folders: read with care, and refused with every reason when they do not fit together."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from evalharness.countstore import StoredCounts, counts_folder, load_counts
from evalharness.errors import InputError, RunFolderError
from evalharness.result import AuditResult, load_result
from evalharness.statistics import restrict
from evalharness.yamlio import shown


@dataclass(frozen=True, slots=True)
class AuditedRun:
    """A finished run: its result and its counts, which belong to the same plan."""

    folder: Path
    result: AuditResult
    stored: StoredCounts

    @property
    def name(self) -> str:
        """The system, and its version where one is stated."""
        system = self.result.system
        return f"{system.name} {system.version}".removesuffix(" not stated")


def load_run(folder: Path) -> AuditedRun:
    """Read a run folder; subjects that only set thresholds are no part of what is compared.

    Raises:
        InputError: ``result.json`` is missing or wrong.
        RunFolderError: The counts are missing or damaged, or are those of another run.
    """
    result, stored = load_result(folder / "result.json"), load_counts(counts_folder(folder))
    for what, of_result, of_counts in (
        ("plan", result.audit.plan_sha256, stored.plan_sha256),
        ("index", result.dataset.index_sha256, stored.index_sha256),
    ):
        if of_result != of_counts:
            raise RunFolderError(
                f"{folder}: its counts are of another {what} (SHA-256 begins {shown(of_counts[:12])}) than its "
                f"result ({shown(of_result[:12])}). Run the audit again with --resume."
            )
    if stored.calibration is not None:
        stored = replace(stored, counts=restrict(stored.counts, ~stored.calibration))
    return AuditedRun(folder, result, stored)


def check_same_data(first: AuditedRun, second: AuditedRun) -> None:
    """Refuse two runs that did not measure the same samples in the same groups.

    Which comparisons were made is checked when they are aligned.

    Raises:
        InputError: With every reason.
    """
    a, b = first.result, second.result
    faults = []
    if first.folder.resolve() == second.folder.resolve():
        faults.append("folders: both are the same run; name the run folders of two systems")
    if a.audit.interval_level != b.audit.interval_level:
        faults.append(
            f"interval level: the first has {a.audit.interval_level:g}, the second {b.audit.interval_level:g}; use one "
            "interval_level in both plans"
        )
    if a.dataset.index_sha256 != b.dataset.index_sha256:
        faults.append(
            f"dataset: the first measured {shown(a.dataset.id)} with index {a.dataset.index_sha256[:12]}, the second "
            f"{shown(b.dataset.id)} with index {b.dataset.index_sha256[:12]}; both must measure the same samples"
        )
    else:
        faults += _partition_faults(first.stored, second.stored)
    if not {point.name for point in a.operating_points} & {point.name for point in b.operating_points}:
        names = (", ".join(point.name for point in result.operating_points) for result in (a, b))
        faults.append(
            f"operating points: none has the same name in both (first: {next(names)}; second: {next(names)}); give "
            "those that belong together the same name in the two plans"
        )
    if faults:
        raise refusal(first, second, faults)


def refusal(first: AuditedRun, second: AuditedRun, faults: list[str]) -> InputError:
    """The error that says why two runs cannot be compared."""
    count = "1 reason" if len(faults) == 1 else f"{len(faults)} reasons"
    return InputError(f"{first.folder} and {second.folder} cannot be compared: {count}", faults)


def _partition_faults(first: StoredCounts, second: StoredCounts) -> list[str]:
    """Groups must be the same divisions of the same samples; their order in the plan does not matter."""
    a, b = ({partition.id: partition for partition in stored.partitions} for stored in (first, second))
    faults = [f"groups: only the {which} run has the partition {shown(name)}" for which, name in _unshared(a, b)]
    for name in a.keys() & b.keys():
        one, other = a[name], b[name]
        if one.groups != other.groups:
            faults.append(
                f"groups: the partition {shown(name)} has other groups in the two runs; were age bins changed?"
            )
        elif one.group_of.tolist() != other.group_of.tolist():
            faults.append(f"groups: samples lie in other groups of {shown(name)} in the two runs")
    if len(first.counts.subject_of) != len(second.counts.subject_of) or bool(
        (first.counts.subject_of != second.counts.subject_of).any()
    ):
        faults.append("subjects: samples belong to other subjects in the two runs")
    if _calibration(first) != _calibration(second):
        faults.append("calibration: other subjects set the thresholds in the two runs; use one seed and share in both")
    return sorted(faults)


def _calibration(stored: StoredCounts) -> list[bool] | None:
    return None if stored.calibration is None else stored.calibration.tolist()


def _unshared(a: Mapping[str, object], b: Mapping[str, object]) -> list[tuple[str, str]]:
    return [("first", name) for name in a.keys() - b.keys()] + [("second", name) for name in b.keys() - a.keys()]
