"""The template store: what became of each sample, one file each, so that no image is enrolled twice.

    templates/<identity digest>/identity.json
    templates/<identity digest>/<first two hex digits>/<SHA-256 of the sample's file>.entry
    templates/<identity digest>/<first two hex digits>/<SHA-256 of the sample's file>.seconds

An entry is one line of JSON (the outcome), the vector as ``.npy`` without pickle if there is one, and a
SHA-256 over both and over the key. An entry that is truncated, altered, or moved to another name is as good as
absent: the sample is enrolled again. How long that took stands beside it, so that entries are the same
bytes however fast they were made. Entries are biometric data; ``purge_templates`` removes those of a sample.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import numpy as np

from evalharness.files import write_atomic
from evalharness.records import (
    AcquisitionFailure,
    DatasetFault,
    FailureReason,
    FaultReason,
    SystemIdentity,
    Template,
    frozen,
)
from evalharness.systems.protocol import Outcome
from evalharness.systems.timing import SampleSeconds, dump_seconds, parse_seconds

_FORMAT = "evalharness template store 1"
_SUFFIX = ".entry"
_SECONDS = ".seconds"
_DIGEST_BYTES = 32


def identity_document(identity: SystemIdentity, *, pixel_limit: int) -> str:
    """Everything that decides what an image's template is, as canonical JSON: sorted keys, no spaces.

    Besides the identity, that is the pixel limit and the library that decodes images.
    """
    document = {
        "format": _FORMAT,
        "kind": identity.kind,
        "name": identity.name,
        "version": identity.version,
        "comparator": identity.comparator,
        "score_kind": identity.score_kind,
        "weights": [[file.name, file.sha256] for file in identity.weights],
        "settings": dict(identity.settings),
        "pixel_limit": pixel_limit,
        "decoder": f"pillow {metadata.version('pillow')}",
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class TemplateStore:
    """The outcomes of one system identity below a ``templates`` folder."""

    def __init__(self, folder: Path, identity: SystemIdentity, *, pixel_limit: int) -> None:
        """Name the place; nothing is read or written yet."""
        self._document = identity_document(identity, pixel_limit=pixel_limit)
        self._key = hashlib.sha256(self._document.encode()).hexdigest()
        self.folder = folder / self._key[:32]

    def prepare(self) -> None:
        """Say whose templates these are, and remove what a killed process left half-written."""
        write_atomic(self.folder / "identity.json", self._document.encode() + b"\n")
        self.sweep()

    def sweep(self) -> None:
        """Remove half-written files; only while nothing writes."""
        for leftover in self.folder.glob("**/.*.tmp"):
            leftover.unlink(missing_ok=True)

    def read(self, sha256: str) -> Outcome | None:
        """The outcome for the file with this digest, or None if it is absent or cannot be trusted."""
        try:
            content = self._path(sha256).read_bytes()
        except OSError:
            return None
        body, seal = content[:-_DIGEST_BYTES], content[-_DIGEST_BYTES:]
        if len(content) <= _DIGEST_BYTES or seal != self._seal(sha256, body):
            return None
        return _decode(body)

    def write(self, sha256: str, outcome: Outcome) -> None:
        """Keep an outcome.

        Raises:
            RunError: The disk is full or the folder cannot be written.
        """
        body = _encode(outcome)
        write_atomic(self._path(sha256), body + self._seal(sha256, body))

    def read_seconds(self, sha256: str) -> SampleSeconds | None:
        """How long this file took when it was enrolled; None where that was not kept."""
        try:
            return parse_seconds(self._path(sha256).with_suffix(_SECONDS).read_bytes())
        except OSError:
            return None

    def write_seconds(self, sha256: str, seconds: SampleSeconds) -> None:
        """Keep how long a file took, after its outcome; a duration that cannot be written stops nothing."""
        with suppress(OSError):
            self._path(sha256).with_suffix(_SECONDS).write_bytes(dump_seconds(seconds))

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / f"{sha256}{_SUFFIX}"

    def _seal(self, sha256: str, body: bytes) -> bytes:
        return hashlib.sha256(b"\0".join((self._key.encode(), sha256.encode(), body))).digest()


def purge_templates(folder: Path, sha256: str) -> int:
    """Remove every entry of one sample's file, of every system, from a ``templates`` folder.

    Args:
        folder: The ``templates`` folder of a run.
        sha256: Digest of the sample's file, as in the dataset index.

    Returns:
        How many files were removed, half-written ones and durations included.
    """
    name = f"{sha256}{_SUFFIX}"
    patterns = (name, f".{name}.*.tmp", f"{sha256}{_SECONDS}")
    found = [path for pattern in patterns for path in folder.glob(f"*/{sha256[:2]}/{pattern}")]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _encode(outcome: Outcome) -> bytes:
    if isinstance(outcome, Template):
        stream = io.BytesIO()
        np.save(stream, outcome.vector, allow_pickle=False)
        return _header(outcome="template") + stream.getvalue()
    kind = "failure" if isinstance(outcome, AcquisitionFailure) else "fault"
    return _header(outcome=kind, reason=outcome.reason.value, detail=outcome.detail)


def _header(**fields: str) -> bytes:
    return json.dumps(fields, sort_keys=True).encode() + b"\n"


def _decode(body: bytes) -> Outcome:
    """The outcome in a body whose seal is right, so it is as we wrote it."""
    line, _, payload = body.partition(b"\n")
    header: Mapping[str, str] = json.loads(line)
    if header["outcome"] == "template":
        return Template(frozen(np.load(io.BytesIO(payload), allow_pickle=False)))
    if header["outcome"] == "failure":
        return AcquisitionFailure(FailureReason(header["reason"]), header["detail"])
    return DatasetFault(FaultReason(header["reason"]), header["detail"])
