"""The nearest point of a road network to each place."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.place import Place
from geo.road_distance import pairwise_m
from geo.road_network import RoadNetwork

REMEMBERED = 200_000  # places, beyond which all are forgotten


class OnRoad(NamedTuple):
    """Positions on a network: the edge, how far along it (share of its length), and how far away the place was."""

    edge: NDArray[np.int32]
    share: NDArray[np.float64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    distance_m: NDArray[np.float64]

    def at(self, rows: NDArray[np.int64]) -> "OnRoad":
        """Some of them, in this order."""
        return OnRoad(self.edge[rows], self.share[rows], self.lat[rows], self.lon[rows], self.distance_m[rows])

    def and_then(self, more: "OnRoad") -> "OnRoad":
        """These and more after them."""
        return OnRoad(
            np.concatenate([self.edge, more.edge]),
            np.concatenate([self.share, more.share]),
            np.concatenate([self.lat, more.lat]),
            np.concatenate([self.lon, more.lon]),
            np.concatenate([self.distance_m, more.distance_m]),
        )


class RoadSnapper:
    """Finds the nearest road in a plane that is true to scale at the network's middle latitude.

    Over the few hundred metres a snap spans the plane's error stays below a tenth of a percent per degree of
    latitude away from the middle; the distance reported is measured on the sphere.
    """

    def __init__(self, roads: RoadNetwork) -> None:
        self._shrink = float(np.cos(np.radians(np.mean(roads.lat)))) if len(roads.lat) else 1.0
        owner = np.repeat(np.arange(len(roads.tail)), np.diff(roads.shape_first))
        points = np.column_stack([roads.shape_lon * self._shrink, roads.shape_lat])
        self._lines: NDArray[np.object_] = np.asarray(shapely.linestrings(points, indices=owner))
        self._tree = shapely.STRtree(self._lines)
        self._known: dict[Place, int] = {}
        self._found = self._search([])

    def snap(self, places: Sequence[Place]) -> OnRoad:
        """Where each place meets the road; places asked about before are remembered."""
        rows = np.array([self._known.get(place, -1) for place in places], np.int64)
        if not len(rows) or rows.min() >= 0:
            return self._found.at(rows)
        fresh = list(dict.fromkeys(place for place, row in zip(places, rows, strict=True) if row < 0))
        if len(self._known) + len(fresh) > REMEMBERED:
            self._known, self._found, fresh = {}, self._search([]), list(dict.fromkeys(places))
        self._known.update(zip(fresh, range(len(self._known), len(self._known) + len(fresh)), strict=True))
        self._found = self._found.and_then(self._search(fresh))
        return self._found.at(np.array([self._known[place] for place in places], np.int64))

    def _search(self, places: Sequence[Place]) -> OnRoad:
        lat = np.array([place.lat for place in places], dtype=np.float64)
        lon = np.array([place.lon for place in places], dtype=np.float64)
        points = shapely.points(lon * self._shrink, lat)
        edge = self._tree.query_nearest(points, all_matches=False)[1]
        lines = self._lines[edge]
        share = shapely.line_locate_point(lines, points, normalized=True)
        there = shapely.line_interpolate_point(lines, share, normalized=True)
        road_lat, road_lon = shapely.get_y(there), shapely.get_x(there) / self._shrink
        return OnRoad(
            edge=edge.astype(np.int32),
            share=np.clip(share, 0, 1),
            lat=road_lat,
            lon=road_lon,
            distance_m=pairwise_m(lat, lon, road_lat, road_lon),
        )

    def shares(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far along a line each of its points lies, 0 to 1, measured as `snap` measures."""
        steps = np.hypot(np.diff(lon * self._shrink), np.diff(lat))
        run = np.concatenate([[0.0], np.cumsum(steps)])
        return run / run[-1] if run[-1] > 0 else np.linspace(0, 1, len(run))
