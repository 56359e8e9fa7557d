"""Why a visit is not in the day: the first thing that blocks it, with its figures.

Two questions, in this order. Could it be made at all, were it the only one? (`impossible`.) If so, what does this day
lack to take it in, its other visits kept in their order? (`left_out_reason`.)
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from routing.day_model import NO_LIMIT_S, DayModel, Ints
from routing.day_schedule import Timetable, timetable
from routing.problem import Window

FAR_S = 1 << 40


def impossible(model: DayModel) -> dict[int, str]:
    """The visits no plan can hold, each with its reason.

    Judged by the quickest ways from the start and to the end over any of the model's places, so that nothing is
    ruled out by a leg that a detour would beat.
    """
    ways_s = quickest_ways(np.array(model.leg_s, np.int64))
    found = {}
    for visit in range(len(model)):
        reason = blocked_alone(model, visit, int(ways_s[model.start, visit]), int(ways_s[visit, model.end]))
        if reason:
            found[visit] = reason
    return found


def quickest_ways(leg_s: Ints) -> Ints:
    """Shortest driving between all rows (Floyd and Warshall); `FAR_S` where there is no way."""
    ways_s = np.where(leg_s < 0, FAR_S, leg_s)
    for via in range(len(ways_s) - 2):
        np.minimum(ways_s, ways_s[:, via, None] + ways_s[None, via, :], out=ways_s)
    return ways_s


def blocked_alone(model: DayModel, visit: int, there_s: int, back_s: int) -> str | None:
    """What stops a day with this visit only, driven along the quickest ways; None when nothing does."""
    if there_s >= FAR_S:
        return "no road leads there"
    if back_s >= FAR_S:
        return "no road leads from there to the end of the day"
    alone = replace(
        model,
        leg_s=[[0, 0, back_s], [there_s, 0, 0], [0, 0, 0]],
        service_s=[model.service_s[visit]],
        windows=[model.windows[visit]],
        prize_s=[model.prize_s[visit]],
    )
    if timetable(alone, [0]):
        return None
    if there_s + back_s > model.max_drive_s:
        return (
            f"getting there and back takes {minutes(there_s + back_s)} min of driving, "
            f"{minutes(model.max_drive_s)} are allowed"
        )
    if model.service_s[visit] > model.end_s - model.start_s:
        return (
            f"the visit takes {minutes(model.service_s[visit])} min, "
            f"the shift has {minutes(model.end_s - model.start_s)}"
        )
    closes_s = model.windows[visit][-1].end_s
    if model.start_s + there_s > closes_s:
        return f"it must begin by {clock(closes_s)}, and nobody can be there before {clock(model.start_s + there_s)}"
    late = timetable(replace(alone, end_s=NO_LIMIT_S), [0])
    if late is None:
        return f"lunch and {hours(model.windows[visit])} do not go together, even were it the only visit"
    end_s = late.steps[-1].depart_s
    return (
        f"even as the only visit the day would end at {clock(end_s)}, "
        f"{minutes(end_s - model.end_s)} min after the shift"
    )


def left_out_reason(model: DayModel, order: Sequence[int], visit: int) -> str:
    """What keeps `visit` out of a day that makes the visits of `order`, in this order."""
    if fits := days_with(model, order, visit):
        extra_s = min(day.drive_s for day in fits) - driving_s(model, order)
        if extra_s >= model.prize_s[visit]:
            return f"not worth its way: {minutes(extra_s)} min more driving for {minutes(model.prize_s[visit])} min"
        return f"would fit with {minutes(extra_s)} min more driving, but the search stopped before"
    if late := days_with(replace(model, end_s=NO_LIMIT_S), order, visit):
        over_s = min(day.steps[-1].depart_s for day in late) - model.end_s
        return f"the day is full: would need {minutes(over_s)} min more"
    if long := days_with(replace(model, max_drive_s=NO_LIMIT_S), order, visit):
        over_s = min(day.drive_s for day in long) - model.max_drive_s
        return f"the day's driving is used up: would need {minutes(over_s)} min more"
    both = days_with(replace(model, max_drive_s=NO_LIMIT_S, end_s=NO_LIMIT_S), order, visit)
    if both:
        over_s = min(day.steps[-1].depart_s for day in both) - model.end_s
        return f"the day and its driving are full: would need {minutes(over_s)} min more"
    return f"{hours(model.windows[visit])} cannot be met without missing another visit or lunch"


def days_with(model: DayModel, order: Sequence[int], visit: int) -> list[Timetable]:
    """Every feasible day that has `visit` put somewhere into `order`."""
    days = (timetable(model, longer) for longer in longer_orders(order, visit))
    return [day for day in days if day is not None]


def longer_orders(order: Sequence[int], visit: int) -> Iterator[list[int]]:
    for k in range(len(order) + 1):
        yield [*order[:k], visit, *order[k:]]


def driving_s(model: DayModel, order: Sequence[int]) -> int:
    day = timetable(model, order)
    return day.drive_s if day else 0


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
