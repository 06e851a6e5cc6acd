"""Manifests from files: the shipped catalogue, and those of an auditor."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from evalharness.errors import ManifestError
from evalharness.manifests.schema import Manifest, ManifestKind
from evalharness.plan import DatasetRef
from evalharness.yamlio import read_yaml, unknown, validate

MANIFEST = "manifest.yaml"


@dataclass(frozen=True, slots=True)
class LoadedManifest:
    """A manifest, where it lies and the digest of its bytes."""

    manifest: Manifest
    path: Path
    sha256: str
    shipped: bool  # True: from the catalogue; the images lie elsewhere

    @property
    def folder(self) -> Path:
        """The folder of the manifest: its index lies there, and the images of one's own dataset."""
        return self.path.parent


def load_manifest(ref: DatasetRef) -> LoadedManifest:
    """The manifest that a plan names.

    Raises:
        ManifestError: The id is not in the catalogue, the dataset has to be rendered first, or the file is wrong;
            every fault is listed with its line and column.
    """
    if ref.manifest is not None:
        return read_manifest(ref.manifest)
    found = catalogue_entry(ref.id or "")
    if found.manifest.kind is ManifestKind.GENERATED and found.manifest.files.sha256 is None:
        raise ManifestError(how_to_render(found.manifest))
    return found


def read_manifest(path: Path) -> LoadedManifest:
    """Read a manifest of one's own; see ``load_manifest``."""
    return _read(path, shipped=False)


def how_to_render(manifest: Manifest) -> str:
    """What to do with a dataset that a command renders."""
    return (
        f"{manifest.id}: this dataset is rendered, not downloaded. "
        "Run `evalharness synth --out DIR --subjects N --captures N --seed N`, "
        "then write `dataset: {manifest: DIR/manifest.yaml}` in the plan."
    )


def catalogue() -> tuple[LoadedManifest, ...]:
    """Every dataset that ships with evalharness, by id."""
    return tuple(catalogue_entry(name) for name in _catalogue_ids())


def catalogue_entry(dataset_id: str) -> LoadedManifest:
    """One dataset of the catalogue, also one that has to be rendered first.

    Raises:
        ManifestError: The id is not in the catalogue; the nearest and all known ids are named.
    """
    known = _catalogue_ids()
    if dataset_id not in known:
        hint = "For a dataset of your own write `dataset: {manifest: PATH}`."
        raise ManifestError(f"{unknown('dataset', dataset_id, known)}. {hint}")
    return _read(catalogue_folder() / dataset_id / MANIFEST, shipped=True)


def catalogue_folder() -> Path:
    """Where the catalogue lies: inside an installed package, or beside it in a checkout.

    Raises:
        ManifestError: It is in neither place: the installation is damaged.
    """
    package = Path(str(resources.files("evalharness")))
    for folder in (package / "_datasets_manifest", package.parent / "datasets_manifest"):
        if folder.is_dir():
            return folder
    raise ManifestError(f"{package}: the dataset catalogue is missing; install evalharness again")


def _catalogue_ids() -> list[str]:
    return sorted(path.parent.name for path in catalogue_folder().glob(f"*/{MANIFEST}"))


def _read(path: Path, *, shipped: bool) -> LoadedManifest:
    document = read_yaml(path, error=ManifestError, what="dataset manifest")
    manifest = validate(Manifest, document, error=ManifestError)
    return LoadedManifest(manifest, path, hashlib.sha256(document.content).hexdigest(), shipped)
