"""Hours on other people's clocks as seconds of a rep's day.

A day's seconds are counted as they pass, from midnight on the rep's clock; on the two days a year on which the clocks
change, nine in the morning is therefore not 32,400. Customers may live in another time zone, or in one that changes on
another day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType

from routing.errors import BadProblemError
from routing.problem import Window

Span = tuple[time, time]
"""Opens, closes; one that closes at or before it opens closes on the next day (00:00: at midnight)."""
MOST_DAY_S = 30 * 3600
"""Windows that open later than this belong to the next day."""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a customer is open, on the customer's own clock.

    Attributes:
        weekly: weekday (0 = Monday) → spans; a weekday that is missing is closed.
        exceptions: date → spans instead of the weekday's; an empty one is closed.
    """

    weekly: Mapping[int, tuple[Span, ...]]
    zone: tzinfo
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = [weekday for weekday in self.weekly if weekday not in range(7)]
        if unknown:
            raise BadProblemError(f"weekly must name weekdays from 0 (Monday) to 6, got {unknown[0]}")
        for name in ("weekly", "exceptions"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The customer's hours of that date, exceptions first."""
        return self.exceptions[day] if day in self.exceptions else self.weekly.get(day.weekday(), ())


def seconds_into(day: date, zone: tzinfo, moment: datetime) -> int:
    """How many seconds after midnight of `day` in `zone` a moment lies; negative before it."""
    midnight = datetime.combine(day, time(), zone)
    return round((moment.astimezone(UTC) - midnight.astimezone(UTC)).total_seconds())


def seconds_at(day: date, zone: tzinfo, clock: time) -> int:
    """The second of the day at which the rep's clock shows this: for shifts, lunch and appointments."""
    return seconds_into(day, zone, datetime.combine(day, clock, zone))


def moment_at(day: date, zone: tzinfo, time_s: int) -> datetime:
    """What the rep's clock shows at a second of the day."""
    midnight = datetime.combine(day, time(), zone).astimezone(UTC)
    return (midnight + timedelta(seconds=time_s)).astimezone(zone)


def visit_windows(hours: OpeningHours, day: date, rep_zone: tzinfo, service_s: int) -> tuple[Window, ...]:
    """When a visit of `service_s` may begin on the rep's `day` so that it ends while the customer is open.

    Empty when the customer is closed, or never open long enough: then there is no day to plan the visit on (a visit
    without windows would be open always).
    """
    spans = sorted(
        (max(0, seconds_into(day, rep_zone, opens)), seconds_into(day, rep_zone, closes))
        for opens, closes in customer_spans(hours, day)
    )
    found: list[Window] = []
    for from_s, to_s in joined(spans):
        window = Window(from_s, to_s).for_service(service_s) if from_s <= min(to_s, MOST_DAY_S) else None
        if window is not None:
            found.append(window)
    return tuple(found)


def customer_spans(hours: OpeningHours, day: date) -> Iterator[tuple[datetime, datetime]]:
    """Openings of the dates on the customer's calendar that may overlap the rep's day."""
    for shift in (-1, 0, 1):
        theirs = day + timedelta(days=shift)
        for opens, closes in hours.spans_on(theirs):
            ends = theirs if closes > opens else theirs + timedelta(days=1)
            yield datetime.combine(theirs, opens, hours.zone), datetime.combine(ends, closes, hours.zone)


def joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that touch or overlap made one."""
    found: list[tuple[int, int]] = []
    for from_s, to_s in spans:
        if found and from_s <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], to_s))
        else:
            found.append((from_s, to_s))
    return found
