"""What the accounts ask for, as arrays in one order: the placed accounts only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from geo.place import Place
from geo.projection import LocalMetres
from planning.account_table import AccountRow
from planning.account_wishes import Wishes
from planning.placing import Placing
from routing.cycle_problem import WEEKS_A_YEAR
from routing.problem import Window

BARE_HOURS = re.compile(r"(?<![\d:])(\d{1,2})(?:[:.](\d{2}))?\s*-\s*(\d{1,2})(?:[:.](\d{2}))?(?![\d:])")
"""Hours as many people write them, without minutes."""
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

    def expected_visits(self, weeks: int) -> NDArray[np.float64]:
        """Visits that `weeks` weeks hold on average, (m,); none where nobody could make them."""
        return self.visits_a_year * self.workable * weeks / WEEKS_A_YEAR

    def expected_service_s(self, weeks: int) -> NDArray[np.float64]:
        """Seconds on site or on the telephone that `weeks` weeks hold on average, (m,)."""
        return self.expected_visits(weeks) * self.service_s + 3600 * self.remote_h_a_year * weeks / WEEKS_A_YEAR


def demand_of(accounts: Sequence[AccountRow], placings: Sequence[Placing], starts_on: date) -> Demand:
    """Gather what the placed accounts ask for. Every account has visits a year and minutes by now (see `policy`)."""
    chosen = [index for index, placing in enumerate(placings) if placing.usable]
    rows = [accounts[index] for index in chosen]
    places = tuple(place for index in chosen if (place := placings[index].located.place) is not None)
    windows, unread = _all_windows(rows, starts_on)
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
        windows=tuple(windows),
        locked=np.array([row.locked for row in rows], dtype=np.bool_),
        remote_h_a_year=np.array([_remote_h(row) for row in rows], dtype=np.float64),
        key_owner=tuple(row.key_owner for row in rows),
        skills=tuple(row.skills for row in rows),
        wishes=tuple(row.wishes for row in rows),
        remote_share=tuple(_remote_share(row) for row in rows),
        unread_hours=tuple(unread),
    )


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


def _all_windows(
    rows: Sequence[AccountRow], starts_on: date
) -> tuple[list[Mapping[int, tuple[Window, ...]] | None], list[str]]:
    windows: list[Mapping[int, tuple[Window, ...]] | None] = []
    unread = []
    for row in rows:
        try:
            windows.append(opening_windows(row.opening_hours, starts_on, round(60 * (row.service_min or 0.0))))
        except ValueError:
            windows.append(None)
            unread.append(row.opening_hours)
    return windows, unread


def opening_windows(text: str, week_of: date, service_s: int) -> Mapping[int, tuple[Window, ...]] | None:
    """Read OpenStreetMap opening hours into the moments a visit of `service_s` may begin, by weekday (0 = Monday).

    None where nothing is said or it is always open; a weekday that is missing is closed. The hours of the week of
    `week_of` stand for every week.

    Raises:
        ValueError: the text is not in the OpenStreetMap syntax.
    """
    if not text.strip():
        return None
    from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # its stub lacks the error

    monday = datetime.combine(week_of - timedelta(days=week_of.weekday()), time())
    try:
        try:
            hours = OpeningHours(text)
        except ParserError:
            hours = OpeningHours(BARE_HOURS.sub(_with_minutes, text))
        spans = list(hours.intervals(monday, monday + timedelta(days=7)))
    except ParserError as error:
        raise ValueError(f"opening hours are expected as in “Mo-Fr 09:00-18:00”, got “{text}”") from error
    by_day: dict[int, list[Window]] = {}
    for opens, closes, state, _comment in spans:
        if state != State.CLOSED:
            _add_span(by_day, opens - monday, closes - monday, service_s)
    whole_week = all(by_day.get(day) == [Window(0, 86_400 - service_s)] for day in range(7))
    return None if whole_week else {day: tuple(windows) for day, windows in sorted(by_day.items())}


def _with_minutes(span: re.Match[str]) -> str:
    """“9-17:30” as “09:00-17:30”."""
    opens, opens_min, closes, closes_min = span.groups()
    return f"{int(opens):02d}:{opens_min or '00'}-{int(closes):02d}:{closes_min or '00'}"


def _add_span(by_day: dict[int, list[Window]], opens: timedelta, closes: timedelta, service_s: int) -> None:
    """Cut one open span at midnights and note what is long enough for the visit."""
    day_s = 86_400
    start, end = int(opens.total_seconds()), int(closes.total_seconds())
    for day in range(start // day_s, min(6, (end - 1) // day_s) + 1):
        window = Window(max(start - day * day_s, 0), min(end - day * day_s, day_s)).for_service(service_s)
        if window is not None:
            by_day.setdefault(day, []).append(window)
