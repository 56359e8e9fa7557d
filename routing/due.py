"""Which visits fall due in the weeks ahead.

A client's visits lie one interval apart (52 weeks divided by its visits a year). Where the last visit is known it sets
the phase, and what should already have happened is due at once. Where it is not, clients of the same interval are
strung along a short tour and their phases run round the interval as the tour goes: neighbours fall due together, and
any run of weeks carries its even share of the service time. The string of each interval is turned against the others
until the sum of all is level too.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from routing.cycle_problem import WEEKS_A_YEAR, Client, CycleProblem

ANCHOR = date(2001, 1, 1)  # a Monday; phases count from here so that one horizon continues the last
TURNS = 16


@dataclass(frozen=True, slots=True)
class Due:
    """A client's visits in the horizon: ideal moments in days after its start.

    `overdue`: the first should already have happened. `free`: no visit is known, so the phase is ours to choose.
    """

    ideals: tuple[float, ...]
    overdue: bool = False
    free: bool = False


def due_visits(problem: CycleProblem) -> tuple[Due, ...]:
    """The visits that fall due for every client. Deterministic; depends on no working day."""
    horizon = 7.0 * problem.weeks
    phases = level_phases(problem)
    since = (problem.starts_on - ANCHOR).days
    dues = []
    for client, phase in zip(problem.clients, phases, strict=True):
        if client.visits_per_year == 0:
            dues.append(Due(()))
        elif client.last_visit is not None:
            dues.append(_after(client, (client.last_visit - problem.starts_on).days, horizon))
        else:
            dues.append(Due(_moments(client, phase, since, horizon), free=True))
    return _evened(problem, dues, phases)


def _evened(problem: CycleProblem, dues: list[Due], phases: NDArray[np.float64]) -> tuple[Due, ...]:
    """Within one visit of the even share: visits nearest to the end of the horizon change sides where it needs that.

    Only unusual mixes of frequencies need it; a visit moved past the end comes back with the next horizon, because
    then the last visit is known.
    """
    horizon, since = 7.0 * problem.weeks, (problem.starts_on - ANCHOR).days
    free = [i for i, due in enumerate(dues) if due.free]
    share = {i: horizon / problem.clients[i].interval_days for i in free}
    service = {i: problem.clients[i].service_s for i in free}
    excess = sum(service[i] * (len(dues[i].ideals) - share[i]) for i in free)
    most = max(service.values(), default=0)
    if excess > most:
        nearest = sorted((-dues[i].ideals[-1], i) for i in free if len(dues[i].ideals) > share[i])
    else:
        short = [i for i in free if len(dues[i].ideals) < share[i]]
        following = {i: horizon + problem.clients[i].interval_days for i in short}
        nearest = sorted((_moments(problem.clients[i], phases[i], since, following[i])[-1], i) for i in short)
    for _, i in nearest:
        if abs(excess) <= most:
            break
        ideals = dues[i].ideals
        moved = ideals[:-1] if excess > 0 else (*ideals, horizon - 1)
        excess += service[i] * (len(moved) - len(ideals))
        dues[i] = Due(moved, free=True)
    return tuple(dues)


def _after(client: Client, last: int, horizon: float) -> Due:
    """Visits one interval apart after the last one, which lies `last` days after the start (before it: negative)."""
    first = last + client.interval_days
    count = max(0, int(np.ceil((horizon - max(first, 0.0)) / client.interval_days - 1e-9)))
    return Due(tuple(max(first, 0.0) + k * client.interval_days for k in range(count)), overdue=first < 0)


def _moments(client: Client, phase: float, since: int, horizon: float) -> tuple[float, ...]:
    """The moments (k + phase) intervals after the anchor that fall into the horizon."""
    interval = client.interval_days
    first = int(np.ceil(since / interval - phase - 1e-9))
    count = int(np.ceil((since + horizon) / interval - phase - 1e-9)) - first
    return tuple((first + k + phase) * interval - since for k in range(count))


def level_phases(problem: CycleProblem) -> NDArray[np.float64]:
    """A phase in 0…1 for every client; the clients whose last visit is known keep 0."""
    phases = np.zeros(len(problem.clients))
    open_ends = [i for i, c in enumerate(problem.clients) if c.last_visit is None and c.visits_per_year > 0]
    strings: dict[float, list[int]] = {}
    for i in _tour(problem, open_ends):
        strings.setdefault(problem.clients[i].visits_per_year, []).append(i)
    level = np.zeros(WEEKS_A_YEAR)
    for _, string in sorted(strings.items()):
        service = np.array([problem.clients[i].service_s + 1.0 for i in string])
        along = (np.cumsum(service) - service / 2) / service.sum()
        turned = [(along + turn / TURNS) % 1.0 for turn in range(TURNS)]
        loads = [_weekly(problem.clients[string[0]].interval_days, phase, service) for phase in turned]
        best = min(range(TURNS), key=lambda turn: (round(_unevenness(level + loads[turn]), 3), turn))
        level += loads[best]
        phases[string] = turned[best]
    return phases


def _weekly(interval: float, phase: NDArray[np.float64], service: NDArray[np.float64]) -> NDArray[np.float64]:
    """Service due in each week of a year after the anchor."""
    edges = 7.0 * np.arange(WEEKS_A_YEAR + 1)[:, None]
    counts = np.diff(np.ceil(edges / interval - phase - 1e-9), axis=0)
    return np.asarray((counts * service).sum(axis=1))


def _unevenness(level: NDArray[np.float64]) -> float:
    """Sum of squares of the deviations of every run of four weeks."""
    runs = np.convolve(np.concatenate([level, level[:3]]), np.ones(4), "valid")
    return float(((runs - runs.mean()) ** 2).sum())


def _tour(problem: CycleProblem, clients: list[int]) -> list[int]:
    """A short round tour by farthest insertion, beginning near the rep's start (O(n²), steps vectorised)."""
    if len(clients) < 3:
        return clients
    there = problem.matrix.duration_s.astype(np.float64)
    there = np.where(there < 0, 1e7, there)
    places = np.array([problem.clients[i].place for i in clients])
    travel = (there + there.T)[np.ix_(places, places)]
    home = problem.days[0].shift.start_place if problem.days else int(places[0])
    first = int(np.argmin((there + there.T)[home, places]))
    tour, away = [first], travel[first].copy()
    away[first] = -1.0
    for _ in range(len(clients) - 1):
        c = int(np.argmax(away))
        before = np.array(tour)
        after = np.roll(before, -1)
        at = int(np.argmin(travel[before, c] + travel[c, after] - travel[before, after]))
        tour.insert(at + 1, c)
        away = np.minimum(away, travel[c])
        away[tour] = -1.0
    return [clients[i] for i in tour]
