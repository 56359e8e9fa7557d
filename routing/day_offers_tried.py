"""Room in a planned day by trying: for days on which legs leave a choice, and for visits without a place.

Where legs depend on the hour, no latest arrival can be carried back through the day, so a new visit is put into every
gap and its begin tried every quarter of an hour; the edges of what works are then found to the minute.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from routing.day_model import DayModel, day_model
from routing.day_schedule import timetable
from routing.problem import DayPlan, DayProblem, Visit, Window

STEP_S, MINUTE_S = 900, 60


@dataclass(frozen=True, slots=True)
class Chance:
    """A new visit after stop `position` - 1 may begin from `from_s` to `to_s`; it adds `extra_s` of driving."""

    position: int
    from_s: int
    to_s: int
    extra_s: int


def must_be_tried(problem: DayProblem, visits: Sequence[Visit]) -> bool:
    """Whether legs leave a choice in this day with these visits."""
    everyone = (*problem.visits, *visits)
    return bool(problem.rush or problem.shift.reload) or any(visit.place is None for visit in everyone)


def chances(problem: DayProblem, plan: DayPlan, visit: Visit, last_s: int) -> Iterator[Chance]:
    """Every interval in every gap of the day, which must end by `last_s`."""
    stops = [stop.visit for stop in plan.stops]
    asked = replace(problem, visits=(*problem.visits, visit))
    model = replace(day_model(asked, [*stops, len(problem.visits)]), last_s=last_s)
    new = len(stops)
    for position in range(len(stops) + 1):
        order = [*range(position), new, *range(position, len(stops))]
        timed = timetable(model, order)
        if timed is not None:
            for from_s, to_s in runs(model, order, new):
                yield Chance(position, from_s, to_s, timed.drive_s - plan.drive_s)


def runs(model: DayModel, order: Sequence[int], row: int) -> Iterator[tuple[int, int]]:
    """The intervals in which `row` may begin in this order."""

    def works(time_s: int) -> bool:
        windows = [*model.windows[:row], (Window(time_s, time_s),), *model.windows[row + 1 :]]
        return timetable(replace(model, windows=windows), order) is not None

    for window in model.windows[row]:
        tried_s = moments(max(window.start_s, model.start_s), min(window.end_s, model.last_s))
        good = [works(time_s) for time_s in tried_s]
        for first, last in stretches(good):
            from_s = tried_s[first] if first == 0 else edge(works, tried_s[first], tried_s[first - 1])
            to_s = tried_s[last] if last == len(good) - 1 else edge(works, tried_s[last], tried_s[last + 1])
            yield from_s, to_s


def stretches(good: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """First and last index of every run of True."""
    starts = [k for k, now in enumerate(good) if now and (k == 0 or not good[k - 1])]
    ends = [k for k, now in enumerate(good) if now and (k == len(good) - 1 or not good[k + 1])]
    yield from zip(starts, ends, strict=True)


def moments(from_s: int, to_s: int) -> list[int]:
    """From the first to the last in steps, both included; none if they are the wrong way round."""
    return sorted({*range(from_s, to_s + 1, STEP_S), to_s}) if from_s <= to_s else []


def edge(works: Callable[[int], bool], good_s: int, bad_s: int) -> int:
    """To the minute, the moment nearest to one that does not work, between it and one that does."""
    while abs(bad_s - good_s) > MINUTE_S:
        middle_s = (good_s + bad_s) // 2
        good_s, bad_s = (middle_s, bad_s) if works(middle_s) else (good_s, middle_s)
    return good_s
