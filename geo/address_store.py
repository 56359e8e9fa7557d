"""Reading an address index file."""

import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import local
from typing import Any

from geo.address_pairs import PairIndex
from geo.address_schema import APPLICATION_ID, VERSION
from geo.errors import AddressIndexError
from geo.place import Place


@dataclass(frozen=True, slots=True)
class NameRow:
    """A way of naming a street, in comparable form."""

    id: int
    core: str
    kind: str
    digits: str


@dataclass(frozen=True, slots=True)
class StreetRow:
    """A street: a name in one neighbourhood. `cities` and `postcodes` are folded."""

    id: int
    name: int
    title: str
    city: str
    cities: frozenset[str]
    postcodes: frozenset[str]
    region: str
    country: str
    place: Place


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A house number with its own place; `own` is False where it is only included in a wider one ("12-16")."""

    street: int
    main: int
    suffix: str
    own: bool
    written: str
    place: Place
    city: str
    postcode: str
    entity: str


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A piece of a street; with numbers along one side of it when `low` is 0 or more."""

    id: int
    street: int
    low: int
    high: int
    parity: int
    first: int
    last: int
    side: str
    line: tuple[Place, ...]
    city: str
    postcode: str
    entity: str


_STREET = "SELECT id, name, title, city, cities, postcodes, region, country, lat, lon FROM street"
_NUMBER = "SELECT street, main, suffix, own, written, lat, lon, city, postcode, entity FROM number"
_BLOCK = "SELECT id, street, low, high, parity, first, last, side, line, city, postcode, entity FROM block"


class AddressStore:
    """One index file, opened read-only; safe to use from several threads, each with its own connection.

    Raises:
        AddressIndexError: the file is no address index, or one of another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mine = local()
        try:
            (application,), (version,) = (
                self._db.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
            )
        except sqlite3.Error as error:
            raise AddressIndexError(f"{path} is not an address index: {error}") from error
        if application != APPLICATION_ID:
            raise AddressIndexError(f"{path} is not an address index; build one with build_address_index")
        if version != VERSION:
            raise AddressIndexError(
                f"{path} is an address index of version {version}, expected {VERSION}; build it anew"
            )

    @property
    def _db(self) -> sqlite3.Connection:
        if not hasattr(self._mine, "db"):
            self._mine.db = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        db: sqlite3.Connection = self._mine.db
        return db

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._mine, "db"):
            self._mine.db.close()
            del self._mine.db

    @cached_property
    def source(self) -> str:
        return str(self._db.execute("SELECT value FROM about WHERE key = 'source'").fetchone()[0])

    @cached_property
    def country(self) -> str:
        """The country of most streets; empty when none says."""
        query = (
            "SELECT country FROM street WHERE country <> '' GROUP BY country ORDER BY count(*) DESC, country LIMIT 1"
        )
        row = self._db.execute(query).fetchone()
        return str(row[0]) if row else ""

    @cached_property
    def towns(self) -> dict[str, tuple[str, Place]]:
        """Every town by its folded name."""
        rows = self._db.execute("SELECT folded, name, lat, lon FROM town")
        return {folded: (name, Place(lat=lat, lon=lon)) for folded, name, lat, lon in rows}

    @cached_property
    def postcodes(self) -> dict[str, tuple[str, Place]]:
        """Every postcode by its folded form."""
        rows = self._db.execute("SELECT folded, name, lat, lon FROM postcode")
        return {folded: (name, Place(lat=lat, lon=lon)) for folded, name, lat, lon in rows}

    @cached_property
    def _pairs(self) -> PairIndex:
        return PairIndex(self._db)

    def names_like(self, pairs: Sequence[str], limit: int) -> list[NameRow]:
        """Names that share letter pairs (`letter_pairs`), `limit` at most: those that share the most and the rarest."""
        ids = self._pairs.like(self._db, pairs, limit)
        marks = ",".join("?" * len(ids))
        return [
            NameRow(*row)
            for row in self._db.execute(f"SELECT id, core, kind, digits FROM name WHERE id IN ({marks})", ids)
        ]

    def names_of(self, cores: Sequence[str]) -> list[NameRow]:
        """Names with exactly these cores; finds the ones too short for a trigram."""
        marks = ",".join("?" * len(cores))
        return [
            NameRow(*r)
            for r in self._db.execute(f"SELECT id, core, kind, digits FROM name WHERE core IN ({marks})", cores)
        ]

    def streets(self, name: int) -> list[StreetRow]:
        return [_street(row) for row in self._db.execute(f"{_STREET} WHERE name = ?", (name,))]

    def street(self, street: int) -> StreetRow:
        return _street(self._db.execute(f"{_STREET} WHERE id = ?", (street,)).fetchone())

    def numbers(self, street: int, main: int) -> list[NumberRow]:
        """All places with this number, whatever letter follows it."""
        return [_number(r) for r in self._db.execute(f"{_NUMBER} WHERE street = ? AND main = ?", (street, main))]

    def beside(self, street: int, main: int, *, same_side: bool) -> tuple[NumberRow | None, NumberRow | None]:
        """The nearest known numbers below and above; with `same_side` only odd or only even ones, as `main` is."""
        side = "AND main % 2 = ? % 2" if same_side else "AND ? IS NOT NULL"
        below = self._db.execute(
            f"{_NUMBER} WHERE street = ? AND main < ? {side} ORDER BY main DESC, suffix LIMIT 1", (street, main, main)
        ).fetchone()
        above = self._db.execute(
            f"{_NUMBER} WHERE street = ? AND main > ? {side} ORDER BY main, suffix LIMIT 1", (street, main, main)
        ).fetchone()
        return _number(below) if below else None, _number(above) if above else None

    def blocks(self, street: int) -> list[BlockRow]:
        """The sides of the street's blocks that have numbers."""
        return [_block(r) for r in self._db.execute(f"{_BLOCK} WHERE street = ? AND low >= 0 ORDER BY id", (street,))]

    def corner(self, one: int, other: int) -> list[Place]:
        """Where two names meet."""
        named = "(SELECT id FROM street WHERE name = ?)"
        query = f"SELECT lat, lon FROM corner WHERE one IN {named} AND other IN {named}"
        rows = self._db.execute(query, (one, other))
        return [Place(lat=lat, lon=lon) for lat, lon in rows]

    def kilometres(self, street: int) -> list[tuple[float, Place]]:
        rows = self._db.execute(
            "SELECT distance_km, lat, lon FROM kilometre WHERE street = ? ORDER BY distance_km", (street,)
        )
        return [(km, Place(lat=lat, lon=lon)) for km, lat, lon in rows]

    def numbers_in(self, cells: Sequence[int]) -> list[NumberRow]:
        marks = ",".join("?" * len(cells))
        return [_number(r) for r in self._db.execute(f"{_NUMBER} WHERE cell IN ({marks})", cells)]

    def blocks_in(self, cells: Sequence[int]) -> list[BlockRow]:
        marks = ",".join("?" * len(cells))
        query = f"{_BLOCK} WHERE id IN (SELECT block FROM block_cell WHERE cell IN ({marks})) ORDER BY id"
        return [_block(r) for r in self._db.execute(query, cells)]


def _street(row: tuple[Any, ...]) -> StreetRow:
    number, name, title, city, cities, codes, region, country, lat, lon = row
    all_cities, all_codes = (frozenset(filter(None, text.split("\n"))) for text in (cities, codes))
    return StreetRow(number, name, title, city, all_cities, all_codes, region, country, Place(lat=lat, lon=lon))


def _number(row: tuple[Any, ...]) -> NumberRow:
    street, main, suffix, own, written, lat, lon, city, postcode, entity = row
    return NumberRow(street, main, suffix, bool(own), written, Place(lat=lat, lon=lon), city, postcode, entity)


def _block(row: tuple[Any, ...]) -> BlockRow:
    block, street, low, high, parity, first, last, side, line, city, postcode, entity = row
    degrees = array("d", line)
    places = tuple(Place(lat=a, lon=b) for a, b in zip(degrees[::2], degrees[1::2], strict=True))
    return BlockRow(block, street, low, high, parity, first, last, side, places, city, postcode, entity)
