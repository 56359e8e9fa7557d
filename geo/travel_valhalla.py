"""Travel times from a Valhalla server over HTTP."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any

import numpy as np

from geo.errors import RoutingError
from geo.place import Place
from geo.travel import UNREACHABLE, TravelMatrix
from geo.travel_http import RoutingServer
from geo.travel_leg import Leg, joined
from geo.travel_road import Table, blocks, legs_along, matrix_of
from geo.travel_snap import MAX_SNAP_M, Snap, snapped

COSTINGS = MappingProxyType({"car": "auto", "bicycle": "bicycle", "foot": "pedestrian"})
SIDE = 50  # Valhalla's own limit for a matrix is 50 by 50 unless it was raised
STOPS_AT_ONCE = 20
SHAPE_STEP = 1e-6  # degrees per unit of an encoded shape


class ValhallaTimes:
    """Travel times, lines and snaps from a Valhalla server; satisfies `RoadTimes`.

    Raises:
        ValueError: `profile` is not car, bicycle or foot.
    """

    def __init__(self, server: RoutingServer, *, profile: str = "car", max_snap_m: float = MAX_SNAP_M) -> None:
        if profile not in COSTINGS:
            raise ValueError(f"profile must be one of {', '.join(COSTINGS)}, got {profile!r}")
        self.source = f"roads by {profile}, Valhalla server {server.url}"
        self._server = server
        self._costing = COSTINGS[profile]
        self._max_snap_m = max_snap_m

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        """Where each place meets the road, or why it does not."""
        snaps: list[Snap] = []
        for start in range(0, len(places), SIDE):
            part = places[start : start + SIDE]
            answer = self._ask("locate", {"locations": self._locations(part), "verbose": False})
            snaps.extend(self._snap(place, found) for place, found in zip(part, answer["answer"], strict=True))
        return snaps

    def matrix(self, places: Sequence[Place]) -> TravelMatrix:
        """Times and distances between all places; -1 to and from a place off every road, 0 to itself."""
        return matrix_of(self, places)

    def table(self, sources: Sequence[Place], targets: Sequence[Place]) -> Table:
        """Travel between points on the road, in as many requests as the server's limit makes necessary."""
        whole = Table.blank(len(sources), len(targets))
        for rows, columns in blocks(len(sources), len(targets), side=SIDE, entries=SIDE**2):
            asked = {"sources": self._locations(sources[rows]), "targets": self._locations(targets[columns])}
            answer = self._ask("sources_to_targets", asked)["sources_to_targets"]
            for name, figures, factor in (("time", whole.duration_s, 1), ("distance", whole.distance_m, 1000)):
                figures[rows, columns] = [[_whole(cell[name], factor) for cell in row] for row in answer]
        for row, column in _same(sources, targets):  # Valhalla drives round the block where the street is one-way
            whole.duration_s[row, column] = whole.distance_m[row, column] = 0
        return whole

    def legs(self, places: Sequence[Place]) -> tuple[Leg, ...]:
        """The way from each place to the next, one leg fewer than places."""
        return legs_along(self.snap(places), self._route)

    def route(self, places: Sequence[Place]) -> tuple[Place, ...]:
        return joined(self.legs(places), tuple(places))

    def _route(self, roads: Sequence[Place]) -> list[Leg]:
        legs: list[Leg] = []
        for start in range(0, len(roads) - 1, STOPS_AT_ONCE - 1):
            stops = self._locations(roads[start : start + STOPS_AT_ONCE])
            answer = self._ask("route", {"locations": stops, "directions_type": "none"})
            legs.extend(_leg(leg) for leg in answer["trip"]["legs"])
        return legs

    def _snap(self, place: Place, found: Any) -> Snap:
        region = f"the server {self._server.url}"
        edges = found.get("edges") or []
        if not edges:
            return Snap(place, None, float("inf"), "", f"no road of {region} near it")
        nearest = Place(edges[0]["correlated_lat"], edges[0]["correlated_lon"])
        return snapped(place, nearest, "", region=region, max_m=self._max_snap_m)

    def _locations(self, places: Sequence[Place]) -> list[dict[str, float]]:
        return [{"lat": place.lat, "lon": place.lon} for place in places]

    def _ask(self, service: str, asked: dict[str, Any]) -> Any:
        answer = self._server.ask(service, {**asked, "costing": self._costing, "units": "kilometers"})
        if "error" in answer:
            raise RoutingError(f"routing server {self._server.url} refused a {service}: {answer['error']}")
        return answer


def _same(sources: Sequence[Place], targets: Sequence[Place]) -> Iterator[tuple[int, int]]:
    """Where a source and a target are the same point."""
    columns: dict[Place, list[int]] = {}
    for column, target in enumerate(targets):
        columns.setdefault(target, []).append(column)
    for row, source in enumerate(sources):
        for column in columns.get(source, ()):
            yield row, column


def _whole(value: float | None, factor: int) -> int:
    return UNREACHABLE if value is None else round(value * factor)


def _leg(leg: Any) -> Leg:
    line = tuple(place for place, _ in groupby(decoded(leg["shape"])))
    return Leg(round(leg["summary"]["time"]), round(leg["summary"]["length"] * 1000), line)


def decoded(shape: str) -> list[Place]:
    """The points of an encoded line with six decimals.

    Google's polyline encoding: differences from point to point, five bits a character, the lowest bit the sign.
    """
    steps: list[int] = []
    value = shift = 0
    for character in shape:
        bits = ord(character) - 63
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            steps.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    lats, lons = np.cumsum(steps[::2]) * SHAPE_STEP, np.cumsum(steps[1::2]) * SHAPE_STEP
    return [Place(float(lat), float(lon)) for lat, lon in zip(lats, lons, strict=True)]
