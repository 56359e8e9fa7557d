"""The clock of one day: when everything happens if the visits are made in a given order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from routing.day_model import DayModel


@dataclass(frozen=True, slots=True)
class Step:
    """Arriving at a row of the model, access behind, after `drive_s` begun at `leave_s`: the service from `start_s`
    until `depart_s`. `fills_up`: by way of the depot."""

    row: int
    leave_s: int
    drive_s: int
    arrive_s: int
    start_s: int
    depart_s: int
    fills_up: bool = False


@dataclass(frozen=True, slots=True)
class Timetable:
    """A feasible day: one step per visit and a last one at the end, `lunch` as (from, to)."""

    leave_s: int
    steps: tuple[Step, ...]
    lunch: tuple[int, int] | None

    @property
    def end_s(self) -> int:
        return self.steps[-1].depart_s if self.steps else self.leave_s

    @property
    def drive_s(self) -> int:
        return sum(step.drive_s for step in self.steps)


def timetable(model: DayModel, order: Sequence[int]) -> Timetable | None:
    """The cheapest and then earliest end of the day for this order, with lunch where it delays least; None if there
    is none.

    Where the legs leave no choice, all that matters of the past for a fixed order is the clock and whether lunch is
    behind: two times are carried along, the earliest departure without lunch so far and with it.
    """
    if not order:
        return Timetable(model.start_s, (), None)
    if out_of_order(model, order):
        return None
    if model.ways:
        from routing.day_ways import cheapest_timetable

        return cheapest_timetable(model, order)
    if model.capacity is not None and model.given_out + sum(model.load[row] for row in order) > model.capacity:
        return None
    path = [model.start, *order, model.end]
    legs = [model.leg_s[a][b] for a, b in pairwise(path)]
    if min(legs) < 0 or model.driving_s(order) > model.max_drive_s:
        return None
    hungry: int | None = model.start_s
    fed: int | None = None
    ate_on: list[bool] = []
    for row, leg_s in zip(path[1:], legs, strict=True):
        eats_now = None if hungry is None else serve(model, row, after_lunch(model, hungry, leg_s))
        fed_before = None if fed is None else serve(model, row, fed + leg_s)
        hungry = None if hungry is None else still_hungry(model, serve(model, row, hungry + leg_s))
        ate_on.append(fed_before is None or (eats_now is not None and eats_now < fed_before))
        fed = eats_now if ate_on[-1] else fed_before
    if fed is None and hungry is None:
        return None
    if hungry is not None and (fed is None or hungry < fed):
        return clocked(model, path, legs, None)
    meal = len(legs) - 1
    while not ate_on[meal]:
        meal -= 1
    return clocked(model, path, legs, meal)


def out_of_order(model: DayModel, order: Sequence[int]) -> bool:
    """Whether a visit comes before one that it must follow."""
    if not model.order:
        return False
    at = {visit: k for k, visit in enumerate(order)}
    return any(at[a] > at[b] for a, b in model.order if a in at and b in at)


def serve(model: DayModel, row: int, arrive_s: int | None) -> int | None:
    """When one departs after arriving at `arrive_s`; None if no window is open any more or the shift is over."""
    if arrive_s is None:
        return None
    if row == model.end:
        return arrive_s if arrive_s <= model.last_s else None
    for window in model.windows[row]:
        if arrive_s <= window.end_s:
            return max(arrive_s, window.start_s) + model.service_s[row]
    return None


def after_lunch(model: DayModel, depart_s: int, leg_s: int) -> int | None:
    """The arrival when lunch is taken on a leg begun at `depart_s`; None without lunch or when it is too late."""
    duration_s, earliest_s, latest_s = model.lunch_s
    if not duration_s or depart_s > latest_s:
        return None
    return max(depart_s + leg_s, earliest_s) + duration_s


def still_hungry(model: DayModel, depart_s: int | None) -> int | None:
    """`depart_s` if going on without lunch is allowed then: there is none, or it can still begin."""
    duration_s, _, latest_s = model.lunch_s
    return depart_s if depart_s is not None and (not duration_s or depart_s <= latest_s) else None


def clocked(model: DayModel, path: Sequence[int], legs: Sequence[int], meal: int | None) -> Timetable:
    """Write out the times along `path`, lunch on leg `meal`; leaves no earlier than the first stop needs."""
    steps: list[Step] = []
    lunch = None
    depart_s = model.start_s
    for k, (before, row, leg_s) in enumerate(zip(path, path[1:], legs, strict=False)):
        arrive_s = ready_s = depart_s + leg_s
        if k == meal:
            begin_s = lunch_start(model, depart_s, arrive_s)
            lunch = (begin_s, begin_s + model.lunch_s[0])
            arrive_s = arrive_s if begin_s >= arrive_s else arrive_s + model.lunch_s[0]
            ready_s = max(arrive_s, lunch[1])
        left_s = serve(model, row, ready_s)
        assert left_s is not None, "only feasible paths are written out"
        start_s = left_s - (model.service_s[row] if row != model.end else 0)
        steps.append(Step(row, depart_s, model.drive_s[before][row], arrive_s, start_s, left_s))
        depart_s = left_s
    return late_start(model, Timetable(model.start_s, tuple(steps), lunch), meal)


def lunch_start(model: DayModel, depart_s: int, arrive_s: int) -> int:
    """Lunch is best on arrival; where that would be too late, on the way; never before it may begin."""
    _, earliest_s, latest_s = model.lunch_s
    return max(arrive_s, earliest_s) if arrive_s <= latest_s else max(depart_s, earliest_s)


def late_start(model: DayModel, day: Timetable, meal: int | None) -> Timetable:
    """The same day without waiting before the first stop: the rep leaves as late as it allows."""
    first = day.steps[0]
    if meal == 0 and day.lunch is not None and day.lunch[0] < first.arrive_s:
        return day  # lunch on the very first leg: it starts when it starts
    return left_later(day, (day.lunch[0] if meal == 0 and day.lunch is not None else first.start_s) - first.arrive_s)


def left_later(day: Timetable, spare_s: int) -> Timetable:
    """The same day, the first leg begun `spare_s` later."""
    first = day.steps[0]
    moved = replace(first, leave_s=first.leave_s + spare_s, arrive_s=first.arrive_s + spare_s)
    return Timetable(day.leave_s + spare_s, (moved, *day.steps[1:]), day.lunch)


def full_cost_s(model: DayModel, order: Sequence[int]) -> int | None:
    """Driving, prizes left out and overtime; None when the order cannot be kept."""
    timed = timetable(model, order)
    if timed is None:
        return None
    left_out_s = sum(model.prize_s) - sum(model.prize_s[visit] for visit in order)
    return timed.drive_s + left_out_s + model.overtime_cost_s(timed.end_s)
