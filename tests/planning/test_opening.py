"""Opening hours with exceptions: single dates, seasons, public holidays, other time zones."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from geo.address import Address
from geo.located import Level, Located
from geo.place import Place
from planning.account_table import AccountRow
from planning.cycle_clients import client_of
from planning.demand import demand_of
from planning.opening import opening_of, windows_that_day
from planning.options import PlanOptions
from planning.placing import Placing
from routing.problem import Window

HOUR = 3600
MONDAY, CHRISTMAS_EVE, CHRISTMAS = date(2026, 12, 14), date(2026, 12, 24), date(2026, 12, 25)
BERLIN, LONDON = Place(52.52, 13.40), Place(51.50, -0.12)
NINE_TO_FIVE = (Window(9 * HOUR, 17 * HOUR),)


def test_single_dates_are_exceptions_and_the_usual_weeks_stay() -> None:
    found = opening_of("Mo-Fr 09:00-17:00; Dec 24 09:00-12:00; Dec 31 off", MONDAY, 28, 0)
    assert found.weekly == {day: NINE_TO_FIVE for day in range(5)}
    assert found.exceptions == {CHRISTMAS_EVE: (Window(9 * HOUR, 12 * HOUR),), date(2026, 12, 31): ()}


def test_holidays_are_those_of_the_country_or_of_the_place() -> None:
    text = "Mo-Fr 09:00-17:00; PH off"
    assert opening_of(text, MONDAY, 28, 0, country="DE").exceptions == {CHRISTMAS: (), date(2027, 1, 1): ()}
    assert opening_of(text, MONDAY, 28, 0, where=LONDON).exceptions[date(2026, 12, 28)] == (), "Boxing Day made up for"
    assert opening_of(text, MONDAY, 28, 0).exceptions == {}
    assert opening_of(text, MONDAY, 28, 0, country="XX").knows_holidays


def test_a_day_is_asked_by_the_clock_of_the_place_and_answered_by_the_reps() -> None:
    text, zone = "Mo-Fr 09:00-17:00; PH off", ZoneInfo("Europe/Berlin")
    assert windows_that_day(text, CHRISTMAS_EVE, 0, where=BERLIN, zone=zone) == NINE_TO_FIVE
    assert windows_that_day(text, CHRISTMAS_EVE, 0, where=LONDON, zone=zone) == (Window(10 * HOUR, 18 * HOUR),)
    assert windows_that_day(text, CHRISTMAS, 0, where=BERLIN, zone=zone) is None
    assert windows_that_day("24/7", CHRISTMAS, 600, where=BERLIN, zone=zone) == ()
    # In the week in which only America has changed its clocks, New York is five hours away, not six.
    new_york, march = Place(40.71, -74.0), date(2026, 3, 9)
    assert windows_that_day(text, march, 0, where=new_york, zone=zone) == (Window(14 * HOUR, 22 * HOUR),)


def test_who_opens_on_a_holiday_is_visited_on_it_and_others_are_not() -> None:
    rows = [
        account(1, "Mo-Fr 09:00-17:00; PH 10:00-12:00"),
        account(2, "Mo-Fr 09:00-17:00"),
        account(3, "24/7; PH off"),
    ]
    placings = [Placing(Located(row.place, Level.GIVEN, 1.0, "test"), True, "") for row in rows]
    options = PlanOptions(starts_on=MONDAY, weeks=4, holidays="DE-BY")
    demand = demand_of(rows, placings, MONDAY, 4, "DE-BY")
    opens, usual, always = (client_of(demand, index, 0, options) for index in range(3))
    assert opens.windows_on(CHRISTMAS) == (Window(10 * HOUR, 11 * HOUR + 1800),)
    assert usual.windows_on(CHRISTMAS) is None
    assert (always.windows_on(CHRISTMAS), always.windows_on(CHRISTMAS_EVE)) == (None, ())
    epiphany = date(2027, 1, 6)
    assert opens.windows_on(epiphany) is None, "a holiday in Bavaria alone, of which the hours know nothing"
    assert replace(opens, closed_on=frozenset()).windows_on(epiphany + timedelta(days=1)) is not None


def account(number: int, hours: str) -> AccountRow:
    place = Place(48.1, 11.5 + number / 100)
    return AccountRow(
        row=number,
        id=str(number),
        name=f"Account {number}",
        address=Address(),
        place=place,
        visits_per_year=12.0,
        service_min=30.0,
        opening_hours=hours,
    )
