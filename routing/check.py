"""Whether a day's plan keeps every promise: an independent look that shares no code with the solvers."""

from collections import Counter
from itertools import pairwise

from routing.problem import DayPlan, DayProblem, Lunch

ANY_TIME = (-(1 << 40), 1 << 40, 0)  # the leg to a visit without a place


def check_day(problem: DayProblem, plan: DayPlan) -> list[str]:
    """Every fault of the plan in plain words; an empty list when there is none."""
    unknown = [stop.visit for stop in plan.stops if not 0 <= stop.visit < len(problem.visits)]
    if unknown:
        return [f"there is no visit {visit}" for visit in unknown]
    return [
        *visit_faults(problem, plan),
        *clock_faults(problem, plan),
        *lunch_faults(problem, plan),
        *load_faults(problem, plan),
        *sum_faults(problem, plan),
    ]


def visit_faults(problem: DayProblem, plan: DayPlan) -> list[str]:
    """Every visit is either made once or left out with a reason."""
    faults = []
    told = Counter([stop.visit for stop in plan.stops] + [left.visit for left in plan.unserved])
    for visit in range(len(problem.visits)):
        if told[visit] != 1:
            faults.append(f"visit {visit} appears {told[visit]} times in the plan")
    faults += [f"there is no visit {visit}" for visit in told if not 0 <= visit < len(problem.visits)]
    faults += [f"visit {left.visit} is left out without a reason" for left in plan.unserved if not left.reason]
    at = {stop.visit: k for k, stop in enumerate(plan.stops)}
    faults += [f"visit {b} comes before visit {a}" for a, b in problem.order if at.get(a, -1) > at.get(b, len(at))]
    return faults


def clock_faults(problem: DayProblem, plan: DayPlan) -> list[str]:
    """Legs, windows, services, shift."""
    faults = []
    shift = problem.shift
    last_s, (works_from_s, works_until_s) = shift.end_s + shift.overtime_s, working_hours(problem, plan)
    if works_from_s < shift.start_s or works_until_s > last_s:
        faults.append(f"the day {works_from_s}…{works_until_s} leaves the shift {shift.start_s}…{last_s}")
    place, time_s = shift.start_place, plan.start_s
    for k, stop in enumerate(plan.stops):
        visit = problem.visits[stop.visit]
        to = place if visit.place is None else visit.place
        via = shift.reload if k in plan.reloads else None
        legs_s = [ANY_TIME] if visit.place is None else possible_legs(problem, (place, via.place if via else None, to))
        faults += leg_faults(legs_s, time_s, stop.arrive_s, stop.drive_s, plan, f"visit {stop.visit}")
        place = via.place if via else place
        on_site_s = (visit.access_s if to != place else 0) + (via.duration_s if via else 0)
        if stop.start_s - stop.arrive_s - eaten_s(plan, stop.arrive_s, stop.start_s) < on_site_s:
            faults.append(f"visit {stop.visit} begins before the rep is there")
        if not visit.skills <= shift.skills:
            faults.append(f"visit {stop.visit} needs skills the rep has not")
        if stop.depart_s - stop.start_s != visit.service_s:
            faults.append(f"visit {stop.visit} lasts {stop.depart_s - stop.start_s} s instead of {visit.service_s} s")
        if visit.windows and not any(w.start_s <= stop.start_s <= w.end_s for w in visit.windows):
            faults.append(f"visit {stop.visit} begins at {stop.start_s} s, outside its windows")
        place, time_s = to, stop.depart_s
    if plan.stops and shift.end_place is not None:
        home_s = plan.drive_s - sum(stop.drive_s for stop in plan.stops)
        legs_s = possible_legs(problem, (place, None, shift.end_place))
        faults += leg_faults(legs_s, time_s, plan.end_s, home_s, plan, "the end")
    elif plan.end_s != time_s:
        faults.append(f"the day should end at {time_s} s with its last visit, not at {plan.end_s} s")
    return faults


def working_hours(problem: DayProblem, plan: DayPlan) -> tuple[int, int]:
    """The day without what the rep commutes in his own time at either end."""
    if not plan.stops:
        return plan.start_s, plan.end_s
    out_s, home_s = problem.shift.commute_s
    last_leg_s = plan.drive_s - sum(stop.drive_s for stop in plan.stops)
    at_work = problem.visits[plan.stops[0].visit].place is None or 0 in plan.reloads
    return plan.start_s + (0 if at_work else min(out_s, plan.stops[0].drive_s)), plan.end_s - min(home_s, last_leg_s)


def possible_legs(problem: DayProblem, through: tuple[int, int | None, int]) -> list[tuple[int, int, int]]:
    """(first, last moment to set out, duration) of every way from the first of three places to the last."""
    spans = [(h.start_s, h.end_s - 1, h.matrix.duration_s) for h in problem.rush]
    edges = [-(1 << 40), *(edge for a, b, _ in spans for edge in (a - 1, b + 1)), 1 << 40]
    spans += [(a, b, problem.matrix.duration_s) for a, b in zip(edges[::2], edges[1::2], strict=True) if a <= b]
    places = [place for place in through if place is not None]
    found = []
    for from_s, until_s, duration_s in spans:
        legs_s = [int(duration_s[a, b]) for a, b in pairwise(places)]
        if min(legs_s) >= 0:
            found.append((from_s, until_s, sum(legs_s)))
    return found


def leg_faults(
    legs_s: list[tuple[int, int, int]], from_s: int, to_s: int, claimed_s: int, plan: DayPlan, where: str
) -> list[str]:
    """One leg: the road exists, its time is the matrix's of that hour, and the clock has room for it beside lunch."""
    if not legs_s:
        return [f"no road leads to {where}"]
    right = [leg for leg in legs_s if leg[2] == claimed_s]
    if not right:
        return [f"the leg to {where} takes {legs_s[0][2]} s, the plan says {claimed_s} s"]
    for first_s, last_s, leg_s in right:
        leave_s = max(from_s, first_s)
        if leave_s <= last_s and to_s - leave_s - eaten_s(plan, leave_s, to_s) >= leg_s:
            return []
    return [f"the rep cannot be at {where} by {to_s} s"]


def eaten_s(plan: DayPlan, from_s: int, to_s: int) -> int:
    """How much of lunch lies between two moments."""
    return max(0, min(to_s, plan.lunch[1]) - max(from_s, plan.lunch[0])) if plan.lunch else 0


def lunch_faults(problem: DayProblem, plan: DayPlan) -> list[str]:
    """Lunch is whole, in its hours, outside every visit, and there when it is due."""
    wanted: Lunch | None = problem.shift.lunch
    if plan.lunch is None:
        due = wanted is not None and bool(plan.stops) and working_hours(problem, plan)[1] > wanted.latest_s
        return ["the day has no lunch"] if due else []
    if wanted is None:
        return ["the day has a lunch that nobody asked for"]
    from_s, to_s = plan.lunch
    faults = []
    if to_s - from_s != wanted.duration_s:
        faults.append(f"lunch lasts {to_s - from_s} s instead of {wanted.duration_s} s")
    if not wanted.earliest_s <= from_s <= wanted.latest_s:
        faults.append(f"lunch begins at {from_s} s, outside {wanted.earliest_s}…{wanted.latest_s}")
    if from_s < plan.start_s or to_s > plan.end_s:
        faults.append("lunch lies outside the day")
    faults += [
        f"lunch cuts into visit {stop.visit}" for stop in plan.stops if from_s < stop.depart_s and stop.start_s < to_s
    ]
    return faults


def load_faults(problem: DayProblem, plan: DayPlan) -> list[str]:
    """Never more given out than the rep can carry, and filled up only where there is a depot."""
    shift = problem.shift
    faults = [f"stop {k} fills up without a depot" for k in plan.reloads if shift.reload is None]
    out = shift.given_out
    for k, stop in enumerate(plan.stops):
        out = (0 if k in plan.reloads else out) + problem.visits[stop.visit].load
        if shift.capacity is not None and out > shift.capacity:
            faults.append(f"visit {stop.visit} brings the load to {out}, {shift.capacity} can be carried")
    return faults


def sum_faults(problem: DayProblem, plan: DayPlan) -> list[str]:
    """The plan's own figures add up."""
    faults = []
    service_s = 0
    place: int = problem.shift.start_place
    for k, stop in enumerate(plan.stops):
        visit, via = problem.visits[stop.visit], problem.shift.reload if k in plan.reloads else None
        if via is not None:
            service_s, place = service_s + via.duration_s, via.place
        service_s += stop.depart_s - stop.start_s
        if visit.place is not None and visit.place != place:
            service_s, place = service_s + visit.access_s, visit.place
    if plan.service_s != service_s:
        faults.append(f"service adds up to {service_s} s, the plan says {plan.service_s} s")
    lunch_s = plan.lunch[1] - plan.lunch[0] if plan.lunch else 0
    if plan.wait_s < 0 or plan.end_s - plan.start_s != plan.drive_s + plan.service_s + plan.wait_s + lunch_s:
        faults.append("drive, service, wait and lunch do not add up to the day")
    limit_s = problem.shift.max_drive_s
    if limit_s is not None and plan.drive_s > limit_s:
        faults.append(f"the day drives {plan.drive_s} s, {limit_s} s are allowed")
    return faults
