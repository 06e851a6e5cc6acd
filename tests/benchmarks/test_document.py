"""A trial run from end to end."""

import numpy as np
import pytest

from benchmarks.validation import peer_check
from benchmarks.validation.cases import FITTED, FMR, FNMR, GROUPS, RATE, RATIO, quick_cases
from benchmarks.validation.command import main
from benchmarks.validation.document import RunFacts, document
from benchmarks.validation.running import CIMAT, FAIRLEARN, OURS, PAIRS, run
from benchmarks.validation.tables import share, table, width

METHODS = (OURS, PAIRS, FAIRLEARN, CIMAT)


@pytest.fixture(scope="module")
def answers():
    return run(quick_cases(2), methods=METHODS, seed=7, workers=1)


@pytest.fixture(scope="module")
def text(answers):
    return document(
        answers, METHODS[1:], RunFacts("python it.py", 7, 1, 60.0, ("fairlearn: not installed, column left out",))
    )


def test_the_numbers_do_not_depend_on_the_number_of_workers(answers):
    again = run(quick_cases(2), methods=METHODS, seed=7, workers=2)
    for one, other in zip(answers, again, strict=True):
        for name in METHODS:
            assert np.array_equal(one.by_method[name], other.by_method[name], equal_nan=True)


def test_every_question_about_a_rate_is_answered_by_every_method(answers):
    for found in answers:
        rates = [i for i, question in enumerate(found.case.questions) if question.measure in (FMR, FNMR)]
        for name in METHODS:
            assert not np.isnan(found.by_method[name][:, rates, 1]).any()


def test_the_document_has_a_row_for_each_population_and_names_its_run(answers, text):
    assert "Written by `python it.py`." in text
    assert "seed 7,\n12 draws of 6 populations, 1 minutes with 1 processes" in text
    for found in answers:
        if found.case.section in (RATE, FITTED):
            start, population = f"| {found.case.asked} | ", found.case.population
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
    assert "## False match rate within a group" in written
    assert "cimat: held" not in written
    assert capsys.readouterr().out == ""


def test_numbers_are_short_and_absence_is_a_dash():
    assert (share(0.95), share(np.nan)) == ("0.950", "-")
    assert (width(1.0), width(np.inf), width(np.nan)) == ("1.00", "no end", "-")
    assert table(["a", "b"], [["1", "2"]]).splitlines()[-1] == "| 1 | 2 |"
