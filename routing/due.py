"""Which visits fall due in the weeks ahead.

A client's visits lie one interval apart (52 weeks divided by its visits a year, or what the month asks for). Where the
last visit is known it sets the phase, and what should already have happened is due at once. Where it is not, clients
of the same interval are strung along a short tour and their phases run round the interval as the tour goes: neighbours
fall due together, and any run of weeks carries its even share of the service time. The string of each interval is
turned against the others until the sum of all is level too.

A promised date takes the place of the visit that is due nearest to it, or adds one. Of the visits a year a client may
get some by telephone: they fall evenly between the others.
"""

from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from routing.cycle_pace import ANCHOR, Pace, pace_of
from routing.cycle_problem import WEEKS_A_YEAR, Client, CycleProblem, Promise

TURNS = 16


@dataclass(frozen=True, slots=True)
class Due:
    """A client's visits in the horizon: ideal moments in days after its start.

    `overdue`: the first should already have happened. `free`: no visit is known, so the phase is ours to choose.
    `calls`: the same for what is done by telephone or video. `promises` are those that fall into the horizon.
    """

    ideals: tuple[float, ...]
    overdue: bool = False
    free: bool = False
    calls: tuple[float, ...] = ()
    promises: tuple[Promise, ...] = ()


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
            dues.append(_after(client, since + (client.last_visit - problem.starts_on).days, since, horizon))
        else:
            dues.append(Due(_moments(pace_of(client), phase, since, horizon), free=True))
    evened = _evened(problem, dues, phases)
    parted = (_parted(problem, client, due) for client, due in zip(problem.clients, evened, strict=True))
    return tuple(_with_promises(problem, client, due) for client, due in zip(problem.clients, parted, strict=True))


def _parted(problem: CycleProblem, client: Client, due: Due) -> Due:
    """Visits and calls apart. The count goes on from the last visit, which was made in person, or from the anchor."""
    if not client.remote_share or not due.ideals:
        return due
    share = 1 - client.remote_share
    first = 1 + client.calls_since
    if due.free:
        first = round(pace_of(client).upto((problem.starts_on - ANCHOR).days + due.ideals[0]))
    in_person = [
        floor((first + k) * share + 1e-9) > floor((first + k - 1) * share + 1e-9) for k in range(len(due.ideals))
    ]
    visits = tuple(ideal for ideal, person in zip(due.ideals, in_person, strict=True) if person)
    calls = tuple(ideal for ideal, person in zip(due.ideals, in_person, strict=True) if not person)
    return replace(due, ideals=visits, calls=calls, overdue=due.overdue and in_person[0])


def _with_promises(problem: CycleProblem, client: Client, due: Due) -> Due:
    """The visit or call nearest to a promised date, if within an interval, is meant for it; else there is one more."""
    ahead = [p for p in client.promises if p.first < problem.ends_on and p.last >= problem.starts_on]
    ideals, calls = list(due.ideals), list(due.calls)
    meant: list[float] = []
    for promise in sorted(ahead, key=lambda p: (p.last, p.first)):
        low = max((promise.first - problem.starts_on).days, 0)
        high = min((promise.last - problem.starts_on).days, 7 * problem.weeks - 1)
        near = sorted(
            (abs(min(max(ideal, low), high) - ideal), by_phone, ideal)
            for by_phone, moments in ((False, ideals), (True, calls))
            for ideal in moments
        )
        if near and near[0][0] <= min(client.interval_days, 7.0 * problem.weeks):
            _, by_phone, ideal = near[0]
            (calls if by_phone else ideals).remove(ideal)
            meant.append(min(max(ideal, low), high))
        else:
            meant.append(float(low if promise.is_appointment else (low + high) / 2))
    if not ahead:
        return due
    return replace(
        due,
        ideals=tuple(sorted(ideals + meant)),
        calls=tuple(calls),
        promises=tuple(ahead),
        overdue=due.overdue and not meant,
    )


def _evened(problem: CycleProblem, dues: list[Due], phases: NDArray[np.float64]) -> tuple[Due, ...]:
    """Within one visit of the even share: visits nearest to the end of the horizon change sides where it needs that.

    Only unusual mixes of frequencies need it; a visit moved past the end comes back with the next horizon, because
    then the last visit is known.
    """
    horizon, since = 7.0 * problem.weeks, (problem.starts_on - ANCHOR).days
    free = [i for i, due in enumerate(dues) if due.free and not problem.clients[i].visits_by_month]
    share = {i: horizon / problem.clients[i].interval_days for i in free}
    service = {i: problem.clients[i].service_s for i in free}
    excess = sum(service[i] * (len(dues[i].ideals) - share[i]) for i in free)
    most = max(service.values(), default=0)
    if excess > most:
        nearest = sorted((-dues[i].ideals[-1], i) for i in free if len(dues[i].ideals) > share[i])
    else:
        short = [i for i in free if len(dues[i].ideals) < share[i]]
        following = {i: horizon + problem.clients[i].interval_days for i in short}
        nearest = sorted((_moments(pace_of(problem.clients[i]), phases[i], since, following[i])[-1], i) for i in short)
    for _, i in nearest:
        if abs(excess) <= most:
            break
        ideals = dues[i].ideals
        moved = ideals[:-1] if excess > 0 else (*ideals, horizon - 1)
        excess += service[i] * (len(moved) - len(ideals))
        dues[i] = Due(moved, free=True)
    return tuple(dues)


def _after(client: Client, last: float, since: float, horizon: float) -> Due:
    """Visits one interval apart after the last one on day `last`; what should already have happened is due at once."""
    pace = pace_of(client)
    begun = pace.upto(last)
    overdue = pace.moment(begun + 1) < since - 1e-9
    if overdue:
        begun = pace.upto(since) - 1
    due_until = pace.upto(since + horizon)
    moments = (pace.moment(begun + k) - since for k in range(1, max(0, ceil(due_until - begun - 1e-9)) + 1))
    return Due(tuple(max(moment, 0.0) for moment in moments if moment < horizon - 1e-9), overdue=overdue)


def _moments(pace: Pace, phase: float, since: float, horizon: float) -> tuple[float, ...]:
    """The moments in the horizon at which the count of visits is a whole number and `phase`."""
    first = ceil(pace.upto(since) - phase - 1e-9)
    last = ceil(pace.upto(since + horizon) - phase - 1e-9)
    return tuple(pace.moment(k + phase) - since for k in range(first, last))


def level_phases(problem: CycleProblem) -> NDArray[np.float64]:
    """A phase in 0…1 for every client; the clients whose last visit is known keep 0."""
    phases = np.zeros(len(problem.clients))
    open_ends = [i for i, c in enumerate(problem.clients) if c.last_visit is None and c.visits_per_year > 0]
    strings: dict[tuple[float, tuple[float, ...]], list[int]] = {}
    for i in _tour(problem, open_ends):
        asked = problem.clients[i]
        strings.setdefault((asked.visits_per_year, asked.visits_by_month), []).append(i)
    level = np.zeros(WEEKS_A_YEAR)
    for _, string in sorted(strings.items()):
        service = np.array([problem.clients[i].service_s + 1.0 for i in string])
        along = (np.cumsum(service) - service / 2) / service.sum()
        turned = [(along + turn / TURNS) % 1.0 for turn in range(TURNS)]
        loads = [_weekly(pace_of(problem.clients[string[0]]), phase, service) for phase in turned]
        best = min(range(TURNS), key=lambda turn: (round(_unevenness(level + loads[turn]), 3), turn))
        level += loads[best]
        phases[string] = turned[best]
    return phases


def _weekly(pace: Pace, phase: NDArray[np.float64], service: NDArray[np.float64]) -> NDArray[np.float64]:
    """Service due in each week of a year after the anchor."""
    edges = np.asarray(7.0 * np.arange(WEEKS_A_YEAR + 1)[:, None], np.float64)
    counts = np.diff(np.ceil(pace.count(edges) - phase - 1e-9), axis=0)
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
