"""Travel times by Dijkstra's algorithm on a region's own road graph, where no routing engine is installed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo import road_kernel as kernel
from geo.place import Place
from geo.road_network import RoadNetwork
from geo.road_snap import OnRoad, RoadSnapper
from geo.travel import UNREACHABLE, TravelMatrix
from geo.travel_leg import Leg, joined
from geo.travel_road import Table, legs_along, matrix_of
from geo.travel_snap import MAX_SNAP_M, Snap, snapped

ROWS_AT_ONCE = 500  # sources searched between two looks at the keyboard


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """The start on its edge, and the seconds until each arc is entered (infinite where that takes too long).

    `scale` turns the times of the network's edges into these seconds.
    """

    edge: int
    share: float
    enter_s: NDArray[np.float64]
    scale: float


class DijkstraTimes:
    """Travel times, lines and snaps on a road graph; satisfies `RoadTimes`.

    `scale` multiplies times so that they agree on average with the engine's. Paths are those a driver would choose
    (the quickest, alleys and lanes avoided), or with `shortest` those of the fewest metres.
    """

    def __init__(
        self,
        roads: RoadNetwork,
        *,
        region: str,
        source: str,
        scale: float = 1.0,
        shortest: bool = False,
        max_snap_m: float = MAX_SNAP_M,
    ) -> None:
        self.roads = roads
        self.source = source
        self._region = region
        self._scale = scale
        self._max_snap_m = max_snap_m
        self._snapper = RoadSnapper(roads)
        self._graph = _graph(roads, shortest)
        self._reversed = _turned_round(self._graph)

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        """Where each place meets the road, or why it does not."""
        on_road = self._snapper.snap(places)
        return [self._snap(place, on_road, at) for at, place in enumerate(places)]

    def matrix(self, places: Sequence[Place]) -> TravelMatrix:
        """Times and distances between all places; -1 to and from a place off every road, 0 to itself."""
        return matrix_of(self, places)

    def table(self, sources: Sequence[Place], targets: Sequence[Place]) -> Table:
        """Travel between points on the road: a search from each source, or back from each target if those are fewer."""
        if len(targets) < len(sources):
            back = self._searched(self._reversed, targets, sources)
            return Table(np.ascontiguousarray(back.duration_s.T), np.ascontiguousarray(back.distance_m.T))
        return self._searched(self._graph, sources, targets)

    def _searched(self, graph: kernel.Graph, sources: Sequence[Place], targets: Sequence[Place]) -> Table:
        whole = Table.blank(len(sources), len(targets))
        on_road = self._snapper.snap([*sources, *targets])
        wanted = self._arcs_of(on_road.edge[len(sources) :])
        columns = np.arange(len(sources), len(sources) + len(targets))
        for start in range(0, len(sources), ROWS_AT_ONCE):
            rows = np.arange(start, min(start + ROWS_AT_ONCE, len(sources)))
            seconds, metres = kernel.many_to_many(graph, _points(on_road), rows, columns, wanted)
            whole.duration_s[rows], whole.distance_m[rows] = _whole(seconds * self._scale), _whole(metres)
        return whole

    def legs(self, places: Sequence[Place]) -> tuple[Leg, ...]:
        """The way from each place to the next, one leg fewer than places."""
        return legs_along(self.snap(places), self._between)

    def route(self, places: Sequence[Place]) -> tuple[Place, ...]:
        return joined(self.legs(places), tuple(places))

    def reach(self, place: Place, limit_s: float) -> Reach | None:
        """What can be reached from a place within a time; None where it is off every road."""
        on_road = self._snapper.snap([place])
        if on_road.distance_m[0] > self._max_snap_m:
            return None
        found = kernel.reach_from(_quickest(self.roads), _points(on_road), 0, limit_s / self._scale)
        return Reach(int(on_road.edge[0]), float(on_road.share[0]), np.asarray(found.cost * self._scale), self._scale)

    def _snap(self, place: Place, on_road: OnRoad, at: int) -> Snap:
        road = Place(float(on_road.lat[at]), float(on_road.lon[at]))
        street = str(self.roads.way_name[self.roads.way[on_road.edge[at]]])
        return snapped(place, road, street, region=self._region, max_m=self._max_snap_m)

    def _arcs_of(self, edges: NDArray[np.int32]) -> NDArray[np.int64]:
        """The open arcs of some edges, each once."""
        arcs = (2 * np.unique(edges).astype(np.int64)[:, None] + np.array([0, 1])).ravel()
        return np.asarray(arcs[np.isfinite(self._graph.cost[arcs])])

    def _between(self, roads: Sequence[Place]) -> list[Leg]:
        on_road = self._snapper.snap(roads)
        return [self._leg(on_road, at) for at in range(len(roads) - 1)]

    def _leg(self, on_road: OnRoad, at: int) -> Leg:
        wanted = self._arcs_of(on_road.edge[at + 1 : at + 2])
        way, entry, reach = kernel.leg(self._graph, _points(on_road), at, at + 1, wanted)
        line = self._walk_back(on_road, at, entry, reach.by_arc)
        return Leg(round(way.seconds * self._scale), round(way.metres), line)

    def _walk_back(self, on_road: OnRoad, at: int, entry: int, by_arc: NDArray[np.int64]) -> tuple[Place, ...]:
        """The points of the chosen way from point `at` to point `at + 1`, in driving order."""
        start, end = int(on_road.edge[at]), int(on_road.edge[at + 1])
        from_share, to_share = float(on_road.share[at]), float(on_road.share[at + 1])
        if entry < 0:
            return self._stretch(start, from_share, to_share)
        pieces = [self._stretch(end, float(entry % 2), to_share)]
        arc = int(by_arc[entry])
        while arc >= 0:
            pieces.append(self._stretch(arc >> 1, float(arc % 2), 1.0 - arc % 2))
            arc = int(by_arc[arc])
        pieces.append(self._stretch(start, from_share, 1.0 - (-1 - arc) % 2))
        return joined(tuple(Leg(0, 0, piece) for piece in reversed(pieces)), ())

    def _stretch(self, edge: int, from_share: float, to_share: float) -> tuple[Place, ...]:
        """The points of an edge between two shares of its length, in the direction of travel."""
        low, high = min(from_share, to_share), max(from_share, to_share)
        first, stop = self.roads.shape_first[edge], self.roads.shape_first[edge + 1]
        lat, lon = self.roads.shape_lat[first:stop], self.roads.shape_lon[first:stop]
        shares = self._snapper.shares(lat, lon)
        at = np.concatenate([[low], shares[(shares > low) & (shares < high)], [high]])
        at = at if from_share <= to_share else at[::-1]
        points = zip(np.interp(at, shares, lat), np.interp(at, shares, lon), strict=True)
        return tuple(Place(float(a), float(b)) for a, b in points)


def _graph(roads: RoadNetwork, shortest: bool) -> kernel.Graph:
    """The network as the search wants it, with what a driver feels, or metres, as the cost."""
    if not shortest:
        felt_s = _by_arc(roads.forward_felt_s, roads.backward_felt_s)
        return _quickest(roads)._replace(turn_cost=roads.turn_felt_s, cost=felt_s)
    graph = _quickest(roads)
    return graph._replace(turn_cost=np.zeros_like(graph.turn_s), cost=graph.metres)


def _quickest(roads: RoadNetwork) -> kernel.Graph:
    """The network with seconds as the cost."""
    seconds = _by_arc(roads.forward_s, roads.backward_s)
    metres = np.where(np.isfinite(seconds), np.repeat(roads.length_m, 2), np.float32(np.inf))
    return kernel.Graph(
        roads.turn_first, roads.turn_to, roads.turn_s, roads.turn_s, seconds, seconds, metres, backwards=False
    )


def _by_arc(forward: NDArray[np.float32], backward: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.column_stack([forward, backward]).ravel()


def _turned_round(graph: kernel.Graph) -> kernel.Graph:
    """The same graph for searches backwards: from every arc to those that lead into it."""
    start = np.repeat(np.arange(len(graph.cost), dtype=np.int32), np.diff(graph.first))
    order = np.argsort(graph.to, kind="stable")
    counts = np.bincount(graph.to, minlength=len(graph.cost))
    return graph._replace(
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        to=start[order],
        turn_cost=graph.turn_cost[order],
        turn_s=graph.turn_s[order],
        backwards=True,
    )


def _points(on_road: OnRoad) -> kernel.Points:
    return kernel.Points(on_road.edge, on_road.share)


def _whole(values: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.where(np.isfinite(values), np.rint(values), UNREACHABLE).astype(np.int32)
