"""Parquet files that would take gigabytes, and the memory that a fresh process takes to refuse them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_CODE = """
import json, sys
from pathlib import Path
import pyarrow.parquet
from evalharness.errors import SystemInputError
from evalharness.plan import ScoresSystem, TemplatesSystem
from evalharness.systems import read_scores, read_templates
from tests.systems.fakes import samples_named

def memory(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) // 1024

def read(path):
    if path.name.startswith("scores"):
        return read_scores(ScoresSystem(kind="scores", file=path, score="similarity"), SAMPLES)
    system = dict(kind="templates", vectors=path, ids=path.with_name("ids.csv"), comparator="cosine")
    return read_templates(TemplatesSystem(**system), SAMPLES)

SAMPLES = samples_named("a", "b", "c")
found = {}
for name in sys.argv[1:]:
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again
    try:
        read(Path(name))
        faults = []
    except SystemInputError as error:
        faults = list(error.faults)
    found[Path(name).name] = (faults, memory("VmHWM") - before)
print(json.dumps(found))
"""


def refuse(paths: list[Path]) -> dict[str, tuple[list[str], int]]:
    """Faults of each file, and MiB that reading it took at most; they are read in one fresh process."""
    (paths[0].parent / "ids.csv").write_text("sample\na\nb\nc\n")
    command = [sys.executable, "-c", _CODE, *map(str, paths)]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found = json.loads(finished.stdout)
    return {name: (faults, peak) for name, (faults, peak) in found.items()}


def long_list(path: Path, count: int) -> Path:
    """Three rows, of which one is a list of zeros; one page of a few bytes."""
    zeros = pa.array(np.zeros(count, dtype=np.float32))
    lists = pa.ListArray.from_arrays(pa.array([0, 0, 0, count], pa.int32()), zeros)
    pq.write_table(pa.table({"vector": lists}), path, compression="zstd", data_page_size=1 << 30)
    return path


def deny(path: Path, count: int, claim: int) -> Path:
    """The same file with a footer that claims fewer values: the number is overwritten in its own length."""
    content = path.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    old = _varint(2 * count)
    new = _varint(2 * claim)
    new = (
        bytes([*(byte | 0x80 for byte in new), *[0x80] * (len(old) - len(new) - 1), 0]) if len(new) < len(old) else new
    )
    place = content.index(old, footer)
    altered = path.with_name(f"denied-{path.name}")
    altered.write_bytes(content[:place] + new + content[place + len(old) :])
    return altered


def _varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def long_names(path: Path, count: int, length: int, **options: object) -> Path:
    """Rows that repeat one giant name."""
    table = pa.table({"probe": ["x" * length] * count, "reference": ["b"] * count, "score": [0.5] * count})
    pq.write_table(table, path, compression="zstd", **options)
    return path


def many_rows(path: Path, count: int) -> Path:
    """The same row over and over: run lengths of a few bytes."""
    code = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, dtype=np.int32)), pa.array(["a"]))
    table = pa.table({"probe": code, "reference": code, "score": pa.array(np.zeros(count))})
    pq.write_table(table, path, compression="zstd", row_group_size=count)
    return path
