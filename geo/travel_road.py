"""What travel times from real roads offer beyond `TravelTimes`, and how a matrix is made of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from geo.place import Place
from geo.travel import UNREACHABLE, TravelMatrix, TravelTimes
from geo.travel_leg import Leg
from geo.travel_snap import Snap


class Table(NamedTuple):
    """Travel from some places (rows) to others (columns); int32, -1 where there is no way."""

    duration_s: NDArray[np.int32]
    distance_m: NDArray[np.int32]

    @classmethod
    def blank(cls, rows: int, columns: int) -> "Table":
        """All unreachable, to be filled."""
        shape = (rows, columns)
        return cls(np.full(shape, UNREACHABLE, np.int32), np.full(shape, UNREACHABLE, np.int32))


Index = tuple[slice, slice] | tuple[NDArray[np.int64], ...]


def rectangle(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Index:
    """An index for these rows and columns of a table; slices, many times as fast, where each follows the one before."""
    parts = [_run(rows), _run(columns)]
    return (parts[0], parts[1]) if parts[0] and parts[1] else np.ix_(rows, columns)


def _run(numbers: NDArray[np.int64]) -> slice | None:
    if not len(numbers) or (np.diff(numbers) != 1).any():
        return None
    return slice(int(numbers[0]), int(numbers[-1]) + 1)


class RoadTimes(TravelTimes, Protocol):
    """Travel times that know the roads: where a place meets them and how one gets from stop to stop."""

    @property
    def source(self) -> str:
        """Where the figures come from, for people."""
        ...

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        """Where each place meets the road, or why it does not; a place without a road has -1 in every matrix."""
        ...

    def table(self, sources: Sequence[Place], targets: Sequence[Place]) -> Table:
        """Travel between points that are on the road, as `snap` gives them."""
        ...

    def legs(self, places: Sequence[Place]) -> tuple[Leg, ...]:
        """The way from each place to the next, one leg fewer than places."""
        ...


class Tables(Protocol):
    """The part of `RoadTimes` that a matrix is made of."""

    @property
    def source(self) -> str: ...
    def snap(self, places: Sequence[Place]) -> list[Snap]: ...
    def table(self, sources: Sequence[Place], targets: Sequence[Place]) -> Table: ...


def matrix_of(times: Tables, places: Sequence[Place]) -> TravelMatrix:
    """The matrix between all places: each is snapped once, those off every road are left at -1."""
    snaps = times.snap(places)
    roads = [snap.road for snap in snaps if snap.road is not None]
    if len(roads) == len(places):
        return TravelMatrix(*times.table(roads, roads), times.source)
    whole = Table.blank(len(places), len(places))
    if roads:
        near = np.array([at for at, snap in enumerate(snaps) if snap.road is not None], np.int64)
        found = times.table(roads, roads)
        block = rectangle(near, near)
        whole.duration_s[block], whole.distance_m[block] = found
    return TravelMatrix(*whole, times.source)


def legs_along(snaps: Sequence[Snap], between: Callable[[Sequence[Place]], Iterable[Leg]]) -> tuple[Leg, ...]:
    """The way from each place to the next, one leg fewer than places; to and from a place off every road there is none.

    `between` gives the legs from point to point on the road.
    """
    legs = [Leg.impossible(one.place, other.place) for one, other in pairwise(snaps)]
    for start, roads in stretches(snaps):
        legs[start : start + len(roads) - 1] = between(roads)
    return tuple(legs)


def stretches(snaps: Sequence[Snap]) -> Iterator[tuple[int, list[Place]]]:
    """Longest runs of two or more neighbours that are all on the road: where each starts, and its points."""
    run: list[Place] = []
    for at, road in enumerate([*(snap.road for snap in snaps), None]):
        if road is not None:
            run.append(road)
            continue
        if len(run) > 1:
            yield at - len(run), run
        run = []


def blocks(rows: int, columns: int, *, side: int, entries: int) -> Iterator[tuple[slice, slice]]:
    """Rectangles that cover a table, none wider or higher than `side` nor with more than `entries` entries."""
    width = max(1, min(columns, side))
    height = max(1, min(rows, side, entries // width))
    for top in range(0, rows, height):
        for left in range(0, columns, width):
            yield slice(top, top + height), slice(left, left + width)
