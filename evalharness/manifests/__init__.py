"""Dataset manifests: identity, licence, consent, labels and pinned files; and admission, which judges them."""

from evalharness.manifests.admission import Admission, admit, require_admission
from evalharness.manifests.loading import (
    LoadedManifest,
    catalogue,
    catalogue_entry,
    catalogue_folder,
    how_to_render,
    load_manifest,
    read_manifest,
)
from evalharness.manifests.plan_check import check_plan_against
from evalharness.manifests.schema import (
    Answer,
    Consent,
    ConsentBasis,
    Evidence,
    Files,
    LabelSpec,
    Licence,
    Manifest,
    ManifestKind,
    Provenance,
    Source,
    Task,
    manifest_schema,
)
from evalharness.manifests.writing import dump_manifest

__all__ = [
    "Admission",
    "Answer",
    "Consent",
    "ConsentBasis",
    "Evidence",
    "Files",
    "LabelSpec",
    "Licence",
    "LoadedManifest",
    "Manifest",
    "ManifestKind",
    "Provenance",
    "Source",
    "Task",
    "admit",
    "catalogue",
    "catalogue_entry",
    "catalogue_folder",
    "check_plan_against",
    "dump_manifest",
    "how_to_render",
    "load_manifest",
    "manifest_schema",
    "read_manifest",
    "require_admission",
]
