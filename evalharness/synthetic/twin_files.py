"""A score twin as the files that an auditor would have: index, scores and manifest."""

import csv
import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np

from evalharness.errors import InputError
from evalharness.files import write_atomic
from evalharness.synthetic.manifest import INDEX, twin_manifest_text
from evalharness.synthetic.scores import TwinDraw, TwinSpec, draw_scores

SCORES: Final = "scores.csv"


def write_twin(out: Path, *, spec: TwinSpec, seed: int) -> TwinDraw:
    """Draw a twin and write ``files.csv``, ``scores.csv``, ``manifest.yaml`` and a line of text for each sample.

    Args:
        out: A new or empty folder; also the data root.
        spec: The population.
        seed: Seeds the draw: the same files for the same seed.

    Returns:
        The draw that was written; ``truth(spec, threshold)`` knows its population rates.

    Raises:
        InputError: The folder is not empty.
        RunError: The disk is full or the folder cannot be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out}: found something there, expected an empty folder or nothing. Choose another place.")
    draw = draw_scores(spec, rng=np.random.default_rng(seed))
    names = _sample_names(draw)
    index = _table(("sample", "path", "subject", "sha256", "group"), _index_rows(out, spec, draw, names))
    write_atomic(out / INDEX, index)
    write_atomic(out / SCORES, _table(("probe", "reference", "score"), _score_rows(draw, names)))
    groups = tuple(group.name for group in spec.groups)
    text = twin_manifest_text(groups=groups, index_sha256=hashlib.sha256(index).hexdigest())
    write_atomic(out / "manifest.yaml", text.encode())
    return draw


def _sample_names(draw: TwinDraw) -> list[str]:
    seen: dict[int, int] = {}
    names = []
    for subject in draw.sample_subject.tolist():
        seen[subject] = seen.get(subject, -1) + 1
        names.append(f"t{subject:06d}-{seen[subject]:03d}")
    return names


def _index_rows(out: Path, spec: TwinSpec, draw: TwinDraw, names: list[str]) -> Iterable[tuple[str, ...]]:
    for name, subject in zip(names, draw.sample_subject.tolist(), strict=True):
        content = f"{name}: a drawn number, no image\n".encode()
        path = f"samples/{name}.txt"
        write_atomic(out / path, content)
        group = spec.groups[draw.subject_group[subject]].name
        yield name, path, f"t{subject:06d}", hashlib.sha256(content).hexdigest(), group


def _score_rows(draw: TwinDraw, names: list[str]) -> Iterable[tuple[str, ...]]:
    for probe, reference, score in zip(draw.probe.tolist(), draw.reference.tolist(), draw.scores.tolist(), strict=True):
        yield names[probe], names[reference], repr(score)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()
