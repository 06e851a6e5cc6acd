"""Writing and hashing files: nothing half-written is ever visible under its final name."""

import errno
import hashlib
import os
import tempfile
from pathlib import Path

from evalharness.errors import RunError


def write_atomic(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``: temporary file beside it, fsync, rename.

    Args:
        path: Final name; its folder is made when missing.
        content: The whole file.

    Raises:
        RunError: The disk is full or the folder cannot be written; what was there before is untouched.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RunError(_cannot_write(path, error)) from error


def _cannot_write(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path}: the disk is full. What was computed is kept: make room and run again with --resume."
    return f"{path}: cannot be written: {error.strerror}. Choose a folder that you may write to."


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces; memory does not grow with the file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
