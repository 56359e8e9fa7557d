"""Rush hours."""

from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.great_circle import GreatCircle
from geo.place import Place
from geo.region import Region
from geo.travel_rush import HOUR_S, HOURS, Period, RushTimes, WeekProfile, working_hours

At = Callable[[float, float], Place]
WEEK = WeekProfile.of({"Mo-Fr 07:00-09:00": 1.5, "Sa 10:00-12:00": 2.0})


def test_hours_nobody_names_are_free() -> None:
    assert WEEK.factor.sum() == HOURS + 5 * 2 * 0.5 + 2 * 1.0
    assert WEEK.factor[7] == WEEK.factor[4 * 24 + 8] == 1.5
    assert WEEK.factor[9] == WEEK.factor[6 * 24 + 7] == 1.0


def test_a_period_takes_its_hours_by_their_part_in_it() -> None:
    assert WEEK.during(Period.of(0, 7 * HOUR_S, 9 * HOUR_S)) == 1.5
    assert WEEK.during(Period.of(1, 8 * HOUR_S, 10 * HOUR_S)) == pytest.approx(1.25)
    assert WEEK.during(Period.of(5, 11 * HOUR_S + 1800, 12 * HOUR_S)) == 2.0
    assert WEEK.during(Period.of(6, 0, 24 * HOUR_S)) == 1.0


def test_a_matrix_takes_longer_in_the_rush_and_is_no_farther(grid_region: Region, at: At) -> None:
    free = grid_region.travel_times(backend="dijkstra")
    places = [at(0, 0), at(900, 700), at(-9000, 0)]
    rush = RushTimes(free, WEEK)
    calm, busy = rush.matrix(places), rush.matrix(places, departing=Period.of(2, 7 * HOUR_S, 8 * HOUR_S))
    assert (calm.duration_s == free.matrix(places).duration_s).all()
    assert busy.duration_s[0, 1] == pytest.approx(1.5 * calm.duration_s[0, 1], abs=0.6)
    assert (busy.distance_m == calm.distance_m).all()
    assert busy.duration_s[2].tolist() == [-1, -1, -1]
    assert "by 1.50" in busy.source


def test_legs_agree_with_the_matrix(grid_region: Region, at: At) -> None:
    times = RushTimes(grid_region.travel_times(backend="dijkstra"), WEEK, Period.of(5, 10 * HOUR_S, 12 * HOUR_S))
    places = [at(0, 0), at(900, 700), at(100, 700), at(-9000, 0)]
    matrix = times.matrix(places)
    assert [leg.duration_s for leg in times.legs(places)] == [matrix.duration_s[i, i + 1] for i in range(3)]
    assert times.route(places[:2])[-1] == times.legs(places)[0].line[-1]
    assert times.snap(places)[3].road is None


def test_a_day_has_its_usual_matrix_and_the_hours_that_differ(grid_region: Region, at: At) -> None:
    week = WeekProfile.of({"Mo-Fr 07:00-09:00": 1.5, "Mo-Fr 16:00-17:00": 2.0}, source="our vans")
    free = grid_region.travel_times(backend="dijkstra")
    times, places = RushTimes(free, week), [at(0, 0), at(900, 700), at(-9000, 0)]
    monday, sunday = times.day(places, 0), times.day(places, 6)
    base = free.matrix(places)
    assert (monday.matrix.duration_s == base.duration_s).all() and sunday.rush == ()
    assert [(hour.start_s // HOUR_S, hour.end_s // HOUR_S) for hour in monday.rush] == [(7, 9), (16, 17)]
    for hour, factor in zip(monday.rush, (1.5, 2.0), strict=True):
        there = hour.matrix.duration_s[0, 1]
        assert there == pytest.approx(factor * base.duration_s[0, 1], abs=0.6)
        assert (hour.matrix.distance_m == base.distance_m).all()
        assert "our vans" in hour.matrix.source
        assert hour.matrix.duration_s[2, 0] == -1
    with pytest.raises(ValueError, match="weekday must be 0"):
        times.day(places, 7)


def test_a_day_that_is_slow_most_of_the_time_is_usually_slow(at: At) -> None:
    times = RushTimes(GreatCircle(), WeekProfile.of({"Mo 00:00-20:00": 1.3}))
    day = times.day([at(0, 0), at(900, 700)], 0)
    assert day.matrix.estimated
    assert [(hour.start_s, hour.end_s) for hour in day.rush] == [(20 * HOUR_S, 24 * HOUR_S)]
    assert day.rush[0].matrix.duration_s[0, 1] < day.matrix.duration_s[0, 1]


def test_working_hours_average_over_the_days_worked(at: At) -> None:
    week = WeekProfile.of({"Mo 08:00-12:00": 2.0})
    shifts = working_hours([1, 0], 8 * HOUR_S, 16 * HOUR_S)
    assert shifts == (Period.of(0, 8 * HOUR_S, 16 * HOUR_S), Period.of(1, 8 * HOUR_S, 16 * HOUR_S))
    assert week.during(*shifts) == pytest.approx(1.25)
    places = [at(0, 0), at(0, 1800)]
    free, busy = GreatCircle().matrix(places), RushTimes(GreatCircle(), week, *shifts).matrix(places)
    assert busy.duration_s[0, 1] == pytest.approx(1.25 * free.duration_s[0, 1], abs=0.6)


@pytest.mark.parametrize(
    "span", ["Mo", "Mo-Fr 7-9", "Xx 07:00-09:00", "Fr-Mo 07:00-09:00", "Mo 09:00-07:00", "Mo 20:00-25:00"]
)
def test_a_span_that_cannot_be_read_is_shown(span: str) -> None:
    with pytest.raises(ValueError, match=span):
        WeekProfile.of({span: 1.2})


def test_factors_and_periods_are_checked() -> None:
    with pytest.raises(ValueError, match="above 0"):
        WeekProfile.of({"Mo 07:00-09:00": 0})
    with pytest.raises(ValueError, match="168 hours"):
        WeekProfile(np.ones(24))
    with pytest.raises(ValueError, match="end after it starts"):
        Period(10, 10)
    with pytest.raises(ValueError, match="0 \\(Monday\\)"):
        Period.of(7, 0, 10)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, HOURS * HOUR_S - 1), st.integers(1, HOUR_S * HOURS), st.randoms(use_true_random=False))
def test_a_mean_lies_between_its_hours(start: int, length: int, random: Random) -> None:
    end = min(start + length, HOURS * HOUR_S)
    factor = np.array([1 + random.random() for _ in range(HOURS)])
    touched = factor[start // HOUR_S : -(-end // HOUR_S)]
    mean = WeekProfile(factor).during(Period(start, end))
    assert touched.min() - 1e-9 <= mean <= touched.max() + 1e-9
