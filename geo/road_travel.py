"""Travel times by Dijkstra's algorithm on a region's own road graph, where no routing engine is installed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo import road_kernel as kernel
from geo.place import Place
from geo.road_network import RoadNetwork
from geo.road_snap import OnRoad, RoadSnapper
from geo.travel import UNREACHABLE, TravelMatrix
from geo.travel_leg import Leg, joined
from geo.travel_road import Table, matrix_of, stretches
from geo.travel_snap import MAX_SNAP_M, Snap, snapped

ROWS_AT_ONCE = 500  # sources searched between two looks at the keyboard


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """The start on its edge, and the seconds to every junction (infinite where it takes too long).

    `scale` turns the times of the network's edges into these seconds.
    """

    edge: int
    share: float
    junction_s: NDArray[np.float64]
    scale: float


class DijkstraTimes:
    """Travel times, lines and snaps on a road graph; satisfies `RoadTimes`.

    `scale` multiplies times so that they agree on average with an engine that also counts turns. Paths are the
    quickest, or with `shortest` those of the fewest metres.
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
        self._shortest = shortest
        self._max_snap_m = max_snap_m
        self._snapper = RoadSnapper(roads)
        self._graph = _graph(roads, shortest)
        self._reversed = _graph(_turned_round(roads), shortest)

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
        wanted = self._ends(on_road.edge[len(sources) :])
        columns = np.arange(len(sources), len(sources) + len(targets))
        for start in range(0, len(sources), ROWS_AT_ONCE):
            rows = np.arange(start, min(start + ROWS_AT_ONCE, len(sources)))
            seconds, metres = self._named(*kernel.many_to_many(graph, _points(on_road), rows, columns, wanted))
            whole.duration_s[rows], whole.distance_m[rows] = _whole(seconds), _whole(metres)
        return whole

    def legs(self, places: Sequence[Place]) -> tuple[Leg, ...]:
        """The way from each place to the next, one leg fewer than places."""
        legs = [Leg.impossible(start, end) for start, end in pairwise(places)]
        for start, roads in stretches(self.snap(places)):
            on_road = self._snapper.snap(roads)
            legs[start : start + len(roads) - 1] = [self._leg(on_road, at) for at in range(len(roads) - 1)]
        return tuple(legs)

    def route(self, places: Sequence[Place]) -> tuple[Place, ...]:
        return joined(self.legs(places), tuple(places))

    def reach(self, place: Place, limit_s: float) -> Reach | None:
        """What can be reached from a place within a time; None where it is off every road."""
        on_road = self._snapper.snap([place])
        if on_road.distance_m[0] > self._max_snap_m:
            return None
        found = kernel.reach_from(_graph(self.roads), _points(on_road), 0, limit_s / self._scale)
        return Reach(int(on_road.edge[0]), float(on_road.share[0]), np.asarray(found.cost * self._scale), self._scale)

    def _named[Figure: (float, NDArray[np.float64])](self, cost: Figure, carried: Figure) -> tuple[Figure, Figure]:
        """Seconds and metres, whichever of them was the cost."""
        seconds, metres = (carried, cost) if self._shortest else (cost, carried)
        return seconds * self._scale, metres

    def _snap(self, place: Place, on_road: OnRoad, at: int) -> Snap:
        road = Place(float(on_road.lat[at]), float(on_road.lon[at]))
        street = str(self.roads.way_name[self.roads.way[on_road.edge[at]]])
        return snapped(place, road, street, region=self._region, max_m=self._max_snap_m)

    def _ends(self, edges: NDArray[np.int32]) -> NDArray[np.int32]:
        return np.unique(np.concatenate([self.roads.tail[edges], self.roads.head[edges]]))

    def _leg(self, on_road: OnRoad, at: int) -> Leg:
        wanted = self._ends(on_road.edge[at + 1 : at + 2])
        cost, carried, entry, reach = kernel.leg(self._graph, _points(on_road), at, at + 1, wanted)
        seconds, metres = self._named(cost, carried)
        return Leg(round(seconds), round(metres), self._walk_back(on_road, at, entry, reach.by_arc))

    def _walk_back(self, on_road: OnRoad, at: int, entry: int, by_arc: NDArray[np.int64]) -> tuple[Place, ...]:
        """The points of the quickest way from point `at` to point `at + 1`, in driving order."""
        start, end = int(on_road.edge[at]), int(on_road.edge[at + 1])
        from_share, to_share = float(on_road.share[at]), float(on_road.share[at + 1])
        if entry == 0:
            return self._stretch(start, from_share, to_share)
        pieces = [self._stretch(end, 0.0 if entry == 1 else 1.0, to_share)]
        node = int(self.roads.tail[end] if entry == 1 else self.roads.head[end])
        arcs = self.roads.arcs
        while (arc := int(by_arc[node])) >= 0:
            edge, along = int(arcs.edge[arc]), bool(arcs.along[arc])
            pieces.append(self._stretch(edge, 0.0, 1.0) if along else self._stretch(edge, 1.0, 0.0))
            node = int(self.roads.tail[edge] if along else self.roads.head[edge])
        leaves_by_head = self._leaves_by_head(start, from_share, node)
        pieces.append(self._stretch(start, from_share, 1.0 if leaves_by_head else 0.0))
        return joined(tuple(Leg(0, 0, piece) for piece in reversed(pieces)), ())

    def _leaves_by_head(self, edge: int, share: float, node: int) -> bool:
        """Whether the way starts towards the edge's head; on a loop, whichever direction is cheaper."""
        if self.roads.tail[edge] != self.roads.head[edge]:
            return int(self.roads.head[edge]) == node
        ahead = kernel.part(self._graph.forward[edge], 1 - share)
        return bool(ahead <= kernel.part(self._graph.backward[edge], share))

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


def _graph(roads: RoadNetwork, shortest: bool = False) -> kernel.Graph:
    """The network as the search wants it: cost in seconds and metres carried along, or the other way round."""
    arcs = roads.arcs
    open_m = [np.where(np.isfinite(seconds), roads.length_m, np.inf) for seconds in (roads.forward_s, roads.backward_s)]
    forward_m, backward_m = (metres.astype(np.float32) for metres in open_m)
    by_time = (arcs.duration_s, arcs.length_m, roads.forward_s, roads.backward_s, forward_m, backward_m)
    by_length = (arcs.length_m, arcs.duration_s, forward_m, backward_m, roads.forward_s, roads.backward_s)
    arc_cost, arc_carried, *edges = by_length if shortest else by_time
    return kernel.Graph(arcs.first, arcs.head, arc_cost, arc_carried, roads.tail, roads.head, *edges)


def _turned_round(roads: RoadNetwork) -> RoadNetwork:
    """The same roads, each driven the other way: a way there is a way back in the original."""
    return replace(roads, forward_s=roads.backward_s, backward_s=roads.forward_s)


def _points(on_road: OnRoad) -> kernel.Points:
    return kernel.Points(on_road.edge, on_road.share)


def _whole(values: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.where(np.isfinite(values), np.rint(values), UNREACHABLE).astype(np.int32)
