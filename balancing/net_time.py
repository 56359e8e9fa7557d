"""The time a rep has: shifts on weekdays, less absences, never more than the year's net days."""

from dataclasses import dataclass
from datetime import date, timedelta

from balancing.errors import InvalidWork

WEEKS_A_YEAR = 52


@dataclass(frozen=True, slots=True)
class NetTime:
    """Working time: `day_s` seconds on each of the `weekdays` (Monday = 0), part-time already in it.

    `days_a_year`: days left after holidays, leave and training. Known `days_off` are part of these until they exceed
    them: two weeks of leave are no less work a year, half a year of illness is.
    """

    day_s: int
    weekdays: frozenset[int]
    days_a_year: float
    days_off: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.days_off

    def on_day_s(self, day: date) -> int:
        """Seconds of that very day."""
        return self.day_s if self.works_on(day) else 0

    def calendar_s(self, first: date, days: int) -> int:
        """Seconds of the `days` days from `first` on."""
        return sum(self.on_day_s(first + timedelta(days=count)) for count in range(days))

    @property
    def year_s(self) -> float:
        """Seconds of a year of 52 weeks: net days, and never more than the weekdays worked allow."""
        return min(self.days_a_year, WEEKS_A_YEAR * len(self.weekdays)) * self.day_s

    def mean_s(self, first: date, days: int) -> float:
        """Seconds that these days hold on average over the year, never more than their calendar does."""
        return min(self.year_s * days / (7 * WEEKS_A_YEAR), float(self.calendar_s(first, days)))

    def year_from_s(self, first: date) -> float:
        """Seconds of the 52 weeks from `first` on, long absences counted."""
        return min(self.year_s, float(self.calendar_s(first, 7 * WEEKS_A_YEAR)))


def days_between(first: date, last: date) -> frozenset[date]:
    """Every day of an absence, the first and the last included.

    Raises:
        InvalidWork: the last day lies before the first.
    """
    if last < first:
        raise InvalidWork(f"an absence must not end before it begins, got {first} to {last}")
    return frozenset(first + timedelta(days=count) for count in range((last - first).days + 1))
