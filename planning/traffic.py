"""Rush hours for the weeks and days of a rep: from a week's profile to the travel of every weekday."""

from collections.abc import Iterable, Sequence

from geo.place import Place
from geo.travel import TravelTimes
from geo.travel_road import RoadTimes
from geo.travel_rush import DAY_HOURS, HOUR_S, DayTravel, RushTimes, WeekProfile, working_hours
from routing.cycle_problem import HourlyTravel
from routing.problem import RushHours

Shift = tuple[Iterable[int], int, int]
"""Weekdays, start and end in seconds after midnight."""


def travel_by_hour(
    travel: TravelTimes, places: Sequence[Place], weekdays: Iterable[int], start_s: int, end_s: int
) -> dict[int, HourlyTravel]:
    """Travel on each weekday (0 = Monday) for who is on the road from `start_s` to `end_s`.

    Empty where times know no hours. A weekday of one pace has no rush hours.
    """
    if not isinstance(travel, RushTimes):
        return {}
    found = travel.week(places, weekdays, hours_of(start_s, end_s))
    return {weekday: HourlyTravel(day.matrix, rush_hours(day)) for weekday, day in found.items()}


def mean_times(free: RoadTimes, profile: WeekProfile | None, shifts: Iterable[Shift]) -> RoadTimes:
    """Times as they are on average through shifts (weekdays, start and end); as on empty roads without a profile."""
    if profile is None:
        return free
    periods = {period for shift in shifts for period in working_hours(*shift)}
    return RushTimes(free, profile, *sorted(periods, key=lambda period: (period.start_s, period.end_s)))


def hours_of(start_s: int, end_s: int) -> tuple[int, int]:
    """The whole hours of a day that hold a stretch of it: first, and the one after the last."""
    first = min(start_s // HOUR_S, DAY_HOURS - 1)
    return first, min(max(-(-end_s // HOUR_S), first + 1), DAY_HOURS)


def rush_hours(day: DayTravel) -> tuple[RushHours, ...]:
    """The hours that differ, as a day's problem has them; the last ones of the day go on past midnight."""
    last_s = DAY_HOURS * HOUR_S
    return tuple(
        RushHours(hour.start_s, hour.end_s if hour.end_s < last_s else 2 * last_s, hour.matrix) for hour in day.rush
    )
