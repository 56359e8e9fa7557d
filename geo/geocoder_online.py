"""A geocoding service on the internet, asked politely and never twice."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from geopy.exc import GeocoderRateLimited, GeocoderServiceError, GeopyError
from geopy.location import Location

from geo.address import Address
from geo.located import Level, Located
from geo.place import Place

TABLES = """
CREATE TABLE IF NOT EXISTS answer (
  service TEXT NOT NULL, asked TEXT NOT NULL, lat REAL, lon REAL, level TEXT NOT NULL, score REAL NOT NULL,
  why TEXT NOT NULL, PRIMARY KEY (service, asked)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS turn (service TEXT PRIMARY KEY, next_at REAL NOT NULL) WITHOUT ROWID;
"""
BUSY_S = 60.0
LONGEST_WAIT_S = 120.0  # a service that wants a longer pause is left alone for this run


class GeopyGeocoder(Protocol):
    """Any of geopy's geocoders."""

    def geocode(self, query: str, *, exactly_one: bool = True) -> Location | None: ...


def place_only(location: Location) -> tuple[Level, float]:
    """What is known of a service that says nothing about its exactness: a street, half trusted."""
    return Level.STREET, 0.5


def nominatim_level(location: Location) -> tuple[Level, float]:
    """The level of a Nominatim answer by its `addresstype` and `class`, and its importance as the score."""
    raw: dict[str, Any] = location.raw or {}
    kind = str(raw.get("addresstype") or raw.get("type") or "")
    levels = {
        "building": Level.ROOFTOP, "house": Level.ROOFTOP, "place": Level.ROOFTOP, "amenity": Level.ROOFTOP,
        "shop": Level.ROOFTOP, "office": Level.ROOFTOP, "road": Level.STREET, "postcode": Level.POSTCODE,
    }  # fmt: skip
    return levels.get(kind, Level.CITY), min(max(float(raw.get("importance") or 0.5), 0.0), 1.0)


class OnlineGeocoder:
    """A geopy geocoder with a memory, a pace and patience.

    Every answer is written to `memory` (a SQLite file) at once, also "not found": a run that is killed goes on where
    it stopped, and no address is asked twice. All processes that share the file share the pace too, one request every
    `seconds` for the service. A refusal is retried after the time it names (Retry-After), other failures after
    doubling pauses; after `give_up` failures in a row the service is left alone for the rest of the run and its
    addresses come back at level `none`, not remembered.

    Args:
        service: a name for the service and its data, part of the memory's key and of every answer's source.
        level: how exact one of its locations is, with a score of 0…1.
        now, sleep: the clock, replaced in tests.
    """

    def __init__(
        self,
        geocoder: GeopyGeocoder,
        memory: Path,
        *,
        service: str,
        seconds: float = 1.0,
        tries: int = 3,
        give_up: int = 5,
        level: Callable[[Location], tuple[Level, float]] = place_only,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._geocoder, self._memory, self._service = geocoder, memory, service
        self._seconds, self._tries, self._give_up, self._level = seconds, tries, give_up, level
        self._now, self._sleep = now, sleep
        self._failures = 0
        with closing(self._open()) as db:
            db.executescript(TABLES)

    def geocode(self, addresses: Sequence[Address]) -> list[Located]:
        """One answer per address, in the same order."""
        with closing(self._open()) as db:
            return [self._one(db, address) for address in addresses]

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._memory, timeout=BUSY_S, isolation_level=None)

    def _one(self, db: sqlite3.Connection, address: Address) -> Located:
        asked = ", ".join(
            filter(None, (address.line, address.city, address.postcode, address.region, address.country))
        ).strip()
        if not asked:
            return self._none("no address is given")
        known = self._remembered(db, asked)
        if known:
            return known
        if self._failures >= self._give_up:
            return self._none(f"{self._service} failed {self._failures} times in a row and is left alone")
        try:
            found = self._ask(db, asked)
        except GeopyError as error:
            self._failures += 1
            return self._none(f"{self._service} does not answer: {error or type(error).__name__}")
        self._failures = 0
        self._remember(db, asked, found)
        return found

    def _ask(self, db: sqlite3.Connection, asked: str) -> Located:
        """The service's answer, after as many tries as are allowed."""
        for attempt in range(self._tries):
            self._wait_for_turn(db)
            try:
                location = self._geocoder.geocode(asked, exactly_one=True)
            except GeocoderServiceError as error:
                pause_s = self._seconds * 2 ** (attempt + 1)
                if isinstance(error, GeocoderRateLimited) and error.retry_after:
                    pause_s = float(error.retry_after)
                if attempt + 1 == self._tries or pause_s > LONGEST_WAIT_S:
                    raise
                self._sleep(pause_s)
                continue
            return self._located(location)
        raise GeocoderServiceError("no try is allowed")

    def _located(self, location: Location | None) -> Located:
        if location is None:
            return self._none("not found")
        level, score = self._level(location)
        place = Place(lat=location.latitude, lon=location.longitude)
        return Located(place, level, score, self._service, location.address or "found")

    def _wait_for_turn(self, db: sqlite3.Connection) -> None:
        """Take the next free moment of the service, which all processes share, and wait until it comes."""
        db.execute("BEGIN IMMEDIATE")
        row = db.execute("SELECT next_at FROM turn WHERE service = ?", (self._service,)).fetchone()
        now = self._now()
        mine = max(now, row[0]) if row else now
        db.execute("INSERT OR REPLACE INTO turn VALUES (?, ?)", (self._service, mine + self._seconds))
        db.execute("COMMIT")
        if mine > now:
            self._sleep(mine - now)

    def _remembered(self, db: sqlite3.Connection, asked: str) -> Located | None:
        query = "SELECT lat, lon, level, score, why FROM answer WHERE service = ? AND asked = ?"
        row = db.execute(query, (self._service, asked)).fetchone()
        if row is None:
            return None
        lat, lon, level, score, why = row
        place = None if lat is None else Place(lat=lat, lon=lon)
        return Located(place, Level(level), score, self._service, why)

    def _remember(self, db: sqlite3.Connection, asked: str, found: Located) -> None:
        lat, lon = (found.place.lat, found.place.lon) if found.place else (None, None)
        row = (self._service, asked, lat, lon, found.level.value, found.score, found.why)
        db.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def _none(self, why: str) -> Located:
        return Located(None, Level.NONE, 0.0, self._service, why)
