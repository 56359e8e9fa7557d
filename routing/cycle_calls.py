"""Visits made by telephone or video: time is set aside for them before the routes are made, a moment found after.

A call needs no travel. It is made before the rep leaves, while waiting for a client to open, or after the way home.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from routing.cycle_pace import shortest_interval
from routing.cycle_problem import Call, CycleProblem, CycleUnserved
from routing.due import Due
from routing.problem import DayPlan, Shift

type Gap = tuple[int, int]
"""Free seconds of a day, from and to."""


@dataclass(frozen=True, slots=True)
class DueCall:
    """A call and the working day on which time was set aside for it (None: the reps have no day for it)."""

    client: int
    ideal: float
    day: int | None


def set_aside(problem: CycleProblem, dues: Sequence[Due]) -> tuple[DueCall, ...]:
    """A working day for every call: of those near its ideal date one with the least calls so far."""
    taken_s = [0] * len(problem.days)
    calls = []
    wanted = sorted((ideal, client) for client, due in enumerate(dues) for ideal in due.calls)
    for ideal, client in wanted:
        asked = problem.clients[client]
        reach = max(problem.rules.tolerance * shortest_interval(problem, asked), 3.0)
        days = [
            number
            for number, work in enumerate(problem.days)
            if problem.windows_on(asked, work.date) is not None and (asked.rep in (None, work.rep) or problem.reps == 1)
        ]
        near = [number for number in days if abs(problem.offset(number) - ideal) <= reach]
        day = min(
            near or days,
            key=lambda k: (taken_s[k] if near else 0, abs(problem.offset(k) - ideal), k),
            default=None,
        )
        if day is not None:
            taken_s[day] += asked.remote_s
        calls.append(DueCall(client, ideal, day))
    return tuple(calls)


def without_calls(problem: CycleProblem, calls: Sequence[DueCall]) -> CycleProblem:
    """The problem for the routes: every shift is shorter by the calls of its day, half of it at most."""
    if not calls:
        return problem
    taken_s = [0] * len(problem.days)
    for call in calls:
        if call.day is not None:
            taken_s[call.day] += problem.clients[call.client].remote_s
    days = tuple(
        replace(
            day,
            shift=replace(day.shift, end_s=day.shift.end_s - min(taken, (day.shift.end_s - day.shift.start_s) // 2)),
        )
        for day, taken in zip(problem.days, taken_s, strict=True)
    )
    return replace(problem, days=days)


def placed_calls(
    problem: CycleProblem, wanted: Sequence[DueCall], days: Sequence[DayPlan]
) -> tuple[tuple[Call, ...], tuple[CycleUnserved, ...]]:
    """A moment for every call: on its day, else on the nearest one that has a gap; and what found none."""
    gaps = [list(free_gaps(work.shift, day)) for work, day in zip(problem.days, days, strict=True)]
    seen = [
        {problem.offset(number) for number, day in enumerate(days) if any(stop.visit == client for stop in day.stops)}
        for client in range(len(problem.clients))
    ]
    calls: list[Call] = []
    left: dict[int, int] = {}
    for call in sorted(wanted, key=lambda call: (-problem.clients[call.client].priority, call.ideal, call.client)):
        found = next(_moments(problem, call, gaps, seen[call.client]), None)
        if found is None:
            left[call.client] = left.get(call.client, 0) + 1
            continue
        calls.append(found)
        seen[call.client].add(problem.offset(found.day))
        _take(gaps[found.day], found.start_s, found.start_s + found.duration_s)
    uncalled = tuple(CycleUnserved(client, count, _why(problem, client)) for client, count in sorted(left.items()))
    return tuple(sorted(calls, key=lambda call: (call.day, call.start_s))), uncalled


def _moments(problem: CycleProblem, call: DueCall, gaps: Sequence[Sequence[Gap]], seen: set[int]) -> Iterator[Call]:
    """Where the call could be made, best first: never on a day of another visit, nor too near to one."""
    asked = problem.clients[call.client]
    least = max(problem.rules.least_gap * shortest_interval(problem, asked), asked.min_gap_days, 1)
    reach = max(shortest_interval(problem, asked) / 2, 3.0)
    open_days = [
        (number != call.day, abs(problem.offset(number) - call.ideal), number)
        for number, work in enumerate(problem.days)
        if problem.windows_on(asked, work.date) is not None
        and (asked.rep in (None, work.rep) or problem.reps == 1)
        and all(abs(problem.offset(number) - other) >= least for other in seen)
        and abs(problem.offset(number) - call.ideal) <= reach
    ]
    for _, _, number in sorted(open_days):
        windows = problem.windows_on(asked, problem.days[number].date) or ()
        for start_s, end_s in gaps[number]:
            for opens_s, closes_s in [(w.start_s, w.end_s) for w in windows] or [(start_s, end_s)]:
                begin_s = max(start_s, opens_s)
                if begin_s <= closes_s and begin_s + asked.remote_s <= end_s:
                    yield Call(call.client, number, begin_s, asked.remote_s)


def free_gaps(shift: Shift, day: DayPlan) -> Iterator[Gap]:
    """When the rep neither drives nor visits nor eats; where lunch is still to come, its latest time is kept free."""
    busy = [(stop.arrive_s - stop.drive_s, stop.arrive_s) for stop in day.stops]
    busy += [(stop.start_s, stop.depart_s) for stop in day.stops]
    if day.stops:
        busy.append((day.start_s, day.stops[0].arrive_s))
        busy.append((day.stops[-1].depart_s, day.end_s))
        busy += [(a.depart_s, b.arrive_s) for a, b in zip(day.stops, day.stops[1:], strict=False)]
    if day.lunch is not None:
        busy.append(day.lunch)
    elif shift.lunch is not None:
        busy.append((shift.lunch.latest_s, shift.lunch.latest_s + shift.lunch.duration_s))
    free_s = shift.start_s
    for from_s, to_s in sorted(busy):
        if from_s > free_s:
            yield free_s, min(from_s, shift.end_s)
        free_s = max(free_s, to_s)
    if free_s < shift.end_s:
        yield free_s, shift.end_s


def _take(gaps: list[Gap], from_s: int, to_s: int) -> None:
    """Remove a stretch from the gap it lies in."""
    at = next(k for k, (start_s, end_s) in enumerate(gaps) if start_s <= from_s and to_s <= end_s)
    start_s, end_s = gaps.pop(at)
    gaps[at:at] = [gap for gap in ((start_s, from_s), (to_s, end_s)) if gap[0] < gap[1]]


def _why(problem: CycleProblem, client: int) -> str:
    minutes = problem.clients[client].remote_s // 60
    if not any(problem.windows_on(problem.clients[client], work.date) is not None for work in problem.days):
        return "the client takes no calls on any working day of the rep"
    return f"no {minutes} min free for a call near its date, apart from the client's other visits"
