"""Which names share letter pairs with a word, found in spite of typing mistakes, in a country's worth of names."""

import sqlite3
from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.75  # of BM25, as SQLite has them


class PairIndex:
    """Ranks names by the pairs they share with a query (BM25), the rarer a pair the more it counts.

    The lists of names by pair are those of the FTS5 table `name_pairs`. They are read once, when first needed, and then
    added up with numpy: FTS5's own ranking visits every name that shares any pair and takes fifty times as long.

    Args:
        db: a connection of the calling thread; others may call `like` with theirs.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        lengths = db.execute("SELECT id, length(core) + length(kind) + 1 FROM name ORDER BY id").fetchall()
        self._last = lengths[-1][0] if lengths else 0
        sizes = np.ones(self._last + 1, np.float32)
        for name, size in lengths:
            sizes[name] = size
        mean = float(sizes[1:].mean()) if self._last else 1.0
        self._weight = ((K1 + 1) / (1 + K1 * (1 - B + B * sizes / mean))).astype(np.float32)
        self._names: dict[str, NDArray[np.int64]] = {}

    def like(self, db: sqlite3.Connection, pairs: Sequence[str], limit: int) -> list[int]:
        """The ids of the names that share most with these pairs, `limit` at most; of equals the first."""
        score = np.zeros(self._last + 1, np.float32)
        for pair in pairs:
            names = self._holding(db, pair)
            rare = max(log((self._last - len(names) + 0.5) / (len(names) + 0.5)), 1e-6)
            score[names] += np.float32(rare) * self._weight[names]
        found = np.flatnonzero(score)
        if len(found) > limit:
            least = np.partition(score[found], len(found) - limit)[len(found) - limit]
            found = found[score[found] >= least]
        order = np.lexsort((found, -score[found]))
        return [int(name) for name in found[order][:limit]]

    def _holding(self, db: sqlite3.Connection, pair: str) -> NDArray[np.int64]:
        """The names that hold a pair."""
        known = self._names.get(pair)
        if known is None:
            db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.holding USING fts5vocab(main, name_pairs, 'instance')")
            rows = db.execute("SELECT doc FROM temp.holding WHERE term = ?", (pair,)).fetchall()
            known = self._names[pair] = np.array([row[0] for row in rows if row[0] <= self._last], np.int64)
        return known
