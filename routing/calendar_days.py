"""The rep's working days: weekdays and shifts, less public holidays and absences."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

import holidays

from routing.cycle_problem import WorkDay
from routing.errors import BadProblemError
from routing.problem import Shift


def holiday_dates(country: str, years: Collection[int], region: str | None = None) -> frozenset[date]:
    """Public holidays by ISO 3166 codes: a country ("DE") and, where they differ, a part of it ("BY").

    Raises:
        BadProblemError: the `holidays` package does not know the country or the region.
    """
    return frozenset(holiday_names(country, years, region))


def holiday_names(country: str, years: Collection[int], region: str | None = None) -> Mapping[date, str]:
    """The same with what each is called there.

    Raises:
        BadProblemError: the `holidays` package does not know the country or the region.
    """
    try:
        return dict(holidays.country_holidays(country, subdiv=region, years=years))
    except NotImplementedError as fault:
        raise BadProblemError(f"no holidays known for country {country!r}, region {region!r}: {fault}") from fault


def working_days(
    starts_on: date,
    weeks: int,
    shifts: Mapping[int, Shift],
    *,
    holidays: Collection[date] = (),
    absences: Collection[date] = (),
) -> tuple[WorkDay, ...]:
    """The days worked: those whose weekday (Monday = 0) has a shift, holidays and absences left out."""
    days = (starts_on + timedelta(days=number) for number in range(7 * weeks))
    return tuple(
        WorkDay(day, shifts[day.weekday()])
        for day in days
        if day.weekday() in shifts and day not in holidays and day not in absences
    )
