"""A cheap face system and reader for tests of enrolment; worker processes import them by name."""

import os
import signal
import time
from pathlib import Path

import numpy as np

from evalharness.plan import DlibSystem
from evalharness.records import (
    AcquisitionFailure,
    Comparator,
    DatasetFault,
    FailureReason,
    FaultReason,
    Image,
    Sample,
    Samples,
    SystemIdentity,
    Template,
    TwoFaces,
)
from evalharness.systems import EnrolmentOptions, enrol

PIXEL_LIMIT = 1000
SPEC = DlibSystem(kind="dlib")  # handed through; the fake system asks it nothing


class FakeSystem:
    """The sample's name decides: ``noface*``, ``broken*``, ``killed*``, ``once*`` and ``slow*`` are special."""

    def __init__(self, spec, two_faces):
        self.two_faces = two_faces

    @property
    def identity(self):
        return SystemIdentity(
            kind="fake",
            name="fake",
            version="1",
            score_kind=Comparator.COSINE.score_kind,
            comparator=Comparator.COSINE,
            settings={"two_faces": self.two_faces.value},
        )

    def enrol(self, images):
        return [self._enrol(image) for image in images]

    def _enrol(self, image):
        if image.sample.startswith("noface"):
            return AcquisitionFailure(FailureReason.NO_FACE, "none drawn")
        if image.sample.startswith("broken"):
            raise ZeroDivisionError("the model broke")
        if image.sample.startswith("killed"):
            os.kill(os.getpid(), signal.SIGKILL)
        return Template(image.pixels.reshape(-1)[:8].astype(np.float32))


def load_fake(spec, two_faces):
    return FakeSystem(spec, two_faces)


def read_fake(root: Path, sample: Sample, *, pixel_limit: int):
    """Pixels from the sample's digest; the folder ``calls`` keeps one file for each reading."""
    assert pixel_limit == PIXEL_LIMIT
    calls = root / "calls"
    calls.mkdir(exist_ok=True)
    (calls / f"{sample.sample}-{os.getpid()}-{time.monotonic_ns()}").touch()
    if sample.sample.startswith("once") and len(list(calls.glob(f"{sample.sample}-*"))) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if sample.sample.startswith("slow"):
        time.sleep(0.05)
    if sample.sample.startswith("fault"):
        return DatasetFault(FaultReason.UNDECODABLE, "not a picture")
    content = np.frombuffer(bytes.fromhex(sample.sha256), dtype=np.uint8)
    return Image(sample.sample, content[:27].reshape(3, 3, 3))


def samples_named(*names: str) -> Samples:
    """One subject a sample; digests follow from the names."""
    import hashlib

    return Samples.of(
        [
            Sample(name, f"{name}.png", f"subject {name}", hashlib.sha256(name.encode()).hexdigest(), {})
            for name in names
        ]
    )


def readings(root: Path) -> list[str]:
    """Names of the samples that were read, sorted."""
    return sorted(path.name.split("-")[0] for path in (root / "calls").glob("*"))


def worker_pids(root: Path) -> set[int]:
    return {int(path.name.split("-")[1]) for path in (root / "calls").glob("*")}


def alive(pid: int) -> bool:
    """Whether a process still runs; one that ended and was not yet reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def fake_enrol(samples, root, *, workers=2, progress=None, two_faces=TwoFaces.LARGEST):
    root.mkdir(exist_ok=True)
    extra = {} if progress is None else {"progress": progress}
    options = EnrolmentOptions(read=read_fake, pixel_limit=PIXEL_LIMIT, workers=workers, load=load_fake, **extra)
    return enrol(samples, spec=SPEC, two_faces=two_faces, root=root, store_folder=root / "templates", options=options)


def content(folder):
    """Every file except durations, which no two runs share."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".seconds")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def assert_same(one, other):
    assert one.identity == other.identity
    np.testing.assert_array_equal(one.enrolled, other.enrolled)
    assert one.templates.tobytes() == other.templates.tobytes()
    assert (one.failures, one.faults) == (other.failures, other.faults)
