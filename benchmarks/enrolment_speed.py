"""Enrolment by the harness beside a plain single-threaded loop over the same library calls.

    python benchmarks/enrolment_speed.py DATA_ROOT [--system dlib|deepface] [--limit N] [--workers N]

DATA_ROOT is any folder with ``.jpg`` files, for instance that of the London set. Loop and harness run in turn,
each in a fresh process, on the same files; the ratios come from one run. Reported:

- wall time of each, and how many times as fast the harness is;
- the share of the harness's CPU time (start of the workers included) that is spent outside decoding, detector
  and descriptor, whose CPU times are taken from the loop;
- whether the templates are identical;
- peak memory of the harness for a quarter of the files and for all, which should be the same.

CPU times hold on a busy machine, too; wall times need an idle one.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

DECODE, DETECT, DESCRIBE = "decoding", "detector", "descriptor"


def paths_below(root: Path, limit: int | None) -> list[Path]:
    return sorted(root.rglob("*.jpg"))[:limit]


class Stopwatch:
    """CPU seconds of this process by part."""

    def __init__(self):
        self.parts: dict[str, float] = {}
        self._last = time.process_time()

    def lap(self, part: str) -> None:
        """Put the CPU time since the last lap down to a part."""
        now = time.process_time()
        self.parts[part] = self.parts.get(part, 0.0) + now - self._last
        self._last = now


def read(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def loop_dlib(paths: list[Path]) -> tuple[list[np.ndarray], dict[str, float]]:
    """What a user of dlib would write."""
    import dlib

    from evalharness.systems.weights import LANDMARKS_5, RESNET, dlib_models_folder

    detector = dlib.get_frontal_face_detector()
    landmarks = dlib.shape_predictor(str(dlib_models_folder() / LANDMARKS_5))
    network = dlib.face_recognition_model_v1(str(dlib_models_folder() / RESNET))
    vectors, watch = [], Stopwatch()
    for path in paths:
        pixels = read(path)
        watch.lap(DECODE)
        boxes = detector(pixels, 0)
        watch.lap(DETECT)
        box = max(boxes, key=lambda box: box.area())
        chip = dlib.get_face_chip(pixels, landmarks(pixels, box), size=150, padding=0.25)
        vectors.append(np.array(network.compute_face_descriptor(chip), dtype=np.float32))
        watch.lap(DESCRIBE)
    return vectors, watch.parts


def loop_deepface(paths: list[Path]) -> tuple[list[np.ndarray], dict[str, float]]:
    """What a user of DeepFace would write."""
    from evalharness.systems.weights import LANDMARKS_5, RESNET, dlib_models_folder

    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / ".deepface" / "weights"
        folder.mkdir(parents=True)
        for name in (RESNET, LANDMARKS_5):
            (folder / name).symlink_to(dlib_models_folder() / name)
        os.environ.update(DEEPFACE_HOME=home, DEEPFACE_BACKEND_ENGINE="onnx", DEEPFACE_LOG_LEVEL="50")
        from deepface import DeepFace

        DeepFace.build_model("Dlib")
        DeepFace.build_model("dlib", task="face_detector")
        vectors, watch = [], Stopwatch()
        for path in paths:
            pixels = np.ascontiguousarray(read(path)[:, :, ::-1])
            watch.lap(DECODE)
            faces = DeepFace.represent(img_path=pixels, model_name="Dlib", detector_backend="dlib", align=False)
            face = max(faces, key=lambda face: face["facial_area"]["w"] * face["facial_area"]["h"])
            vectors.append(np.array(face["embedding"], dtype=np.float32))
            watch.lap(DETECT)  # represent does both
    return vectors, watch.parts


def harness(system: str, paths: list[Path], root: Path, workers: int | None) -> np.ndarray:
    from evalharness.files import sha256_of
    from evalharness.plan import DeepFaceSystem, DlibSystem
    from evalharness.records import Sample, Samples, TwoFaces
    from evalharness.samples import PIXEL_LIMIT, read_image
    from evalharness.systems import EnrolmentOptions, enrol

    specs = {
        "dlib": DlibSystem(kind="dlib"),
        "deepface": DeepFaceSystem(kind="deepface", model="Dlib", detector="dlib", align=False, distance="euclidean"),
    }
    rows = [
        Sample(str(i), path.relative_to(root).as_posix(), str(i), sha256_of(path), {}) for i, path in enumerate(paths)
    ]
    with tempfile.TemporaryDirectory() as store:
        enrolment = enrol(
            Samples.of(rows),
            spec=specs[system],
            two_faces=TwoFaces.LARGEST,
            root=root,
            store_folder=Path(store),
            options=EnrolmentOptions(read=read_image, pixel_limit=PIXEL_LIMIT, workers=workers),
        )
    return enrolment.templates


def measure(options: argparse.Namespace) -> None:
    """Run one side and print what it took; this is the fresh process."""
    began = time.perf_counter()
    paths = paths_below(options.root, options.limit)
    parts: dict[str, float] = {}
    if options.measure == "loop":
        loop = loop_dlib if options.system == "dlib" else loop_deepface
        vectors, parts = loop(paths)
    else:
        vectors = harness(options.system, paths, options.root, options.workers)
    wall = time.perf_counter() - began
    np.save(options.out, np.stack(vectors))
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in (own, children))
    peaks = {"parent": own.ru_maxrss / 1024, "largest worker": children.ru_maxrss / 1024}
    print(json.dumps({"wall": wall, "cpu": cpu, "parts": parts, "peak_mib": peaks, "images": len(paths)}))


def run(options: argparse.Namespace, what: str, out: Path, limit: int | None) -> dict:
    command = [sys.executable, __file__, str(options.root), "--system", options.system, "--measure", what]
    command += ["--out", str(out)]
    command += ["--limit", str(limit)] if limit else []
    command += ["--workers", str(options.workers)] if options.workers else []
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def report(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "ours.npy", Path(folder) / "theirs.npy"
        loop = run(options, "loop", theirs, options.limit)
        full = run(options, "harness", ours, options.limit)
        identical = bool(np.array_equal(np.load(ours), np.load(theirs)))
        quarter = run(options, "harness", Path(folder) / "quarter.npy", max(1, full["images"] // 4))
    useful = sum(loop["parts"].values())
    print(f"{options.system}: {full['images']} images, {options.workers or len(os.sched_getaffinity(0))} workers")
    print(f"loop     wall {loop['wall']:7.1f} s   CPU {loop['cpu']:7.1f} s")
    print("         " + ", ".join(f"{part} {seconds:.1f} s" for part, seconds in loop["parts"].items()))
    print(f"harness  wall {full['wall']:7.1f} s   CPU {full['cpu']:7.1f} s")
    print(f"ratio of wall times: {loop['wall'] / full['wall']:.2f} times as fast")
    print(f"CPU outside decoding, detector and descriptor: {100 * (1 - useful / full['cpu']):.1f} %")
    print(f"templates identical: {'yes' if identical else 'NO'}")
    for process, peak in full["peak_mib"].items():
        print(f"peak memory, {process}: {quarter['peak_mib'][process]:.0f} MiB for {quarter['images']} images, "
              f"{peak:.0f} MiB for {full['images']}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--system", choices=("dlib", "deepface"), default="dlib")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--measure", choices=("loop", "harness"), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options)
    else:
        report(options)


if __name__ == "__main__":
    main()
