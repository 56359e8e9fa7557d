"""The days of a plan as reps work through them: visits by telephone or video stand among the others."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from planning.result import PlannedCall, RouteDay, RouteStop


def days_with_calls(days: Sequence[RouteDay], calls: Iterable[PlannedCall]) -> tuple[RouteDay, ...]:
    """The same days with the calls of each, numbered anew; a day with nothing but calls is a day too."""
    asked: dict[tuple[str, date], list[RouteStop]] = {}
    for call in calls:
        ends = call.start + timedelta(minutes=call.minutes)
        stop = RouteStop(0, call.account, call.start, call.start, ends, 0.0, call.minutes, by_phone=True)
        asked.setdefault((call.rep, call.start.date()), []).append(stop)
    found = [with_stops(day, asked.pop((day.rep, day.date), ())) for day in days]
    for (rep, when), stops in asked.items():
        first, last = min(stop.start for stop in stops), max(stop.depart for stop in stops)
        found.append(with_stops(RouteDay(rep, when, first, last, (), 0.0, None, (), proven=False), stops))
    return tuple(sorted(found, key=lambda day: (day.rep, day.date)))


def with_stops(day: RouteDay, more: Sequence[RouteStop]) -> RouteDay:
    """The day with stops more; it begins with the first of them and ends with the last at the latest."""
    if not more:
        return day
    stops = sorted((*day.stops, *more), key=lambda stop: (stop.start, stop.depart))
    return replace(
        day,
        starts_at=min(day.starts_at, *(stop.start for stop in more)),
        ends_at=max(day.ends_at, *(stop.depart for stop in more)),
        stops=tuple(replace(stop, sequence=number) for number, stop in enumerate(stops, start=1)),
    )
