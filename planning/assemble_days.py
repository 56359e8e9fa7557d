"""Planned weeks as days with clock times and lines to draw."""

from datetime import date, datetime, time, timedelta

from planning.measure import RepWeeks
from planning.options import Progress
from planning.result import RouteDay, RouteStop
from planning.solved import Solved
from routing.problem import DayPlan, Stop


def route_days(solved: Solved, progress: Progress) -> tuple[RouteDay, ...]:
    days = []
    for number, weeks in enumerate(solved.chosen.weeks):
        progress("drawing routes", number, len(solved.chosen.weeks))
        for work_day, plan in zip(weeks.problem.days, weeks.plan.days, strict=True):
            if plan.stops:
                days.append(_route_day(solved, weeks, work_day.date, plan))
    return tuple(sorted(days, key=lambda day: (day.rep, day.date)))


def _route_day(solved: Solved, weeks: RepWeeks, day: date, plan: DayPlan) -> RouteDay:
    demand = solved.demand
    members = [int(weeks.members[weeks.client[stop.visit]]) for stop in plan.stops]
    through = [weeks.home, *(demand.places[member] for member in members), weeks.home]
    lunch = (_clock(day, plan.lunch[0]), _clock(day, plan.lunch[1])) if plan.lunch else None
    stops = tuple(
        RouteStop(
            sequence=number,
            account=int(demand.account[member]),
            arrive=_clock(day, _at_the_door_s(plan, stop)),
            start=_clock(day, stop.start_s),
            depart=_clock(day, stop.depart_s),
            drive_min=stop.drive_s / 60,
            service_min=demand.service_s[member] / 60,
        )
        for number, (member, stop) in enumerate(zip(members, plan.stops, strict=True), start=1)
    )
    return RouteDay(
        rep=weeks.rep.name,
        date=day,
        starts_at=_clock(day, plan.start_s),
        ends_at=_clock(day, plan.end_s),
        stops=stops,
        drive_min=plan.drive_s / 60,
        lunch=lunch,
        line=tuple(solved.measure.travel.route(through)),
        proven=plan.proven,
    )


def _at_the_door_s(plan: DayPlan, stop: Stop) -> int:
    """When the rep comes to the client: a lunch taken after the drive and before the visit comes first."""
    if plan.lunch and stop.arrive_s <= plan.lunch[0] and plan.lunch[1] <= stop.start_s:
        return plan.lunch[1]
    return stop.arrive_s


def _clock(day: date, seconds: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(seconds=int(seconds))
