"""What a scenario is: its base with steps laid over it; and what a step changes, so that it can be taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planning.scenario_base import NOBODY, WEEKS_A_YEAR, Base, Ground, Planned


@dataclass(frozen=True, slots=True)
class Delta:
    """What one act changes: owners of sites (by id), locks, and territories by key (None: there is none).

    Every change holds what was and what became.
    """

    moves: dict[int, tuple[int, int]] = field(default_factory=dict)
    locks: dict[int, tuple[bool, bool]] = field(default_factory=dict)
    grounds: dict[int, tuple[Ground | None, Ground | None]] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "moves": [list(self.moves), *map(list, zip(*self.moves.values(), strict=True))] if self.moves else [],
            "locks": [[site, *pair] for site, pair in self.locks.items()],
            "grounds": [[key, *(one and one.data() for one in pair)] for key, pair in self.grounds.items()],
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Delta":
        """From JSON."""
        moves = data["moves"]
        return cls(
            {site: (was, now) for site, was, now in zip(*moves, strict=True)} if moves else {},
            {site: (was, now) for site, was, now in data["locks"]},
            {key: (was and Ground.of(was), now and Ground.of(now)) for key, was, now in data["grounds"]},
        )

    @property
    def touched(self) -> set[int]:
        """The keys of all territories that have to do with it."""
        return {key for pair in self.moves.values() for key in pair} | set(self.grounds)

    def reversed(self) -> "Delta":
        """What takes it back."""
        return Delta(
            {site: (now, was) for site, (was, now) in self.moves.items()},
            {site: (now, was) for site, (was, now) in self.locks.items()},
            {key: (now, was) for key, (was, now) in self.grounds.items()},
        )


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The territories as they would be: key and lock of every site of the base, and the territories by key."""

    base: Base
    zone: NDArray[np.int32]
    locked: NDArray[np.bool_]
    grounds: dict[int, Ground]

    def with_delta(self, delta: Delta) -> "State":
        """After one more act."""
        zone, locked, grounds = self.zone.copy(), self.locked.copy(), dict(self.grounds)
        if delta.moves:
            rows = self.base.rows_of(np.fromiter(delta.moves, dtype=np.int64, count=len(delta.moves)))
            zone[rows] = [now for _, now in delta.moves.values()]
        if delta.locks:
            rows = self.base.rows_of(np.fromiter(delta.locks, dtype=np.int64, count=len(delta.locks)))
            locked[rows] = [now for _, now in delta.locks.values()]
        for key, (_, now) in delta.grounds.items():
            if now is None:
                grounds.pop(key, None)
            else:
                grounds[key] = now
        return State(self.base, zone, locked, grounds)

    @property
    def moved(self) -> NDArray[np.int64]:
        """Rows of the sites that lie elsewhere than in the plan."""
        return np.flatnonzero(self.zone != self.base.zone)


def state_of(base: Base, deltas: Iterable[Delta] = ()) -> State:
    """The base with these acts done one after the other; acts on sites that are gone are left out."""
    state = State(base, base.zone, base.locked, dict(base.territories))
    known = set(base.site.tolist()) if deltas else set()
    for delta in deltas:
        moves = {site: pair for site, pair in delta.moves.items() if site in known}
        locks = {site: pair for site, pair in delta.locks.items() if site in known}
        state = state.with_delta(Delta(moves, locks, delta.grounds))
    return state


def keys_of(state: State, delta: Delta) -> set[int]:
    """The territories that a change has to do with, those of sites that are locked or unlocked too."""
    rows = state.base.rows_of(np.fromiter(delta.locks, dtype=np.int64, count=len(delta.locks)))
    return delta.touched | set(state.zone[rows].tolist())


@dataclass(frozen=True, slots=True)
class Load:
    """What a territory asks of its rep over the plan's weeks, in hours; `deviation` from its share of all."""

    key: int
    accounts: int
    visits: float
    service_h: float
    drive_h: float
    workload_h: float
    capacity_h: float
    value: float
    deviation: float


def loads_of(state: State) -> dict[int, Load]:
    """The work in every territory: what the plan measured, and what sites that moved bring and take.

    A site that moves takes its service along, and the driving that a visit costs on average where it lies in the plan:
    how far away it is goes with it. Both are estimates, exact only for what the plan measured; what one territory gives
    another one gets. A territory's share of all the work is its share of the hours.
    """
    base, keys = state.base, sorted(state.grounds)
    share = base.weeks / WEEKS_A_YEAR
    drive_h = drive_of(state)
    old, new = _sums(base, base.zone, state.moved, drive_h), _sums(base, state.zone, state.moved, drive_h)
    accounts, value = _counts(state.zone), _counts(state.zone, base.value)
    rows: dict[int, tuple[float, float, float]] = {}
    for key in keys:
        had = base.planned.get(key, Planned())
        gone, come = old.get(key, (0.0, 0.0, 0.0)), new.get(key, (0.0, 0.0, 0.0))
        visits = had.visits + share * (come[0] - gone[0])
        service_h = had.service_h + share * (come[1] - gone[1])
        driven_h = had.drive_h + share * (come[2] - gone[2])
        rows[key] = max(visits, 0.0), max(service_h, 0.0), max(driven_h, 0.0)
    total_h = sum(row[1] + row[2] for row in rows.values())
    room_h = sum(state.grounds[key].capacity_h for key in keys) or 1.0
    found = {}
    for key, (visits, service_h, driven_h) in rows.items():
        capacity_h = state.grounds[key].capacity_h
        due_h = total_h * capacity_h / room_h
        work_h = service_h + driven_h
        deviation = work_h / due_h - 1 if due_h else 0.0
        figures = (visits, service_h, driven_h, work_h, capacity_h, value.get(key, 0.0), deviation)
        found[key] = Load(key, int(accounts.get(key, 0)), *figures)
    return found


def drive_of(state: State) -> NDArray[np.float64]:
    """Hours of driving (n,) that a visit to each site costs: as in its territory of the plan, else of the scenario."""
    base = state.base
    where = np.where(base.zone == NOBODY, state.zone, base.zone)
    drive_h = np.zeros(len(where))
    for key, ground in (state.grounds | base.territories).items():
        drive_h[where == key] = ground.drive_h
    return drive_h


def _sums(
    base: Base, zone: NDArray[np.int32], rows: NDArray[np.int64], drive_h: NDArray[np.float64]
) -> dict[int, tuple[float, float, float]]:
    """Visits, hours of service and hours of driving a year by key, of these rows."""
    found = {}
    for key in np.unique(zone[rows]).tolist():
        own = rows[zone[rows] == key]
        visits = base.visits[own]
        found[key] = float(visits.sum()), float(visits @ base.service_h[own]), float(visits @ drive_h[own])
    return found


def _counts(zone: NDArray[np.int32], weights: NDArray[np.float64] | None = None) -> dict[int, float]:
    own = zone != NOBODY
    counted = np.bincount(zone[own], None if weights is None else weights[own])
    return {key: float(count) for key, count in enumerate(counted.tolist())}
