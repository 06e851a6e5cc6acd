"""Drawing every case and asking every method, on any number of processes with the same numbers."""

import multiprocessing
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from evalharness.records import FloatArray

from . import harness, over_groups, peers
from .cases import ALONE, FMR, FNMR, MAX_MIN, RATE, TO_REFERENCE, TOGETHER, Case, Question, group_id
from .drawing import draw, partition_of
from .observed import Observed, observe

OURS, PAIRS, FAIRLEARN, CIMAT = "evalharness", "Wilson on pairs", "fairlearn", "cimat"
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


def run(cases: Sequence[Case], *, methods: Sequence[str], seed: int, workers: int) -> list[Answers]:
    """Draw all cases; the answers do not depend on the number of workers."""
    jobs = [
        Job(case, number, start, min(start + _CHUNK, case.draws), seed, tuple(methods))
        for number, case in enumerate(cases)
        for start in range(0, case.draws, _CHUNK)
    ]
    began, parts = time.monotonic(), []
    for done, part in enumerate(_map(jobs, workers), start=1):
        parts.append(part)
        if done == len(jobs) or jobs[done].number != jobs[done - 1].number:
            number, elapsed = jobs[done - 1].number + 1, time.monotonic() - began
            print(f"{number} of {len(cases)} populations, {elapsed:.0f} s", file=sys.stderr, flush=True)
    collected = []
    for number, case in enumerate(cases):
        own = [part for job, part in zip(jobs, parts, strict=True) if job.number == number]
        collected.append(Answers(case, {name: np.concatenate([part[name] for part in own]) for name in methods}))
    return collected


def _map(jobs: Sequence[Job], workers: int) -> Iterator[dict[str, FloatArray]]:
    if workers < 2:
        yield from map(work, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(work, jobs)


def work(job: Job) -> dict[str, FloatArray]:
    """The answers to some draws: (draws, questions, 3) by method."""
    questions = job.case.questions
    empty = np.full((job.stop - job.start, len(questions), 3), np.nan)
    answers = {name: empty.copy() for name in job.methods}
    for at, number in enumerate(range(job.start, job.stop)):
        for name, found in _one(job, (job.seed, job.number, number)).items():
            for q, question in enumerate(questions):
                key = question.measure, question.group
                if key in found:
                    answers[name][at, q] = found[key]
    return answers


_Found = dict[tuple[str, int], FloatArray]


def _one(job: Job, seed: tuple[int, int, int]) -> dict[str, _Found]:
    case, population = job.case, job.case.population
    counts = draw(population, cut=case.cut, rng=np.random.default_rng(seed))
    partition = partition_of(population)
    number = int(np.random.default_rng((*seed, 1)).integers(2**31))
    resample = case.section != RATE  # limits of one rate at a given threshold do not come from the bootstrap
    measured = harness.measured(counts, partition=partition, spec=case.spec, resample=resample, seed=number)
    if measured is None:
        return {}
    groups = observe(counts, population, measured.threshold)
    ours: _Found = {}
    for g in range(len(population.subjects)):
        ours |= {(name, g): harness.limits(measured.rates[name, group_id(g)]) for name in (FMR, FNMR)}
    if any(question.measure not in (FMR, FNMR) for question in case.questions):
        ours |= over_groups.answers(measured, partition, asked=case.asked, rng=np.random.default_rng((*seed, 2)))
    found = {OURS: ours}
    for name in job.methods:
        if name != OURS:
            found[name] = _peer(name, groups, mated=case.asked == FNMR, rng=np.random.default_rng((*seed, 3)))
    return found


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
