"""A call cycle in the terms of ruin and recreate, and back: one task per client (or visit), one route per day."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor

import numpy as np
from numpy.typing import NDArray

from geo.travel import TravelMatrix
from routing.cycle_problem import WEEKS_A_YEAR, CycleProblem, HourlyTravel
from routing.problem import Shift
from routing.recreate import ALWAYS, Pattern, RecreateProblem, Route

FAR = 10**7  # seconds; no shift is that long, so an unreachable place fits nowhere
GIVING_UP_S = 24 * 3600  # driving that one more visit is worth at priority 1: more than a day holds


@dataclass(frozen=True, slots=True)
class Task:
    """A client's visits that move together; `weight` multiplies what leaving them out costs."""

    client: int
    patterns: tuple[Pattern, ...]
    weight: float = 1.0

    @property
    def visits(self) -> int:
        return max((len(pattern.days) for pattern in self.patterns), default=0)


def cycle_model(problem: CycleProblem, tasks: Sequence[Task]) -> RecreateProblem:
    """The problem for `recreate`. Its nodes: places where days start and end, one that is anywhere, then the tasks."""
    ends = sorted(
        {place for day in problem.days for place in (day.shift.start_place, day.shift.end_place) if place is not None}
    )
    first = len(ends) + 1
    node_of: dict[int | None, int] = {place: node for node, place in enumerate(ends)}
    node_of[None] = first - 1
    clients = [problem.clients[task.client] for task in tasks]
    service = [0] * first + [client.service_s for client in clients]
    prize = [0] * first + [
        round(task.visits * task.weight * client.priority * (client.service_s + GIVING_UP_S))
        for task, client in zip(tasks, clients, strict=True)
    ]
    opens, closes = _windows(problem, tasks, first)
    routes = tuple(_route(problem, number, node_of) for number in range(len(problem.days)))
    places = [*ends, *(client.place for client in clients)]
    travel, parts = _travel(problem.matrix.duration_s, places, first), _parts(problem, places, first)
    return RecreateProblem(
        travel=travel if not parts else np.array([legs_s for _, _, legs_s in parts]).min(axis=0),
        first=first,
        service=np.array(service, np.int64),
        demand=np.array([0] * first + [client.load for client in clients], np.int64),
        prize=np.array(prize, np.int64),
        opens=opens,
        closes=closes,
        patterns=tuple(task.patterns for task in tasks),
        routes=routes,
        week_target=_week_targets(problem, tasks),
        week_most=np.full(problem.weeks * problem.reps, problem.most_week_s, np.int64)
        if problem.most_week_s is not None
        else np.empty(0, np.int64),
        level_permille=round(1000 * problem.rules.level_price),
        rush=parts,
    )


def _parts(problem: CycleProblem, places: list[int], first: int) -> tuple[tuple[int, int, NDArray[np.int64]], ...]:
    """First and last moment of every part of the day, and travel between nodes as slow as on the slowest weekday.

    The search knows one day for all weekdays: what fits by this fits on each of them. Empty where travel is constant.
    """
    worked = sorted({day.date.weekday() for day in problem.days} & set(problem.by_hour))
    hours = [problem.by_hour[weekday] for weekday in worked]
    edges = sorted({0, *(edge for one in hours for rush in one.rush for edge in (rush.start_s, rush.end_s))})
    if not any(one.rush for one in hours):
        return ()
    parts = []
    for from_s, until_s in pairwise([*edges, ALWAYS]):
        slowest = np.stack([_matrix_at(one, from_s).duration_s for one in hours]).max(axis=0)
        parts.append((from_s, until_s - 1, _travel(slowest, places, first)))
    return tuple(parts)


def _matrix_at(travel: HourlyTravel, leaves_s: int) -> TravelMatrix:
    return next((r.matrix for r in travel.rush if r.start_s <= leaves_s < r.end_s), travel.matrix)


def _travel(duration_s: NDArray[np.int32], places: list[int], first: int) -> NDArray[np.int64]:
    """Travel between nodes; from and to the node that is anywhere it takes no time."""
    rows = np.array([*places[: first - 1], 0, *places[first - 1 :]])
    travel = duration_s[np.ix_(rows, rows)].astype(np.int64)
    travel[travel < 0] = FAR
    travel[first - 1, :] = 0
    travel[:, first - 1] = 0
    return travel


def _route(problem: CycleProblem, number: int, node_of: dict[int | None, int]) -> Route:
    shift = problem.days[number].shift
    lunch = shift.lunch
    return Route(
        day=number,
        start_node=node_of[shift.start_place],
        end_node=node_of[shift.end_place],
        starts=shift.start_s,
        ends=max(shift.start_s, shift.end_s - _filling_up_s(problem, shift)),
        capacity=ALWAYS if shift.capacity is None or shift.reload else max(0, shift.capacity - shift.given_out),
        most_drive=ALWAYS if shift.max_drive_s is None else shift.max_drive_s,
        lunch=(lunch.duration_s, lunch.earliest_s, lunch.latest_s) if lunch else (0, 0, 0),
        window_class=number,
        week=problem.week(number),
    )


def _filling_up_s(problem: CycleProblem, shift: Shift) -> int:
    """What a day keeps free for filling up: as often as an even share of the year's load asks for, and no more than
    its hours can hold; the way there too.

    The search does not know when a vehicle fills up; the days' own plans do.
    """
    if shift.reload is None or not shift.capacity:
        return 0
    loads = [client.load * client.visit_rate for client in problem.clients]
    days_a_year = max(len(problem.days) * WEEKS_A_YEAR / problem.weeks / problem.reps, 1.0)
    held = [client for client in problem.clients if client.load]
    if not held:
        return 0
    longest_s = max(float(np.mean([client.service_s for client in held])), 1.0)
    fits = (shift.end_s - shift.start_s) / longest_s * float(np.mean([client.load for client in held]))
    trips = floor(min(sum(loads) / problem.reps / days_a_year, fits) / shift.capacity)
    legs_s = problem.matrix.duration_s[shift.reload.place, [client.place for client in problem.clients]]
    near_s = int(np.median(legs_s[legs_s >= 0])) if (legs_s >= 0).any() else 0
    return trips * (shift.reload.duration_s + near_s)


def _windows(problem: CycleProblem, tasks: Sequence[Task], first: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Windows per node and day; a day on which the client is closed has none."""
    asked = [problem.clients[task.client] for task in tasks]
    most = max([len(w) for c in asked for hours in (c.windows or {}, c.exceptions) for w in hours.values()], default=1)
    shape = (first + len(tasks), max(len(problem.days), 1), max(most, 1))
    opens, closes = np.full(shape, ALWAYS, np.int64), np.full(shape, -1, np.int64)
    opens[:first, :, 0], closes[:first, :, 0] = 0, ALWAYS
    for row, task in enumerate(tasks, first):
        client = problem.clients[task.client]
        if client.windows is None and not client.promises and not client.exceptions:
            opens[row, :, 0], closes[row, :, 0] = 0, ALWAYS
            continue
        for number, day in enumerate(problem.days):
            windows = problem.windows_on(client, day.date)
            if windows == ():
                opens[row, number, 0], closes[row, number, 0] = 0, ALWAYS
            for w, window in enumerate(windows or ()):
                opens[row, number, w], closes[row, number, w] = window.start_s, window.end_s
    return opens, closes


def _week_targets(problem: CycleProblem, tasks: Sequence[Task]) -> NDArray[np.int64]:
    """Each week's share of all the service by its working hours, and room for half a visit more."""
    hours = np.zeros(problem.weeks * problem.reps)
    for number, day in enumerate(problem.days):
        hours[problem.week(number)] += day.shift.end_s - day.shift.start_s
    services = [problem.clients[task.client].service_s for task in tasks]
    total = sum(task.visits * service for task, service in zip(tasks, services, strict=True))
    spare = float(np.mean(services)) / 2 if services else 0.0
    return np.ceil(total * hours / max(hours.sum(), 1.0) + spare).astype(np.int64)
