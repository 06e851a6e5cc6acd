from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.planning.text import bullets, paragraph, percent, plural, times


@given(st.floats(1e-12, 1, exclude_max=True))
def test_limits_are_rounded_away_from_the_claim(value):
    def read(text):
        if text.endswith(" %"):
            return Decimal(text[:-2]) / 100
        digits, _, power = text.partition(" x 10^")
        return Decimal(digits).scaleb(int(power))

    exact = Decimal(repr(value))
    up, down = read(percent(value, "up")), read(percent(value, "down"))
    assert down <= exact <= up
    assert down > 0
    assert up - down <= exact * Decimal("0.2")


@pytest.mark.parametrize(
    ("value", "up", "down"),
    [
        (0.35, "35 %", "35 %"),
        (0.123, "13 %", "12 %"),
        (0.001234, "0.13 %", "0.12 %"),
        (0.99999, "99.999 %", "99.999 %"),
    ],
)
def test_percent(value, up, down):
    assert (percent(value, "up"), percent(value, "down")) == (up, down)


def test_ratios_are_rounded_up():
    assert [times(x) for x in (1.0001, 2.0, 99.999, 5000.5)] == ["1.01", "2.00", "100.00", "5,001"]


def test_lines_keep_units_and_indents():
    assert paragraph("at most 12 % of it", 10) == ["at most", "12 % of it"]
    assert bullets(["one two three", "four"], 9) == ["- one two", "  three", "- four"]
    assert plural(1, "image") == "1 image"
    assert paragraph("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
