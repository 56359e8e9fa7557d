"""A day as it really happens, and the quarter as a row of such days: the same for every way of planning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from benchmarks.replay_world import SHIFT, Patch, World
from routing import Client, Outcome, Promise, Report, roll_on

PATIENCE_S = 5400
"""How far beyond the shift a rep goes on for a visit that was promised; for any other it is a quarter of an hour."""
SLACK_S = 900

type Morning = Callable[[Patch, Sequence[Client], date, set[int]], list[int]]
"""Clients in their present state, the day, and those who called off this morning, to the day's order."""
type Dates = Callable[[Patch, Sequence[Client], date, Sequence[date]], dict[int, date]]
"""On the first working day of a week: the dates given to clients who want to know theirs in advance."""


@dataclass(slots=True)
class Figures:
    """What a quarter came to; times in hours. `ill`: promised dates on which the rep was.

    `broken`: every other promised date that was not kept, with what stood against it.
    """

    visits: int = 0
    called_off: int = 0
    not_reached: int = 0
    promised: int = 0
    kept: int = 0
    ill: int = 0
    drive_h: float = 0.0
    overtime_h: float = 0.0
    late_days: float = 0.0
    faults: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, name) + getattr(other, name) for name in Figures.__slots__))


def replay(world: World, patch: Patch, morning: Morning, dates: Dates) -> Figures:
    """Thirteen weeks of one rep: plan every morning, live through the day, report, go on from what was done."""
    clients, told = list(patch.clients), Figures()
    promised: dict[int, date] = {}
    for number in range(7 * world.weeks):
        day = world.starts_on + timedelta(days=number)
        if not world.works(day):
            continue
        week = [day + timedelta(days=step) for step in range(7 - day.weekday())]
        ahead = [other for other in week[1:] if world.works(other)]
        first_of_week = not any(world.works(day - timedelta(days=back)) for back in range(1, day.weekday() + 1))
        if first_of_week and ahead:
            new = dates(patch, clients, day, ahead)
            for client, when in new.items():
                clients[client] = replace(clients[client], promises=(Promise(when, when),))
            promised |= new
        due_today = {client for client, when in promised.items() if when == day}
        off = {c for c in range(len(clients)) if world.cancelled(int(patch.account[c]), day)}
        told.promised += len(due_today - off)
        if world.sick(patch.rep, day):
            done, skipped = set[int](), due_today
            told.ill += len(due_today - off)
        else:
            order = morning(patch, clients, day, off)
            told.called_off += len(off & set(order))
            done, skipped = live(world, patch, clients, day, [c for c in order if c not in off], due_today - off, told)
        told.kept += len(done & due_today)
        _report(clients, day, done, skipped - off, off & due_today, told)
        promised = {client: when for client, when in promised.items() if when > day}
    return told


def _report(
    clients: list[Client], day: date, done: set[int], missed: set[int], called_off: set[int], told: Figures
) -> None:
    """Every client's next state by the rules of outcomes."""
    for client in done:
        last = clients[client].last_visit
        assert last is not None
        told.late_days += max(0.0, (day - last).days - clients[client].interval_days)
    for who, outcome in ((done, Outcome.DONE), (missed, Outcome.MISSED), (called_off, Outcome.CANCELLED_BY_CUSTOMER)):
        for client in who:
            after = roll_on(clients[client], [Report(day, outcome)])
            clients[client] = replace(after, promises=tuple(p for p in after.promises if p.last > day))


def live(
    world: World,
    patch: Patch,
    clients: Sequence[Client],
    day: date,
    order: Sequence[int],
    promised: set[int],
    told: Figures,
) -> tuple[set[int], set[int]]:
    """Go through the day in this order with its real durations: (visits made, visits given up).

    What would make the rep late for a promised visit that is still ahead is left aside, as anyone would.
    """
    slow = world.slowness(patch.rep, day)
    travel_s = patch.matrix.duration_s
    now_s, place, drive_s, fed = float(SHIFT.start_s), 0, 0.0, False
    done: set[int] = set()
    lunch = SHIFT.lunch
    for at, client in enumerate(order):
        asked = clients[client]
        there_s, home_s = float(travel_s[place, asked.place]) * slow, float(travel_s[asked.place, 0]) * slow
        arrive_s = now_s + there_s
        if lunch and not fed and arrive_s >= lunch.earliest_s:
            arrive_s, fed_now = arrive_s + lunch.duration_s, True
        else:
            fed_now = fed
        windows = (asked.windows or {}).get(day.weekday(), ())
        open_windows = [w for w in windows if arrive_s <= w.end_s + (SLACK_S if client in promised else 0)]
        if windows and not open_windows:
            if client in promised:
                told.broken.append(f"{day}: there at {_clock(arrive_s)}, open until {_clock(windows[-1].end_s)}")
            continue
        begin_s = max(arrive_s, open_windows[0].start_s) if open_windows else arrive_s
        planned_end_s = begin_s + asked.service_s + home_s
        if planned_end_s > SHIFT.end_s + (PATIENCE_S if client in promised else SLACK_S):
            if client in promised:
                told.broken.append(f"{day}: home at {_clock(planned_end_s)} only")
            continue
        if client not in promised:
            after = [other for other in order[at + 1 :] if other in promised]
            straight_on = _late(clients, travel_s, day, after, (place, now_s, fed), slow)
            by_way = _late(clients, travel_s, day, after, (asked.place, begin_s + asked.service_s, fed_now), slow)
            if by_way > straight_on:
                continue
        now_s = begin_s + world.service_s(int(patch.account[client]), day, asked.service_s)
        drive_s, place, fed = drive_s + there_s, asked.place, fed_now
        done.add(client)
    told.broken += [f"{day}: not on the day's plan"] * len(promised - set(order))
    home_s = float(travel_s[place, 0]) * slow
    told.visits += len(done)
    told.not_reached += len(set(order) - done)
    told.drive_h += (drive_s + home_s) / 3600
    told.overtime_h += max(0.0, now_s + home_s - SHIFT.end_s) / 3600 if done else 0.0
    return done, (set(order) | promised) - done


def _clock(time_s: float) -> str:
    return f"{round(time_s) // 3600:02d}:{round(time_s) % 3600 // 60:02d}"


def _late(
    clients: Sequence[Client],
    travel_s: NDArray[np.int32],
    day: date,
    promised: Sequence[int],
    now: tuple[int, float, bool],
    slow: float,
) -> int:
    """How many promised visits ahead would come too late, in order from where one is, at what time, fed or not."""
    place, now_s, fed = now
    late, lunch = 0, SHIFT.lunch
    for client in promised:
        then = clients[client]
        arrive_s = now_s + float(travel_s[place, then.place]) * slow
        if lunch and not fed and arrive_s >= lunch.earliest_s:
            arrive_s, fed = arrive_s + lunch.duration_s, True
        windows = (then.windows or {}).get(day.weekday(), ())
        if windows and arrive_s > windows[-1].end_s:
            late += 1
            continue
        place, now_s = then.place, max(arrive_s, windows[0].start_s if windows else 0) + then.service_s
    return late
