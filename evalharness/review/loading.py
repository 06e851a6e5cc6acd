"""A finished run with the names of its samples: the run folder holds digests alone, so the dataset must be at hand."""

from dataclasses import dataclass
from pathlib import Path

from evalharness.counts import Counts
from evalharness.countstore import counts_folder, load_counts
from evalharness.errors import ManifestError, RunFolderError
from evalharness.manifests import LoadedManifest, load_manifest, read_manifest
from evalharness.plan import DatasetRef
from evalharness.records import Comparator, Samples
from evalharness.result import AuditResult, load_result
from evalharness.samples import find_root, load_index, root_is_known


@dataclass(frozen=True, slots=True)
class ReviewedRun:
    """What a review looks at."""

    result: AuditResult
    counts: Counts
    samples: Samples
    root: Path | None  # folder of the images; None where it is not known

    @property
    def comparator(self) -> Comparator | None:
        """How templates were compared; None where a supplier gave the scores."""
        known = {comparator.value: comparator for comparator in Comparator}
        return known.get(self.result.system.comparator or "")


def open_review(folder: Path, *, manifest: Path | None = None, data_root: Path | None = None) -> ReviewedRun:
    """Open a run folder for review.

    Args:
        folder: The run folder.
        manifest: The dataset's manifest; None for a dataset of the catalogue.
        data_root: Folder of the images, to show where each file lies.

    Raises:
        InputError: The result, the counts, the manifest or the index are wrong, or do not belong together.
    """
    result, stored = load_result(folder / "result.json"), load_counts(counts_folder(folder))
    dataset = _dataset(result, manifest)
    pinned = dataset.manifest.files.sha256
    faults = [
        f"{what}: SHA-256 {found}, the run measured {measured}"
        for what, found, measured in (
            (f"the index of {dataset.path}", pinned, result.dataset.index_sha256),
            ("the stored counts: of an index with", stored.index_sha256, result.dataset.index_sha256),
            ("the stored counts: of a plan with", stored.plan_sha256, result.audit.plan_sha256),
        )
        if found != measured
    ]
    if faults:
        raise RunFolderError(f"{folder}: what was given does not belong to this run", faults)
    samples = load_index(dataset)
    if samples.subject_of.tolist() != stored.counts.subject_of.tolist():
        raise RunFolderError(f"{folder}: its counts name other subjects than the index. Run the audit again.")
    return ReviewedRun(result, stored.counts, samples, _root(dataset, data_root))


def _dataset(result: AuditResult, manifest: Path | None) -> LoadedManifest:
    if manifest is not None:
        return read_manifest(manifest)
    name = result.dataset.id
    try:
        return load_manifest(DatasetRef(id=name))
    except ManifestError as error:
        raise ManifestError(
            f"the run measured the dataset {name}, which is not in the catalogue or not rendered there. "
            "Name its manifest with --manifest."
        ) from error


def _root(dataset: LoadedManifest, data_root: Path | None) -> Path | None:
    return find_root(dataset, data_root=data_root) if root_is_known(dataset, data_root=data_root) else None
