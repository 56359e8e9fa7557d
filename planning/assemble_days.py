"""Planned weeks as days with clock times and lines to draw."""

from datetime import date, datetime, time, timedelta

from planning.measure import RepWeeks
from planning.options import Progress
from planning.result import PlannedCall, RouteDay, RouteStop
from planning.solved import Solved
from routing.cycle_nights import following_days
from routing.problem import DayPlan, Stop


def route_days(solved: Solved, progress: Progress) -> tuple[RouteDay, ...]:
    days = []
    for number, weeks in enumerate(solved.chosen.weeks):
        progress("drawing routes", number, len(solved.chosen.weeks))
        for at, plan in enumerate(weeks.plan.days):
            if plan.stops:
                days.append(_route_day(solved, weeks, at, plan))
    return tuple(sorted(days, key=lambda day: (day.rep, day.date)))


def planned_calls(solved: Solved) -> tuple[PlannedCall, ...]:
    """Visits made by telephone or video, in order of reps and time."""
    calls = [
        PlannedCall(
            rep=weeks.rep.name,
            account=int(solved.demand.account[weeks.members[weeks.client[call.client]]]),
            start=_clock(weeks.problem.days[call.day].date, call.start_s),
            minutes=call.duration_s / 60,
        )
        for weeks in solved.chosen.weeks
        for call in weeks.plan.calls
    ]
    return tuple(sorted(calls, key=lambda call: (call.rep, call.start)))


def _ends(weeks: RepWeeks, at: int) -> tuple[int, int]:
    """Rows of the matrix where working day `at` begins and ends: home, or where a night is spent."""
    shift = weeks.problem.days[at].shift
    begins, ends = shift.start_place, shift.start_place if shift.end_place is None else shift.end_place
    onward = dict(following_days(weeks.problem))
    for night in weeks.plan.nights:
        begins = night.place if onward[night.day] == at else begins
        ends = night.place if night.day == at else ends
    return begins, ends


def _route_day(solved: Solved, weeks: RepWeeks, at: int, plan: DayPlan) -> RouteDay:
    demand, day = solved.demand, weeks.problem.days[at].date
    members = [int(weeks.members[weeks.client[stop.visit]]) for stop in plan.stops]
    begins, ends = (weeks.place(row, demand) for row in _ends(weeks, at))
    through = [begins, *(demand.places[member] for member in members), ends]
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
