"""The run folder: which plan it belongs to, who is using it, and its log.

Layout (fixed): ``plan.yaml`` as resolved, ``templates/`` and ``comparisons/`` (local, personal data),
``result.json``, ``metrics.csv``, ``report.html``; ``response_time.json`` (how long the system worked, by group) and
``log.jsonl`` (wall times and machine), which change from run to run and never go into the result.
"""

import datetime
import io
import json
import os
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from evalharness.errors import RunError, RunFolderError
from evalharness.files import write_atomic

PERSONAL_DATA = ("templates", "comparisons")
"""Folders with templates and scores of persons: purged by ``--discard``."""

_LOCK = ".lock"


def plan_text(resolved: Mapping[str, object]) -> str:
    """A resolved plan as the YAML text that a run folder stores; the same plan gives the same bytes.

    >>> print(plan_text({"seed": 1, "audit": "a", "groups": [["gender"]]}), end="")
    seed: 1
    audit: a
    groups:
    - - gender
    """
    from ruamel.yaml import YAML

    yaml = YAML()  # the round-trip dumper: keeps the order of the plan
    yaml.default_flow_style = False
    yaml.width = 4096
    stream = io.StringIO()
    yaml.dump(dict(resolved), stream)
    return stream.getvalue()


def stored_date(path: Path) -> datetime.date | None:
    """The date of the plan that a run folder stores; None where there is no such folder or date."""
    try:
        text = (path / "plan.yaml").read_text(encoding="utf-8", errors="replace")
        found = re.search(r"^date: '?(\d{4}-\d{2}-\d{2})'?$", text, re.MULTILINE)
        return datetime.date.fromisoformat(found[1]) if found else None
    except (OSError, ValueError):
        return None


class RunFolder:
    """A folder that belongs to one resolved plan, locked while it is in use.

    Use it as a context manager: the lock is a kernel lock, so it goes with the process, however that ends.
    """

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock
        self._temporary = False
        self._started = time.monotonic()

    @classmethod
    def open(cls, path: Path, plan: str, *, resume: bool) -> "RunFolder":
        """Make a run folder, or take up one of the same plan.

        Args:
            path: The folder; made when missing.
            plan: The resolved plan as ``plan_text`` gives it.
            resume: Whether an existing run of the same plan may be continued.

        Raises:
            RunFolderError: The folder holds something else, another plan, a run that was not asked to resume,
                or is in use by another process.
            RunError: The folder cannot be made.
        """
        _check_kind(path)
        _check_plan(path, plan, resume=resume)
        try:
            path.mkdir(parents=True, exist_ok=True)
            lock = os.open(path / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise RunError(f"{path}: cannot be made: {error.strerror}. Choose another folder with --out.") from error
        _take_lock(lock, path)
        folder = cls(path, lock)
        try:
            write_atomic(path / "plan.yaml", plan.encode())
        except RunError:
            os.close(lock)
            raise
        folder.log("start", machine=platform.machine(), system=platform.platform(), cores=os.cpu_count(), resume=resume)
        return folder

    @classmethod
    def temporary(cls, plan: str) -> "RunFolder":
        """A run folder that is removed when it is left: for a run of which only the result is wanted."""
        folder = cls.open(Path(tempfile.mkdtemp(prefix="evalharness-")), plan, resume=False)
        folder._temporary = True
        return folder

    def __enter__(self) -> "RunFolder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.log("end", error=kind.__name__ if kind else None)
        os.close(self._lock)
        if self._temporary:
            shutil.rmtree(self.path, ignore_errors=True)

    def log(self, event: str, **fields: object) -> None:
        """Append one line to ``log.jsonl``; a log that cannot be written stops nothing."""
        line = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event}
        line |= {"elapsed_s": f"{time.monotonic() - self._started:.3f}"} | {k: str(v) for k, v in fields.items()}
        try:
            with (self.path / "log.jsonl").open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(line) + "\n")
        except OSError:
            return

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Log how long a stage took, in wall and CPU seconds of this process."""
        wall, cpu = time.monotonic(), time.process_time()
        yield
        self.log(name, wall_s=f"{time.monotonic() - wall:.3f}", cpu_s=f"{time.process_time() - cpu:.3f}")

    def discard_personal_data(self) -> tuple[str, ...]:
        """Remove templates and comparisons; returns the names of the folders that were removed."""
        removed = []
        for name in PERSONAL_DATA:
            if (self.path / name).is_dir():
                shutil.rmtree(self.path / name)
                removed.append(name)
        self.log("discard", removed=" ".join(removed))
        return tuple(removed)


def _check_kind(path: Path) -> None:
    if path.is_symlink() and not path.exists():
        raise RunFolderError(f"{path}: is a broken link. Choose another folder with --out.")
    if not path.exists():
        return
    if not path.is_dir():
        raise RunFolderError(f"{path}: is a file, not a folder. Choose another folder with --out.")
    strangers = sorted(entry.name for entry in path.iterdir() if entry.name != _LOCK)
    if strangers and "plan.yaml" not in strangers:
        raise RunFolderError(
            f"{path}: holds other files ({', '.join(strangers[:3])}{', ...' if len(strangers) > 3 else ''}) and no "
            "plan.yaml, so it is not a run folder. Choose an empty or new folder with --out."
        )


def _check_plan(path: Path, plan: str, *, resume: bool) -> None:
    stored = path / "plan.yaml"
    if not stored.exists():
        return
    old = stored.read_text(encoding="utf-8", errors="replace")
    if old != plan:
        raise RunFolderError(
            f"{path}: is the run folder of another plan. It differs in the lines below (- there, + now). "
            "Choose another folder with --out.",
            _difference(old, plan),
        )
    if not resume:
        state = "a finished" if (path / "result.json").exists() else "an unfinished"
        raise RunFolderError(
            f"{path}: holds {state} run of this very plan. Add --resume to use its templates again, "
            "or choose another folder with --out."
        )


def _difference(old: str, new: str, most: int = 12) -> list[str]:
    import difflib

    lines = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[:2] in ("- ", "+ ")]
    return lines[:most] + ([f"... and {len(lines) - most} more"] if len(lines) > most else [])


def _take_lock(lock: int, path: Path) -> None:
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise RunFolderError(f"{path}: another run writes to this folder. Wait for it, or choose another.") from None
