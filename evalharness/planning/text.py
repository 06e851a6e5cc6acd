"""Numbers and paragraphs for a terminal: limits are rounded away from the claim that they would support."""

import textwrap
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Literal

Rounding = Literal["up", "down", "near"]
_MODES = {"up": ROUND_CEILING, "down": ROUND_FLOOR, "near": ROUND_HALF_EVEN}
_TIE = "\N{NO-BREAK SPACE}"
_SMALLEST_PERCENT = Decimal("0.001")


def percent(value: float, rounding: Rounding = "near") -> str:
    """A proportion in per cent with two significant digits, near 1 with two of what is missing; tiny ones as 10^-k.

    >>> percent(0.0035855, "up"), percent(0.9964, "down"), percent(2.9957e-9, "up"), percent(0.0), percent(1.0)
    ('0.36 %', '99.64 %', '3.0 x 10^-9', '0 %', '100 %')
    >>> percent(0.5, "up"), percent(0.01), percent(0.000999, "up")
    ('50 %', '1 %', '0.1 %')
    """
    exact = Decimal(repr(value)) * 100
    if exact in (0, 100):
        return f"{exact:.0f} %"
    if exact < _SMALLEST_PERCENT:
        return _power_of_ten(exact / 100, rounding)
    leading = min(exact.adjusted(), (100 - exact).adjusted())
    rounded = exact.quantize(Decimal(1).scaleb(min(leading - 1, 0)), rounding=_MODES[rounding])
    plain = f"{rounded:f}"
    return f"{plain.rstrip('0').rstrip('.') if '.' in plain else plain} %"


def _power_of_ten(value: Decimal, rounding: Rounding) -> str:
    power = value.adjusted()
    digits = value.scaleb(-power).quantize(Decimal("0.1"), rounding=_MODES[rounding])
    if digits >= 10:
        digits, power = Decimal("1.0"), power + 1
    return f"{digits} x 10^{power}"


def times(ratio: float) -> str:
    """A ratio that a dataset can show, rounded up to two decimals, or to a whole number from 100.

    >>> times(2.301), times(1234.5)
    ('2.31', '1,235')
    """
    if ratio >= 100:
        return f"{Decimal(repr(ratio)).to_integral_value(ROUND_CEILING):,}"
    return f"{Decimal(repr(ratio)).quantize(Decimal('0.01'), rounding=ROUND_CEILING)}"


def plural(number: int, noun: str) -> str:
    """A count with its noun.

    >>> plural(1, "subject"), plural(1200, "subject")
    ('1 subject', '1,200 subjects')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def paragraph(text: str, width: int) -> list[str]:
    """Lines of a paragraph; a number and its unit stay together."""
    return _wrapped(text, width, "")


def bullets(items: Iterable[str], width: int) -> list[str]:
    """Lines of a list."""
    return [line for item in items for line in _wrapped(item, width, "- ")]


def _wrapped(text: str, width: int, mark: str) -> list[str]:
    whole = text.replace(" %", f"{_TIE}%").replace(" x 10^", f"{_TIE}x{_TIE}10^")
    rest = " " * len(mark)
    lines = textwrap.wrap(whole, width, initial_indent=mark, subsequent_indent=rest, break_on_hyphens=False)
    return [line.replace(_TIE, " ") for line in lines]
