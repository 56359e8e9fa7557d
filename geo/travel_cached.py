"""Travel times that are looked up before they are computed."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from geo.matrix_cache import Block, MatrixCache
from geo.matrix_cache_rows import Known
from geo.place import Place
from geo.travel import TravelMatrix
from geo.travel_leg import Leg
from geo.travel_road import RoadTimes, Table, matrix_of, rectangle
from geo.travel_snap import Snap

SNAPS_AT_HAND = 100_000
POINTS_AT_HAND = 3_000  # the largest square table that is held in memory (72 MB)


class CachedTimes:
    """A source of travel times behind a cache; gives the very figures the source gives.

    The last square table stays at hand, so that one more client on it needs the file for that client alone.

    `realm` names everything the figures depend on: region, profile, engine. Routes are not cached.
    """

    def __init__(self, times: RoadTimes, cache: MatrixCache, realm: str) -> None:
        self._times = times
        self._cache = cache
        self._realm = realm
        self._snaps: dict[Place, Snap] = {}
        self._position: dict[Place, int] = {}
        self._last = Table.blank(0, 0)

    @property
    def source(self) -> str:
        return self._times.source

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        found = [self._snaps.get(place) for place in places]
        known = [snap for snap in found if snap is not None]
        if len(known) == len(places):
            return known
        wanted = list(dict.fromkeys(place for place, snap in zip(places, found, strict=True) if snap is None))
        if len(self._snaps) + len(wanted) > SNAPS_AT_HAND:
            self._snaps, wanted = {}, list(dict.fromkeys(places))
        kept = self._cache.snaps(self._realm, wanted)
        self._snaps.update((snap.place, snap) for snap in kept if snap is not None)
        missing = [place for place, snap in zip(wanted, kept, strict=True) if snap is None]
        if missing:
            fresh = self._times.snap(missing)
            self._cache.keep_snaps(self._realm, fresh)
            self._snaps.update((snap.place, snap) for snap in fresh)
        return [self._snaps[place] for place in places]

    def matrix(self, places: Sequence[Place]) -> TravelMatrix:
        return matrix_of(self, places)

    def table(self, sources: Sequence[Place], targets: Sequence[Place]) -> Table:
        """Travel between points on the road; what is missing is computed and kept."""
        points = list(dict.fromkeys(sources if targets is sources else [*sources, *targets]))
        position = dict(zip(points, range(len(points)), strict=True))
        if targets is sources and len(points) == len(sources):
            rows = columns = np.arange(len(points))
        else:
            rows, columns = (np.array([position[point] for point in side], np.int64) for side in (sources, targets))
        before = np.array([self._position.get(point, -1) for point in points], np.int64)
        known = self._recalled(before)
        wanted = rectangle(rows, columns)
        if not known.pairs[wanted].all():
            fresh = [points[at] for at in np.flatnonzero(before < 0)]
            self._cache.read(self._realm, points, known, found_by=fresh)
            self._complete(known, points, rows, columns)
        if len(points) <= POINTS_AT_HAND and known.pairs.all():
            for figures in known.table:
                figures.setflags(write=False)  # it may be handed out as it is
            self._position, self._last = position, known.table
        return Table(known.table.duration_s[wanted], known.table.distance_m[wanted])

    def _recalled(self, before: NDArray[np.int64]) -> Known:
        """What the last square table of this process holds; `before`: where the points stood in it, -1 = nowhere."""
        if len(before) == len(self._last.duration_s) and (before == np.arange(len(before))).all():
            return Known(self._last, np.ones((len(before), len(before)), bool))
        known = Known.nothing(len(before))
        here = np.flatnonzero(before >= 0)
        if len(here):
            to, of = rectangle(here, here), rectangle(before[here], before[here])
            for figures, last in zip(known.table, self._last, strict=True):
                figures[to] = last[of]
            known.pairs[to] = True
        return known

    def _complete(
        self, known: Known, points: Sequence[Place], rows: NDArray[np.int64], columns: NDArray[np.int64]
    ) -> None:
        """Compute the pairs of these rows and columns that are unknown, and keep them."""
        blocks = []
        for gap_rows, gap_columns in list(gaps(known.pairs, rows, columns)):
            starts, ends = [points[at] for at in gap_rows], [points[at] for at in gap_columns]
            found = self._times.table(starts, ends)
            blocks.append(Block(starts, ends, found))
            block = rectangle(gap_rows, gap_columns)
            known.table.duration_s[block], known.table.distance_m[block] = found
            known.pairs[block] = True
        self._cache.keep(self._realm, blocks)

    def legs(self, places: Sequence[Place]) -> tuple[Leg, ...]:
        return self._times.legs(places)

    def route(self, places: Sequence[Place]) -> tuple[Place, ...]:
        return self._times.route(places)


def gaps(
    known: NDArray[np.bool_], rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """At most two rectangles that cover every unknown pair of these rows and columns.

    First the points from which more than half is unknown (new clients), then what the others lack (the way to them).
    """
    rows, columns = np.unique(rows), np.unique(columns)
    missing = ~known[rectangle(rows, columns)]
    is_new = np.count_nonzero(missing, axis=1) > missing.shape[1] / 2
    for part in (is_new, ~is_new):
        lacking = missing[part]
        if lacking.any():
            yield rows[part][lacking.any(axis=1)], columns[lacking.any(axis=0)]
