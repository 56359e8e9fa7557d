"""Opening hours, as OpenStreetMap and people write them, to the moments at which a visit may begin.

Exceptions count: single dates, seasons, public holidays. `opening-hours-py` reads the syntax and knows the public
holidays of countries, and by its coordinates which country and time zone a place is in.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from geo.place import Place
from routing.problem import Window

BARE_HOURS = re.compile(r"(?<![\d:])(\d{1,2})(?:[:.](\d{2}))?\s*-\s*(\d{1,2})(?:[:.](\d{2}))?(?![\d:])")
"""Hours as many people write them, without minutes."""
BY_COUNTRY = re.compile(r"\b[PS]H\b")
BY_SUN = re.compile(r"\b(?:sunrise|sunset|dawn|dusk)\b", re.IGNORECASE)
DAY = timedelta(days=1)
DAY_S = 86_400

type Span = tuple[datetime, datetime]
"""Opens, closes, on the clock of the place that is asked about."""


@dataclass(frozen=True, slots=True)
class Opening:
    """When a visit may begin: by weekday (0 = Monday; None: at any time, missing: closed), and on `exceptions`.

    An exception without a window is a day on which the place is closed. `knows_holidays`: the text says itself what
    holds on public holidays.
    """

    weekly: Mapping[int, tuple[Window, ...]] | None = None
    exceptions: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    knows_holidays: bool = False


ALWAYS_OPEN = Opening()


def opening_of(
    text: str, first: date, days: int, service_s: int, *, where: Place | None = None, country: str = ""
) -> Opening:
    """When a visit of `service_s` may begin on `days` days (7 or more) from `first` on.

    The hours that most of a weekday's dates have stand for the weekday, the others are exceptions. `country` (DE) says
    whose public holidays are meant, without it the place does.

    Raises:
        ValueError: the text is not in the OpenStreetMap syntax.
    """
    if not text.strip():
        return ALWAYS_OPEN
    by_country = bool(BY_COUNTRY.search(text))
    placed = where if BY_SUN.search(text) or (by_country and not country) else None
    by_date: dict[date, list[Window]] = {first + number * DAY: [] for number in range(days)}
    for opens, closes in spans_of(text, first, days, country if by_country else "", placed):
        cut_at_midnights(by_date, opens, closes, service_s)
    weekly: dict[int, tuple[Window, ...]] = {}
    for weekday in range(7):
        seen = Counter(tuple(windows) for day, windows in by_date.items() if day.weekday() == weekday)
        if seen and (usual := seen.most_common(1)[0][0]):
            weekly[weekday] = usual
    exceptions = {day: tuple(own) for day, own in by_date.items() if tuple(own) != weekly.get(day.weekday(), ())}
    whole_day = (Window(0, DAY_S - service_s),) if service_s <= DAY_S else ()
    always = all(weekly.get(day) == whole_day for day in range(7))
    return Opening(None if always else weekly, exceptions, by_country)


def windows_that_day(
    text: str, day: date, service_s: int, *, where: Place, zone: ZoneInfo | None = None
) -> tuple[Window, ...] | None:
    """When a visit may begin on the rep's `day`, in seconds after midnight on the rep's clock (`zone`).

    The place's own clock and public holidays count. () is at any time, None not at all.

    Raises:
        ValueError: the text is not in the OpenStreetMap syntax.
    """
    if not text.strip():
        return ()
    hours, midnight = read_hours(text, where=where, aware=zone is not None), datetime.combine(day, time())
    found: list[Window] = []
    for opens, closes in open_spans(hours, midnight - DAY, midnight + 3 * DAY):
        start_s, end_s = (round((on_clock(at, zone) - midnight).total_seconds()) for at in (opens, closes))
        window = Window(max(0, start_s), end_s).for_service(service_s) if start_s < DAY_S and end_s > 0 else None
        found += [window] if window is not None else []
    if any(window.start_s == 0 and window.end_s + service_s >= DAY_S for window in found):
        return ()
    return tuple(found) or None


def on_clock(moment: datetime, zone: ZoneInfo | None) -> datetime:
    """What the clock of a zone shows then, as a naive time."""
    there = moment if zone is None or moment.tzinfo is None else moment.astimezone(zone)
    return there.replace(tzinfo=None)


@lru_cache(maxsize=4096)
def spans_of(text: str, first: date, days: int, country: str, where: Place | None) -> tuple[Span, ...]:
    """Every open span of these days, on the place's clock."""
    hours, midnight = read_hours(text, country=country, where=where), datetime.combine(first, time())
    return tuple(open_spans(hours, midnight, midnight + days * DAY))


def open_spans(hours: Any, first: datetime, last: datetime) -> Iterator[Span]:
    """What lies between two moments and is not closed."""
    from opening_hours import State

    for opens, closes, state, _comment in hours.intervals(first, last):
        if state != State.CLOSED:
            yield opens, closes


def read_hours(text: str, *, country: str = "", where: Place | None = None, aware: bool = False) -> Any:
    """The text as `opening_hours` reads it; hours without minutes are understood too.

    Raises:
        ValueError: it is not in the OpenStreetMap syntax.
    """
    from opening_hours import OpeningHours, ParserError, UnknownCountryError  # type: ignore[attr-defined]

    coords = None if where is None else (where.lat, where.lon)
    known: dict[str, Any] = {"coords": coords, "auto_timezone": aware, "country": country or None}
    for written in (text, BARE_HOURS.sub(_with_minutes, text)):
        try:
            return OpeningHours(written, **known)
        except UnknownCountryError:
            return read_hours(text, where=where, aware=aware)
        except ParserError as error:
            fault = error
    raise ValueError(f"opening hours are expected as in “Mo-Fr 09:00-18:00”, got “{text}”") from fault


def _with_minutes(span: re.Match[str]) -> str:
    """“9-17:30” as “09:00-17:30”."""
    opens, opens_min, closes, closes_min = span.groups()
    return f"{int(opens):02d}:{opens_min or '00'}-{int(closes):02d}:{closes_min or '00'}"


def cut_at_midnights(by_date: Mapping[date, list[Window]], opens: datetime, closes: datetime, service_s: int) -> None:
    """Note of one open span what is long enough for the visit on each of its days."""
    day = opens.date()
    while datetime.combine(day, time()) < closes:
        midnight = datetime.combine(day, time())
        start_s = max(0, int((opens - midnight).total_seconds()))
        window = Window(start_s, min(DAY_S, int((closes - midnight).total_seconds()))).for_service(service_s)
        if window is not None and day in by_date:
            by_date[day].append(window)
        day += DAY
