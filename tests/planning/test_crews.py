"""Mobile crews: tasks batched by region and due date, by who can do them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crm.act import Act
from crm.columns import table_of
from crm.tables import Asset, AssetState, RepSkill, Route, ServiceTask, Task, Visit
from geo.great_circle import GreatCircle
from geo.place import Place
from planning.crew_tasks import Crew, FieldTask
from planning.crews import plan_crews
from planning.record import save_plan
from tests.planning.job_builders import asked, seen, work
from tests.small_plan import MONDAY, NOON, small_plan

ACT = Act("me", "told by phone", NOON)
DAY = date(2026, 11, 24)
HOUR = 3600


def crew(number: int, lon: float, *skills: str, days: int = 2) -> Crew:
    free = tuple(DAY + timedelta(days=one) for one in range(days))
    return Crew(number, f"Crew {number}", Place(50, lon), 8 * HOUR, 17 * HOUR, frozenset(skills), free)


def task(number: int, lon: float, skill: str = "", due: int | None = None, **more: object) -> FieldTask:
    facts = {"opening_hours": "", "not_before": DAY, "worth_s": 1200, "service_s": 1800} | more
    when = None if due is None else DAY + timedelta(days=due)
    return FieldTask(f"task {number}", f"task {number}: x", number, Place(50, lon), skill=skill, due=when, **facts)  # type: ignore[arg-type]


def by_day(found: dict) -> dict[tuple[int, str], set[int]]:
    return {(one["rep_id"], one["day"]): {stop["site_id"] for stop in one["stops"]} for one in found["days"]}


def test_far_tasks_without_hurry_wait_for_a_day_that_goes_there_and_skills_decide_who() -> None:
    first, second = DAY.isoformat(), (DAY + timedelta(days=1)).isoformat()
    crews = (crew(1, 10.0, "tills"), crew(2, 10.0))
    tasks = [
        task(1, 10.05, "tills"),
        task(2, 11.0, due=7),  # far: not worth the way on its own
        task(3, 11.01, due=1, not_before=DAY + timedelta(days=1)),  # there, and due on the second day
        task(4, 10.06, "lifts"),
        task(5, 10.07, opening_hours="Su 09:00-12:00"),
    ]
    found = plan_crews(tasks, crews, GreatCircle(), None, 0)
    days = by_day(found)
    assert days[1, first] == {1}
    assert any({2, 3} <= sites for (_, day), sites in days.items() if day == second), days
    left = {one["task"]: one["why"] for one in found["left"]}
    assert set(left) == {"task 4", "task 5"} and "lifts" in left["task 4"] and "closed" in left["task 5"]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_service_and_field_steps_of_the_record_become_visits_once(record) -> None:
    save_plan(record, small_plan(), now=NOON, time_zone="Europe/Berlin")
    with record.write(ACT) as session:
        session.add(RepSkill(rep_id=1, skill="Install till", level=1.0))
        session.add(Asset(site_id=2, kind="freezer", serial_number="F1", state=AssetState.FAULTY))
        session.flush()
        session.add(
            ServiceTask(asset_id=1, priority="high", text="warm", not_before=MONDAY, reported_at=NOON, reported_by="me")
        )
        for kind in ("install till", "call back"):
            session.add(Task(account_id=1, kind=kind, title="till 2", due_on=MONDAY, made_at=NOON, made_by="me"))
    done = asked(record, "crews", rep_ids=[1], days=3)
    work(record)
    answer = seen(record, done).answer
    assert answer is not None, seen(record, done).error
    assert (answer["days"], answer["tasks"], answer["left"]) == (1, 2, [])
    with record.read() as session:
        visits = session.execute(select(table_of(Visit)).where(table_of(Visit).c.why != "")).all()
        (route,) = session.execute(select(table_of(Route)).where(table_of(Route).c.day == visits[0].day)).all()
    assert {one.why for one in visits} == {"service task 1: freezer, warm", "task 1: till 2"}
    assert visits[0].day == MONDAY + timedelta(days=1) and route.rep_id == 1, "Wednesday holds a route already"
    again = asked(record, "crews", rep_ids=[1], days=3)
    work(record)
    assert "not planned already" in seen(record, again).error
