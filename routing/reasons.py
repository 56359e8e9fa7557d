"""Why a visit is not in the day: the first thing that blocks it, with its figures.

Two questions, in this order. Could it be made at all, were it the only one? (`impossible`.) If so, what does this day
lack to take it in, its other visits kept in their order? (`left_out_reason`.)
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from routing.day_model import NO_LIMIT_S, DayModel, Ints
from routing.day_schedule import full_cost_s, timetable
from routing.problem import DayProblem, Window

FAR_S = 1 << 40


def impossible(model: DayModel) -> dict[int, str]:
    """The visits no plan can hold, each with its reason.

    Judged by the quickest ways from the start and to the end over any of the model's places, so that nothing is
    ruled out by a leg that a detour would beat.
    """
    way_s, drive_s = quickest_ways(np.array(model.leg_s, np.int64)), quickest_ways(np.array(model.drive_s, np.int64))
    found = {}
    for visit in range(len(model)):
        via = model.start if visit in model.remote else visit
        legs_s = (0 if via == model.start else int(way_s[model.start, via]), int(way_s[via, model.end]))
        driven_s = drive_s[via, model.end] + (0 if via == model.start else drive_s[model.start, via])
        reason = blocked_alone(model, visit, legs_s, int(driven_s))
        if reason:
            found[visit] = reason
    return found


def missing_skills(problem: DayProblem) -> dict[int, str]:
    """The visits that need what this rep cannot do."""
    has = problem.shift.skills
    needs = {visit: sorted(asked.skills - has) for visit, asked in enumerate(problem.visits)}
    return {visit: "needs " + ", ".join(missing) for visit, missing in needs.items() if missing}


def quickest_ways(leg_s: Ints) -> Ints:
    """Shortest ways between all rows (Floyd and Warshall); `FAR_S` where there is none."""
    ways_s = np.where(leg_s < 0, FAR_S, leg_s)
    for via in range(len(ways_s) - 3):
        np.minimum(ways_s, ways_s[:, via, None] + ways_s[None, via, :], out=ways_s)
    return ways_s


def blocked_alone(model: DayModel, visit: int, legs_s: tuple[int, int], drive_s: int) -> str | None:
    """What stops a day with this visit only, there and back by the quickest ways; None when nothing does."""
    there_s, back_s = legs_s
    if model.capacity is not None and model.load[visit] > model.capacity:
        return f"its load is {model.load[visit]}, the rep can carry {model.capacity}"
    if there_s >= FAR_S:
        return "no road leads there"
    if back_s >= FAR_S:
        return "no road leads from there to the end of the day"
    if drive_s > model.max_drive_s:
        return (
            f"getting there and back takes {minutes(drive_s)} min of driving, {minutes(model.max_drive_s)} are allowed"
        )
    longest_s, closes_s = model.last_s - model.start_s, model.windows[visit][-1].end_s
    if model.service_s[visit] > longest_s:
        return f"the visit takes {minutes(model.service_s[visit])} min, the shift has {minutes(longest_s)}"
    if model.start_s + there_s > closes_s:
        return f"it must begin by {clock(closes_s)}, and nobody can be there before {clock(model.start_s + there_s)}"
    late = timetable(only_visit(model, visit, there_s, back_s), [0])
    if late is None:
        return f"lunch and {hours(model.windows[visit])} do not go together, even were it the only visit"
    if late.end_s <= model.last_s:
        return None
    over_s = late.end_s - model.last_s
    return f"even as the only visit the day would end at {clock(late.end_s)}, {minutes(over_s)} min after the shift"


def only_visit(model: DayModel, visit: int, there_s: int, back_s: int) -> DayModel:
    """The day with nothing but this visit, without an end and without a limit on driving."""
    legs_s = [[0, 0, back_s], [there_s, 0, 0], [0, 0, 0]]
    return replace(
        model,
        drive_s=legs_s,
        leg_s=legs_s,
        service_s=[model.service_s[visit]],
        windows=[model.windows[visit]],
        prize_s=[model.prize_s[visit]],
        order=[],
        last_s=NO_LIMIT_S,
        max_drive_s=NO_LIMIT_S,
        ways=(),
        remote=frozenset(),
        capacity=None,
    )


def left_out_reason(model: DayModel, order: Sequence[int], visit: int) -> str:
    """What keeps `visit` out of a day that makes the visits of `order`, in this order."""
    if fits := days_with(model, order, visit):
        extra_s = cheapest_s(model, fits) - cheapest_s(model, [list(order)]) + model.prize_s[visit]
        if extra_s >= model.prize_s[visit]:
            return f"not worth its way: {minutes(extra_s)} min more for {minutes(model.prize_s[visit])} min"
        return f"there is room, for {minutes(extra_s)} min more: add it by hand, or plan again"
    if late := days_with(replace(model, last_s=NO_LIMIT_S), order, visit):
        return f"the day is full: would need {minutes(over_s(model, late))} min more"
    if long := days_with(replace(model, max_drive_s=NO_LIMIT_S), order, visit):
        endless = replace(model, max_drive_s=NO_LIMIT_S)
        more_s = min(day.drive_s for order in long if (day := timetable(endless, order))) - model.max_drive_s
        return f"the day's driving is used up: would need {minutes(more_s)} min more"
    if both := days_with(replace(model, max_drive_s=NO_LIMIT_S, last_s=NO_LIMIT_S), order, visit):
        return f"the day and its driving are full: would need {minutes(over_s(model, both))} min more"
    if days_with(replace(model, capacity=None), order, visit):
        over = model.given_out + sum(model.load[row] for row in (*order, visit)) - (model.capacity or 0)
        return (
            f"the load is full: {over} too much, and no time to fill up"
            if model.fills_up
            else (f"the load is full: {over} too much")
        )
    if days_with(replace(model, order=[]), order, visit):
        return "no time is left on the side of another visit that its place in the order asks for"
    return f"{hours(model.windows[visit])} cannot be met without missing another visit or lunch"


def over_s(model: DayModel, orders: Sequence[Sequence[int]]) -> int:
    """How much later than allowed the earliest of these days ends."""
    endless = replace(model, max_drive_s=NO_LIMIT_S, last_s=NO_LIMIT_S)
    return min(day.end_s for order in orders if (day := timetable(endless, order))) - model.last_s


def cheapest_s(model: DayModel, orders: Sequence[Sequence[int]]) -> int:
    return min(cost for order in orders if (cost := full_cost_s(model, order)) is not None)


def days_with(model: DayModel, order: Sequence[int], visit: int) -> list[list[int]]:
    """`order` with `visit` at every position that can be kept."""
    longer = ([*order[:k], visit, *order[k:]] for k in range(len(order) + 1))
    return [candidate for candidate in longer if timetable(model, candidate) is not None]


def minutes(duration_s: int) -> int:
    """Whole minutes, rounded up: what a rep would have to find."""
    return -(-duration_s // 60)


def clock(time_s: int) -> str:
    """HH:MM; beyond midnight the hours go on counting."""
    return f"{time_s // 3600:02d}:{time_s % 3600 // 60:02d}"


def hours(windows: Sequence[Window]) -> str:
    """Windows in words."""
    if windows[-1].end_s >= NO_LIMIT_S:
        return "a visit at any time"
    return "its hours " + ", ".join(f"{clock(window.start_s)}–{clock(window.end_s)}" for window in windows)
