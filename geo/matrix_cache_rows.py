"""What the file of known travel times holds: its tables, and the way from rows to values and back."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.place import Place
from geo.travel_road import Table, rectangle
from geo.travel_snap import ROAD_DIGITS, Snap

FORMAT = 2
SCHEMA = """
CREATE TABLE epoch(number INTEGER NOT NULL);
INSERT INTO epoch VALUES (1);
CREATE TABLE realm(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE point(
  id INTEGER PRIMARY KEY, realm INTEGER NOT NULL, lat INTEGER NOT NULL, lon INTEGER NOT NULL, UNIQUE(realm, lat, lon));
CREATE TABLE block(
  id INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, used_at INTEGER NOT NULL,
  sources BLOB NOT NULL, targets BLOB NOT NULL, duration_s BLOB NOT NULL, distance_m BLOB NOT NULL);
CREATE INDEX block_used ON block(used_at);
CREATE TABLE found_by(point INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY(point, block)) WITHOUT ROWID;
CREATE INDEX found_by_block ON found_by(block);
CREATE TABLE snap(
  id INTEGER PRIMARY KEY, realm INTEGER NOT NULL, lat INTEGER NOT NULL, lon INTEGER NOT NULL, road_lat REAL,
  road_lon REAL, distance_m REAL NOT NULL, street TEXT NOT NULL, why TEXT NOT NULL, UNIQUE(realm, lat, lon));
"""
# Many points are asked for at once as one JSON text: a statement for each would take longer than all the rest. The
# cross join has SQLite go through the text and look each point up, not the other way round.
FIND_SNAPS = """
SELECT asked.key, road_lat, road_lon, distance_m, street, why FROM json_each(:asked) asked CROSS JOIN snap
ON snap.realm = :realm AND snap.lat = asked.value ->> 0 AND snap.lon = asked.value ->> 1"""
FIND_POINTS = """
SELECT asked.key, point.id FROM json_each(:asked) asked CROSS JOIN point
ON point.realm = :realm AND point.lat = asked.value ->> 0 AND point.lon = asked.value ->> 1"""
FIND_BLOCKS = "SELECT DISTINCT block FROM found_by WHERE point IN (SELECT value FROM json_each(?))"
TABLES = ("snap", "found_by", "block", "point")
PLACE_DIGITS = 7  # decimals by which places are told apart before they are brought to the road: a centimetre


class Known(NamedTuple):
    """What a cache holds between some points: the figures, and for which pairs it has any."""

    table: Table
    pairs: NDArray[np.bool_]

    @classmethod
    def nothing(cls, points: int) -> "Known":
        """To be filled; until then the figures are anything."""
        shape = (points, points)
        return cls(Table(np.empty(shape, np.int32), np.empty(shape, np.int32)), np.zeros(shape, bool))


def realm_id(db: sqlite3.Connection, key: str) -> int:
    """The number of a realm; -1 where there is none yet."""
    row = db.execute("SELECT id FROM realm WHERE key = ?", (key,)).fetchone()
    return int(row[0]) if row else -1


def made_realm_id(db: sqlite3.Connection, key: str) -> int:
    """The number of a realm, new where there was none."""
    db.execute("INSERT OR IGNORE INTO realm(key) VALUES (?)", (key,))
    return realm_id(db, key)


def grid(place: Place, digits: int = ROAD_DIGITS) -> tuple[int, int]:
    """A place in whole steps of so many decimals of a degree."""
    return round(place.lat * 10**digits), round(place.lon * 10**digits)


def blocks_of(db: sqlite3.Connection, wanted: NDArray[np.int64]) -> Iterator[tuple[int, bytes, bytes, bytes, bytes]]:
    """Blocks that may hold something, oldest first."""
    numbers = [row[0] for row in db.execute(FIND_BLOCKS, (json.dumps(wanted.tolist()),))]
    for number in sorted(numbers):
        row = db.execute(
            "SELECT id, sources, targets, duration_s, distance_m FROM block WHERE id = ?", (number,)
        ).fetchone()
        if row:
            yield row


def fill(known: Known, block: Sequence[bytes], wanted: NDArray[np.int64], position: NDArray[np.int64]) -> None:
    """Copy the part of a block that is wanted; `wanted` is sorted, `position` says where each point goes."""
    sources, targets = (np.frombuffer(part, np.int64) for part in block[:2])
    rows, from_rows = _matches(sources, wanted, position)
    columns, from_columns = _matches(targets, wanted, position)
    to, of = rectangle(rows, columns), rectangle(from_rows, from_columns)
    for whole, part in zip(known.table, block[2:], strict=True):
        whole[to] = np.frombuffer(part, np.int32).reshape(len(sources), len(targets))[of]
    known.pairs[to] = True


def _matches(
    points: NDArray[np.int64], wanted: NDArray[np.int64], position: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the wanted ones among a block's points go, and where they stand in the block."""
    place = np.minimum(np.searchsorted(wanted, points), len(wanted) - 1)
    here = np.flatnonzero(wanted[place] == points)
    return position[place[here]], here


def snap_of(place: Place, lat: float | None, lon: float | None, distance_m: float, street: str, why: str) -> Snap:
    """A row of `snap` as a value."""
    road = None if lat is None or lon is None else Place(lat, lon)
    return Snap(place, road, distance_m, street, why)


def snap_row(realm: int, snap: Snap) -> tuple[int | float | str | None, ...]:
    """A value as a row of `snap`."""
    road = (snap.road.lat, snap.road.lon) if snap.road else (None, None)
    return (realm, *grid(snap.place, PLACE_DIGITS), *road, snap.distance_m, snap.street, snap.why)
