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
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.errors import MatrixCacheError
from geo.matrix_cache_rows import (
    FIND_POINTS,
    FIND_SNAPS,
    FORMAT,
    PLACE_DIGITS,
    SCHEMA,
    TABLES,
    Known,
    blocks_of,
    fill,
    grid,
    made_realm_id,
    realm_id,
    snap_of,
    snap_row,
)
from geo.place import Place
from geo.shared_sqlite import SharedFile
from geo.travel_road import Table
from geo.travel_snap import Snap

IDS_AT_HAND = 200_000  # numbers of points remembered in this process
MAX_BYTES = 512 * 1024 * 1024
MAX_POINTS = 1_000_000  # places or points beyond which everything is forgotten and gathered anew
USED_STEP_S = 3_600  # a block's last use is noted to the hour, so that reading seldom writes
PER_PAIR = 8  # bytes of two int32 figures


class Block(NamedTuple):
    """Figures from some points to others, to be kept together."""

    sources: Sequence[Place]
    targets: Sequence[Place]
    table: Table


class MatrixCache:
    """A file of known travel times.

    `max_bytes` bounds the figures kept; blocks not used for longest go first. Any number of threads and processes may
    share the file, and one such object: the threads of a process take turns on its connection.

    The numbers of points are remembered between calls. When the file forgets everything it begins a new epoch, and
    numbers of an older one are forgotten too.

    Raises:
        MatrixCacheError: the file is something else, or of another version.
    """

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES, clock: Callable[[], float] = time.time) -> None:
        self.path = Path(path)
        self._max_bytes = max_bytes
        self._clock = clock
        self._file = SharedFile(self.path)
        self._epoch = 0
        self._ids: dict[int, dict[Place, int]] = {}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._make()
        except sqlite3.DatabaseError as error:
            raise MatrixCacheError(f"{self.path}: not a cache of travel times ({error}); delete it") from error

    def snaps(self, realm: str, places: Sequence[Place]) -> list[Snap | None]:
        """What is known of where places meet the road; None where nothing is."""
        found: list[Snap | None] = [None] * len(places)
        with self._reading() as db:
            asked = json.dumps([grid(place, PLACE_DIGITS) for place in places])
            for at, *row in db.execute(FIND_SNAPS, {"asked": asked, "realm": realm_id(db, realm)}):
                found[at] = snap_of(places[at], *row)
        return found

    def keep_snaps(self, realm: str, snaps: Sequence[Snap]) -> None:
        """Store where places meet the road."""
        with self._writing() as db:
            self._forget_if_full(db)
            at = made_realm_id(db, realm)
            columns = "realm, lat, lon, road_lat, road_lon, distance_m, street, why"
            rows = [snap_row(at, snap) for snap in snaps]
            db.executemany(f"INSERT OR IGNORE INTO snap({columns}) VALUES (?,?,?,?,?,?,?,?)", rows)

    def read(self, realm: str, points: Sequence[Place], known: Known, *, found_by: Sequence[Place]) -> None:
        """Add to `known` what is stored between distinct points on the road.

        Only blocks that hold one of `found_by` on their shorter side are looked at: all points, or those that are new
        where the others are known already.
        """
        with self._reading() as db:
            at = realm_id(db, realm)
            finders = self._found_ids(db, at, found_by)
            if not (finders >= 0).any():
                return
            wanted = self._found_ids(db, at, points)
            order = np.argsort(wanted)
            used = []
            for block, *values in blocks_of(db, finders[finders >= 0]):
                used.append(block)
                fill(known, values, wanted[order], order)
            stale = self._stale(db, used)
        if stale:
            with self._writing() as db:
                db.executemany("UPDATE block SET used_at = ? WHERE id = ?", stale)

    def keep(self, realm: str, blocks: Sequence[Block]) -> None:
        """Store rectangles of figures; the ones not used for longest go where that is too much."""
        if not blocks:
            return
        with self._writing() as db:
            self._forget_if_full(db)
            at = made_realm_id(db, realm)
            for block in blocks:
                rows, columns = self._made_ids(db, at, block.sources), self._made_ids(db, at, block.targets)
                values = [array.tobytes() for array in (rows, columns, *block.table)]
                inserted = db.execute(
                    "INSERT INTO block(bytes, used_at, sources, targets, duration_s, distance_m) VALUES (?,?,?,?,?,?)",
                    (PER_PAIR * block.table.duration_s.size, self._now(), *values),
                )
                shorter = rows if len(rows) <= len(columns) else columns
                finders = [(int(point), inserted.lastrowid) for point in shorter]
                db.executemany("INSERT OR IGNORE INTO found_by VALUES (?,?)", finders)
            self._make_room(db)

    def bytes_kept(self) -> int:
        """How much the stored figures take."""
        with self._reading() as db:
            return int(db.execute("SELECT coalesce(sum(bytes), 0) FROM block").fetchone()[0])

    def _make(self) -> None:
        self._file.keep_log()
        with self._file.transaction(write=True) as db:
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

    def _stale(self, db: sqlite3.Connection, blocks: Sequence[int]) -> list[tuple[int, int]]:
        """Blocks whose last use was noted in an earlier hour, with the present one."""
        now = self._now()
        query = "SELECT 1 FROM block WHERE id = ? AND used_at < ?"
        return [(now, block) for block in blocks if db.execute(query, (block, now)).fetchone()]

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
            db.execute("UPDATE epoch SET number = number + 1")
            self._note_epoch(db)

    def _found_ids(self, db: sqlite3.Connection, realm: int, points: Sequence[Place]) -> NDArray[np.int64]:
        """The points' own numbers; for the unknown ones negative numbers, each its own."""
        at_hand = self._ids.setdefault(realm, {})
        ids = np.array([at_hand.get(point, -1 - at) for at, point in enumerate(points)], np.int64)
        unknown = np.flatnonzero(ids < 0).tolist()
        if unknown:
            asked = json.dumps([grid(points[at]) for at in unknown])
            for found, number in db.execute(FIND_POINTS, {"asked": asked, "realm": realm}):
                ids[unknown[found]] = number
                at_hand[points[unknown[found]]] = number
        if len(at_hand) > IDS_AT_HAND:
            self._ids = {}
        return ids

    def _made_ids(self, db: sqlite3.Connection, realm: int, points: Sequence[Place]) -> NDArray[np.int64]:
        ids = self._found_ids(db, realm, points)
        rows = [(realm, *grid(points[at])) for at in np.flatnonzero(ids < 0).tolist()]
        if not rows:
            return ids
        db.executemany("INSERT OR IGNORE INTO point(realm, lat, lon) VALUES (?,?,?)", rows)
        return self._found_ids(db, realm, points)

    def _note_epoch(self, db: sqlite3.Connection) -> None:
        """Forget the numbers of points if the file has forgotten them since."""
        (epoch,) = db.execute("SELECT number FROM epoch").fetchone()
        if epoch != self._epoch:
            self._epoch, self._ids = epoch, {}

    def __getstate__(self) -> dict[str, object]:
        """Travels to other processes, which open the file themselves."""
        return {"path": self.path, "max_bytes": self._max_bytes, "clock": self._clock}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["path"], max_bytes=state["max_bytes"], clock=state["clock"])  # type: ignore[misc]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._file.transaction(write=False) as db:
            self._note_epoch(db)
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._file.transaction(write=True) as db:
                self._note_epoch(db)
                yield db
        except BaseException:
            self._ids = {}  # some may have been made inside, and undone
            raise
