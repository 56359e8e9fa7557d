"""Many leads in a row: what each strategy promises over all of them, seen from the outcome alone."""

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

from balancing import Given, InvalidLead, Lead, Step, Strategy, dry_run, fairness_report, rules_of
from geo.place import Place
from tests.balancing.lead_builders import NINE, lead, rep


def many(count: int, seed: int, **more: object) -> list[Lead]:
    chance = np.random.default_rng(seed)
    after = np.cumsum(chance.exponential(8, count))
    return [
        lead(number, float(after[number]), work_min=float(chance.integers(5, 120)), **more) for number in range(count)
    ]


def team(count: int = 7):
    return [rep(f"R{number}", 10 + number / 10) for number in range(count)]


@pytest.mark.parametrize("seed", range(5))
def test_round_robin_differs_by_at_most_one(seed: int) -> None:
    run = dry_run(many(100, seed), team(), "round_robin")
    got = [row.leads for row in run.tallies()]
    assert sum(got) == 100 and max(got) - min(got) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_under_taxi_nobody_who_became_free_later_is_served_earlier(seed: int) -> None:
    group = team()
    run = dry_run(many(200, seed), group, "taxi")
    free = {each.id: each.free_since for each in group}
    waited = 0
    for row in run.dealt:
        assert row.choice.rep is not None and row.given_at >= row.lead.arrived_at
        assert free[row.choice.rep] == min(free.values())
        assert free[row.choice.rep] <= row.given_at
        waited += row.given_at > row.lead.arrived_at
        free[row.choice.rep] = row.given_at + timedelta(minutes=row.lead.work_min)
    assert waited > 0


@pytest.mark.parametrize("seed", range(5))
def test_least_loaded_keeps_the_spread_under_one_leads_minutes(seed: int) -> None:
    leads = many(200, seed)
    run = dry_run(leads, team(), "least_loaded")
    minutes = [row.after_min for row in run.tallies()]
    assert max(minutes) - min(minutes) <= max(each.work_min for each in leads)
    assert sum(minutes) == sum(each.work_min for each in leads)


def test_room_is_used_up_and_then_nobody_gets_more() -> None:
    group = [rep("Ann", 10.0, room_min=100), rep("Bo", 10.0, room_min=60)]
    run = dry_run([lead(number, number, work_min=40) for number in range(5)], group, "room")
    assert Counter(row.choice.rep for row in run.dealt) == {"Ann": 2, "Bo": 1, None: 2}
    assert len(run.nobody) == 2


def test_a_dry_run_says_who_got_it_then_and_what_the_load_would_become() -> None:
    leads = [lead(1, given_to="Bo", value=5), lead(2, 1, given_to="Ann", value=7)]
    run = dry_run(leads, [rep("Ann", load_min=10), rep("Bo")], "least_loaded")
    assert [(row.choice.rep, row.differs) for row in run.dealt] == [("Bo", False), ("Ann", False)]
    first, second = run.tallies()
    assert (first.rep, first.before_min, first.after_min, first.value, first.leads_in_the_past) == ("Ann", 10, 40, 7, 1)
    assert second.leads == 1


def test_rules_and_combinations_run_in_time_too() -> None:
    leads = [lead(n, 0, type="x" if n % 2 else "y") for n in range(6)]
    for otherwise, counts in (("stop", {"a": 3, "b": 3}), ("next", {"a": 1, "b": 5})):
        first = {"id": "a", "type": "x", "order": "taxi", "otherwise": otherwise}
        run = dry_run(leads, team(2), rules_of({"rule": [first, {"id": "b", "order": "round_robin"}]}))
        assert Counter(row.choice.rule for row in run.dealt) == counts, "those who stop wait, the others go on"
    asked = Strategy((Step("nearest", 50_000), Step("round_robin")))
    run = dry_run([lead(n, n, place=Place(50.0, 10.0)) for n in range(14)], team(), asked)
    counts = Counter(row.choice.rep for row in run.dealt)
    assert set(counts) == {"R0", "R1", "R2", "R3"}, "within 25 km there and back"
    assert max(counts.values()) - min(counts.values()) <= 1


def test_fairness_of_a_year_lists_overrides() -> None:
    given = [
        Given("a", "Ann", NINE, work_min=60, value=10, chosen="Ann"),
        Given("b", "Ann", NINE + timedelta(days=1), work_min=30, value=20, chosen="Bo", by="chief", why="knows them"),
        Given("c", "Bo", NINE + timedelta(days=400), work_min=500, chosen="Bo"),
    ]
    report = fairness_report(given, {"Ann": 1.0, "Bo": 0.5}, first=NINE, last=NINE + timedelta(days=365))
    leads, minutes, value = report.metrics
    assert (leads.metric, leads.amount, leads.spread) == ("leads", {"Ann": 2.0, "Bo": 0.0}, 2.0)
    assert (minutes.amount["Ann"], minutes.gini) == (90.0, 0.5)
    assert value.deviation == {"Ann": pytest.approx(0.5), "Bo": -1.0} and value.max_deviation == 1.0
    assert [(row.lead, row.by, row.why) for row in report.overrides] == [("b", "chief", "knows them")]
    with pytest.raises(InvalidLead, match="rep 'Ann' got a lead, expected one of Bo"):
        fairness_report(given, {"Bo": 1}, first=NINE, last=NINE + timedelta(days=9))
