"""Drawing every case and asking every method, on any number of processes with the same numbers."""

import multiprocessing
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from evalharness.records import FloatArray

from . import harness, kept, over_groups, peers
from .cases import ALONE, FMR, FNMR, MAX_MIN, RATE, TO_REFERENCE, TOGETHER, Case, Question, group_id
from .drawing import draw, partition_of
from .observed import Observed, observe

OURS, PAIRS, FAIRLEARN, CIMAT = "evalharness", "Wilson on pairs", "fairlearn", "cimat"
TRUTH = "truth"  # beside the methods
_CHUNK = 25  # draws of one piece of work


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work: some draws of one case."""

    case: Case
    number: int  # of the case, for the seed
    start: int
    stop: int
    seed: int
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What the methods answered to a case's questions."""

    case: Case
    by_method: Mapping[str, FloatArray] = field(repr=False)  # each (draws, questions, 3): value, lower, upper
    truths: FloatArray = field(repr=False)  # (draws, questions)


def run(
    cases: Sequence[Case], *, methods: Sequence[str], seed: int, workers: int, folder: Path | None = None
) -> list[Answers]:
    """Draw all cases; the answers do not depend on the number of workers.

    Args:
        cases: What to draw.
        methods: Who is asked.
        seed: Of everything.
        workers: Processes.
        folder: Where answers are kept as they are made, and taken from where they are there; None: nowhere.
    """
    jobs = [
        Job(case, number, start, min(start + _CHUNK, case.draws), seed, tuple(methods))
        for number, case in enumerate(cases)
        for start in range(0, case.draws, _CHUNK)
    ]
    began, parts = time.monotonic(), []
    for done, part in enumerate(_map(jobs, workers, folder), start=1):
        parts.append(part)
        if done == len(jobs) or jobs[done].number != jobs[done - 1].number:
            number, elapsed = jobs[done - 1].number + 1, time.monotonic() - began
            print(
                f"{number} of {len(cases)} populations, {done} of {len(jobs)} pieces, {elapsed:.0f} s",
                file=sys.stderr,
                flush=True,
            )
    collected = []
    for number, case in enumerate(cases):
        own = [part for job, part in zip(jobs, parts, strict=True) if job.number == number]
        found = {name: np.concatenate([part[name] for part in own]) for name in (*methods, TRUTH)}
        collected.append(Answers(case, {name: found[name] for name in methods}, found[TRUTH]))
    return collected


def _map(jobs: Sequence[Job], workers: int, folder: Path | None) -> Iterator[dict[str, FloatArray]]:
    answered = partial(_answered, folder=folder)
    if workers < 2:
        yield from map(answered, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(answered, jobs)


def _answered(job: Job, *, folder: Path | None) -> dict[str, FloatArray]:
    """The answers to some draws, made only where they are not kept."""
    found = None if folder is None else kept.recall(folder, job)
    if found is None:
        found = work(job)
        if folder is not None:
            kept.keep(folder, job, found)
    return found


def work(job: Job) -> dict[str, FloatArray]:
    """The answers to some draws: (draws, questions, 3) by method, and the truths, (draws, questions)."""
    questions, draws = job.case.questions, job.stop - job.start
    answers = {name: np.full((draws, len(questions), 3), np.nan) for name in job.methods}
    answers[TRUTH] = np.empty((draws, len(questions)))
    for at, number in enumerate(range(job.start, job.stop)):
        answers[TRUTH][at], by_method = _one(job, (job.seed, job.number, number))
        for name, found in by_method.items():
            for q, question in enumerate(questions):
                if question.row in found:
                    answers[name][at, q] = found[question.row]
    return answers


_Found = dict[tuple[str, int], FloatArray]


def _one(job: Job, seed: tuple[int, int, int]) -> tuple[FloatArray, dict[str, _Found]]:
    """The truths of one draw, and every method's answers."""
    case, population = job.case, job.case.population
    counts = draw(population, cut=case.cut, rng=np.random.default_rng(seed))
    partition = partition_of(population)
    number = int(np.random.default_rng((*seed, 1)).integers(2**31))
    resample = case.section != RATE  # limits of one rate at a given threshold do not come from the bootstrap
    measured = harness.measured(counts, partition=partition, spec=case.spec, resample=resample, seed=number)
    if measured is None:
        return case.truths(case.true_threshold), {}
    groups = observe(counts, population, measured.threshold)
    ours: _Found = {}
    for g in range(len(population.subjects)):
        ours |= {(name, g): harness.limits(measured.rates[name, group_id(g)]) for name in (FMR, FNMR)}
    if any(question.row[0] not in (FMR, FNMR) for question in case.questions):
        ours |= over_groups.answers(measured, partition, asked=case.asked, rng=np.random.default_rng((*seed, 2)))
    found = {OURS: ours}
    for name in job.methods:
        if name != OURS:
            found[name] = _peer(name, groups, mated=case.asked == FNMR, rng=np.random.default_rng((*seed, 3)))
    return case.truths(measured.threshold), found


def _peer(name: str, groups: Sequence[Observed], *, mated: bool, rng: np.random.Generator) -> _Found:
    asked = FNMR if mated else FMR
    found: _Found = {}
    if name == PAIRS:
        rates = peers.pairs_wilson(groups, mated=mated)
        if len(groups) > 1:
            found[TO_REFERENCE, 1] = peers.pairs_ratio(groups)
    elif name == CIMAT:
        rates = peers.cimat(groups, mated=mated)
    else:
        rates, found[MAX_MIN, 0] = peers.row_bootstrap(groups, mated=mated, rng=rng)
        if len(groups) == 2:
            found[TO_REFERENCE, 1] = found[MAX_MIN, 0]  # the only ratio that it has an interval for
    return found | {(asked, g): rates[g] for g in range(len(groups))}


def labels_of(questions: Sequence[Question]) -> dict[str, list[int]]:
    """Positions of the questions that share a line, by label; simultaneous ones by theirs."""
    lines: dict[str, list[int]] = {}
    for at, question in enumerate(questions):
        lines.setdefault(question.label or question.measure, []).append(at)
    return lines


ALL_AT_ONCE = (ALONE, TOGETHER)
