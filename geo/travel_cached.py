"""Travel times that are looked up before they are computed."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from geo.matrix_cache import MatrixCache
from geo.place import Place
from geo.travel import TravelMatrix
from geo.travel_leg import Leg
from geo.travel_road import RoadTimes, Table, matrix_of
from geo.travel_snap import Snap


class CachedTimes:
    """A source of travel times behind a cache; gives the very figures the source gives.

    `realm` names everything the figures depend on: region, profile, engine. Routes are not cached.
    """

    def __init__(self, times: RoadTimes, cache: MatrixCache, realm: str) -> None:
        self._times = times
        self._cache = cache
        self._realm = realm

    @property
    def source(self) -> str:
        return self._times.source

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        known = self._cache.snaps(self._realm, places)
        missing = list(dict.fromkeys(place for place, snap in zip(places, known, strict=True) if snap is None))
        if not missing:
            return [snap for snap in known if snap is not None]
        fresh = dict(zip(missing, self._times.snap(missing), strict=True))
        self._cache.keep_snaps(self._realm, list(fresh.values()))
        return [snap or fresh[place] for place, snap in zip(places, known, strict=True)]

    def matrix(self, places: Sequence[Place]) -> TravelMatrix:
        return matrix_of(self, places)

    def table(self, sources: Sequence[Place], targets: Sequence[Place]) -> Table:
        """Travel between points on the road; what is missing is computed and kept."""
        points = list(dict.fromkeys([*sources, *targets]))
        position = {point: at for at, point in enumerate(points)}
        rows = np.array([position[point] for point in sources], np.int64)
        columns = np.array([position[point] for point in targets], np.int64)
        table, known = self._cache.read(self._realm, points)
        for gap_rows, gap_columns in gaps(known, rows, columns):
            starts, ends = [points[at] for at in gap_rows], [points[at] for at in gap_columns]
            found = self._times.table(starts, ends)
            self._cache.keep(self._realm, starts, ends, found)
            block = np.ix_(gap_rows, gap_columns)
            table.duration_s[block], table.distance_m[block] = found
        wanted = np.ix_(rows, columns)
        return Table(table.duration_s[wanted], table.distance_m[wanted])

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
    missing = ~known[np.ix_(rows, columns)]
    is_new = missing.mean(axis=1) > 0.5 if missing.size else np.zeros(len(rows), bool)
    for part in (is_new, ~is_new):
        lacking = missing[part]
        if lacking.any():
            yield rows[part][lacking.any(axis=1)], columns[lacking.any(axis=0)]
