"""Work adds up to the second: over days, over zones, over the owners of a shared account."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancing import Basis, Entry, InvalidMoves, InvalidWork, NetTime, Work, days_between, evenness
from balancing.sales import Sales, sales_of, total_sales
from balancing.workload import by_period, grouped, rolled_up, split, total, week_of, work_of_visits

MONDAY = date(2026, 3, 2)
seconds = st.integers(0, 100_000)
works = st.builds(Work, st.integers(0, 30), seconds, seconds, seconds, seconds, seconds)
zones = ("n1", "n2", "s1", "north", "south", "all")
PARENT = {"n1": "north", "n2": "north", "s1": "south", "north": "all", "south": "all"}
entries = st.lists(
    st.builds(
        Entry,
        st.sampled_from(["Ann", "Bo"]),
        st.sampled_from(zones[:4]),
        st.integers(0, 800).map(lambda day: MONDAY + timedelta(days=day)),
        works,
    ),
    max_size=40,
)


def test_the_formula_on_figures_that_can_be_checked_by_hand() -> None:
    """12 visits a year of 30 min, 5 min to park, 20 min to drive; 1 h of telephone."""
    year = work_of_visits(12, service_s=1800, access_s=300, travel_s=1200, remote_s=3600)
    assert year == Work(12, 21_600, 3600, 14_400, 3600)
    assert year.field_s == 43_200 == (year + Work(admin_s=900)).total_s - 900


@given(entries)
def test_days_add_up_to_weeks_months_and_years_and_lose_nothing(rows: list[Entry]) -> None:
    days = by_period(rows, "day")
    assert total(days.values()) == total(row.work for row in rows)
    for period, first_of in (
        ("week", week_of),
        ("month", lambda d: d.replace(day=1)),
        ("year", lambda d: date(d.year, 1, 1)),
    ):
        for (rep, first), work in by_period(rows, period).items():
            inside = [each for (who, day), each in days.items() if who == rep and first_of(day) == first]
            assert total(inside) == work


@given(entries)
def test_zones_add_up_to_their_parent_at_every_level(rows: list[Entry]) -> None:
    own = grouped(rows, lambda row: row.zone)
    sums = rolled_up(own, PARENT)
    for zone, work in sums.items():
        below = [sums[child] for child, above in PARENT.items() if above == zone and child in sums]
        assert total([own.get(zone, Work()), *below]) == work
    if rows:
        assert sums["all"] == total(row.work for row in rows)


@given(works, st.lists(st.integers(1, 50), min_size=1, max_size=6))
def test_owners_of_a_shared_account_carry_it_once_together(work: Work, parts: list[int]) -> None:
    shares = {f"rep {number}": part / sum(parts) for number, part in enumerate(parts)}
    divided = split(work, shares)
    summed = total(divided.values())
    for name in ("service_s", "access_s", "travel_s", "remote_s", "admin_s"):
        assert getattr(summed, name) == getattr(work, name)
        for owner, share in shares.items():
            assert abs(getattr(divided[owner], name) - getattr(work, name) * share) < 1
    assert summed.visits == pytest.approx(work.visits)


def test_seconds_that_do_not_divide_go_to_the_largest_rest_then_by_name() -> None:
    halves = split(Work(1, service_s=3), {"Bo": 0.5, "Ann": 0.5})
    assert (halves["Ann"].service_s, halves["Bo"].service_s) == (2, 1)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Work(service_s=-1), "service_s: given -1, expected a whole number of 0 or more"),
        (lambda: Work(travel_s=0.5), "travel_s: given 0.5"),
        (lambda: Work(visits=float("nan")), "visits: given nan, expected a number of 0 or more"),
        (lambda: split(Work(), {}), "expected at least one owner"),
        (lambda: split(Work(), {"Ann": 0.5, "Bo": 0.6}), r"shares of Ann, Bo: they add up to 1\.1, expected 1"),
        (lambda: by_period([], "decade"), "given 'decade', expected day, week, month, year"),
        (lambda: rolled_up({"a": Work()}, {"a": "b", "b": "a"}), "zone 'a' lies below itself"),
        (lambda: days_between(MONDAY, MONDAY - timedelta(days=1)), "must not end before it begins"),
    ],
)
def test_what_cannot_be_meant_is_named(make, says: str) -> None:
    with pytest.raises(InvalidWork, match=says):
        make()


WEEK = frozenset(range(5))


def test_net_time_is_the_net_year_shared_out_and_never_more_than_the_calendar() -> None:
    ann = NetTime(8 * 3600, WEEK, 220)
    assert ann.calendar_s(MONDAY, 7) == 5 * 8 * 3600
    assert ann.mean_s(MONDAY, 28) == pytest.approx(220 * 8 * 3600 * 4 / 52)
    assert NetTime(8 * 3600, WEEK, 365).mean_s(MONDAY, 28) == 20 * 8 * 3600
    assert NetTime(8 * 3600, frozenset({0, 2}), 220).year_s == 104 * 8 * 3600


def test_a_leave_is_part_of_the_net_days_and_a_long_illness_is_not() -> None:
    leave = NetTime(3600, WEEK, 220, days_between(MONDAY, MONDAY + timedelta(days=13)))
    assert leave.year_from_s(MONDAY) == 220 * 3600
    assert leave.calendar_s(MONDAY, 21) == 5 * 3600 == leave.mean_s(MONDAY, 21)
    assert not leave.works_on(MONDAY) and leave.works_on(MONDAY + timedelta(days=14))
    ill = NetTime(3600, WEEK, 220, days_between(MONDAY, MONDAY + timedelta(days=26 * 7 - 1)))
    assert ill.year_from_s(MONDAY) == 130 * 3600


def test_actual_potential_and_gap_are_apart() -> None:
    accounts = [sales_of(100, 150), sales_of(300, 200), sales_of(50, None), sales_of(None, 80)]
    assert total_sales(accounts) == Sales(450, 430, 130, 1, 1)
    assert sales_of(100, 150).times(0.5) == Sales(50, 75, 25, 0)


def test_evenness_compares_for_a_whole_share() -> None:
    even = evenness("hours", {"Ann": 40.0, "Bo": 20.0}, {"Ann": 1.0, "Bo": 0.5})
    assert (even.spread, even.gini, even.max_deviation) == (0.0, 0.0, pytest.approx(0.0))
    one_sided = evenness("hours", {"Ann": 60.0, "Bo": 0.0}, {"Ann": 1.0, "Bo": 1.0})
    assert (one_sided.spread, one_sided.gini, one_sided.deviation) == (60.0, 0.5, {"Ann": 1.0, "Bo": -1.0})
    with pytest.raises(InvalidMoves, match="hours: expected at least one rep"):
        evenness("hours", {}, {})


def test_a_basis_says_how_a_figure_is_known() -> None:
    assert [str(basis) for basis in Basis] == ["planned", "estimated", "measured"]
