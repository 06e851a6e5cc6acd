import pytest

from evalharness.reporting.rates import described, interval_cell, notes_in_words, rate_cell, split_notes
from evalharness.reporting.tables import Cell
from tests.reporting.example_rows import row

FOUND = row("fmr", "vendor", "g=a", "g=a", errors=12, trials=9384, subjects=69)
BARE = FOUND.model_copy(update={"lower": None, "upper": None})
UNDEFINED = row("fmr", "vendor", "g=a", "g=a", errors=0, trials=0, subjects=1)


def test_a_rate_in_a_sentence():
    limited = FOUND.model_copy(update={"lower": 0.0004, "upper": 0.0041})
    assert described(limited) == "12 of 9,384 (0.128%, 1 in 782; 95% interval 0.0400% to 0.410%)"
    assert described(BARE) == "12 of 9,384 (0.128%, 1 in 782; no interval)"


def test_cells():
    assert rate_cell(FOUND, hidden=False) == Cell("0.128%", "12 of 9,384 · 1 in 782", numeric=True)
    assert rate_cell(UNDEFINED, hidden=False) == Cell("undefined", "fewer than 2 subjects", absent=True)
    assert rate_cell(None, hidden=False) == Cell("not reported", absent=True)
    assert rate_cell(FOUND, hidden=True) == Cell("suppressed", absent=True)
    assert interval_cell(BARE, hidden=False) == Cell("none", absent=True)
    assert interval_cell(UNDEFINED, hidden=False) == interval_cell(FOUND, hidden=True) == Cell("")


def test_the_optimistic_limit_stands_below_the_worst_case():
    zero = FOUND.model_copy(
        update={"errors": 0, "value": 0.0, "lower": 0.0, "upper": 0.0951, "note": "optimistic upper 0.0016"}
    )
    assert interval_cell(zero, hidden=False) == Cell("0 to 9.51%", "if independent: 0.160%", numeric=True)


@pytest.mark.parametrize("note", ["optimistic upper 0.0951", "optimistic upper 1.2.3", "", "conditional"])
def test_no_second_limit_where_it_says_nothing_new(note):
    zero = FOUND.model_copy(update={"errors": 0, "value": 0.0, "lower": 0.0, "upper": 0.0951, "note": note})
    assert interval_cell(zero, hidden=False) == Cell("0 to 9.51%", numeric=True)


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("optimistic upper 0.00154", ""),
        ("optimistic lower 0.9984599999999", ""),
        ("optimistic upper 1.5e-05; conditional", "conditional"),
        ("conditional; optimistic upper 0.5", "conditional"),
        ("the FMR is at most 0.09503320781532454 (one-sided 0.95)", "the FMR is at most 0.095 (one-sided 0.95)"),
        ("version 1.2.34567 and 2.99999.1", "version 1.2.34567 and 2.99999.1"),
    ],
)
def test_notes_round_long_numbers_and_nothing_else(note, said):
    assert notes_in_words(note) == said


def test_notes_are_shared_only_if_every_interval_has_them():
    first = FOUND.model_copy(update={"note": "conditional; few errors"})
    second = FOUND.model_copy(update={"note": "conditional"})
    shared, own = split_notes([first, second, BARE.model_copy(update={"note": "fewer than 3"}), UNDEFINED])
    assert shared == ["conditional"]
    assert own == ["few errors", "", "fewer than 3", ""]


def test_a_single_row_keeps_its_note():
    assert split_notes([FOUND.model_copy(update={"note": "alone"})]) == ([], ["alone"])
    assert split_notes([]) == ([], [])
