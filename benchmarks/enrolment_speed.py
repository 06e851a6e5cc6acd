"""The London audit beside a plain single-threaded loop over the same library calls.

    python benchmarks/enrolment_speed.py DATA_ROOT [--system dlib|deepface] [--images N] [--workers N]

DATA_ROOT holds the images of the London set. The loop (decode, find the face, describe it, one image after another)
and the whole audit (``run_audit`` by the example plan with a run folder: digests, enrolment, comparison, statistics,
report) run in turn, each in a fresh process, on the same images; wall and CPU time are those of that process and of
its workers, from start to end, imports included. Reported, all from one run of this script:

- how many times as fast the audit is as the loop (aim: 1.8 for dlib on 2 cores);
- the audit's CPU time by part, clocked within its workers, and the rest (aim: at most 10 % for dlib);
- whether the templates are identical;
- peak memory above what the imports take, for a quarter of the images and for all (aim: the same).

With DeepFace, detector and descriptor are one call, and its own code counts as that call. ``--images N`` takes the
first N images for a quick look. CPU times hold on a busy machine, too; wall times need an idle one.
"""

import argparse
import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
LONDON = ROOT / "datasets_manifest" / "face-research-lab-london-set"


def index_rows(images: int | None) -> list[dict[str, str]]:
    with (LONDON / "files.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))[:images]


def write_plan(folder: Path, system: str, images: int | None) -> Path:
    """The example plan; with a number of images, beside a manifest of the first so many."""
    plan = (ROOT / "examples" / f"london-{system}.yaml").read_text(encoding="utf-8")
    if images is not None:
        lines = (LONDON / "files.csv").read_bytes().splitlines(keepends=True)[: images + 1]
        index = b"".join(lines)
        pinned = hashlib.sha256((LONDON / "files.csv").read_bytes()).hexdigest()
        manifest = (LONDON / "manifest.yaml").read_text(encoding="utf-8")
        manifest = manifest.replace(pinned, hashlib.sha256(index).hexdigest())
        (folder / "files.csv").write_bytes(index)
        (folder / "manifest.yaml").write_text(manifest, encoding="utf-8")
        plan = plan.replace("{id: face-research-lab-london-set}", "{manifest: manifest.yaml}")
    (folder / "plan.yaml").write_text(plan, encoding="utf-8")
    return folder / "plan.yaml"


def read(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def loop_dlib(paths: list[Path]) -> list[np.ndarray]:
    """What a user of dlib would write."""
    import dlib

    from evalharness.systems.weights import LANDMARKS_5, RESNET, dlib_models_folder

    detector = dlib.get_frontal_face_detector()
    landmarks = dlib.shape_predictor(str(dlib_models_folder() / LANDMARKS_5))
    network = dlib.face_recognition_model_v1(str(dlib_models_folder() / RESNET))
    vectors = []
    for path in paths:
        pixels = read(path)
        box = max(detector(pixels, 0), key=lambda box: box.area())
        chip = dlib.get_face_chip(pixels, landmarks(pixels, box), size=150, padding=0.25)
        vectors.append(np.array(network.compute_face_descriptor(chip), dtype=np.float32))
    return vectors


def loop_deepface(paths: list[Path]) -> list[np.ndarray]:
    """What a user of DeepFace would write."""
    from evalharness.systems.weights import LANDMARKS_5, RESNET, dlib_models_folder

    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / ".deepface" / "weights"
        folder.mkdir(parents=True)
        for name in (RESNET, LANDMARKS_5):
            (folder / name).symlink_to(dlib_models_folder() / name)
        os.environ.update(DEEPFACE_HOME=home, DEEPFACE_BACKEND_ENGINE="onnx", DEEPFACE_LOG_LEVEL="50")
        from deepface import DeepFace

        vectors = []
        for path in paths:
            pixels = np.ascontiguousarray(read(path)[:, :, ::-1])
            faces = DeepFace.represent(img_path=pixels, model_name="Dlib", detector_backend="dlib", align=False)
            face = max(faces, key=lambda face: face["facial_area"]["w"] * face["facial_area"]["h"])
            vectors.append(np.array(face["embedding"], dtype=np.float32))
    return vectors


def run_loop(options: argparse.Namespace) -> dict:
    """The fresh process of the loop."""
    paths = [options.root / row["path"] for row in index_rows(options.images)]
    loop = loop_dlib if options.system == "dlib" else loop_deepface
    np.save(options.folder / "loop.npy", np.stack(loop(paths)))
    return {}


def run_harness(options: argparse.Namespace) -> dict:
    """The fresh process of the audit."""
    from functools import partial

    import clocked

    from evalharness import load_plan, pipeline, run_audit

    os.environ["ENROLMENT_SPEED_PARENT"] = str(os.getpid())
    pipeline.read_image = clocked.read_clocked
    pipeline.EnrolmentOptions = partial(pipeline.EnrolmentOptions, load=clocked.load_clocked)
    imported = clocked.memory("VmRSS")
    plan = load_plan(options.folder / "plan.yaml")
    run_options = pipeline.RunOptions(out=options.folder / "run", data_root=options.root, workers=options.workers)
    run_audit(plan, run_options)
    return {"imported": imported, "above": clocked.memory("VmHWM") - imported}


def measure(options: argparse.Namespace, what: str, folder: Path, images: int | None) -> dict:
    """Run one side in a fresh process; wall and CPU seconds of it and of its workers."""
    clocks = folder / "clocks"
    clocks.mkdir(exist_ok=True)
    write_plan(folder, options.system, images)
    command = [sys.executable, __file__, str(options.root), "--system", options.system, "--measure", what]
    command += ["--folder", str(folder)]
    command += ["--images", str(images)] if images else []
    command += ["--workers", str(options.workers)] if options.workers else []
    environment = os.environ | {"PYTHONPATH": str(ROOT), "ENROLMENT_SPEED_CLOCKS": str(clocks)}
    if what == "loop":
        environment |= {"OMP_NUM_THREADS": "1"}
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)  # its workers are counted, as it waits for them
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{what}: exit {process.returncode}")
    workers = [json.loads(path.read_text()) for path in sorted(clocks.glob("*.json"))]
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "workers": workers, **json.loads(output)}


def templates(run: Path, rows: list[dict[str, str]]) -> np.ndarray:
    """Templates of a run folder in index order."""
    vectors = []
    for row in rows:
        (entry,) = (run / "templates").rglob(f"{row['sha256']}.entry")
        _, _, vector = entry.read_bytes()[:-32].partition(b"\n")
        vectors.append(np.load(io.BytesIO(vector), allow_pickle=False))
    return np.stack(vectors)


def report(options: argparse.Namespace) -> None:
    rows = index_rows(options.images)
    few = max(2, len(rows) // 4)
    with tempfile.TemporaryDirectory() as work:
        folders = {name: Path(work) / name for name in ("loop", "all", "few")}
        for folder in folders.values():
            folder.mkdir()
        loop = measure(options, "loop", folders["loop"], options.images)
        audit = measure(options, "harness", folders["all"], options.images)
        identical = np.array_equal(np.load(folders["loop"] / "loop.npy"), templates(folders["all"] / "run", rows))
        quarter = measure(options, "harness", folders["few"], few)
    print(f"{options.system}, {len(rows)} images, {len(audit['workers'])} workers, templates identical: "
          f"{'yes' if identical else 'NO'}")  # fmt: skip
    print(f"loop   wall {loop['wall']:7.1f} s   CPU {loop['cpu']:7.1f} s")
    print(f"audit  wall {audit['wall']:7.1f} s   CPU {audit['cpu']:7.1f} s")
    print(f"the audit is {loop['wall'] / audit['wall']:.2f} times as fast")
    print_shares(audit)
    print_memory(quarter, audit, few, len(rows))


def print_shares(audit: dict) -> None:
    rest = audit["cpu"]
    for part in dict.fromkeys(part for worker in audit["workers"] for part in worker["parts"]):
        seconds = sum(worker["parts"].get(part, 0.0) for worker in audit["workers"])
        rest -= seconds
        print(f"CPU of the audit: {part:23} {seconds:7.1f} s {100 * seconds / audit['cpu']:6.1f} %")
    print(f"CPU of the audit: {'the rest':23} {rest:7.1f} s {100 * rest / audit['cpu']:6.1f} %")


def print_memory(quarter: dict, audit: dict, few: int, images: int) -> None:
    def largest_worker(run: dict) -> float:
        return max(worker["above"] for worker in run["workers"])

    for process, found in (("main process", lambda run: run["above"]), ("largest worker", largest_worker)):
        print(f"peak memory above the imports, {process}: {found(quarter):.0f} MiB for {few} images, "
              f"{found(audit):.0f} MiB for {images}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--system", choices=("dlib", "deepface"), default="dlib")
    parser.add_argument("--images", type=int)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--measure", choices=("loop", "harness"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is None:
        report(options)
    else:
        print(json.dumps(run_loop(options) if options.measure == "loop" else run_harness(options)))


if __name__ == "__main__":
    main()
