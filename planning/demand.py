"""What the accounts ask for, as arrays in one order: the placed accounts only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from geo.place import Place
from geo.projection import LocalMetres
from planning.account_table import AccountRow
from planning.account_wishes import Wishes
from planning.opening import ALWAYS_OPEN, Opening, opening_of
from planning.placing import Placing
from routing.cycle_problem import WEEKS_A_YEAR
from routing.problem import Window

CALL_S = 900
"""A call that stands for a visit takes no longer."""


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """The m accounts that can be planned. `account` (m,) gives their positions among all that were read.

    `visits_a_year` and `service_s` (seconds a visit) are per account, `windows` says when a visit may begin by weekday
    (None: at any time). What is done by telephone or video is no visit but counts in `remote_h_a_year`.
    """

    account: NDArray[np.int64]
    places: tuple[Place, ...]
    xy_m: NDArray[np.float64]
    visits_a_year: NDArray[np.float64]
    service_s: NDArray[np.int64]
    value: NDArray[np.float64]
    last_visit: tuple[date | None, ...]
    windows: tuple[Mapping[int, tuple[Window, ...]] | None, ...]
    locked: NDArray[np.bool_]
    remote_h_a_year: NDArray[np.float64]
    key_owner: tuple[str | None, ...] = ()
    """Name of the person each account belongs to wherever it lies; "" where the file does not say who."""
    skills: tuple[frozenset[str], ...] = ()
    """What the rep of each account must be able to do."""
    wishes: tuple[Wishes, ...] = ()
    """Dates, blocks and rhythms of each account's visits."""
    remote_share: tuple[float, ...] = ()
    """Part of each account's visits that is made by telephone or video."""
    unread_hours: tuple[str, ...] = ()
    """Opening hours that could not be read, as they were written."""
    exceptions: tuple[Mapping[date, tuple[Window, ...]], ...] = ()
    """Dates on which each account keeps other hours than on their weekdays; no window: closed."""
    knows_holidays: tuple[bool, ...] = ()
    """Whose opening hours say themselves what holds on public holidays."""
    weight: NDArray[np.float64] | None = None
    """Work that a second of each account's visits stands for, (m,); None: what it takes."""
    money: NDArray[np.float64] | None = None
    """Each account's part of what counts beside the hours (sales, potential), (m,), adding up to 1; None: nothing."""
    money_share: float = 0.0
    """How much that counts where territories are balanced; the hours have the rest."""
    unworkable: Mapping[int, str] = field(default_factory=dict)
    """Positions whose visits no rep of the team could make on any day, with the reason; they count in no hours."""

    def __len__(self) -> int:
        return len(self.places)

    @property
    def workable(self) -> NDArray[np.bool_]:
        """Whose visits somebody could make, (m,)."""
        found = np.ones(len(self), np.bool_)
        found[list(self.unworkable)] = False
        return found

    @property
    def weighed_s(self) -> NDArray[np.float64]:
        """Seconds of work that a visit of each account stands for, (m,)."""
        return np.asarray(self.service_s * (1.0 if self.weight is None else self.weight), np.float64)

    def balanced(self, hours_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Hours (m,) with what else counts where territories are balanced, in their unit and with their sum."""
        if self.money is None:
            return hours_s
        return (1 - self.money_share) * hours_s + self.money_share * hours_s.sum() * self.money

    def windows_on(self, index: int, day: date) -> tuple[Window, ...] | None:
        """When a visit may begin that day: () at any time, None not at all; wishes and holidays are not looked at."""
        if self.exceptions and day in self.exceptions[index]:
            return self.exceptions[index][day] or None
        windows = self.windows[index]
        return () if windows is None else tuple(windows.get(day.weekday(), ())) or None

    def expected_visits(self, weeks: int) -> NDArray[np.float64]:
        """Visits that `weeks` weeks hold on average, (m,); none where nobody could make them."""
        return self.visits_a_year * self.workable * weeks / WEEKS_A_YEAR

    def expected_service_s(self, weeks: int) -> NDArray[np.float64]:
        """Seconds on site or on the telephone that `weeks` weeks hold on average, weighed, (m,)."""
        return self.expected_visits(weeks) * self.weighed_s + 3600 * self.remote_h_a_year * weeks / WEEKS_A_YEAR


def demand_of(
    accounts: Sequence[AccountRow],
    placings: Sequence[Placing],
    starts_on: date,
    weeks: int = 1,
    holidays: str = "",
) -> Demand:
    """Gather what the placed accounts ask for. Every account has visits a year and minutes by now (see `policy`).

    Hours of single dates are looked at for `weeks` weeks; `holidays` is the calendar of those who name none.
    """
    chosen = [index for index, placing in enumerate(placings) if placing.usable]
    rows = [accounts[index] for index in chosen]
    places = tuple(place for index in chosen if (place := placings[index].located.place) is not None)
    openings, unread = _openings(rows, places, starts_on, weeks, holidays)
    return Demand(
        account=np.array(chosen, dtype=np.int64),
        places=places,
        xy_m=LocalMetres(places).xy_m(places) if places else np.empty((0, 2)),
        visits_a_year=np.array(
            [(row.visits_per_year or 0.0) * (1 - _remote_share(row)) for row in rows], dtype=np.float64
        ),
        service_s=np.array([round(60 * (row.service_min or 0.0)) for row in rows], dtype=np.int64),
        value=np.array([row.value or 0.0 for row in rows], dtype=np.float64),
        last_visit=tuple(row.last_visit for row in rows),
        windows=tuple(one.weekly for one in openings),
        locked=np.array([row.locked for row in rows], dtype=np.bool_),
        remote_h_a_year=np.array([_remote_h(row) for row in rows], dtype=np.float64),
        key_owner=tuple(row.key_owner for row in rows),
        skills=tuple(row.skills for row in rows),
        wishes=tuple(row.wishes for row in rows),
        weight=_weights(rows),
        remote_share=tuple(_remote_share(row) for row in rows),
        unread_hours=tuple(unread),
        exceptions=tuple(one.exceptions for one in openings),
        knows_holidays=tuple(one.knows_holidays for one in openings),
    )


def _weights(rows: Sequence[AccountRow]) -> NDArray[np.float64] | None:
    """The weights of the accounts' visits; None where all are 1."""
    found = np.array([row.workload_weight for row in rows], dtype=np.float64)
    return found if (found != 1).any() else None


def _remote_share(row: AccountRow) -> float:
    """Part of the contacts made by telephone or video."""
    if row.channel != "visit":
        return 1.0
    contacts = row.visits_per_year or 0.0
    return min(1.0, row.wishes.phone_visits_per_year / contacts) if contacts else 0.0


def _remote_h(row: AccountRow) -> float:
    return _remote_share(row) * (row.visits_per_year or 0.0) * remote_s(row) / 3600


def remote_s(row: AccountRow) -> int:
    """Seconds of a call: as long as the visit where nothing but calls is made, else a quarter of an hour at most."""
    service_s = round(60 * (row.service_min or 0.0))
    return service_s if row.channel != "visit" else min(service_s, CALL_S)


def _openings(
    rows: Sequence[AccountRow], places: Sequence[Place], first: date, weeks: int, holidays: str
) -> tuple[list[Opening], list[str]]:
    """When each can be visited, and the hours that could not be read: those count as open."""
    found, unread = [], []
    for row, place in zip(rows, places, strict=True):
        country = (row.wishes.holidays or holidays).partition("-")[0]
        service_s = round(60 * (row.service_min or 0.0))
        try:
            found.append(opening_of(row.opening_hours, first, 7 * weeks, service_s, where=place, country=country))
        except ValueError:
            found.append(ALWAYS_OPEN)
            unread.append(row.opening_hours)
    return found, unread
