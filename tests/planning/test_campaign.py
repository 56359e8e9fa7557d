"""Campaigns and one-day events on plans small enough to be counted by hand."""

import csv
import json
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner

from api.cli import app
from geo.limits import Limits
from geo.place import Place
from planning.account_table import AccountTable
from planning.campaign import Campaign, forecast
from planning.chosen_accounts import ChosenAccount, Condition
from planning.errors import PlanningError
from planning.folder_reps import FolderRep
from planning.one_day import one_day
from planning.options import PlanOptions
from planning.output_campaign import campaign_sentences, one_day_sentences
from planning.output_tables import write_table
from planning.plan import Plan
from planning.staff import Rep

MONDAY = date(2026, 3, 2)


def rep(name: str, lon: float, *, load_h: float = 30.0, **more: object) -> FolderRep:
    """Eight hours a day from Monday to Friday, 40 a week, no travel between visits; at home at `lon`."""
    home = Place(50, lon)
    hours = Rep(name, home, shift_start_s=8 * 3600, shift_end_s=16 * 3600 + 1800, days_a_year=260.0, **more)
    return FolderRep(hours, home, (home,), load_h, {}, 0.0)


def account(number: int, owner: str, lon: float, **more: object) -> ChosenAccount:
    return ChosenAccount(f"{owner}{number}", f"{owner} {number}", owner, Place(50, lon), **more)


def tasks(owner: str, count: int, lon: float) -> list[ChosenAccount]:
    return [account(number, owner, lon + number / 1000) for number in range(count)]


def by_name(found):
    return {one.rep: one for one in found.reps}


def test_tasks_take_the_free_hours_of_every_day_until_they_are_done():
    # 10 of 40 hours are free, half of them may be used: one hour a day, so 7 tasks of an hour end on the 2nd Tuesday.
    found = forecast(Campaign(60, MONDAY, share=0.5), tasks("Ann", 7, 10), [rep("Ann", 10)])
    assert found.finishes_on == MONDAY + timedelta(days=8)
    assert [(week.free_h, week.used_h, week.done) for week in found.weeks] == [
        (pytest.approx(5), pytest.approx(5), 5),
        (pytest.approx(5), pytest.approx(2), 7),
    ]
    ann = found.reps[0]
    assert (ann.tasks, ann.needed_h, ann.short) == (7, pytest.approx(7), 0)


def test_driving_access_days_off_and_planned_weeks_count():
    leave = frozenset(MONDAY + timedelta(days=day) for day in range(5))
    away = forecast(Campaign(60, MONDAY), tasks("Ann", 2, 10), [rep("Ann", 10, days_off=leave)])
    assert away.finishes_on == MONDAY + timedelta(days=7)
    slow = forecast(Campaign(60, MONDAY, drive_min=50, access_min=10), tasks("Ann", 2, 10), [rep("Ann", 10)])
    assert slow.finishes_on == MONDAY + timedelta(days=1) and slow.reps[0].task_min == 120


def test_whoever_is_short_hands_the_nearest_tasks_to_a_neighbour_with_room():
    # Five days: Ann has 5 h for 9 tasks, Bo 10 h for 2: four change hands, those nearest to Bo (east end).
    reps = [rep("Ann", 10, load_h=35), rep("Bo", 10.02)]
    chosen = [*tasks("Ann", 9, 10), *tasks("Bo", 2, 10.02)]
    found = forecast(Campaign(60, MONDAY, MONDAY + timedelta(days=4)), chosen, reps)
    assert {one.account for one in found.hand_overs} == {"Ann5", "Ann6", "Ann7", "Ann8"}
    ann, bo = by_name(found)["Ann"], by_name(found)["Bo"]
    assert (ann.short, ann.given, ann.left, bo.taken, found.left) == (4, 4, 0, 4, 0)
    assert ann.finishes_on == MONDAY + timedelta(days=10) and ann.finishes_with_help == MONDAY + timedelta(days=4)
    assert "if 4 tasks change hands" in " ".join(campaign_sentences(found, reps))
    assert found.earliest_on == MONDAY + timedelta(days=3)  # 4 + 8 whole tasks fit into four days, 11 are asked


def test_what_cannot_be_done_says_who_why_and_the_earliest_day():
    reps = [rep("Ann", 10, load_h=35), rep("Bo", 10.02, load_h=45)]
    last = MONDAY + timedelta(days=1)
    found = forecast(Campaign(60, MONDAY, last), tasks("Ann", 9, 10), reps)
    said = " ".join(campaign_sentences(found, reps))
    assert found.left == 7 and found.earliest_on == MONDAY + timedelta(days=10)
    assert "Ann is short: 9.0 h needed, 2.0 h free, 7 tasks too many; nobody near has room" in said
    assert f"It cannot be done by {last}" in said and f"the earliest day is {found.earliest_on}" in said
    never = forecast(Campaign(60, MONDAY), tasks("Bo", 1, 10), reps[1:])
    assert never.finishes_on is None and never.earliest_on is None
    assert "a mean week has 45.0 h of visits and driving, the rep has 40.0 h" in campaign_sentences(never, reps)[1]


def test_tasks_go_only_to_those_with_the_skills():
    needs = [account(n, "Ann", 10, skills=frozenset({"cooling"})) for n in range(2)]
    reps = [rep("Ann", 10, load_h=40), rep("Bo", 10.001), rep("Cy", 10.1, skills=frozenset({"cooling"}))]
    found = forecast(Campaign(60, MONDAY, MONDAY + timedelta(days=4)), needs, reps)
    assert {one.to_rep for one in found.hand_overs} == {"Cy"}


def test_conditions_and_questions_that_make_no_sense_are_refused():
    assert Condition.read("value >= 100").holds({"value": 100.0})
    assert not Condition.read("value<100").holds({"value": None})
    assert Condition.read("name=edeka*").holds({"name": "EDEKA Nord"})
    assert not Condition.read("rep!=Ann").holds({"rep": "Ann"})
    for text in ("colour=red", "value", "value=much", "rep>Ann"):
        with pytest.raises(PlanningError):
            Condition.read(text)
    with pytest.raises(PlanningError, match="before it begins"):
        Campaign(60, MONDAY, MONDAY - timedelta(days=1))


def event(people: int, outlets, reps, minutes=60.0, day=MONDAY):
    plan = Plan(AccountTable("test", 0, (), (), (), (), ()), PlanOptions(starts_on=MONDAY))
    return one_day(plan, reps, outlets, day=day, minutes=minutes, people=people, limits=Limits(iterations=200))


def test_on_one_day_everybody_does_the_outlets_at_home():
    reps = [rep("Ann", 10), rep("Bo", 11)]
    outlets = [account(1, "Bo", 10.001), account(2, "Ann", 11.001), account(3, "Ann", 10.002)]
    found = event(2, outlets, reps)
    done = {p.name: {found.outlets[s.visit].id for s in d.stops} for p, d in zip(found.people, found.days, strict=True)}
    assert done == {"Ann": {"Bo1", "Ann3"}, "Bo": {"Ann2"}} and not found.left_out and found.needed == 2


def test_too_few_people_leave_outlets_and_it_says_how_many_would_do():
    # Eight hours hold two visits of three hours; five outlets need three people. One is closed, one has no place.
    outlets = [account(number, "Ann", 10.001) for number in range(5)]
    outlets += [account(5, "Ann", 10.001, opening_hours="Tu 09:00-17:00"), ChosenAccount("x", "X", "", None)]
    found = event(1, outlets, [rep("Ann", 10)], minutes=180.0)
    assert found.done == 2 and found.needed == 3 and sum(left.hopeless for left in found.left_out) == 2
    assert "2 outlets cannot be visited that day by however many people" in " ".join(one_day_sentences(found))
    with pytest.raises(PlanningError, match="nobody of the plan works on 2026-03-08, a Sunday"):
        event(1, outlets, [rep("Ann", 10)], day=date(2026, 3, 8))


def test_both_commands_answer_from_a_plan_s_folder(tmp_path):
    plan, out = tmp_path / "plan", tmp_path / "out"
    plan.mkdir()
    home = {"lat": 50, "lon": 10, "assumed": False}
    figures = {"rep": "Ann", "visits": 10, "drive_h": 5, "workload_h": 20, "capacity_h": 36, "home": home}
    (plan / "summary.json").write_text(json.dumps({"starts_on": "2026-03-02", "weeks": 1, "reps": [figures]}))
    rows = [(f"a{n}", f"Shop {n}", 50, 10 + n / 1000, "Ann", n) for n in range(4)] + [("a4", "Far", "", "", "", 9)]
    write_table(plan / "accounts.csv", ("id", "name", "lat", "lon", "rep", "value"), rows)
    words = ["campaign", str(plan), "--minutes", "30", "--start", "2026-03-02", "--only", "value>=1"]
    asked = CliRunner().invoke(app, [*words, "--out", str(out)])
    assert asked.exit_code == 0, asked.output
    assert "3 tasks for 1 rep: 3.0 h needed" in asked.output and "1 chosen account without a rep" in asked.output
    with (out / "campaign_tasks.csv").open() as file:
        assert [row["account_id"] for row in csv.DictReader(file)] == ["a1", "a2", "a3"]
    (tmp_path / "ids.txt").write_text("a0\na3\n")
    words = ["one-day", str(plan), "--minutes", "30", "--day", "2026-03-03", "--accounts", str(tmp_path / "ids.txt")]
    asked = CliRunner().invoke(app, [*words, "--out", str(out)])
    assert asked.exit_code == 0 and "2 of 2 outlets on 2026-03-03 by 1 person" in asked.output, asked.output
    assert json.loads((out / "one_day.json").read_text())["done"] == 2
