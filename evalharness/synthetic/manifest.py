"""The manifest of what this package writes: the catalogue's synthetic benchmark, pinned to the files beside it."""

from evalharness.manifests import LabelSpec, Manifest, catalogue_entry, dump_manifest

DATASET_ID = "evalharness-synthetic"
INDEX = "files.csv"


def benchmark_manifest(*, how: str, index_sha256: str) -> Manifest:
    """The catalogue's manifest with the index that was rendered.

    Args:
        how: The command that renders the same files.
        index_sha256: Digest of ``files.csv``.
    """
    shipped = catalogue_entry(DATASET_ID).manifest
    return shipped.model_copy(
        update={
            "source": shipped.source.model_copy(update={"how": how}),
            "files": shipped.files.model_copy(update={"index": INDEX, "sha256": index_sha256}),
        }
    )


def manifest_text(*, how: str, index_sha256: str) -> str:
    """``manifest.yaml`` of a rendered benchmark; its statements say what it cannot tell."""
    return dump_manifest(benchmark_manifest(how=how, index_sha256=index_sha256))


def twin_manifest_text(*, groups: tuple[str, ...], index_sha256: str) -> str:
    """``manifest.yaml`` of a score twin: subjects that are numbers, in groups that stand for nobody."""
    base = benchmark_manifest(how="evalharness.synthetic.twin_files.write_twin", index_sha256=index_sha256)
    label = LabelSpec(
        attribute="group",
        kind="categorical",
        values=groups,
        provenance=base.labels[0].provenance,
        description="Group of a drawn subject; it stands for no group of people.",
    )
    twin = base.model_copy(
        update={
            "id": "evalharness-score-twin",
            "name": "evalharness score twin",
            "attribution": "evalharness score twin, drawn numbers",
            "labels": (label,),
            "statements": (
                base.statements[0],
                "Its scores are drawn at known error rates; no face and no person stands behind them.",
            ),
        }
    )
    return dump_manifest(twin)
