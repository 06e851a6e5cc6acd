"""How long ``evalharness --help`` takes, beside an interpreter that does nothing.

    python benchmarks/startup.py

Each is run eleven times, in turn, in a fresh process; the first round warms the disk cache and is not
counted. The aim: ``--help`` in under 0.3 s.
"""

import statistics
import subprocess
import sys
import time

_COMMANDS = {
    "evalharness --help": ["-c", "from evalharness.cli import main; main()", "--help"],
    "python -c pass": ["-c", "pass"],
}
_ROUNDS = 11


def main() -> None:
    seconds: dict[str, list[float]] = {name: [] for name in _COMMANDS}
    for _ in range(_ROUNDS):
        for name, arguments in _COMMANDS.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
            seconds[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(times[1:]) for name, times in seconds.items()}
    for name, median in medians.items():
        print(f"{name:<20} median {median * 1000:6.0f} ms, fastest {min(seconds[name][1:]) * 1000:6.0f} ms")
    harness, bare = medians.values()
    print(f"ratio {harness / bare:.1f}; {'under' if harness < 0.3 else 'over'} the aim of 300 ms")


if __name__ == "__main__":
    main()
