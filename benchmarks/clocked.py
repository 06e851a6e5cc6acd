"""CPU time by part and memory of the worker processes of an audit; workers import these functions by name."""

import json
import os
import time
from collections.abc import Callable
from multiprocessing import util
from pathlib import Path

from evalharness.samples import read_image
from evalharness.systems import load_system

FOLDER = "ENROLMENT_SPEED_CLOCKS"  # environment variable: where each worker leaves its numbers
DECODE, DETECT, DESCRIBE, BOTH = "decoding", "detector", "descriptor", "detector and descriptor"

parts: dict[str, float] = {}
"""CPU seconds of this process."""


def clocked(function: Callable, part: str) -> Callable:
    """The same function, its CPU time added to a part."""

    def call(*args, **kwargs):
        began = time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            parts[part] = parts.get(part, 0.0) + time.process_time() - began

    return call


def memory(name: str) -> float:
    """MiB of this process: ``VmRSS`` now, ``VmHWM`` at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1]) / 1024


def read_clocked(root, sample, *, pixel_limit):
    """``read_image``, which also compares the digest of what it decodes."""
    return clocked(read_image, DECODE)(root, sample, pixel_limit=pixel_limit)


def load_clocked(spec, two_faces):
    """``load_system`` with the library's calls clocked; in a worker it also leaves the numbers at the end."""
    system = load_system(spec, two_faces)
    if os.environ["ENROLMENT_SPEED_PARENT"] == str(os.getpid()):
        return system
    if spec.kind == "dlib":
        clock_dlib()
    else:
        with system._session.open():  # imports DeepFace
            system.enrol = clocked(system.enrol, BOTH)
    util.Finalize(None, leave, args=(memory("VmRSS"),), exitpriority=1)
    return system


def leave(imported: float) -> None:
    numbers = {"parts": parts, "imported": imported, "above": memory("VmHWM") - imported}
    (Path(os.environ[FOLDER]) / f"{os.getpid()}.json").write_text(json.dumps(numbers))


def clock_dlib() -> None:
    """Put clocks on the calls of dlib that find and describe a face."""
    import dlib

    make_detector, make_landmarks = dlib.get_frontal_face_detector, dlib.shape_predictor
    make_descriptor = dlib.face_recognition_model_v1
    dlib.get_frontal_face_detector = lambda: Detector(make_detector())
    dlib.shape_predictor = lambda path: clocked(make_landmarks(path), DESCRIBE)
    dlib.get_face_chip = clocked(dlib.get_face_chip, DESCRIBE)
    dlib.face_recognition_model_v1 = lambda path: Descriptor(make_descriptor(path))


class Detector:
    """dlib's detector."""

    def __init__(self, detector):
        self.run = clocked(detector.run, DETECT)


class Descriptor:
    """dlib's network."""

    def __init__(self, network):
        self.compute_face_descriptor = clocked(network.compute_face_descriptor, DESCRIBE)
