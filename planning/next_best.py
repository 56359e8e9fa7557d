"""The next best visit: what an account is worth, how much it is due, and what the way to it costs, as one score.

score = value x dueness x way, each a term of its own that is shown: more value, a later due day or a shorter detour
never lowers it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log2
from statistics import median

HALF_MIN = 15.0
"""A detour of so many minutes halves the score."""
EARLY_DAYS = 28.0
AT_ONCE = {"contact": 1.5, "left_out": 1.2, "new": 0.6}
"""Dueness of what has no interval to be measured by: an account that was promised a contact, that found no day in the
plan, that was never visited."""
MOST_DUE = 3.0


@dataclass(frozen=True, slots=True)
class Rank:
    """The terms of the score. `value`: 1 for an account of no known value, 2 for one of the middle; `dueness`: 1 on the
    day it falls due, more by each interval it is late, less before; `way`: 1 for no detour, a half for `HALF_MIN`."""

    value: float
    dueness: float
    way: float

    @property
    def score(self) -> float:
        return self.value * self.dueness * self.way


def value_terms(values: Sequence[float | None]) -> list[float]:
    """The value of each against the middle of those that are known."""
    known = [value for value in values if value is not None and value > 0]
    middle = median(known) if known else 1.0
    return [1.0 + log2(1.0 + max(value or 0.0, 0.0) / middle) for value in values]


def dueness(reason: str, on: date | None, day: date, visits_per_year: float) -> float:
    """How much a visit is due on a day; `on` is the day it falls due, was promised or is planned."""
    if on is None or reason not in ("overdue", "due", "planned", "contact"):
        return AT_ONCE.get(reason, 1.0)
    late_days = (day - on).days
    if late_days < 0:
        return max(0.1, 1.0 + late_days / EARLY_DAYS * 0.9)
    interval = 365.25 / visits_per_year if visits_per_year > 0 else EARLY_DAYS
    return min(MOST_DUE, AT_ONCE.get(reason, 1.0) + late_days / interval)


def way_term(extra_s: float) -> float:
    """1 without a detour, a half at `HALF_MIN`."""
    return HALF_MIN / (HALF_MIN + max(extra_s, 0.0) / 60)
