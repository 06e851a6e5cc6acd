"""Options as they were typed: numbers from text, with every fault kept until all were read."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from evalharness.errors import InputError
from evalharness.yamlio import shown

_MOST_CHARACTERS = 40


@dataclass(slots=True)
class Options:
    """Reads options one by one; ``finish`` refuses all faults together."""

    command: str
    faults: list[str] = field(default_factory=list)

    def fault(self, text: str) -> None:
        """Keep a fault."""
        self.faults.append(text)

    def number(self, name: str, text: str, *, above: float, below: float, including: Sequence[float] = ()) -> float:
        """A number between two others; ``above`` itself is returned where it is none."""
        value = _decimal(text)
        number = math.nan if value is None else float(value)
        if above < number < below or number in including:
            return number
        low, high = ("at least" if above in including else "above"), ("at most" if below in including else "below")
        expected = f"a number {low} {above:g} and {high} {below:g}"
        self.fault(f"{name}: found {shown(text)}, expected {expected}")
        return above

    def whole(self, name: str, text: str, *, least: int, most: int) -> int:
        """A whole number; ``1e9``, ``1,000`` and ``1_000`` are understood. ``least`` is returned where it is none."""
        value = _decimal(text)
        if value is not None and least <= value <= most and value == value.to_integral_value():
            return int(value)
        self.fault(f"{name}: found {shown(text)}, expected a whole number from {least:,} to {most:,}")
        return least

    def finish(self) -> None:
        """Refuse.

        Raises:
            InputError: There were faults; all are listed.
        """
        if self.faults:
            count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
            raise InputError(f"{self.command}: {count}", self.faults)


def _decimal(text: str) -> Decimal | None:
    """A finite number of modest length and size, or None."""
    plain = re.sub(r"(?<=[0-9])[,_](?=[0-9]{3})", "", text.strip())
    if len(plain) > _MOST_CHARACTERS or not plain.isascii():
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) <= 300 else None
