"""The command line of the coverage study."""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

from . import peer_check
from .cases import all_cases, quick_cases
from .document import RunFacts, document
from .running import CIMAT, FAIRLEARN, OURS, PAIRS, run

_QUICK_DRAWS = 20


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
    answers = run(cases, methods=(OURS, *peers), seed=options.seed, workers=options.workers)
    given = sys.argv[1:] if arguments is None else arguments
    command = " ".join(["python benchmarks/coverage.py", *given])
    facts = RunFacts(command, options.seed, options.workers, time.monotonic() - began, checks)
    text = document(answers, peers, facts)
    if options.write is None:
        print(text)
    else:
        options.write.write_text(text, encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="How often the intervals of the harness hold a truth that is known.")
    parser.add_argument("--write", type=Path, help="the document; without it, it is printed")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--workers", type=int, default=2, help="processes; the numbers do not depend on it")
    parser.add_argument("--share", type=float, default=1.0, help="of the draws, for a faster and coarser run")
    parser.add_argument("--quick", action="store_true", help="a few populations, few draws: a trial in seconds")
    return parser
