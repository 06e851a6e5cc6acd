"""Writing and hashing files: nothing half-written is ever visible under its final name."""

import errno
import hashlib
import os
import secrets
import stat
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


def read_regular(path: Path, *, most: int) -> bytes:
    """Read a file that nobody vouches for: never waits for a pipe, never reads a device, never more than ``most``.

    Args:
        path: A regular file, or a link to one.
        most: Bytes that it may have.

    Raises:
        OSError: It cannot be read, is no regular file, or is larger; ``strerror`` says which.
    """
    with open(path, "rb", opener=_without_waiting) as stream:
        facts = os.fstat(stream.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "it is a folder, pipe or device; a regular file was expected", str(path))
        content = stream.read(min(facts.st_size, most) + 1)
    if facts.st_size > most or len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most} bytes", str(path))
    return content


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces; memory does not grow with the file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
