"""Do the synthetic faces do their job? Detection rate and equal error rate of dlib for every tone, and render time.

    python benchmarks/synthetic_quality.py --subjects 1000 --captures 5 --seed 20261122

dlib's HOG detector (no upsampling), 5-point alignment and ResNet descriptor (euclidean distance) look at pictures
rendered in memory. The largest face counts; a picture without one is missed. Acceptance: at least 97 % found on
every tone; EER between 3 % and 15 % overall and within every tone; at most 0.1 s of CPU time a picture.
Tune on other seeds than the one that is reported.
"""

import argparse
import importlib.util
import io
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evalharness.synthetic.render import build_head, render, subject_capture, subject_identity, subject_labels
from evalharness.synthetic.tones import TONES

MIN_DETECTION, EER_RANGE, MAX_SECONDS = 0.97, (0.03, 0.15), 0.1
USUAL_DISTANCE = 0.6
FloatArray = NDArray[np.float64]


class Dlib:
    """Detector, 5-point alignment and descriptor as dlib ships them."""

    def __init__(self) -> None:
        import dlib

        spec = importlib.util.find_spec("face_recognition_models")
        if spec is None or spec.origin is None:
            raise SystemExit("The models of dlib are missing: pip install 'evalharness[dlib]'")
        models = Path(spec.origin).parent / "models"
        self._detector = dlib.get_frontal_face_detector()
        self._landmarks = dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
        self._descriptor = dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))

    def describe(self, pixels: NDArray[np.uint8]) -> FloatArray | None:
        """Descriptor (128,) of the largest face; None where none is found."""
        boxes = self._detector(pixels, 0)
        if not boxes:
            return None
        shape = self._landmarks(pixels, max(boxes, key=lambda box: box.area()))
        return np.asarray(self._descriptor.compute_face_descriptor(pixels, shape))


@dataclass
class Sight:
    """What dlib made of the pictures."""

    subject: NDArray[np.int64]  # (n,)
    tone: NDArray[np.int64]  # (n,) index into TONES
    found: NDArray[np.bool_]  # (n,)
    vectors: FloatArray  # (n found, 128)
    seconds: float  # CPU time of rendering, all pictures


def pictures(subjects: range, captures: int, seed: int) -> Iterator[tuple[int, bytes, float]]:
    """Subject, JPEG and CPU seconds of every picture; the head's share goes to its first one."""
    for subject in subjects:
        start = time.process_time()
        head = build_head(subject_identity(seed, subject))
        for capture in range(captures):
            picture = render(head, subject_capture(seed, subject, capture))
            now = time.process_time()
            yield subject, picture, now - start
            start = time.process_time()


def look(subjects: range, captures: int, seed: int) -> Sight:
    """Render and describe every picture, one after the other."""
    system, total = Dlib(), len(subjects) * captures
    owner, found, vectors, seconds = [], [], [], 0.0
    for subject, picture, cost in pictures(subjects, captures, seed):
        vector = system.describe(np.asarray(Image.open(io.BytesIO(picture))))
        owner.append(subject)
        found.append(vector is not None)
        seconds += cost
        if vector is not None:
            vectors.append(vector)
        if len(owner) % 500 == 0:
            print(f"{len(owner)} of {total} pictures", file=sys.stderr, flush=True)
    tone = np.array([TONES.index(subject_labels(subject)[0]) for subject in owner])
    return Sight(np.array(owner), tone, np.array(found), np.array(vectors), seconds)


def equal_error_rate(mated: FloatArray, non_mated: FloatArray) -> float:
    """Mean of FMR and FNMR (distances) where they are closest."""
    grid = np.unique(mated)
    fnmr = 1 - np.searchsorted(np.sort(mated), grid, side="right") / len(mated)
    fmr = np.searchsorted(np.sort(non_mated), grid, side="right") / len(non_mated)
    best = int(np.argmin(np.abs(fmr - fnmr)))
    return float((fmr[best] + fnmr[best]) / 2)


class Errors(NamedTuple):
    """Error rates of dlib over all pairs of some pictures."""

    eer: float
    usual_fmr: float  # at dlib's usual threshold
    mated: int
    non_mated: int


def errors_of(sight: Sight, chosen: NDArray[np.bool_]) -> Errors:
    """Compare every pair of the chosen pictures in which a face was found."""
    pick = chosen[sight.found]
    vectors, subject = sight.vectors[pick].astype(np.float32), sight.subject[sight.found][pick]
    squares = (vectors**2).sum(1)
    rows, columns = np.triu_indices(len(vectors), 1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * vectors @ vectors.T, 0))[rows, columns]
    mated = subject[rows] == subject[columns]
    fmr = float((distances[~mated] <= USUAL_DISTANCE).mean())
    return Errors(equal_error_rate(distances[mated], distances[~mated]), fmr, int(mated.sum()), int((~mated).sum()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=1000)
    parser.add_argument("--captures", type=int, default=5)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--first", type=int, default=0, help="number of the first subject")
    options = parser.parse_args()
    sight = look(range(options.first, options.first + options.subjects), options.captures, options.seed)
    count, faults = len(sight.subject), []
    seconds = sight.seconds / count
    print(f"seed {options.seed}: {options.subjects} subjects x {options.captures} captures = {count} pictures")
    print("| tone | pictures | found | EER within | mated | non-mated |\n|---|---|---|---|---|---|")
    masks = [(tone, sight.tone == number) for number, tone in enumerate(TONES)]
    for name, mask in [*masks, ("all", np.ones(count, bool))]:
        rate = float(sight.found[mask].mean())
        errors = errors_of(sight, mask)
        print(f"| {name} | {mask.sum()} | {rate:.2%} | {errors.eer:.2%} | {errors.mated} | {errors.non_mated} |")
        if rate < MIN_DETECTION or not EER_RANGE[0] <= errors.eer <= EER_RANGE[1]:
            faults.append(name)
    print(f"FMR at distance {USUAL_DISTANCE}: {errors.usual_fmr:.1%} of all non-mated pairs")
    print(f"rendering: {seconds * 1000:.1f} ms of CPU time a picture")
    if seconds > MAX_SECONDS:
        faults.append("render time")
    print("outside the acceptance: " + ", ".join(faults) if faults else "every acceptance figure is met")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
