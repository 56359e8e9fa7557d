"""A memory of geocoders' answers in one SQLite file that all processes share, and the order in which they ask.

Besides answers it holds, for every service on the internet, when it may be asked next, how often it failed in a row,
and which questions are on their way. A question is marked before it is sent and the mark goes with the answer: a mark
that is found later belongs to a program that was killed between asking and storing.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from threading import local
from typing import Any

from geo.address import Address
from geo.errors import GeocoderCacheError
from geo.located import Level, Located
from geo.place import Place

APPLICATION_ID, VERSION = 0x62776763, 1  # "bwgc"
TABLES = f"""
CREATE TABLE IF NOT EXISTS answer (
  provider TEXT NOT NULL, asked TEXT NOT NULL, found TEXT NOT NULL, answered_at REAL NOT NULL, used_at REAL NOT NULL,
  times INTEGER NOT NULL, PRIMARY KEY (provider, asked)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answer_used ON answer (used_at);
CREATE TABLE IF NOT EXISTS under_way (
  provider TEXT NOT NULL, asked TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (provider, asked)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS service (
  provider TEXT PRIMARY KEY, next_at REAL NOT NULL, failures INTEGER NOT NULL, shut_until REAL NOT NULL
) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""
BUSY_S = 60.0
TURN_S = 600.0  # how long a program waits for others that ask the same service
MOST_ANSWERS = 1_000_000
DAY_S = 86_400.0
PRUNED_SHARE = 0.1
CHECKED_EVERY = 1_000  # answers between two looks at how many there are


class AnswerCache:
    """Answers by provider and address, the longest unused of them dropped beyond `most`.

    Args:
        keep_days: an older answer counts no more (some services' terms allow 30 days).

    Raises:
        GeocoderCacheError: the file is something else, or cannot be written.
    """

    def __init__(self, path: Path, *, most: int = MOST_ANSWERS, keep_days: float = 180.0) -> None:
        self.path, self._most, self._keep_s = path, most, keep_days * DAY_S
        self._mine = local()
        self._added = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._check()
        except (sqlite3.Error, OSError) as error:
            raise GeocoderCacheError(f"{path} cannot be used to keep answers of geocoders: {error}") from error

    def _check(self) -> None:
        (application,), (version,), (tables,) = (
            self._db.execute(query).fetchone()
            for query in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
        )
        if tables and (application, version) != (APPLICATION_ID, VERSION):
            raise GeocoderCacheError(f"{self.path} is another file, or of another version: name one that is not there")
        if not tables:
            self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(TABLES)

    @property
    def _db(self) -> sqlite3.Connection:
        """This thread's connection."""
        if not hasattr(self._mine, "db"):
            db = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)
            db.execute("PRAGMA synchronous = NORMAL")
            self._mine.db = db
        found: sqlite3.Connection = self._mine.db
        return found

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._mine, "db"):
            self._mine.db.close()
            del self._mine.db

    def recall(self, provider: str, asked: str, now: float) -> Located | None:
        """The answer kept for an address, None where there is none or it is too old."""
        query = "SELECT found, answered_at, used_at FROM answer WHERE provider = ? AND asked = ?"
        row = self._db.execute(query, (provider, asked)).fetchone()
        if row is None or row[1] < now - self._keep_s:
            return None
        if row[2] < now - DAY_S:
            self._db.execute("UPDATE answer SET used_at = ? WHERE provider = ? AND asked = ?", (now, provider, asked))
        return _read(row[0])

    def keep(self, provider: str, asked: str, found: Located, now: float) -> None:
        """Store an answer and take the mark off its question, in one transaction."""
        key = (provider, asked)
        with self._transaction() as db:
            marks = db.execute("SELECT times FROM under_way WHERE provider = ? AND asked = ?", key).fetchone()
            row = (*key, _written(found), now, now, marks[0] if marks else 1)
            db.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?)", row)
            db.execute("DELETE FROM under_way WHERE provider = ? AND asked = ?", key)
            self._added += 1
            if self._added % CHECKED_EVERY == 0:
                self._prune(db)

    def _prune(self, db: sqlite3.Connection) -> None:
        """Drop the longest unused where there are too many."""
        surplus = db.execute("SELECT count(*) FROM answer").fetchone()[0] - self._most
        if surplus > 0:
            goes = "SELECT provider, asked FROM answer ORDER BY used_at LIMIT ?"
            count = surplus + int(PRUNED_SHARE * self._most)
            db.execute(f"DELETE FROM answer WHERE (provider, asked) IN ({goes})", (count,))

    def mark(self, provider: str, asked: str, next_at: float) -> None:
        """Write down, before a question is sent, that it is under way, and when the service may be asked again."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO under_way VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1", (provider, asked)
            )
            db.execute(
                "INSERT INTO service VALUES (?, ?, 0, 0) ON CONFLICT DO UPDATE SET next_at = excluded.next_at",
                (provider, next_at),
            )

    def unmark(self, provider: str, asked: str) -> None:
        """The question was sent once and came to nothing, and that is known."""
        key = (provider, asked)
        with self._transaction() as db:
            db.execute("UPDATE under_way SET times = times - 1 WHERE provider = ? AND asked = ?", key)
            db.execute("DELETE FROM under_way WHERE provider = ? AND asked = ? AND times < 1", key)

    def marked(self, provider: str, asked: str) -> int:
        """How often the question was sent without anyone learning what became of it."""
        query = "SELECT times FROM under_way WHERE provider = ? AND asked = ?"
        row = self._db.execute(query, (provider, asked)).fetchone()
        return int(row[0]) if row else 0

    def asked_again(self, provider: str) -> list[str]:
        """The questions that were sent more than once, because a program was killed before it kept the answer."""
        query = (
            "SELECT asked FROM answer WHERE provider = :p AND times > 1 "
            "UNION SELECT asked FROM under_way WHERE provider = :p AND times > 1 ORDER BY asked"
        )
        return [row[0] for row in self._db.execute(query, {"p": provider})]

    def pace(self, provider: str) -> tuple[float, int, float]:
        """When the service may be asked next, its failures in a row, and until when it is left alone."""
        query = "SELECT next_at, failures, shut_until FROM service WHERE provider = ?"
        row = self._db.execute(query, (provider,)).fetchone()
        return (float(row[0]), int(row[1]), float(row[2])) if row else (0.0, 0, 0.0)

    def put_off(self, provider: str, next_at: float) -> None:
        """Let nobody ask the service before `next_at`."""
        query = (
            "INSERT INTO service VALUES (?, ?, 0, 0) ON CONFLICT DO UPDATE SET next_at = max(next_at, excluded.next_at)"
        )
        self._db.execute(query, (provider, next_at))

    def count_failures(self, provider: str, failures: int, shut_until: float) -> None:
        """Say how often the service failed in a row, and until when it is to be left alone."""
        query = (
            "INSERT INTO service VALUES (?, 0, ?, ?) ON CONFLICT DO UPDATE SET failures = excluded.failures, "
            "shut_until = excluded.shut_until"
        )
        self._db.execute(query, (provider, failures, shut_until))

    @contextmanager
    def turn(self, provider: str) -> Iterator[None]:
        """Be the only one, of all threads and processes, who asks this provider.

        The lock is SQLite's on a file beside the cache, so the system gives it back when its holder is killed.

        Raises:
            TimeoutError: others have been asking for ten minutes.
        """
        name = f"{self.path.name}.{sha256(provider.encode()).hexdigest()[:12]}.turn"
        with closing(sqlite3.connect(self.path.with_name(name), timeout=TURN_S, isolation_level=None)) as lock:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise TimeoutError(f"other programs have been asking {provider} for {TURN_S:.0f} s") from error
            try:
                yield
            finally:
                lock.execute("ROLLBACK")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        db = self._db
        try:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                if db.in_transaction:  # a full disk ends it by itself
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
        except sqlite3.Error as error:
            raise GeocoderCacheError(
                f"{self.path} cannot be written any more ({error}); what was answered so far is kept there"
            ) from error


def cache_key(address: Address) -> str:
    """An address as it is kept: its fields in a fixed order, spaces and capitals evened out."""
    fields = (address.line, address.city, address.postcode, address.region, address.country)
    return "\n".join(" ".join(field.split()).casefold() for field in fields)


def _written(found: Located) -> str:
    """An answer as JSON; a distance to the road is not part of it, since roads may be others next time."""
    value: dict[str, Any] = {
        "place": [found.place.lat, found.place.lon] if found.place else None,
        "level": found.level.value,
        "score": found.score,
        "source": found.source,
        "why": found.why,
        "scores": dict(found.scores),
        "runner_up": found.runner_up,
        "runner_up_m": found.runner_up_m,
        "doubts": list(found.doubts),
        "attribution": found.attribution,
    }
    return json.dumps(value, ensure_ascii=False)


def _read(text: str) -> Located:
    value = json.loads(text)
    place = Place(*value.pop("place")) if value["place"] else value.pop("place")
    level, doubts = Level(value.pop("level")), tuple(value.pop("doubts"))
    return Located(place=place, level=level, doubts=doubts, **value)
