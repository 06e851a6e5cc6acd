"""How fast a CUDA device counts all pairs of a million templates, against its own matrix product.

    python benchmarks/comparison_gpu.py [TEMPLATES]

Prints the rate of ``tasks.verification.count`` and that of true float32 products (no TF32) of the same blocks.
Without a device it says "not measured" and ends with status 2. Templates are random.
"""

import sys
import time
from pathlib import Path

# The script's own folder holds coverage.py, which would hide the module of that name from numba.
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]

import numpy as np

from evalharness.comparison import CompareOptions
from evalharness.records import (
    Comparator,
    Enrolment,
    Group,
    OperatingPointSpec,
    Partition,
    Policy,
    Sample,
    Samples,
    SystemIdentity,
)
from evalharness.tasks.verification import count

DIMENSIONS, GROUPS, IMAGES, BLOCK = 512, 8, 2, 8192


def main(n: int) -> int:
    try:
        import torch
    except ImportError:
        print("not measured: torch is not installed")
        return 2
    if not torch.cuda.is_available():
        print("not measured: no CUDA device")
        return 2
    templates = np.random.default_rng(n).standard_normal((n, DIMENSIONS), dtype=np.float32)
    bare = _bare(torch.from_numpy(templates[: 8 * BLOCK]).cuda())
    rows = tuple(Sample(f"s{i}", "", str(i // IMAGES), "", {}) for i in range(n))
    identity = SystemIdentity("templates", "random", "1", Comparator.COSINE.score_kind, Comparator.COSINE)
    enrolment = Enrolment(identity, np.ones(n, dtype=np.bool_), templates, {}, {})
    groups = Partition(("g",), tuple(Group((("g", str(k)),)) for k in range(GROUPS)), np.arange(n) // IMAGES % GROUPS)
    point = OperatingPointSpec("vendor", Policy.VENDOR, threshold=0.25)
    began = time.perf_counter()
    options = CompareOptions(backend="torch", block=BLOCK)
    counts = count(Samples.of(rows), enrolment, specs=[point], partitions=[groups], options=options)
    seconds = time.perf_counter() - began
    assert counts.histograms is not None
    pairs = int(counts.histograms.counts.sum())
    assert pairs == n * (n - IMAGES) // 2
    rate = pairs / seconds
    print(f"{torch.cuda.get_device_name()}: n = {n}, {pairs} comparisons in {seconds:.1f} s")
    print(f"engine {rate / 1e6:.0f} M pairs/s, bare product {bare / 1e6:.0f} M pairs/s: {rate / bare:.1%}")
    return 0


def _bare(templates: "torch.Tensor") -> float:  # noqa: F821
    """Pairs a second of products of blocks, values thrown away."""
    import torch

    blocks = templates.split(BLOCK)
    for left in blocks[:2]:  # warm
        left @ blocks[0].T
    torch.cuda.synchronize()
    began = time.perf_counter()
    for left in blocks:
        for right in blocks:
            left @ right.T
    torch.cuda.synchronize()
    return len(templates) ** 2 / (time.perf_counter() - began)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
