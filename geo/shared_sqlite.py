"""One SQLite file that the threads of a process, and several processes, work on."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from weakref import finalize

BUSY_S = 30.0


class SharedFile:
    """Transactions on a file; the threads of a process take turns on its one connection.

    The connection stays open, since closing the last one has SQLite tidy the whole file. A forked child opens its own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = RLock()
        self._connection: _Connection | None = None

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        """One moment of the file: all that happens inside belongs together, and is undone when it fails."""
        with self._turn:
            db = self._opened()
            db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def keep_log(self) -> None:
        """Let readers read while somebody writes."""
        with self._turn:
            self._opened().execute("PRAGMA journal_mode = WAL")

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None or self._connection.process != os.getpid():
            self._connection = _Connection(self.path)
        return self._connection.db


class _Connection:
    """A connection of one process, closed with its owner; one that came with a fork is never touched."""

    def __init__(self, path: Path) -> None:
        self.process = os.getpid()
        self.db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        self.db.execute("PRAGMA synchronous = NORMAL")
        finalize(self, _close, self.db, self.process)


def _close(db: sqlite3.Connection, process: int) -> None:
    if process == os.getpid():
        db.close()
