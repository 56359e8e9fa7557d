"""Travel times kept between runs, shared by all processes of a machine.

A region's times change only when the region does, so a figure is stored under everything it depends on: a realm (the
region's key, which holds source, profile and engine) and the two points on the road to 1e-5 degrees. A new extract
makes another realm: nothing stale can be read. One more client on n costs 2n new figures.

Figures are stored as they are computed, as rectangles (from these points to those), one SQLite row each: a matrix of
a thousand places is read in milliseconds, where a row per pair would take longer than computing it anew.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.errors import MatrixCacheError
from geo.place import Place
from geo.travel_road import Table, rectangle
from geo.travel_snap import ROAD_DIGITS, Snap

FORMAT = 1
SCHEMA = """
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
MAX_BYTES = 512 * 1024 * 1024
MAX_POINTS = 1_000_000  # places or points beyond which everything is forgotten and gathered anew
USED_STEP_S = 3_600  # a block's last use is noted to the hour, so that reading seldom writes
BUSY_S = 30.0
PLACE_DIGITS = 7  # decimals by which places are told apart before they are brought to the road: a centimetre
PER_PAIR = 8  # bytes of two int32 figures


class Known(NamedTuple):
    """What a cache holds between some points: the figures, and for which pairs it has any."""

    table: Table
    pairs: NDArray[np.bool_]

    @classmethod
    def nothing(cls, points: int) -> "Known":
        """To be filled."""
        return cls(Table.blank(points, points), np.zeros((points, points), bool))


class MatrixCache:
    """A file of known travel times.

    `max_bytes` bounds the figures kept; blocks not used for longest go first. Any number of threads and processes may
    share the file: each operation opens its own connection.

    Raises:
        MatrixCacheError: the file is something else, or of another version.
    """

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES, clock: Callable[[], float] = time.time) -> None:
        self.path = Path(path)
        self._max_bytes = max_bytes
        self._clock = clock
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._make()
        except sqlite3.DatabaseError as error:
            raise MatrixCacheError(f"{self.path}: not a cache of travel times ({error}); delete it") from error

    def snaps(self, realm: str, places: Sequence[Place]) -> list[Snap | None]:
        """What is known of where places meet the road; None where nothing is."""
        found: list[Snap | None] = [None] * len(places)
        with self._open() as db:
            asked = json.dumps([_grid(place, PLACE_DIGITS) for place in places])
            for at, *row in db.execute(FIND_SNAPS, {"asked": asked, "realm": _realm(db, realm)}):
                found[at] = _snap(places[at], *row)
        return found

    def keep_snaps(self, realm: str, snaps: Sequence[Snap]) -> None:
        """Store where places meet the road."""
        with self._writing() as db:
            self._forget_if_full(db)
            at = _made_realm(db, realm)
            columns = "realm, lat, lon, road_lat, road_lon, distance_m, street, why"
            rows = [_snap_row(at, snap) for snap in snaps]
            db.executemany(f"INSERT OR IGNORE INTO snap({columns}) VALUES (?,?,?,?,?,?,?,?)", rows)

    def read(self, realm: str, points: Sequence[Place], known: Known, *, found_by: Sequence[Place]) -> None:
        """Add to `known` what is stored between distinct points on the road.

        Only blocks that hold one of `found_by` on their shorter side are looked at: all points, or those that are new
        where the others are known already.
        """
        with self._open() as db:
            at = _realm(db, realm)
            wanted = _ids(db, at, points)
            order = np.argsort(wanted)
            used = []
            for block, *values in _blocks_of(db, _ids(db, at, found_by)):
                used.append(block)
                _fill(known, values, wanted[order], order)
            self._note_use(db, used)

    def keep(self, realm: str, sources: Sequence[Place], targets: Sequence[Place], table: Table) -> None:
        """Store a rectangle of figures; the blocks not used for longest go where that is too much."""
        with self._writing() as db:
            self._forget_if_full(db)
            at = _made_realm(db, realm)
            rows, columns = _made_ids(db, at, sources), _made_ids(db, at, targets)
            values = [array.tobytes() for array in (rows, columns, *table)]
            inserted = db.execute(
                "INSERT INTO block(bytes, used_at, sources, targets, duration_s, distance_m) VALUES (?,?,?,?,?,?)",
                (PER_PAIR * table.duration_s.size, self._now(), *values),
            )
            shorter = rows if len(rows) <= len(columns) else columns
            finders = [(int(point), inserted.lastrowid) for point in shorter]
            db.executemany("INSERT OR IGNORE INTO found_by VALUES (?,?)", finders)
            self._make_room(db)

    def bytes_kept(self) -> int:
        """How much the stored figures take."""
        with self._open() as db:
            return int(db.execute("SELECT coalesce(sum(bytes), 0) FROM block").fetchone()[0])

    def _make(self) -> None:
        with self._open() as db:
            db.execute("PRAGMA journal_mode = WAL")
        with self._writing() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            (tables,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            if not tables:
                for statement in SCHEMA.split(";\n"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {FORMAT}")
            elif version != FORMAT:
                raise MatrixCacheError(f"{self.path}: holds something else or is of another version; delete it")

    def _now(self) -> int:
        return int(self._clock() // USED_STEP_S)

    def _note_use(self, db: sqlite3.Connection, blocks: Sequence[int]) -> None:
        now = self._now()
        query = "SELECT 1 FROM block WHERE id = ? AND used_at < ?"
        stale = [(now, block) for block in blocks if db.execute(query, (block, now)).fetchone()]
        if stale:
            db.executemany("UPDATE block SET used_at = ? WHERE id = ?", stale)

    def _make_room(self, db: sqlite3.Connection) -> None:
        (total,) = db.execute("SELECT sum(bytes) FROM block").fetchone()
        oldest = db.execute("SELECT id, bytes FROM block ORDER BY used_at, id").fetchall()
        for block, size in oldest:
            if total <= self._max_bytes:
                break
            db.execute("DELETE FROM block WHERE id = ?", (block,))
            db.execute("DELETE FROM found_by WHERE block = ?", (block,))
            total -= size

    def _forget_if_full(self, db: sqlite3.Connection) -> None:
        (points,) = db.execute("SELECT coalesce(max(id), 0) FROM point").fetchone()
        (snaps,) = db.execute("SELECT coalesce(max(id), 0) FROM snap").fetchone()
        if max(points, snaps) > MAX_POINTS:
            for table in TABLES:
                db.execute(f"DELETE FROM {table}")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = NORMAL")
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")


def _realm(db: sqlite3.Connection, key: str) -> int:
    row = db.execute("SELECT id FROM realm WHERE key = ?", (key,)).fetchone()
    return int(row[0]) if row else -1


def _made_realm(db: sqlite3.Connection, key: str) -> int:
    db.execute("INSERT OR IGNORE INTO realm(key) VALUES (?)", (key,))
    return _realm(db, key)


def _grid(place: Place, digits: int = ROAD_DIGITS) -> tuple[int, int]:
    """A place in whole steps of so many decimals of a degree."""
    return round(place.lat * 10**digits), round(place.lon * 10**digits)


def _ids(db: sqlite3.Connection, realm: int, points: Sequence[Place]) -> NDArray[np.int64]:
    """The points' own numbers; for the unknown ones negative numbers, each its own."""
    ids = -1 - np.arange(len(points))
    asked = json.dumps([_grid(place) for place in points])
    for at, number in db.execute(FIND_POINTS, {"asked": asked, "realm": realm}):
        ids[at] = number
    return ids


def _made_ids(db: sqlite3.Connection, realm: int, points: Sequence[Place]) -> NDArray[np.int64]:
    rows = [(realm, *_grid(place)) for place in points]
    db.executemany("INSERT OR IGNORE INTO point(realm, lat, lon) VALUES (?,?,?)", rows)
    return _ids(db, realm, points)


def _blocks_of(db: sqlite3.Connection, wanted: NDArray[np.int64]) -> Iterator[tuple[int, bytes, bytes, bytes, bytes]]:
    """Blocks that may hold something, oldest first."""
    numbers = [row[0] for row in db.execute(FIND_BLOCKS, (json.dumps(wanted.tolist()),))]
    for number in sorted(numbers):
        row = db.execute(
            "SELECT id, sources, targets, duration_s, distance_m FROM block WHERE id = ?", (number,)
        ).fetchone()
        if row:
            yield row


def _fill(known: Known, block: Sequence[bytes], wanted: NDArray[np.int64], position: NDArray[np.int64]) -> None:
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


def _snap(place: Place, lat: float | None, lon: float | None, distance_m: float, street: str, why: str) -> Snap:
    road = None if lat is None or lon is None else Place(lat, lon)
    return Snap(place, road, distance_m, street, why)


def _snap_row(realm: int, snap: Snap) -> tuple[int | float | str | None, ...]:
    road = (snap.road.lat, snap.road.lon) if snap.road else (None, None)
    return (realm, *_grid(snap.place, PLACE_DIGITS), *road, snap.distance_m, snap.street, snap.why)
