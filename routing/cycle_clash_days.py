"""Which clients no day can hold together, whatever else is planned: the facts that a proof over weeks stands on.

Days are asked with legs no longer than any way between their ends (by other clients, in the best of all hours), so that
what a day cannot hold it cannot hold with more clients either.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from geo.travel import TravelMatrix
from routing.cycle_problem import CycleProblem
from routing.day_model import REQUIRED_S, day_model
from routing.day_schedule import timetable
from routing.exact_day import MOST_VISITS, exact_order
from routing.problem import Shift, Window

FAR_S = 1 << 30
FEW = 3  # clients whose orders are simply all tried
MOST_LABELS = 200_000
MOST_SUSPECTS = 40

type Together = tuple[int, ...]
"""Clients in rising order."""


def at_best(problem: CycleProblem) -> CycleProblem:
    """The problem with every leg as short as any way by other clients, their visits included, in the best of all hours.

    Neither filling up nor a limit on driving is asked for.
    """
    parts = [problem.matrix.duration_s]
    for hourly in problem.by_hour.values():
        parts += [hourly.matrix.duration_s, *(rush.matrix.duration_s for rush in hourly.rush)]
    legs_s = np.stack([np.where(part < 0, FAR_S, part) for part in parts]).min(axis=0).astype(np.int64)
    for via, service_s in _shortest_visits(problem).items():
        np.minimum(legs_s, legs_s[:, via, None] + service_s + legs_s[None, via, :], out=legs_s)
    duration_s = np.where(legs_s >= FAR_S, -1, legs_s).astype(np.int32)
    days = tuple(replace(day, shift=_unbound(day.shift)) for day in problem.days)
    matrix = TravelMatrix(duration_s, np.maximum(duration_s, 0), problem.matrix.source)
    return replace(problem, matrix=matrix, days=days, by_hour={})


def _shortest_visits(problem: CycleProblem) -> dict[int, int]:
    """For every place with a client the shortest of the visits there."""
    shortest: dict[int, int] = {}
    for client in problem.clients:
        shortest[client.place] = min(client.service_s, shortest.get(client.place, client.service_s))
    return shortest


def _unbound(shift: Shift) -> Shift:
    free = replace(shift, max_drive_s=None)
    return replace(free, reload=None, capacity=None, given_out=0) if shift.reload is not None else free


@dataclass(slots=True)
class ClashingDays:
    """Answers which clients a working day can hold together; days that are alike answer as one.

    `kind` numbers the days by shift and the clients' hours; `effort` counts what is still looked at.
    """

    problem: CycleProblem
    effort: int
    kind: list[int] = field(init=False)
    known: dict[tuple[int, Together], bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        numbers: dict[tuple[Shift, tuple[tuple[Window, ...] | None, ...]], int] = {}
        self.kind = [numbers.setdefault(self._likeness(day), len(numbers)) for day in range(len(self.problem.days))]

    def _likeness(self, day: int) -> tuple[Shift, tuple[tuple[Window, ...] | None, ...]]:
        work, asked = self.problem.days[day], self.problem
        return work.shift, tuple(asked.windows_on(client, work.date) for client in asked.clients)

    def holds(self, day: int, clients: Together) -> bool:
        """Whether the day can hold all of them; True also where that is out of reach."""
        key = self.kind[day], clients
        if key not in self.known:
            self.effort -= 1
            self.known[key] = self._holds(day, clients)
        return self.known[key]

    def _holds(self, day: int, clients: Together) -> bool:
        if len(clients) > MOST_VISITS:
            return True
        model = day_model(self.problem.day_of(day, [self.problem.visit(client, day) for client in clients]))
        if len(clients) <= FEW:
            return any(timetable(model, order) is not None for order in permutations(range(len(clients))))
        order = exact_order(model, REQUIRED_S - 1, most_labels=MOST_LABELS)
        return order is None or len(order) == len(clients)

    def least_clash(self, day: int, clients: Iterable[int]) -> Together:
        """Of clients that the day cannot hold so few that without any one of them it could; the strictest stay."""
        left = tuple(clients)
        for client in sorted(left, key=lambda one: -self.freedom_s(day, one)):
            rest = tuple(other for other in left if other != client)
            if self.effort > 0 and rest and not self.holds(day, rest):
                left = rest
        return left

    def strictest(self, day: int, clients: Sequence[int]) -> Together:
        """As many of the clients as can be asked for at once, those with the fewest open hours."""
        return tuple(sorted(sorted(clients, key=lambda one: self.freedom_s(day, one))[:MOST_VISITS]))

    def freedom_s(self, day: int, client: int) -> int:
        """How many seconds of the day a visit to the client may begin in."""
        shift = self.problem.days[day].shift
        windows = self.problem.windows_on(self.problem.clients[client], self.problem.days[day].date)
        if windows == ():
            return shift.end_s - shift.start_s
        inside = ((max(w.start_s, shift.start_s), min(w.end_s, shift.end_s)) for w in windows or ())
        return sum(max(0, until_s - from_s) for from_s, until_s in inside)

    def pairs(self, missing: Sequence[int]) -> list[tuple[int, Together]]:
        """A day of each kind with one or two clients it cannot hold: those left out and those with the fewest hours."""
        found = list[tuple[int, Together]]()
        for kind in sorted(set(self.kind)):
            day = self.kind.index(kind)
            asked = self.problem
            opened = [
                c for c, one in enumerate(asked.clients) if asked.windows_on(one, asked.days[day].date) is not None
            ]
            ranked = sorted(opened, key=lambda one: (one not in missing, self.freedom_s(day, one), one))
            suspects = sorted(ranked[:MOST_SUSPECTS])
            alone = {one for one in suspects if self.effort > 0 and not self.holds(day, (one,))}
            found += [(day, (one,)) for one in sorted(alone)]
            for pair in combinations([one for one in suspects if one not in alone], 2):
                if self.effort > 0 and not self.holds(day, pair):
                    found.append((day, pair))
        return found

    def least_way_s(self, day: int) -> NDArray[np.int64]:
        """The shortest leg to every client from wherever one may be that day."""
        asked, shift = self.problem, self.problem.days[day].shift
        places = np.array([client.place for client in asked.clients])
        legs_s = asked.matrix.duration_s[np.ix_(places, places)].astype(np.int64)
        np.fill_diagonal(legs_s, FAR_S)
        first_s = np.maximum(
            asked.matrix.duration_s[shift.start_place, places].astype(np.int64) - shift.commute_s[0], 0
        )
        from_home = np.where(asked.matrix.duration_s[shift.start_place, places] < 0, FAR_S, first_s)
        least = np.minimum(np.where(legs_s < 0, FAR_S, legs_s).min(axis=0, initial=FAR_S), from_home)
        return np.where(least >= FAR_S, 0, least)
