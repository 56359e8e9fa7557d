"""Other people's clocks: time zones, the days on which clocks change, exceptions."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from routing import BadProblemError, OpeningHours, moment_at, seconds_at, visit_windows
from routing.problem import Window

BERLIN, LONDON, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
HOUR = 3600
NINE_TO_FIVE = (time(9), time(17))
MONDAY, SPRING, AUTUMN = date(2026, 6, 1), date(2026, 3, 29), date(2026, 10, 25)


def shop(zone: ZoneInfo, **exceptions: object) -> OpeningHours:
    return OpeningHours(dict.fromkeys(range(7), (NINE_TO_FIVE,)), zone, **exceptions)


def test_on_the_reps_own_clock_hours_stay_what_they_are() -> None:
    assert visit_windows(shop(BERLIN), MONDAY, BERLIN, 0) == (Window(9 * HOUR, 17 * HOUR),)


def test_a_visit_must_end_while_the_customer_is_open() -> None:
    assert visit_windows(shop(BERLIN), MONDAY, BERLIN, HOUR) == (Window(9 * HOUR, 16 * HOUR),)
    assert visit_windows(shop(BERLIN), MONDAY, BERLIN, 9 * HOUR) == ()


def test_a_customer_in_another_zone_opens_an_hour_later() -> None:
    assert visit_windows(shop(LONDON), MONDAY, BERLIN, 0) == (Window(10 * HOUR, 18 * HOUR),)


def test_when_only_one_side_has_changed_its_clocks_the_difference_is_an_hour_less() -> None:
    before, between = date(2026, 3, 2), date(2026, 3, 16)
    assert visit_windows(shop(NEW_YORK), before, BERLIN, 0)[0].start_s == 15 * HOUR
    assert visit_windows(shop(NEW_YORK), between, BERLIN, 0)[0].start_s == 14 * HOUR


def test_on_the_day_of_the_change_nine_is_an_hour_earlier_or_later() -> None:
    assert seconds_at(SPRING, BERLIN, time(9)) == 8 * HOUR and seconds_at(AUTUMN, BERLIN, time(9)) == 10 * HOUR
    assert seconds_at(MONDAY, BERLIN, time(9)) == 9 * HOUR
    assert visit_windows(shop(BERLIN), SPRING, BERLIN, 0) == (Window(8 * HOUR, 16 * HOUR),)
    assert moment_at(SPRING, BERLIN, 8 * HOUR) == datetime(2026, 3, 29, 9, tzinfo=BERLIN)


def test_a_visit_across_the_change_lasts_as_long_as_it_lasts() -> None:
    night = OpeningHours({6: ((time(1), time(4)),)}, BERLIN)
    assert visit_windows(night, SPRING, BERLIN, 2 * HOUR) == (Window(HOUR, HOUR),)
    assert visit_windows(night, AUTUMN, BERLIN, 4 * HOUR) == (Window(HOUR, HOUR),)


def test_an_exception_stands_in_for_the_weekday() -> None:
    short = shop(BERLIN, exceptions={MONDAY: ((time(9), time(12)),), date(2026, 6, 2): ()})
    assert visit_windows(short, MONDAY, BERLIN, 0) == (Window(9 * HOUR, 12 * HOUR),)
    assert visit_windows(short, date(2026, 6, 2), BERLIN, 0) == ()
    assert visit_windows(short, date(2026, 6, 3), BERLIN, 0) == (Window(9 * HOUR, 17 * HOUR),)


def test_a_bar_open_past_midnight_is_one_span_until_it_closes() -> None:
    bar = OpeningHours({0: ((time(18), time(2)),), 6: ((time(18), time(2)),)}, BERLIN)
    assert visit_windows(bar, MONDAY, BERLIN, 0) == (Window(0, 2 * HOUR), Window(18 * HOUR, 26 * HOUR))
    assert visit_windows(OpeningHours({0: ((time(0), time(0)),)}, BERLIN), MONDAY, BERLIN, 0) == (Window(0, 24 * HOUR),)


def test_a_weekday_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadProblemError, match="from 0 \\(Monday\\) to 6, got 7"):
        OpeningHours({7: ()}, BERLIN)
