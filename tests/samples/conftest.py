"""A dataset of drawn images in a folder of its own."""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evalharness.manifests import LoadedManifest, Manifest

LABELS = [
    {"attribute": "gender", "kind": "categorical", "values": ["female", "male"], "provenance": "record"},
    {"attribute": "age", "kind": "numeric", "provenance": "record"},
]


def png(seed: int = 0, size: tuple[int, int] = (6, 4)) -> bytes:
    """A drawn image; ``size`` is (width, height)."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@dataclass(frozen=True)
class Dataset:
    """Writes an index and its manifest."""

    folder: Path

    def manifest(self, index: bytes | None, **changes: object) -> LoadedManifest:
        if index is not None:
            (self.folder / "files.csv").write_bytes(index)
        files: dict[str, object] = {
            "index": "files.csv",
            "sha256": hashlib.sha256(index or b"").hexdigest(),
            "group_sizes_public": True,
        }
        data: dict[str, object] = {
            "schema_version": 1,
            "kind": "dataset",
            "id": "drawn-set",
            "name": "x",
            "version": "1",
            "curator": "x",
            "source": {"how": "Ask nobody."},
            "attribution": "x",
            "synthetic": True,
            "licence": {"name": "x", "commercial_use": "yes", "redistribution": "yes", "source": "x"},
            "consent": {
                "basis": "not-applicable-synthetic",
                "scope": "x",
                "purposes": ["internal-testing"],
                "tasks": ["verification"],
                "evidence": [],
                "withdrawal": "x",
                "withdrawals_applied": None,
                "expires": None,
            },
            "labels": LABELS,
            "files": files,
        }
        manifest = Manifest.model_validate(data | changes)
        return LoadedManifest(manifest, self.folder / "manifest.yaml", "0" * 64, shipped=False)

    def index(self, lines: Sequence[str], *, header: str = "sample,path,subject,sha256,gender,age") -> LoadedManifest:
        """A manifest whose index has these lines."""
        return self.manifest("\n".join([header, *lines, ""]).encode())

    def image(self, path: str, content: bytes) -> str:
        """Write a file; its digest."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(content)
        return hashlib.sha256(content).hexdigest()


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return Dataset(tmp_path)


@pytest.fixture(scope="session")
def draw() -> Callable[..., bytes]:
    return png
