"""Writes the synthetic benchmark: images, index and manifest, on all cores, resumable, to the same bytes."""

import csv
import hashlib
import io
import multiprocessing
import os
import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evalharness.errors import InputError, RunError
from evalharness.files import sha256_of, write_atomic
from evalharness.synthetic.manifest import INDEX, manifest_text
from evalharness.synthetic.render import RENDERER, build_head, render, subject_capture, subject_identity, subject_labels

MANIFEST: Final = "manifest.yaml"
MOST_SUBJECTS, MOST_CAPTURES, MOST_IMAGES, MOST_SEED = 100_000, 1000, 1_000_000, 2**63 - 1
_RECIPE = "recipe.txt"  # what the folder is being filled with; written first, so that a killed run can go on
_IMAGES = "images"
_AHEAD = 3  # subjects in flight for each worker

Progress = Callable[[int, int], None]
"""Called with (images done, images in all)."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to render."""

    subjects: int
    captures: int
    seed: int

    @property
    def command(self) -> str:
        """The command line that renders the same files."""
        return f"evalharness synth --out DIR --subjects {self.subjects} --captures {self.captures} --seed {self.seed}"

    @property
    def text(self) -> str:
        """What is written into the folder before the first image."""
        return f"renderer {RENDERER}: {self.command}"


def write_benchmark(
    out: Path, *, subjects: int, captures: int, seed: int, workers: int | None = None, progress: Progress | None = None
) -> Path:
    """Render a benchmark; the same arguments give the same bytes on one machine, whatever the number of workers.

    Subject ``i`` is the same however many subjects are asked for. A folder that was left half-way is continued: an
    image is written atomically, so one that is there is whole. In a complete folder every image is compared with the
    index and rendered again where it differs.

    Args:
        out: Folder for ``images/``, ``files.csv`` and ``manifest.yaml``; new, empty, or of the same recipe.
        subjects: How many subjects; the ten tones take turns, so a multiple of 20 fills every cell equally.
        captures: Pictures of each subject.
        seed: Any number from 0.
        workers: Processes; all cores by default.
        progress: Called after each subject with images done and images in all.

    Returns:
        The path of the manifest, for a plan's ``dataset: {manifest: ...}``.

    Raises:
        InputError: A number is out of range, or the folder holds something else.
        RunError: The disk is full, or a process died.
    """
    recipe = _checked(Recipe(subjects, captures, seed), workers)
    _claim(out, recipe)
    rows: list[tuple[str, ...]] = []
    for subject_rows in _all_rows(out, recipe, workers or os.cpu_count() or 1):
        rows += subject_rows
        if progress is not None:
            progress(len(rows), subjects * captures)
    index = _index(rows)
    write_atomic(out / INDEX, index)
    text = manifest_text(how=f"Render it: {recipe.command}", index_sha256=hashlib.sha256(index).hexdigest())
    write_atomic(out / MANIFEST, text.encode())
    return out / MANIFEST


def _checked(recipe: Recipe, workers: int | None) -> Recipe:
    ranges = (
        ("subjects", recipe.subjects, 1, MOST_SUBJECTS),
        ("captures", recipe.captures, 1, MOST_CAPTURES),
        ("images", recipe.subjects * recipe.captures, 0, MOST_IMAGES),
        ("seed", recipe.seed, 0, MOST_SEED),
        ("workers", 1 if workers is None else workers, 1, 1024),
    )
    faults = [
        f"{name}: found {value}, expected {low} to {high}"
        for name, value, low, high in ranges
        if not low <= value <= high
    ]
    if faults:
        raise InputError("synthetic benchmark: numbers out of range", faults)
    return recipe


def _claim(out: Path, recipe: Recipe) -> None:
    """Make the folder ours, or refuse one that is not."""
    wanted = (recipe.text + "\n").encode()
    marker = out / _RECIPE
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: found a file, expected a folder or nothing. Choose another place.")
    if marker.is_file():
        found = marker.read_bytes()
        if found != wanted:
            raise InputError(
                f"{out}: holds another benchmark ({found.decode(errors='replace').strip()!r}), "
                f"expected {recipe.text!r}. Choose an empty folder."
            )
    elif out.is_dir() and any(not _is_leftover(path) for path in out.iterdir()):
        raise InputError(f"{out}: the folder is not empty and holds no benchmark. Choose an empty folder.")
    else:
        write_atomic(marker, wanted)
    for path in filter(_is_leftover, out.rglob(".*.tmp")):
        path.unlink(missing_ok=True)


def _is_leftover(path: Path) -> bool:
    """Whether a file is half a file of ours, left by a killed run."""
    return (
        path.is_file()
        and re.fullmatch(r"\.(recipe\.txt|files\.csv|manifest\.yaml|s\d+-\d+\.jpg)\..*\.tmp", path.name) is not None
    )


def _all_rows(out: Path, recipe: Recipe, workers: int) -> Iterator[list[tuple[str, ...]]]:
    """The index rows of every subject, in order; a bounded number of subjects is under way at a time."""
    known = _known_digests(out)
    if workers == 1:
        for subject in range(recipe.subjects):
            yield _write_subject(out, recipe, subject, known.get(_subject_name(subject), {}))
        return
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    waiting: deque[Future[list[tuple[str, ...]]]] = deque()
    try:
        for subject in range(recipe.subjects):
            if len(waiting) >= workers * _AHEAD:
                yield waiting.popleft().result()
            digests = known.get(_subject_name(subject), {})
            waiting.append(pool.submit(_write_subject, out, recipe, subject, digests))
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as problem:
        raise RunError(
            f"{out}: a rendering process died. What was written is kept: run the same command again."
        ) from problem
    finally:
        pool.shutdown(cancel_futures=True)


def _known_digests(out: Path) -> dict[str, dict[str, str]]:
    """Digests by subject and path from an index of ours; nothing while there is none."""
    known: dict[str, dict[str, str]] = {}
    if (out / INDEX).is_file():
        with (out / INDEX).open(newline="", encoding="utf-8", errors="replace") as stream:
            for row in csv.reader(stream):
                if len(row) == 6:
                    known.setdefault(row[2], {})[row[1]] = row[3]
    return known


def _subject_name(subject: int) -> str:
    return f"s{subject:06d}"


def _write_subject(out: Path, recipe: Recipe, subject: int, known: dict[str, str]) -> list[tuple[str, ...]]:
    """Write what is missing of one subject; its index rows."""
    name, (tone, form) = _subject_name(subject), subject_labels(subject)
    head = None
    rows: list[tuple[str, ...]] = []
    for capture in range(recipe.captures):
        sample = f"{name}-{capture:03d}"
        path = f"{_IMAGES}/{name}/{sample}.jpg"
        digest = _digest_if_whole(out / path, known.get(path))
        if digest is None:
            head = head or build_head(subject_identity(recipe.seed, subject))
            picture = render(head, subject_capture(recipe.seed, subject, capture))
            write_atomic(out / path, picture)
            digest = hashlib.sha256(picture).hexdigest()
        rows.append((sample, path, name, digest, tone, form))
    return rows


def _digest_if_whole(path: Path, expected: str | None) -> str | None:
    """The digest of an image that is there; None if it has to be rendered."""
    if not path.is_file():
        return None
    found = sha256_of(path)
    return found if expected in (None, found) else None


def _index(rows: list[tuple[str, ...]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("sample", "path", "subject", "sha256", "tone", "form"))
    writer.writerows(rows)
    return stream.getvalue().encode()
