"""A trial run from end to end."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.validation import peer_check, running
from benchmarks.validation.cases import FITTED, FMR, FNMR, GROUPS, RATE, RATIO, all_cases, quick_cases
from benchmarks.validation.command import main
from benchmarks.validation.document import RunFacts, document
from benchmarks.validation.overview import joint, rare_kinds
from benchmarks.validation.running import CIMAT, FAIRLEARN, OURS, PAIRS, Answers, run, work
from benchmarks.validation.summary import Line, Verdict, lines_of
from benchmarks.validation.tables import number, share, table, width

METHODS = (OURS, PAIRS, FAIRLEARN, CIMAT)
FACTS = RunFacts(
    command="python it.py",
    date="2026-01-02",
    seed=7,
    workers=1,
    cores=4,
    seconds=90.0,
    resumed=False,
    versions="numpy 0.0",
    checks=("fairlearn: not installed, column left out",),
)


@pytest.fixture(scope="module")
def answers():
    return run(quick_cases(2), methods=METHODS, seed=7, workers=1)


@pytest.fixture(scope="module")
def text(answers):
    return document(answers, METHODS[1:], FACTS)


def test_the_numbers_do_not_depend_on_the_number_of_workers(answers):
    again = run(quick_cases(2), methods=METHODS, seed=7, workers=2)
    for one, other in zip(answers, again, strict=True):
        for name in METHODS:
            assert np.array_equal(one.by_method[name], other.by_method[name], equal_nan=True)


def test_every_question_about_a_rate_is_answered_by_every_method(answers):
    for found in answers:
        rates = [i for i, question in enumerate(found.case.questions) if question.row[0] in (FMR, FNMR)]
        for name in METHODS:
            assert not np.isnan(found.by_method[name][:, rates, 1]).any()


def test_the_document_has_a_row_for_each_population_and_names_its_run(answers, text):
    assert "```\npython it.py\n```" in text
    assert "| draws | 12 of 6 populations |" in text
    assert "| time | 1.5 minutes, 1 processes, 4 cores |" in text
    for found in answers:
        if found.case.section in (RATE, FITTED):
            start, population = f"| {number(found.case.rates[0])} | ", found.case.population
            size = f" {population.subjects[0]}; {population.images} "
            assert any(row.startswith(start) and size in row for row in text.splitlines())
    assert "fairlearn: not installed, column left out." in text
    assert {case.section for case in quick_cases(1)} == {RATE, RATIO, GROUPS, FITTED}


def test_every_table_is_whole(text):
    for block in text.split("\n\n"):
        rows = [row for row in block.splitlines() if row.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1


def test_the_command_writes_the_document(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(peer_check, "installed", lambda: {"fairlearn": False, "cimat": False})
    path = tmp_path / "validation.md"
    assert main(["--quick", "--share", "0.1", "--seed", "3", "--workers", "1", "--write", str(path)]) == 0
    written = path.read_text(encoding="utf-8")
    assert "cimat: not installed, column left out." in written
    assert "## FMR within a group" in written
    assert "| cimat |" not in written
    assert str(tmp_path) not in written
    assert capsys.readouterr().out == ""


def test_the_summary_counts_the_lines_of_every_method(answers, text):
    lines = [
        line for found in answers for line in lines_of(found) if line.case.section == RATE and line.case.asked == FMR
    ]
    assert len(lines) == 1
    cells = []
    for name in METHODS:
        outcome, held = lines[0].outcome_of(name), lines[0].verdicts[name].held
        met, near = outcome == "met", outcome.endswith("resolved")
        cells.append(f"{met:d} (+{near:d}) of 1; {held:.3f}")
    assert f"| FMR within a group | 1 | {' | '.join(cells)} |" in text


def test_a_line_that_misses_is_named():
    draws = 400
    case = replace(quick_cases(draws)[0], draws=draws)
    values = np.tile([0.5, 0.4, 0.6], (draws, 1, 1))
    values[: draws // 2, :, 1] = 0.0  # half of the intervals hold the truth
    found = Answers(case, {OURS: values}, np.full((draws, 1), case.population.fmr[0]))
    text = document([found], (), FACTS)
    assert "Of 1 lines these miss the aim by more than two standard errors: 1 with too low a coverage,\n0 with" in text
    assert "| FMR within a group | 0.01 | 25; 1 | none | 3 | 400 | 0.500" in text
    values[:, :, 1] = 0.0
    assert "No line misses the aim" in document([found], (), FACTS)


def test_a_run_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    cases = quick_cases(30)[:1]
    first = run(cases, methods=(OURS, PAIRS), seed=1, workers=1, folder=tmp_path)[0]
    kept = sorted(tmp_path.iterdir())
    assert len(kept) == 2  # pieces of 25 draws
    kept[0].write_bytes(b"PK cut off")
    calls = []
    monkeypatch.setattr(running, "work", lambda job: calls.append(job) or work(job))
    again = run(cases, methods=(OURS, PAIRS), seed=1, workers=1, folder=tmp_path)[0]
    assert len(calls) == 1
    assert np.array_equal(first.by_method[OURS], again.by_method[OURS], equal_nan=True)
    assert np.array_equal(first.truths, again.truths)
    run(cases, methods=(OURS, PAIRS), seed=2, workers=1, folder=tmp_path)
    assert len(calls) == 3  # another seed: nothing is taken from the folder


def test_numbers_are_short_and_absence_is_a_dash():
    assert (share(0.95), share(np.nan)) == ("0.950", "-")
    assert (width(1.0), width(np.inf), width(np.nan)) == ("1.00", "no end", "-")
    assert table(["a", "b"], [["1", "2"]]).splitlines()[-1] == "| 1 | 2 |"


def test_the_document_says_what_a_sample_cannot_show_of_a_rare_kind():
    draws, found = 100, []
    for case in (case for case in all_cases() if case.population.effect.rare):
        values = np.tile([1e-3, 0.0, 1.0], (draws, 1, 1))
        if case.population.effect.share * case.population.subjects[0] < 3:
            values[:40, :, 2] = 1e-4  # the truth lies above
        truths = np.full((draws, 1), case.population.fmr[0])
        found.append(Answers(replace(case, draws=draws), {OURS: values}, truths))
    lines = [line for each in found for line in lines_of(each)]
    text = rare_kinds(lines)
    assert "In 4 of 6 populations" in text
    assert "absent from 0.13 to\n0.37" in text
    assert "there 4 of 4 lines are too low, of the other populations with a rare kind\n0 of 2." in text
    assert rare_kinds([line for line in lines if line.subjects == 1000]) == ""


def test_all_lines_of_a_section_are_judged_together():
    case = next(case for case in all_cases() if case.population.subjects == (1000,) and case.asked == FMR)
    case = replace(case, draws=100)
    held, missed = (Line(case, FMR, 0.001, {OURS: Verdict(100, 0.0, p, 0.0, 0.0, 1.0)}, (0,)) for p in (0.98, 0.90))
    text = joint([held, missed])
    assert "of 2 lines" in text
    assert "1 held the truth in less than 0.93" in text
    assert "chance alone would give 0.3." in text  # 2 x P(at most 92 of 100 at 0.95) = 2 x 0.128
    assert "0.940 ± 0.022" in text  # (0.014 + 0.030) / 2: one population, wholly dependent
    assert joint([]) == ""
