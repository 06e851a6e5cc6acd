"""The command line of the coverage study."""

import argparse
import datetime
import os
import platform
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import scipy

from . import peer_check
from .cases import FITTED, GROUPS, RATE, RATIO, all_cases, quick_cases
from .document import RunFacts, document
from .running import CIMAT, FAIRLEARN, OURS, PAIRS, run

_QUICK_DRAWS, _SEED = 20, 2026
_SECONDS = {RATE: 0.006, RATIO: 0.045, GROUPS: 0.2, FITTED: 0.14}  # of a draw on one idle core, all methods


def main(arguments: list[str] | None = None) -> int:
    """Run the study and write or print its document."""
    options = _parser().parse_args(arguments)
    began = time.monotonic()
    peers, checks = [PAIRS], []
    for name, column in (("fairlearn", FAIRLEARN), ("cimat", CIMAT)):
        if peer_check.installed()[name]:
            checks.append(peer_check.check(name, seed=options.seed))
            peers.append(column)
        else:
            checks.append(f"{name}: not installed, column left out")
        print(checks[-1], file=sys.stderr)
    cases = quick_cases(_QUICK_DRAWS) if options.quick else all_cases()
    cases = tuple(replace(case, draws=max(1, round(case.draws * options.share))) for case in cases)
    seconds = sum(_SECONDS[case.section] * case.draws for case in cases) / max(1, options.workers)
    print(f"expected: about {seconds / 60:.1f} minutes if {options.workers} cores are idle", file=sys.stderr)
    methods = (OURS, *peers)
    answers = run(cases, methods=methods, seed=options.seed, workers=options.workers, folder=options.resume)
    text = document(answers, peers, _facts(options, time.monotonic() - began, checks))
    if options.write is None:
        print(text)
    else:
        options.write.write_text(text, encoding="utf-8")
    return 0


def _facts(options: argparse.Namespace, seconds: float, checks: list[str]) -> RunFacts:
    """What the document says of the run: nothing that names a machine or a folder."""
    given = [f"--seed {options.seed}"] if options.seed != _SEED else []
    given += [f"--share {options.share:g}"] if options.share != 1 else []
    given += ["--quick"] if options.quick else []
    return RunFacts(
        command=" ".join(["python benchmarks/coverage.py", *given, "--write docs/validation.md"]),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        seed=options.seed,
        workers=options.workers,
        cores=os.cpu_count() or 1,
        seconds=seconds,
        resumed=options.resume is not None,
        versions=f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}",
        checks=checks,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="How often the intervals of the harness hold a truth that is known.")
    parser.add_argument("--write", type=Path, help="the document; without it, it is printed")
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--workers", type=int, default=2, help="processes; the numbers do not depend on it")
    parser.add_argument("--share", type=float, default=1.0, help="of the draws, for a faster and coarser run")
    parser.add_argument("--quick", action="store_true", help="a few populations, few draws: a trial in seconds")
    parser.add_argument("--resume", type=Path, help="a folder for partial answers: started again, a run goes on there")
    return parser
