"""What accounts bring and could bring: actual, potential and the gap between them, as separate metrics."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sales:
    """Sums over accounts, money a year. `gap` adds up what each account lacks to its potential.

    An account that sells more than was thought possible does not make up for another. `without_potential` counts the
    accounts whose potential nobody knows: they are in `value` but in neither of the other two; `without_value` those
    whose sales nobody gave.
    """

    value: float = 0.0
    potential: float = 0.0
    gap: float = 0.0
    without_potential: int = 0
    without_value: int = 0

    def __add__(self, other: "Sales") -> "Sales":
        return Sales(
            self.value + other.value,
            self.potential + other.potential,
            self.gap + other.gap,
            self.without_potential + other.without_potential,
            self.without_value + other.without_value,
        )

    def times(self, share: float) -> "Sales":
        """An owner's share; the counts of accounts are not divided."""
        money = self.value * share, self.potential * share, self.gap * share
        return Sales(*money, self.without_potential, self.without_value)


def sales_of(value: float | None, potential: float | None) -> Sales:
    """One account."""
    actual, unknown = value or 0.0, int(value is None)
    if potential is None:
        return Sales(value=actual, without_potential=1, without_value=unknown)
    return Sales(actual, potential, max(potential - actual, 0.0), without_value=unknown)


def total_sales(parts: Iterable[Sales]) -> Sales:
    """The sum."""
    sums = Sales()
    for part in parts:
        sums = sums + part
    return sums
