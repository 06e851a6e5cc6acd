import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.reporting import numbers

PROPORTION = st.floats(0, 1, allow_subnormal=True)
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def read_back(text: str) -> float:
    """The number that a reader takes from a printed rate."""
    if text == "0":
        return 0.0
    if text.endswith("%"):
        return float(text[:-1]) / 100
    digits, power = text.split(" × 10")
    return float(f"{digits}e{power.translate(SUPERSCRIPTS)}")


@given(PROPORTION)
def test_a_printed_rate_is_close_to_the_rate(value):
    shown = read_back(numbers.rate(value))
    assert shown == pytest.approx(value, rel=0.0051, abs=0)


@given(PROPORTION)
def test_only_zero_prints_as_zero_and_only_one_as_all(value):
    for text in (numbers.rate(value), numbers.plain_rate(value)):
        assert (text == "0") == (value == 0)
        assert (text == "100%") == (value == 1)
        assert re.fullmatch(r"0|\d+(\.\d+)?%|\d\.\d\d × 10⁻[⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d\.\de-\d+", text)


@given(PROPORTION, PROPORTION)
def test_rounding_keeps_the_order(a, b):
    low, high = sorted((a, b))
    assert read_back(numbers.rate(low)) <= read_back(numbers.rate(high))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0999, "9.99%"),
        (0.09999, "10.0%"),
        (0.0001, "0.0100%"),
        (0.00009999, "1.00 × 10⁻⁴"),
        (5e-324, "4.94 × 10⁻³²⁴"),
        (0.9996, "99.96%"),
        (0.5, "50.0%"),
    ],
)
def test_rates_at_the_edges(value, shown):
    assert numbers.rate(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.1, "1 in 10"), (0.11, ""), (1e-9, "1 in 1,000,000,000"), (1e-15, ""), (0.0, "")]
)
def test_natural_frequencies(value, shown):
    assert numbers.one_in(value) == shown


def test_counts_and_intervals_and_thresholds():
    assert numbers.counts(0, 1234567) == "0 of 1,234,567"
    assert numbers.interval(0.0, 1.0) == "0 to 100%"
    assert numbers.level(0.95) == "95%"
    assert numbers.level(0.9) == "90%"
    assert numbers.threshold(-0.25) == "-0.25"
