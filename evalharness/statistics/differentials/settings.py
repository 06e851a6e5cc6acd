"""What every measure over groups needs to know beside the rates."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSettings:
    """How sure, how many simulated draws, against which groups.

    Raises:
        ValueError: If a field lies outside its range.
    """

    level: float = 0.95  # two-sided, of every interval; one-sided, of floors and bounds
    simulations: int = 2000  # draws under assumed rates
    references: tuple[str, ...] = ()  # group ids to which rates are set in ratio
    alpha: float = 0.5  # weight of FMR in blends
    equivalence_ratio: float | None = None  # declared margin m: equivalent inside [1/m, m]

    def __post_init__(self) -> None:
        """Refuse what no plan can hold."""
        faults = [
            text
            for text, wrong in (
                (f"level is {self.level}; expected a number above 0.5 and below 1", not 0.5 < self.level < 1),
                (f"simulations is {self.simulations}; expected 100 or more", self.simulations < 100),
                (f"alpha is {self.alpha}; expected a number from 0 to 1", not 0 <= self.alpha <= 1),
                (
                    f"equivalence_ratio is {self.equivalence_ratio}; expected a number above 1, or none",
                    self.equivalence_ratio is not None and not self.equivalence_ratio > 1,
                ),
            )
            if wrong
        ]
        if faults:
            raise ValueError("; ".join(faults))
