"""What accounts ask for: opening hours, visits, work by telephone."""

from datetime import date

import pytest

from geo.address import Address
from geo.located import Level, Located
from geo.place import Place
from planning.account_table import AccountRow
from planning.demand import demand_of
from planning.opening import opening_of
from planning.placing import Placing
from routing.cycle_problem import WEEKS_A_YEAR
from routing.problem import Window

MONDAY = date(2026, 3, 2)
HOUR = 3600


def test_opening_hours_become_the_moments_a_visit_may_begin() -> None:
    windows = opening_of("Mo-Tu 09:00-12:00,14:00-18:00; Sa 10:00-13:00", MONDAY, 7, 1800).weekly
    day = (Window(9 * HOUR, 12 * HOUR - 1800), Window(14 * HOUR, 18 * HOUR - 1800))
    assert windows == {0: day, 1: day, 5: (Window(10 * HOUR, 13 * HOUR - 1800),)}


def test_hours_past_midnight_are_cut_at_midnight() -> None:
    windows = opening_of("Fr 22:00-02:00", MONDAY, 7, 0).weekly
    assert windows == {4: (Window(22 * HOUR, 24 * HOUR),), 5: (Window(0, 2 * HOUR),)}


@pytest.mark.parametrize("text", ["", "  ", "24/7"])
def test_nothing_said_or_always_open_sets_no_windows(text: str) -> None:
    assert opening_of(text, MONDAY, 7, 600).weekly is None


def test_a_visit_longer_than_the_opening_has_no_moment_to_begin() -> None:
    assert opening_of("Mo 09:00-09:20", MONDAY, 7, 1800).weekly == {}


def test_unreadable_hours_say_what_was_expected() -> None:
    with pytest.raises(ValueError, match=r"Mo-Fr 09:00-18:00.*ask the porter"):
        opening_of("ask the porter", MONDAY, 7, 600)


def row(number: int, **given: object) -> AccountRow:
    values: dict[str, object] = {"visits_per_year": 12.0, "service_min": 30.0} | given
    place = Place(52.5, 13.4 + number / 100)
    return AccountRow(row=number, id=str(number), name=f"Account {number}", address=Address(), place=place, **values)  # type: ignore[arg-type]


def placed(account: AccountRow) -> Placing:
    return Placing(Located(account.place, Level.GIVEN, 1.0, "test"), True, "")


def test_only_usable_accounts_are_counted_and_keep_their_position() -> None:
    rows = [row(1), row(2), row(3)]
    nowhere = Placing(Located(None, Level.NONE, 0.0, "test"), False, "unknown")
    demand = demand_of(rows, [placed(rows[0]), nowhere, placed(rows[2])], MONDAY)
    assert demand.account.tolist() == [0, 2]
    assert len(demand) == 2
    assert demand.expected_visits(13).tolist() == [12 * 13 / WEEKS_A_YEAR] * 2


def test_work_by_telephone_takes_hours_but_no_visits() -> None:
    rows = [row(1, channel="phone"), row(2)]
    demand = demand_of(rows, [placed(account) for account in rows], MONDAY)
    assert demand.visits_a_year.tolist() == [0, 12]
    assert demand.remote_h_a_year.tolist() == [6, 0]
    assert demand.expected_service_s(WEEKS_A_YEAR).tolist() == [6 * HOUR, 6 * HOUR]


def test_unreadable_hours_are_kept_for_the_note_and_count_as_open() -> None:
    rows = [row(1, opening_hours="whenever")]
    demand = demand_of(rows, [placed(rows[0])], MONDAY)
    assert demand.unread_hours == ("whenever",)
    assert demand.windows == (None,)


def test_hours_without_minutes_are_understood() -> None:
    windows = opening_of("Mo-Fr 9-17:30; Sa 10-13:30", MONDAY, 7, 0).weekly
    assert windows is not None
    assert windows[0] == (Window(9 * HOUR, 17 * HOUR + 1800),)
    assert windows[5] == (Window(10 * HOUR, 13 * HOUR + 1800),)
