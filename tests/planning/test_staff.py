"""Reps: working days, hours, shares."""

from datetime import date

import pytest

from balancing import days_between
from planning.options import PlanOptions, next_monday
from planning.staff import Rep, capacity_shares, numbered_reps

OPTIONS = PlanOptions(starts_on=date(2026, 3, 2), weeks=4)


def test_a_full_time_rep_works_twenty_days_in_four_weeks_of_eight_and_a_half_hours() -> None:
    rep = Rep("Ann")
    days = rep.work_days(OPTIONS, home=0)
    assert len(days) == 20
    assert {day.date.weekday() for day in days} == set(range(5))
    assert rep.day_s == 8.5 * 3600


def test_capacity_is_the_net_year_shared_out_by_weeks() -> None:
    assert Rep("Ann").capacity_h(OPTIONS) == pytest.approx(220 * 8.5 * 4 / 52)


def test_capacity_never_exceeds_the_calendar() -> None:
    assert Rep("Ann", days_a_year=365).capacity_h(OPTIONS) == 20 * 8.5


def test_half_time_shortens_every_day_and_drops_the_lunch_that_no_longer_fits() -> None:
    rep = Rep("Bo", share_of_full_time=0.5)
    assert rep.end_s - rep.shift_start_s == 9 * 3600 / 2
    assert rep.lunch is None


def test_weekdays_are_kept() -> None:
    days = Rep("Cy", weekdays=frozenset({0, 2})).work_days(OPTIONS, home=0)
    assert [day.date.day for day in days[:3]] == [2, 4, 9]


def test_shares_follow_the_hours_and_sum_to_one() -> None:
    shares = capacity_shares((Rep("Ann"), Rep("Bo", days_a_year=110)))
    assert shares.tolist() == pytest.approx([2 / 3, 1 / 3])


def test_numbered_names_sort_as_they_count() -> None:
    names = [rep.name for rep in numbered_reps(12)]
    assert names == sorted(names)


@pytest.mark.parametrize("today", [date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 8)])
def test_the_next_monday_is_never_today(today: date) -> None:
    assert next_monday(today) == date(2026, 3, 9)


def test_weeks_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="between 1 and 53, got 0"):
        PlanOptions(starts_on=date(2026, 3, 2), weeks=0)


def test_administration_shortens_every_day_in_the_field_but_not_the_net_time() -> None:
    rep = Rep("Ann", admin_s=1800)
    assert rep.day_s == 8 * 3600 and rep.net_time.day_s == 8.5 * 3600
    assert rep.work_days(OPTIONS, home=0)[0].shift.end_s == 16.5 * 3600
    assert rep.year_h == 220 * 8


def test_nothing_is_planned_on_days_off_and_they_are_missing_in_the_capacity() -> None:
    rep = Rep("Ann", days_off=days_between(date(2026, 3, 2), date(2026, 3, 20)))
    assert [day.date.day for day in rep.work_days(OPTIONS, home=0)] == [23, 24, 25, 26, 27]
    assert rep.capacity_h(OPTIONS) == 5 * 8.5
