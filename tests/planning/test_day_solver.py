"""The rest of a day, solved: rush hours, opening hours on the day."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from geo.place import Place
from planning.day_solver import AskedDay, AskedStop, Near, Roads, near_day, solve_day

HOME, HOUR = Place(50.0, 10.0), 3600
MONDAY, CHRISTMAS = date(2026, 3, 2), date(2026, 12, 25)


def stop(key: int, hours: str = "", east: float = 0.3) -> AskedStop:
    return AskedStop(key, Place(50.0, 10.0 + east), 1800, hours)


def asked(*stops: AskedStop, day: date = MONDAY) -> AskedDay:
    return AskedDay(day, HOME, HOME, 8 * HOUR, 8 * HOUR, 17 * HOUR, 0, False, stops, zone="Europe/Berlin")


def test_legs_begun_in_rush_hours_take_longer_and_wait_for_them_to_end_where_that_pays(tmp_path: Path) -> None:
    traffic = tmp_path / "traffic.toml"
    traffic.write_text('[hours]\n"Mo-Fr 08:00-09:00" = 2.0\n"Mo-Fr 16:00-17:00" = 2.0\n', encoding="utf-8")
    calm = solve_day(asked(stop(1)))
    busy = solve_day(replace(asked(stop(1)), roads=Roads(traffic=traffic)))
    assert busy.start_s >= 9 * HOUR and busy.drive_s == calm.drive_s, "nothing has to be made in the rush hour"
    bound = solve_day(replace(asked(stop(1, "Mo 09:00-09:45")), roads=Roads(traffic=traffic)))
    (only,) = bound.stops
    assert only.drive_s > 1.9 * calm.stops[0].drive_s and only.start_s - only.drive_s < 9 * HOUR
    assert bound.drive_s - only.drive_s == calm.drive_s - calm.stops[0].drive_s, "the way home is calm"


def test_what_finds_no_room_says_what_blocks_it_and_the_cheapest_way() -> None:
    long = replace(stop(1, east=0.05), service_s=4 * HOUR, name="Café Nord")
    found = solve_day(asked(long, replace(stop(2, east=0.05), service_s=5 * HOUR)))
    ((key, why),) = found.left_out
    assert key in (1, 2) and why.startswith("the day is full: would need"), why
    assert "the cheapest way to fit it in: with " in why and "min more than the shift allows" in why
    early = replace(stop(1, "Mo 09:00-11:00", east=0.05), service_s=2 * HOUR, name="Café Nord")
    clash = solve_day(asked(early, replace(early, key=2, place=Place(50.0, 10.06), name="Café Süd")))
    ((_, why),) = clash.left_out
    assert "the cheapest way to fit it in: instead of Café" in why and "driving" in why


def test_what_is_closed_on_the_day_is_left_out_with_the_reason() -> None:
    found = solve_day(asked(stop(1, "Mo-Fr 09:00-17:00; PH off"), stop(2, east=0.1), day=CHRISTMAS))
    assert [one.key for one in found.stops] == [2]
    assert found.left_out == ((1, "closed that day, or not open long enough"),)
    shut = stop(3, "Mo-Fr 09:00-17:00; Dec 25 off", east=0.1)
    assert near_day(asked(stop(2), day=CHRISTMAS), [shut]) == []
    assert [type(one) for one in near_day(asked(stop(2)), [shut])] == [Near]
