"""Why a due visit is not in the plan: the first thing that blocks it, in words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.cycle_agenda import Agenda
from routing.cycle_calendar import Calendar
from routing.cycle_problem import Broken, CycleProblem, CycleUnserved
from routing.day_model import day_model
from routing.day_schedule import timetable
from routing.problem import DayPlan, Shift, Window
from routing.reasons import impossible, left_out_reason


def left_out(
    problem: CycleProblem,
    agenda: Agenda,
    days: Sequence[DayPlan],
    due: NDArray[np.int32],
    made: NDArray[np.int32],
    broken: Sequence[Broken] = (),
) -> tuple[CycleUnserved, ...]:
    """Every client with fewer visits than are due, with one sentence; what was promised is said first."""
    missing = np.flatnonzero(made < due).tolist()
    hours = hours_sentence(problem, days, due)
    promised = {one.client: f"{one.reason}; " for one in broken}
    rows = []
    for client in missing:
        open_days = agenda.calendars[client]
        agreed = "its frequency is agreed by contract; " if problem.clients[client].contract else ""
        never = never_fits(problem, client, open_days)
        reason = (
            never
            or _too_close(problem, client, agenda)
            or _week_full(problem, client, days)
            or _no_room(problem, client, open_days, days, hours)
        )
        said = f"{promised.get(client, '')}{agreed}{reason}"
        rows.append(CycleUnserved(client, int(due[client] - made[client]), said, never=never is not None))
    return tuple(rows)


def _too_close(problem: CycleProblem, client: int, agenda: Agenda) -> str | None:
    """That the least distance agreed with the client leaves no room for all its visits."""
    gap, room = problem.clients[client].min_gap_days, 0
    last: int | None = None
    for offset in agenda.calendars[client].offsets:
        if last is None or offset - last >= gap:
            room, last = room + 1, offset
    if gap == 0 or room >= agenda.due(client):
        return None
    return f"its visits lie at least {gap} days apart, so its open days hold only {room}"


def _week_full(problem: CycleProblem, client: int, days: Sequence[DayPlan]) -> str | None:
    """That the cap on a week's hours leaves no room for the visit and the way there and back in any week."""
    if problem.most_week_s is None:
        return None
    spent = [0] * (problem.weeks * problem.reps)
    for number, day in enumerate(days):
        spent[problem.week(number)] += day.drive_s + day.service_s
    worked = {problem.week(number) for number in range(len(days))}
    asked, home = problem.clients[client], problem.days[0].shift.start_place
    alone_s = asked.service_s + int(problem.matrix.duration_s[[home, asked.place], [asked.place, home]].sum())
    if any(spent[week] + alone_s <= problem.most_week_s for week in worked):
        return None
    return f"driving and visits fill the {problem.most_week_s / 3600:g} h that a week may take"


def hours_sentence(problem: CycleProblem, days: Sequence[DayPlan], due: NDArray[np.int32]) -> str:
    """The arithmetic of the whole horizon: hours there are, hours planned, hours of service still due."""
    shifts_h = sum(working_s(day.shift) for day in problem.days) / 3600
    service_h = sum(int(due[i]) * client.service_s for i, client in enumerate(problem.clients)) / 3600
    served_h = sum(day.service_s for day in days) / 3600
    drive_h = sum(day.drive_s for day in days) / 3600
    needed_h = service_h + (drive_h * service_h / served_h if served_h else drive_h)
    weeks_hold = f"{problem.weeks} weeks hold" if problem.weeks > 1 else "week holds"
    return (
        f"the rep's {weeks_hold} {shifts_h:.0f} h, {needed_h:.0f} h are due "
        f"({service_h:.0f} h of visits and the driving between them)"
    )


def working_s(shift: Shift) -> int:
    """Seconds of a shift without lunch."""
    return shift.end_s - shift.start_s - (shift.lunch.duration_s if shift.lunch else 0)


def never_fits(problem: CycleProblem, client: int, open_days: Calendar) -> str | None:
    """What rules the client out even on an empty day; None when some day would do."""
    if not problem.days:
        return "the rep has no working days in this horizon"
    if not open_days.days:
        return "the client is closed on every working day of the rep"
    asked = problem.clients[client]
    reasons: dict[tuple[Shift, tuple[Window, ...]], str] = {}
    for number in open_days.days:
        shift, windows = problem.days[number].shift, problem.windows_on(asked, problem.days[number].date) or ()
        if (shift, windows) in reasons:
            continue
        model = day_model(problem.day_of(number, [problem.visit(client, number)]))
        if timetable(model, [0]) is not None:
            return None
        reasons[shift, windows] = impossible(model).get(0) or left_out_reason(model, [], 0)
    return f"not even on a day of its own: {next(iter(reasons.values()))}"


def _no_room(problem: CycleProblem, client: int, open_days: Calendar, days: Sequence[DayPlan], hours: str) -> str:
    shifts_s = sum(working_s(day.shift) for day in problem.days)
    busy_s = sum(day.drive_s + day.service_s for day in days)
    if busy_s >= 0.85 * shifts_s:
        taken = busy_s / max(shifts_s, 1)
        return f"no day has room for it and the way there ({taken:.0%} of the hours are taken): {hours}"
    full = sum(days[d].drive_s + days[d].service_s >= 0.85 * working_s(problem.days[d].shift) for d in open_days.days)
    return (
        f"no place in time on any of the {open_days.dates} working days the client is open ({full} of them are full); "
        f"{hours}"
    )
