"""Days of mobile crews: open tasks batched by where they are and when they are due. Plain values in and out."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from geo.limits import Limits
from geo.place import Place
from planning.crew_tasks import Crew, FieldTask
from planning.errors import require
from planning.opening import windows_that_day
from planning.staff import LUNCH, LUNCH_FROM_SHIFT_S
from planning.traffic import mean_times
from routing.problem import DayPlan, Shift, Visit
from routing.team import plan_team
from routing.team_check import check_team
from routing.team_problem import TeamProblem

if TYPE_CHECKING:
    from geo.travel_road import RoadTimes
    from geo.travel_rush import WeekProfile

SEARCH = Limits(iterations=8000)


def plan_crews(
    tasks: Sequence[FieldTask], crews: Sequence[Crew], roads: "RoadTimes", traffic: "WeekProfile | None", seed: int
) -> dict[str, Any]:
    """The days of all crews, day after day: what is due soon is done, what is not waits for a day that passes by.

    Returns JSON: `days` (rep_id, day, times, stops with the task's key) and `left` (key and reason of every task that
    found no day).
    """
    waiting, made = list(tasks), []
    why: dict[str, str] = {}
    for day in sorted({one for crew in crews for one in crew.free}):
        team = [crew for crew in crews if day in crew.free]
        known = [(task, windows) for task in waiting if (windows := open_on(task, day)) is not None]
        why |= {task.key: "closed, or not asked for yet" for task in waiting if task not in [one for one, _ in known]}
        if not known:
            continue
        places = [*(crew.home for crew in team), *(task.place for task, _ in known)]
        times = mean_times(roads, traffic, {((day.weekday(),), crew.start_s, crew.end_s) for crew in team})
        visits = tuple(
            Visit(len(team) + row, task.service_s, windows, task.prize_s(day), skills=needed(task))
            for row, (task, windows) in enumerate(known)
        )
        problem = TeamProblem(times.matrix(places), visits, tuple(shift(crew, row) for row, crew in enumerate(team)))
        found = plan_team(problem, limits=SEARCH, seed=seed)
        require(check_team(problem, found), f"the crews' {day}")
        why |= {known[left.visit][0].key: left.reason for left in found.unserved}
        for crew, plan in zip(team, found.days, strict=True):
            if plan.stops:
                names = [known[stop.visit][0] for stop in plan.stops]
                line = times.route([crew.home, *(task.place for task in names), crew.home])
                made.append(day_row(crew, day, plan, names, line))
        done = {known[stop.visit][0].key for plan in found.days for stop in plan.stops}
        waiting = [task for task in waiting if task.key not in done]
    left = [{"task": one.key, "why": why.get(one.key, "no crew has a free day")} for one in waiting]
    return {"days": made, "left": left, "travel_source": roads.matrix([crews[0].home, crews[0].home]).source}


def needed(task: FieldTask) -> frozenset[str]:
    """The skill of a task, as a set."""
    return frozenset({task.skill} if task.skill else ())


def shift(crew: Crew, home: int) -> Shift:
    """A crew's day from door to door."""
    lunch = LUNCH if crew.end_s - crew.start_s >= LUNCH_FROM_SHIFT_S else None
    return Shift(crew.start_s, crew.end_s, home, home, lunch, skills=crew.skills)


def open_on(task: FieldTask, day: date) -> tuple[Any, ...] | None:
    """When the task may begin that day; None where it may not. Hours that nobody can read count as open."""
    if day < task.not_before:
        return None
    try:
        return windows_that_day(task.opening_hours, day, task.service_s, where=task.place)
    except ValueError:
        return ()


def day_row(crew: Crew, day: date, plan: DayPlan, tasks: Sequence[FieldTask], line: Sequence[Place]) -> dict[str, Any]:
    """One crew's day as JSON; tasks at one site in a row are one visit there."""
    stops: list[dict[str, Any]] = []
    for stop, task in zip(plan.stops, tasks, strict=True):
        if stops and stops[-1]["site_id"] == task.site_id:
            stops[-1] |= {"depart_s": stop.depart_s, "note": f"{stops[-1]['note']}; {task.note}"}
            continue
        times = {"arrive_s": stop.arrive_s, "start_s": stop.start_s, "depart_s": stop.depart_s, "drive_s": stop.drive_s}
        stops.append({"site_id": task.site_id, "note": task.note, **times})
    return {
        "rep_id": crew.rep_id,
        "day": day.isoformat(),
        "start_s": plan.start_s,
        "end_s": plan.end_s,
        "drive_s": plan.drive_s,
        "lunch": list(plan.lunch) if plan.lunch else None,
        "proven": plan.proven,
        "stops": stops,
        "tasks": len(tasks),
        "line": [[place.lat, place.lon] for place in line],
    }
