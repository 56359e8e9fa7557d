"""A team's day: who makes which visit."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.generated_teams import generated_team
from geo.limits import Limits
from geo.travel import TravelMatrix
from routing import BadProblemError, Reload, RushHours, TeamProblem, check_team, plan_team, team_ways_to_fit
from routing.problem import Visit
from routing.team import STRATEGIES
from routing.team_problem import TeamPlan, TeamUnserved
from tests.routing.day_builders import HOUR, MINUTE, cut, days, line_matrix, shift, shifts, visit, window

SHORT = Limits(iterations=300)


def two_reps(visits: list[Visit], **rules: object) -> TeamProblem:
    """Homes at the two ends of a road of 100 minutes, places every 10 minutes between."""
    matrix = line_matrix([0, 100, *range(0, 110, 10)])
    return replace(TeamProblem(matrix, tuple(visits), (shift(start=0, end=0), shift(start=1, end=1))), **rules)


def at(minute: int, minutes: int = 30, *hours: object, prize: int | None = None) -> Visit:
    return visit(2 + minute // 10, minutes, *hours, prize=prize)


def made(plan: TeamPlan) -> list[list[int]]:
    return [[stop.visit for stop in day.stops] for day in plan.days]


def test_everyone_takes_what_is_near() -> None:
    asked = two_reps([at(10), at(90), at(20), at(80)])
    plan = plan_team(asked, limits=SHORT)
    assert [sorted(day) for day in made(plan)] == [[0, 2], [1, 3]]
    assert plan.drive_s == 80 * MINUTE and all(day.proven for day in plan.days)
    assert check_team(asked, plan) == []


def test_a_tied_visit_stays_with_its_rep() -> None:
    asked = two_reps([at(10), at(90)], tied={0: 1})
    plan = plan_team(asked, limits=SHORT)
    assert [sorted(day) for day in made(plan)] == [[], [0, 1]]
    assert check_team(asked, plan) == []


def test_a_preference_is_kept_until_it_costs_more_than_its_price() -> None:
    kept = two_reps([at(10), at(40)], preferred={1: 1}, preference_s=130 * MINUTE)
    given_up = replace(kept, preference_s=50 * MINUTE)
    assert made(plan_team(kept, limits=SHORT)) == [[0], [1]]
    assert sorted(made(plan_team(given_up, limits=SHORT))[0]) == [0, 1]


def test_balance_moves_a_visit_at_its_price() -> None:
    visits = [at(0, 60), at(10, 60), at(20, 60), at(30, 60)]
    assert len(made(plan_team(two_reps(visits), limits=SHORT))[1]) == 0
    assert len(made(plan_team(two_reps(visits, balance_price=5.0), limits=SHORT))[1]) == 2


def test_skills_and_the_number_of_visits_are_kept() -> None:
    able = replace(at(90), skills=frozenset({"ladder"}))
    asked = two_reps([able, at(10), at(10), at(10)], most_visits=2)
    asked = replace(asked, shifts=(replace(asked.shifts[0], skills=frozenset({"ladder"})), asked.shifts[1]))
    plan = plan_team(asked, limits=SHORT)
    assert 0 in made(plan)[0] and max(map(len, made(plan))) == 2 and not plan.unserved


def test_whoever_is_left_out_hears_why_from_every_rep() -> None:
    asked = two_reps([at(50, 600), at(10, 60, window(9, 9)), at(10, 60, window(9, 9))], tied={1: 0, 2: 0})
    plan = plan_team(asked, limits=SHORT)
    long, clash = plan.unserved
    assert long.per_rep == ("the visit takes 600 min, the shift has 540",) * 2
    assert clash.per_rep == (
        "its hours 09:00–09:00 cannot be met without missing another visit or lunch",
        "belongs to another rep",
    )
    assert clash.reason == clash.per_rep[0]


def test_overtime_takes_in_what_would_be_left_out() -> None:
    asked = two_reps([at(0, 540), at(0, 30)], tied={0: 0, 1: 0})
    assert len(plan_team(asked, limits=SHORT).unserved) == 1
    rested, other = asked.shifts
    willing = replace(asked, shifts=(replace(rested, overtime_s=3600), other))
    plan = plan_team(willing, limits=SHORT)
    assert not plan.unserved and plan.days[0].end_s == 17 * HOUR + 30 * MINUTE
    assert check_team(willing, plan) == []


def test_more_workers_are_never_worse_and_repeat() -> None:
    asked = two_reps([at(10 * k, 20, window(8 + k, 11 + k)) for k in range(6)])
    alone, both = (plan_team(asked, limits=Limits(iterations=20), workers=n) for n in (1, 3))
    assert both.drive_s <= alone.drive_s
    assert both == plan_team(asked, limits=Limits(iterations=20), workers=3)


def test_optional_visits_are_chosen_by_several_searches_that_repeat() -> None:
    """Each rep has time for two of three visits near him: the dearest is left out, whichever search is asked."""
    near = [
        at(minute, 200, prize=prize)
        for minute, prize in ((0, 300), (10, 90), (20, 300), (80, 300), (90, 90), (100, 300))
    ]
    asked = two_reps(near)
    for workers in (1, 2):
        plan = plan_team(asked, limits=Limits(iterations=12_000), workers=workers)
        assert {left.visit for left in plan.unserved} == {1, 4}
        assert check_team(asked, plan) == [] and plan == plan_team(
            asked, limits=Limits(iterations=12_000), workers=workers
        )


def test_no_visits_are_free_days() -> None:
    assert [day.stops for day in plan_team(two_reps([])).days] == [(), ()]


def test_wrong_teams_are_refused() -> None:
    with pytest.raises(BadProblemError, match="at least one shift"):
        TeamProblem(line_matrix([0]), (), ())
    with pytest.raises(BadProblemError, match="tied must map a visit to a rep, got visit 0 to rep 2"):
        two_reps([at(10)], tied={0: 2})
    with pytest.raises(BadProblemError, match="prices must not be negative"):
        two_reps([at(10)], preference_s=-1)
    with pytest.raises(BadProblemError, match="most_visits must not be negative"):
        two_reps([at(10)], most_visits=-1)


@st.composite
def teams(draw: st.DrawFn) -> TeamProblem:
    day = draw(days(most=6))
    reps = draw(st.integers(1, 3))
    visits = st.integers(0, len(day.visits) - 1)
    pairs = st.dictionaries(visits, st.integers(0, reps - 1), max_size=3)
    return TeamProblem(
        day.matrix,
        day.visits,
        tuple(draw(shifts(len(day.matrix))) for _ in range(reps)),
        tied=draw(pairs),
        preferred=draw(pairs),
        most_visits=draw(st.one_of(st.none(), st.integers(0, 4))),
        balance_price=draw(st.sampled_from([0.0, 1.0])),
        order=day.order,
        rush=day.rush,
    )


@settings(max_examples=30, deadline=None, derandomize=True)
@given(teams())
def test_every_team_plan_passes_the_independent_check_and_repeats(asked: TeamProblem) -> None:
    plan = plan_team(asked, limits=Limits(iterations=30), seed=3)
    assert check_team(asked, plan) == []
    assert plan == plan_team(asked, limits=Limits(iterations=30), seed=3)


def test_the_check_finds_each_fault() -> None:
    asked = two_reps([at(10), at(90)], tied={0: 0}, most_visits=1)
    plan = plan_team(asked, limits=SHORT)
    first, second = plan.days
    assert check_team(asked, plan) == []
    assert "2 reps but 1 days" in check_team(asked, replace(plan, days=(first,)))
    assert "visit 1 appears 0 times in the plan" in check_team(
        asked, replace(plan, days=(first, replace(second, stops=())))
    )
    mute = replace(plan, unserved=(TeamUnserved(0, ("", "")),))
    assert "visit 0 is left out without a reason" in check_team(asked, mute)
    assert "visit 0 is made by rep 1, but tied to rep 0" in check_team(asked, replace(plan, days=(second, first)))
    strict = replace(asked, most_visits=0)
    assert "rep 0 makes 1 visits, 0 are allowed" in check_team(strict, plan)
    roadless = replace(asked, matrix=cut(asked.matrix, [(0, 3)]))
    assert "rep 0: no road leads to visit 0" in check_team(roadless, plan)


def test_a_rush_hour_is_heeded_and_costs_nothing_where_nobody_drives_in_it() -> None:
    asked = two_reps([at(10, 30, window(9, 9)), at(90)])
    slow = TravelMatrix((asked.matrix.duration_s * 3).astype(np.int32), asked.matrix.distance_m, "slow")
    calm = replace(asked, rush=(RushHours(15 * HOUR, 16 * HOUR, slow),))
    busy = replace(asked, rush=(RushHours(8 * HOUR, 8 * HOUR + 59 * MINUTE, slow),))
    assert plan_team(calm, limits=SHORT).drive_s == plan_team(asked, limits=SHORT).drive_s
    plan = plan_team(busy, limits=SHORT)
    assert check_team(busy, plan) == [] and not plan.unserved
    assert plan.drive_s == plan_team(asked, limits=SHORT).drive_s + 20 * MINUTE


def test_telephone_visits_go_to_whoever_has_room() -> None:
    call = Visit(None, 60 * MINUTE)
    asked = two_reps([at(10), at(20), at(90), call, call])
    plan = plan_team(asked, limits=SHORT)
    assert not plan.unserved and check_team(asked, plan) == []
    assert plan.drive_s == plan_team(replace(asked, visits=asked.visits[:3]), limits=SHORT).drive_s
    wanted = replace(asked, preferred={3: 0, 4: 0})
    assert {3, 4} <= {stop.visit for stop in plan_team(wanted, limits=SHORT).days[0].stops}


def test_pairs_in_order_bind_within_a_day() -> None:
    asked = two_reps([at(10), at(20)], tied={0: 0, 1: 0}, order=((1, 0),))
    plan = plan_team(asked, limits=SHORT)
    assert [stop.visit for stop in plan.days[0].stops] == [1, 0] and check_team(asked, plan) == []


def test_loads_are_kept_and_filled_up() -> None:
    heavy = [replace(at(k), load=1) for k in (10, 20, 30, 40)]
    asked = two_reps(heavy, tied={k: 0 for k in range(4)})
    small = replace(asked, shifts=tuple(replace(day, capacity=2) for day in asked.shifts))
    plan = plan_team(small, limits=SHORT)
    assert check_team(small, plan) == [] and len(plan.unserved) == 2
    assert plan.unserved[0].reason == "the load is full: 1 too much"
    depot = replace(small, shifts=tuple(replace(day, reload=Reload(0, 600)) for day in small.shifts))
    plan = plan_team(depot, limits=SHORT)
    assert check_team(depot, plan) == [] and not plan.unserved and len(plan.days[0].reloads) == 1


def test_every_strategy_answers_and_ortools_alone_is_never_better() -> None:
    asked = generated_team(3, reps=4, each=8)
    plans = {name: plan_team(asked, limits=Limits(iterations=2000), strategy=name) for name in STRATEGIES}
    assert all(check_team(asked, plan) == [] for plan in plans.values())
    assert plans["ortools+recreate"].drive_s <= plans["ortools"].drive_s
    with pytest.raises(BadProblemError, match="strategy must be one of"):
        plan_team(asked, strategy="magic")


def test_a_plan_survives_being_sent_to_another_process() -> None:
    asked = two_reps([at(10, 600)])
    plan = plan_team(asked, limits=SHORT)
    assert pickle.loads(pickle.dumps(plan)) == plan


def test_the_cheapest_way_to_fit_a_visit_names_the_rep_and_the_price() -> None:
    asked = two_reps([at(10, prize=5), at(90, prize=30)], most_visits=1, preferred={0: 0}, preference_s=600)
    plan = plan_team(replace(asked, visits=(at(10, prize=30), at(90, prize=30), at(20, prize=1))), limits=SHORT)
    missed = replace(asked, visits=(at(10, prize=30), at(90, prize=30), at(20, prize=1)))
    assert [left.visit for left in plan.unserved] == [2]
    ways = team_ways_to_fit(missed, plan, 2)
    assert (ways[0].rep, ways[0].way.instead_of, ways[0].price_s) == (0, 0, 50 * MINUTE)
    free = replace(missed, most_visits=None)
    assert team_ways_to_fit(free, plan, 2)[0].price_s == 20 * MINUTE
    tied = replace(free, tied={2: 1})
    assert {way.rep for way in team_ways_to_fit(tied, plan, 2)} == {1}


def test_the_minutes_of_a_team_add_up() -> None:
    plan = plan_team(two_reps([at(10, 30, window(9, 9)), at(90)]), limits=SHORT)
    spent_s = plan.drive_s + plan.service_s + plan.wait_s + plan.lunch_s
    assert spent_s == sum(day.end_s - day.start_s for day in plan.days)


def test_visits_that_pay_a_trip_only_together_are_made() -> None:
    far = [at(90, 10, prize=70) for _ in range(6)]
    asked = replace(two_reps(far), shifts=(shift(start=0, end=0),))
    plan = plan_team(asked, limits=SHORT, strategy="recreate")
    assert not plan.unserved and plan.drive_s == 180 * MINUTE
