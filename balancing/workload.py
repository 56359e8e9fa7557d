"""Workload: what accounts ask of a rep, in seconds that add up exactly.

    work = visits × (duration + access) + travel + administration

Amounts are rounded to whole seconds once, where they arise (an account's year, a visit of a day). From there on they
are only added and split without remainder, so that the days of a week are the week, the zones of a region are the
region, and the owners of a shared account carry it once together.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from functools import reduce
from math import floor, isfinite
from operator import add

from balancing.errors import InvalidWork


class Basis(StrEnum):
    """How a figure is known: taken from planned days, estimated, or measured on what was really done."""

    PLANNED = "planned"
    ESTIMATED = "estimated"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class Work:
    """An amount of work; whole seconds. `remote_s` is by telephone or video; `visits` may be a mean number.

    Raises:
        InvalidWork: a negative amount, or seconds that are not whole.
    """

    visits: float = 0
    service_s: int = 0
    access_s: int = 0
    travel_s: int = 0
    remote_s: int = 0
    admin_s: int = 0

    def __post_init__(self) -> None:
        for part in fields(self):
            amount = getattr(self, part.name)
            if not (isfinite(amount) and amount >= 0) or (part.name != "visits" and amount != int(amount)):
                kind = "a number" if part.name == "visits" else "a whole number"
                raise InvalidWork(f"{part.name}: given {amount!r}, expected {kind} of 0 or more")

    def __add__(self, other: "Work") -> "Work":
        return Work(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))

    @property
    def total_s(self) -> int:
        """All of it."""
        return self.service_s + self.access_s + self.travel_s + self.remote_s + self.admin_s

    @property
    def field_s(self) -> int:
        """What comes and goes with the accounts: all but administration."""
        return self.total_s - self.admin_s


NONE = Work()


def work_of_visits(
    visits: float, *, service_s: float, access_s: float = 0, travel_s: float = 0, remote_s: float = 0
) -> Work:
    """The work of `visits` visits that each take `service_s`, `access_s` and `travel_s`; `remote_s` is a sum."""
    return Work(visits, round(visits * service_s), round(visits * access_s), round(visits * travel_s), round(remote_s))


def total(parts: Iterable[Work]) -> Work:
    """The sum."""
    return reduce(add, parts, NONE)


def split(work: Work, shares: Mapping[str, float]) -> dict[str, Work]:
    """The parts of the owners of a shared account; they add up to `work` to the second.

    shares: by owner, above 0, adding up to 1. Seconds that do not divide go to the largest fractions left over
    (Hamilton's method), equal ones in the order of the owners' names.

    Raises:
        InvalidWork: shares that are no shares of one whole.
    """
    check_shares(shares)
    owners = sorted(shares)
    names = [part.name for part in fields(Work) if part.name != "visits"]
    columns = {name: _divided(getattr(work, name), [shares[owner] for owner in owners]) for name in names}
    return {
        owner: Work(work.visits * shares[owner], **{name: columns[name][place] for name in names})
        for place, owner in enumerate(owners)
    }


def check_shares(shares: Mapping[str, float]) -> None:
    """Go on only when the shares are those of one whole.

    Raises:
        InvalidWork: nobody, a share that is not above 0, or a sum that is not 1.
    """
    if not shares or any(not (isfinite(share) and share > 0) for share in shares.values()):
        raise InvalidWork(f"shares: given {dict(shares)!r}, expected at least one owner, each with more than 0")
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise InvalidWork(f"shares of {', '.join(sorted(shares))}: they add up to {sum(shares.values()):g}, expected 1")


def _divided(amount: int, shares: Sequence[float]) -> list[int]:
    exact = [amount * share for share in shares]
    whole = [floor(part) for part in exact]
    by_rest = sorted(range(len(shares)), key=lambda place: (whole[place] - exact[place], place))
    for place in by_rest[: amount - sum(whole)]:
        whole[place] += 1
    return whole


@dataclass(frozen=True, slots=True)
class Entry:
    """Work of a rep for a zone on a day, and how it is known.

    `kind` says what kind of work it is. `again`: it is part of a visit that another entry has already, since several
    reps made it: it counts for its rep, and not where reps are summed up.
    """

    rep: str
    zone: str
    day: date
    work: Work
    basis: Basis = Basis.PLANNED
    kind: str = ""
    again: bool = False


Period = Callable[[date], date]
"""The first day of the period that a day lies in."""


def week_of(day: date) -> date:
    """The Monday before or on `day`."""
    return day - timedelta(days=day.weekday())


PERIODS: Mapping[str, Period] = {
    "day": lambda day: day,
    "week": week_of,
    "month": lambda day: day.replace(day=1),
    "year": lambda day: day.replace(month=1, day=1),
}


def grouped[Key: Hashable](entries: Iterable[Entry], key: Callable[[Entry], Key]) -> dict[Key, Work]:
    """The work of all entries with the same key, in the order in which the keys come first."""
    sums: dict[Key, Work] = {}
    for entry in entries:
        sums[key(entry)] = sums.get(key(entry), NONE) + entry.work
    return sums


def by_period(entries: Iterable[Entry], period: str) -> dict[tuple[str, date], Work]:
    """The work of every rep and period (`day`, `week`, `month`, `year`).

    Raises:
        InvalidWork: no such period.
    """
    if period not in PERIODS:
        raise InvalidWork(f"period: given {period!r}, expected {', '.join(PERIODS)}")
    first_of = PERIODS[period]
    return grouped(entries, lambda entry: (entry.rep, first_of(entry.day)))


def rolled_up[Amount](
    own: Mapping[str, Amount], parent: Mapping[str, str], plus: Callable[[Amount, Amount], Amount] = add
) -> dict[str, Amount]:
    """The amounts of every zone of a tree with all that lies below it; zones without anything have no entry.

    own: what each zone has itself. parent: the zone above, for all that have one.

    Raises:
        InvalidWork: a zone lies below itself.
    """
    sums: dict[str, Amount] = {}
    for zone, amount in own.items():
        above: str | None = zone
        seen = set()
        while above is not None:
            if above in seen:
                raise InvalidWork(f"zone {above!r} lies below itself, expected a tree")
            seen.add(above)
            sums[above] = plus(sums[above], amount) if above in sums else amount
            above = parent.get(above)
    return sums
