"""New work to be given to somebody (`Lead`), and those who may get it (`Candidate`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite

from balancing.errors import InvalidLead
from geo.place import Place


@dataclass(frozen=True, slots=True)
class Lead:
    """A piece of new work: where and what it is, what it takes and what it asks of the rep.

    `arrived_at`: aware, the moment it is given away. `work_min`: minutes it is expected to take. `size` is the firm's,
    in whatever the rules count (employees, outlets). `needs`: the least level of each skill; nobody below it gets the
    lead. `weights`: how much each skill counts in a comparison. `territory`: the one it lies in, where that is known.
    `regions`: codes and names of the administrative regions that it lies in.
    `given_to`: who got it in the past, for a dry run.

    Raises:
        InvalidLead: minutes or levels that are no numbers of 0 or more, a moment without its time zone.
    """

    id: str
    arrived_at: datetime
    place: Place | None = None
    type: str = ""
    industry: str = ""
    size: float | None = None
    value: float = 0.0
    work_min: float = 0.0
    territory: str = ""
    needs: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    given_to: str = ""
    regions: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        where = f"lead {self.id!r}"
        aware(where, "arrived_at", self.arrived_at)
        amount(where, "work_min", self.work_min)
        if self.size is not None:
            amount(where, "size", self.size)
        if not isfinite(self.value):
            raise InvalidLead(f"{where}, value: given {self.value!r}, expected a number")
        for name, levels in (("needs", self.needs), ("weights", self.weights)):
            for skill, level in levels.items():
                amount(where, f"{name}.{skill}", level)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may get new work, as things stand at this moment.

    `places`: home and accounts, or just one of them; `route`: today's way in order, which a detour is measured on.
    `load_min`: minutes of work got so far, compared in parts of `share_of_full_time`; `room_min`: minutes still free
    (None: not limited). `free_since`: aware; None while busy. `last_turn`: number of the turn on which the last piece
    of work came, -1 before the first. `present` False gets nothing.
    """

    id: str
    places: tuple[Place, ...] = ()
    route: tuple[Place, ...] = ()
    territories: frozenset[str] = frozenset()
    skills: Mapping[str, float] = field(default_factory=dict)
    load_min: float = 0.0
    room_min: float | None = None
    share_of_full_time: float = 1.0
    free_since: datetime | None = None
    last_turn: int = -1
    present: bool = True

    def __post_init__(self) -> None:
        where = f"candidate {self.id!r}"
        amount(where, "load_min", self.load_min)
        if not (isfinite(self.share_of_full_time) and 0 < self.share_of_full_time <= 1):
            given = f"given {self.share_of_full_time!r}, expected above 0 and up to 1"
            raise InvalidLead(f"{where}, share_of_full_time: {given}")
        if self.free_since is not None:
            aware(where, "free_since", self.free_since)
        for skill, level in self.skills.items():
            amount(where, f"skills.{skill}", level)


def amount(where: str, name: str, value: float) -> None:
    """Refuse what is no number of 0 or more."""
    if not (isfinite(value) and value >= 0):
        raise InvalidLead(f"{where}, {name}: given {value!r}, expected a number of 0 or more")


def aware(where: str, name: str, moment: datetime) -> None:
    """Refuse a moment without its time zone: it could not be compared."""
    if moment.tzinfo is None:
        raise InvalidLead(f"{where}, {name}: given {moment.isoformat()}, expected a moment with its time zone")
