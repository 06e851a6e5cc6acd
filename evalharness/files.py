"""Writing and hashing files: nothing half-written is ever visible under its final name."""

import errno
import hashlib
import os
import secrets
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
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
        try:
            with temporary.open("xb") as stream:  # with the user's own permissions, unlike tempfile
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
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
