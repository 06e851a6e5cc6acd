"""How numbers look: rounding happens here and nowhere else, and never turns a rate that is not zero into zero."""

from decimal import ROUND_FLOOR, Context, Decimal

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SMALLEST_PERCENT = 1e-4  # below, powers of ten
_LARGEST_PLAIN = 1e7  # above, powers of ten
_SMALLEST_IN_PERCENT = 1e-7  # beside a limit in per cent


def count(number: int) -> str:
    """A whole number with thousands separators.

    >>> count(9384)
    '9,384'
    """
    return f"{number:,}"


def counts(errors: int, trials: int) -> str:
    """Errors and trials side by side.

    >>> counts(12, 9384)
    '12 of 9,384'
    """
    return f"{errors:,} of {trials:,}"


def compact_counts(errors: int, trials: int) -> str:
    """Errors and trials where room is short.

    >>> compact_counts(12, 9384)
    '12/9384'
    """
    return f"{errors}/{trials}"


def rate(value: float) -> str:
    """A proportion with three significant digits: per cent, below 0.01 % as a power of ten.

    Only 0.0 prints as ``0`` and only 1.0 as ``100%``.

    >>> [rate(v) for v in (0.0, 1.0, 0.0012787723785166241, 0.128, 0.99999, 0.0000321)]
    ['0', '100%', '0.128%', '12.8%', '99.999%', '3.21 × 10⁻⁵']
    """
    if value == 0:
        return "0"
    if 0 < value < _SMALLEST_PERCENT:
        digits, _, power = f"{value:.2e}".partition("e")
        return f"{digits} × 10{str(int(power)).translate(_SUPERSCRIPTS)}"
    return f"{_percent(value)}%"


def number(value: float) -> str:
    """A ratio, a score or an index to three significant digits.

    Only 0.0 prints as ``0``; what is below 1 is never rounded up to it.

    >>> [number(v) for v in (0.0, 1.0, 75.19, -0.6372, 0.99987, 12345.6, 0.0000321, 3.2e9)]
    ['0', '1.00', '75.2', '-0.637', '0.9998', '12,300', '3.21 × 10⁻⁵', '3.20 × 10⁹']
    """
    if value == 0:
        return "0"
    if not _SMALLEST_PERCENT <= abs(value) < _LARGEST_PLAIN:
        digits, _, power = f"{value:.2e}".partition("e")
        return f"{digits} × 10{str(int(power)).translate(_SUPERSCRIPTS)}"
    exact = Decimal(repr(value))
    short = Context(prec=3).create_decimal(exact)
    if short == 1 and exact < 1:
        return f"{exact.quantize(Decimal(1).scaleb((1 - exact).adjusted()), rounding=ROUND_FLOOR):f}"
    return f"{short:,.{max(2 - short.adjusted(), 0)}f}"


def _percent(value: float, digits: int = 3) -> str:
    percent = Decimal(repr(value)) * 100
    if percent >= 100:
        return f"{percent.normalize():f}"
    leading = Context(prec=digits).create_decimal(percent).adjusted()  # 1 for 12.8, -1 for 0.128
    decimals = max(digits - 1 - leading, 0)
    short = f"{percent:.{decimals}f}"
    if Decimal(short) < 100:
        return short
    # Close to 100 %: as many decimals as it takes to show that it is not, rounded down.
    decimals = -(100 - percent).adjusted()
    return f"{percent.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_FLOOR):f}"


def one_in(value: float) -> str:
    """A small rate as a natural frequency; empty where that says nothing (zero, above one in ten, beyond counting).

    >>> one_in(12 / 9384), one_in(3.21e-5), one_in(0.5), one_in(0.0)
    ('1 in 782', '1 in 31,200', '', '')
    """
    if not 1e-15 < value <= 0.1:
        return ""
    return f"1 in {Decimal(f'{1 / value:.2e}'):,.0f}"


def interval(lower: float, upper: float) -> str:
    """The limits of an interval, in one unit as long as that can be read.

    >>> interval(0.0004, 0.0041), interval(0.0, 0.095), interval(0.000034, 0.0042)
    ('0.0400% to 0.410%', '0 to 9.50%', '0.00340% to 0.420%')
    """
    if _SMALLEST_IN_PERCENT <= lower < _SMALLEST_PERCENT <= upper:
        return f"{_percent(lower)}% to {rate(upper)}"
    return f"{rate(lower)} to {rate(upper)}"


def level(value: float) -> str:
    """A confidence level.

    >>> level(0.95), level(0.999), level(2 * 0.95 - 1)
    ('95%', '99.9%', '90%')
    """
    short = Context(prec=12).create_decimal(Decimal(repr(value)) * 100)  # what two binary floats leave behind goes
    return f"{short.normalize():f}%"


def threshold(value: float) -> str:
    """A threshold to six significant digits; the exact one stands in the section on reproduction.

    >>> threshold(0.6), threshold(0.48312938213348391)
    ('0.6', '0.483129')
    """
    return f"{value:.6g}"


def plain_rate(value: float) -> str:
    """A proportion for a terminal: two significant digits, no superscripts.

    >>> [plain_rate(v) for v in (0.0, 0.0000321, 0.00128, 0.128, 0.99999)]
    ['0', '3.2e-05', '0.13%', '13%', '99.999%']
    """
    if value == 0:
        return "0"
    return f"{value:.1e}" if 0 < value < _SMALLEST_PERCENT else f"{_percent(value, digits=2)}%"


def plain_number(value: float) -> str:
    """A ratio or an index for a terminal: two significant digits, no superscripts.

    >>> [plain_number(v) for v in (0.0, 1.04, 75.19, 310.5, 0.0000321)]
    ['0', '1.0', '75', '310', '3.2e-05']
    """
    if value == 0:
        return "0"
    if not _SMALLEST_PERCENT <= abs(value) < _LARGEST_PLAIN:
        return f"{value:.1e}"
    short = Context(prec=2).create_decimal(Decimal(repr(value)))
    return f"{short:.{max(1 - short.adjusted(), 0)}f}"
