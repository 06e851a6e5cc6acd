"""The files that an index names: where they lie, whether they are the pinned ones, and what they show."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evalharness.errors import DatasetError
from evalharness.files import sha256_of
from evalharness.manifests import LoadedManifest
from evalharness.records import DatasetFault, FaultReason, Image, Sample, Samples
from evalharness.samples.decoding import PIXEL_LIMIT, decode
from evalharness.yamlio import shown

MOST_BYTES = 1 << 28  # of one image file
_CHUNK = 64  # files a thread takes at a time


def root_variable(dataset_id: str) -> str:
    """The environment variable that may name the data root.

    >>> root_variable("face-research-lab-london-set")
    'EVALHARNESS_DATA_FACE_RESEARCH_LAB_LONDON_SET'
    """
    return "EVALHARNESS_DATA_" + "".join(c if c.isalnum() else "_" for c in dataset_id.upper())


def find_root(
    loaded: LoadedManifest,
    *,
    data_root: Path | None = None,
    plan_root: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Path:
    """The folder that holds the images.

    Args:
        loaded: The manifest of the dataset.
        data_root: What the command line says; goes first.
        plan_root: What the plan says (``dataset.root``).
        environ: Where ``EVALHARNESS_DATA_<ID>`` is looked up; default: the process's environment.

    Returns:
        The first of them that is named; else, for a manifest of one's own, its folder.

    Raises:
        DatasetError: None is named, or the one that is named is no folder.
    """
    for source, folder in _places(loaded, data_root, plan_root, environ):
        if not folder.is_dir():
            raise DatasetError(f"{folder}: no such folder; {source} names it as the data root")
        return folder
    raise DatasetError(
        f"{loaded.manifest.id}: where its files lie is not known. Give --data-root, dataset.root in the plan, or the "
        f"environment variable {root_variable(loaded.manifest.id)}. To obtain them: {loaded.manifest.source.how}"
    )


def root_is_known(
    loaded: LoadedManifest,
    *,
    data_root: Path | None = None,
    plan_root: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> bool:
    """Whether anything names the folder of the images, right or wrong; the arguments are those of ``find_root``."""
    return any(True for _ in _places(loaded, data_root, plan_root, environ))


def _places(
    loaded: LoadedManifest, data_root: Path | None, plan_root: Path | None, environ: Mapping[str, str] | None
) -> Iterator[tuple[str, Path]]:
    """Who names a data root, and which, in the order in which they count."""
    variable = root_variable(loaded.manifest.id)
    named = (os.environ if environ is None else environ).get(variable)
    places = (
        ("--data-root", data_root),
        ("dataset.root of the plan", plan_root),
        (f"the environment variable {variable}", Path(named) if named else None),
        ("the folder of the manifest", None if loaded.shipped else loaded.folder),
    )
    return ((source, folder) for source, folder in places if folder is not None)


def verify_files(samples: Samples, root: Path) -> None:
    """Compare every file with its pinned digest, in parallel; nothing is decoded.

    Raises:
        DatasetError: Files are missing, differ or lie outside the data root; every one is listed, in index order.
    """
    base = root.resolve()
    chunks = [samples.rows[i : i + _CHUNK] for i in range(0, len(samples.rows), _CHUNK)]
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        faults = [fault for found in pool.map(lambda rows: list(_faults(rows, base)), chunks) for fault in found]
    if faults:
        raise DatasetError(f"{root}: {len(faults)} of {len(samples)} files are not what the index pins", faults)


def _faults(rows: Sequence[Sample], base: Path) -> Iterable[str]:
    for row in rows:
        try:
            path = _inside(row, base)
            found = sha256_of(path)
        except DatasetError as problem:
            yield str(problem)
        except OSError as problem:
            yield f"{row.path}: cannot be read: {problem.strerror}"
        else:
            if found != row.sha256:
                yield _differs(row, found)


def read_image(root: Path, sample: Sample, *, pixel_limit: int = PIXEL_LIMIT) -> Image | DatasetFault:
    """Read one image; the digest of the very bytes that are decoded is compared once more.

    Args:
        root: The data root.
        sample: A row of the index.
        pixel_limit: Width times height above which an image is not decoded.

    Returns:
        The image, upright, RGB; or a fault of the dataset where the pinned bytes do not decode or are too large.

    Raises:
        DatasetError: The file is missing, differs from the index or lies outside the root.
    """
    path = _inside(sample, root.resolve())
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as problem:
        raise DatasetError(f"{sample.path}: cannot be read: {problem.strerror}") from problem
    if len(content) > MOST_BYTES:
        return DatasetFault(FaultReason.TOO_LARGE, f"more than {MOST_BYTES} bytes")
    found = hashlib.sha256(content).hexdigest()
    if found != sample.sha256:
        raise DatasetError(_differs(sample, found))
    pixels = decode(content, pixel_limit=pixel_limit)
    return pixels if isinstance(pixels, DatasetFault) else Image(sample.sample, pixels)


def _inside(sample: Sample, base: Path) -> Path:
    """The real path of a sample's file; links may not lead out of the data root."""
    try:
        path = (base / sample.path).resolve(strict=True)
    except FileNotFoundError as problem:
        raise DatasetError(f"{sample.path}: no such file in {base}") from problem
    except (OSError, RuntimeError) as problem:  # RuntimeError: a loop of links, before Python 3.13
        raise DatasetError(f"{sample.path}: cannot be read: {shown(str(problem))}") from problem
    if not path.is_relative_to(base):
        raise DatasetError(f"{sample.path}: leaves the data root {base}; put the file itself there, not a link")
    if not path.is_file():
        raise DatasetError(f"{sample.path}: is not a file")
    return path


def _differs(sample: Sample, found: str) -> str:
    text = f"{sample.path}: its SHA-256 begins {found[:12]}, the index pins {sample.sha256[:12]}"
    return f"{text}; restore the file of sample {shown(sample.sample)}"
