"""When somebody works, as plans and the record keep it."""

from dataclasses import dataclass
from datetime import date

DEFAULT_WEEKDAYS = frozenset(range(5))
DEFAULT_SHIFT_START_S, DEFAULT_SHIFT_END_S = 8 * 3600, 17 * 3600


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When a rep works: weekdays (0 = Monday), the shift in seconds after local midnight, the calendar of public
    holidays ("DE-BY" or none), and days off."""

    weekdays: frozenset[int] = DEFAULT_WEEKDAYS
    shift_start_s: int = DEFAULT_SHIFT_START_S
    shift_end_s: int = DEFAULT_SHIFT_END_S
    holidays: str = ""
    days_off: frozenset[date] = frozenset()
