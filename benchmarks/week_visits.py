"""How many of a week's visits any plan could hold at most, with hours, windows and the way home looked at.

Column generation: a linear programme spreads the week over whole days (any order that keeps the windows and the shift)
so that as few visits as possible are left out; its prices say what another day would have to be worth, and the day
that is worth most is found by labels. Days may visit a client twice with others in between (ng-routes: Baldacci,
Mingozzi and Roberti, Operations Research 59, 2011), and weekdays are all alike, so what this forbids is truly
impossible. The bound at any prices is theirs less what the best day brings beyond them (Lagrange).
"""

from dataclasses import dataclass, field
from time import process_time

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from benchmarks.week_days_kernel import STEP_S, Labels, Stops, end_of_visit, worthiest
from routing import CyclePlan, CycleProblem

REMEMBERED = 8  # nearest clients that a client does not let a day come back to
MOST_LABELS = 3_000_000
SURE = 0.01  # of a visit: less is rounding
STEADY = 0.7  # weight of the prices that gave the best bound so far
Ints = NDArray[np.int64]
Reals = NDArray[np.float64]


def most_visits(problem: CycleProblem, known: list[CyclePlan], cpu_s: float) -> int:
    """At most so many of the week's visits can be made; the search ends early once not all of them can.

    `known` plans give the first days to begin from.
    """
    visits = np.array([0, *(round(client.visits_per_year / 52) for client in problem.clients)], np.float64)
    stops, days = stops_of(problem), len(problem.days)
    pool = Pool()
    for client in range(len(visits)):  # the first is a day at home
        if client == 0 or end_of_visit(stops, 0, 0, client) >= 0:
            pool.add(np.eye(len(visits))[client] * (client > 0))
    for plan in known:
        for day in plan.days:
            pool.add(np.bincount([stop.visit + 1 for stop in day.stops], minlength=len(visits)))
    least_out, centre, until = 0.0, None, process_time() + cpu_s
    while process_time() < until and least_out < SURE:
        out, prices, day_price = master(pool, visits, days)
        if out < SURE:
            break
        centre = prices if centre is None else centre
        for worth in (STEADY * centre + (1 - STEADY) * prices, prices):
            grown = pool.add_better(worthy_days(stops, worth, 0.0, roughly=True)[1], prices, day_price)
            if grown:
                break
            floor = max(0.0, min(0.999 * day_price, float(visits @ worth) / days))
            best, found = worthy_days(stops, worth, floor, roughly=False)
            if best >= 0 and float(visits @ worth) - days * best > least_out:
                least_out, centre = float(visits @ worth) - days * best, worth
            if grown := pool.add_better(found, prices, day_price):
                break
        if not grown:
            break
    return int(visits.sum() - np.ceil(least_out - SURE))


def stops_of(problem: CycleProblem) -> Stops:
    """A week of equal days in which every client has one window, the same on all of them."""
    shift, windows = problem.days[0].shift, [(client.windows or {})[0][0] for client in problem.clients]
    leg = problem.matrix.duration_s.astype(np.int64)
    near = np.zeros(len(leg), np.uint64)
    for client in range(1, len(leg)):
        for other in np.argsort((leg + leg.T)[client, 1:], kind="stable")[:REMEMBERED] + 1:
            near[client] |= np.uint64(1) << np.uint64(other)
        near[client] |= np.uint64(1) << np.uint64(client)
    return Stops(
        leg=leg,
        service=np.array([0, *(client.service_s for client in problem.clients)], np.int64),
        opens=np.array([0, *(window.start_s - shift.start_s for window in windows)], np.int64),
        closes=np.array([0, *(window.end_s - shift.start_s for window in windows)], np.int64),
        near=near,
        latest=shift.end_s - shift.start_s,
    )


@dataclass(slots=True)
class Pool:
    """Days as visits per client, each once."""

    days: list[Reals] = field(default_factory=list)
    known: set[bytes] = field(default_factory=set)

    def add(self, day: NDArray[np.int64] | Reals) -> bool:
        """Whether the day is new."""
        made = np.asarray(day, np.float64)
        if made.tobytes() in self.known:
            return False
        self.known.add(made.tobytes())
        self.days.append(made)
        return True

    def add_better(self, days: list[Reals], prices: Reals, day_price: float) -> int:
        """How many new days there are that are worth more than a day costs."""
        return sum(self.add(day) for day in days if float(day @ prices) > day_price + 1e-7)


def master(pool: Pool, visits: Reals, days: int) -> tuple[float, Reals, float]:
    """The fewest visits left out, what one more of each client's visits is worth, and what one more day is."""
    made, clients = np.array(pool.days).T[1:], len(visits) - 1
    rows = np.block([[-made, -np.eye(clients)], [np.ones((1, made.shape[1])), np.zeros((1, clients))]])
    cost = np.concatenate([np.zeros(made.shape[1]), np.ones(clients)])
    found = linprog(cost, rows, np.append(-visits[1:], days), bounds=(0, None), method="highs")
    prices = -found.ineqlin.marginals
    assert found.fun is not None  # leaving out every visit is an answer
    return float(found.fun), np.append(0.0, prices[:-1]), float(prices[-1])


def worthy_days(stops: Stops, worth: Reals, at_least: float, *, roughly: bool) -> tuple[float, list[Reals]]:
    """No day is worth more than this (-1: not found out), and the best day that ends at each client."""
    labels = fresh_labels(stops, MOST_LABELS // 8 if roughly else MOST_LABELS)
    best, last = worthiest(stops, labels, worth, at_least, roughly)
    days = []
    for label in last[last >= 0]:
        day = np.zeros(len(worth))
        while label > 0:
            day[labels.client[label]] += 1
            label = labels.before[label]
        days.append(day)
    return float(best), days


def fresh_labels(stops: Stops, room: int) -> Labels:
    """One label: at home, nothing done."""
    labels = Labels(
        client=np.zeros(room, np.int32),
        ends=np.zeros(room, np.int64),
        worth=np.zeros(room),
        seen=np.zeros(room, np.uint64),
        before=np.full(room, -1),
        following=np.full(room, -1),
        alive=np.ones(room, np.bool_),
        head=np.full((stops.latest // STEP_S + 2, len(stops.leg)), -1),
        used=np.ones(1, np.int64),
    )
    labels.head[0, 0] = 0
    return labels
