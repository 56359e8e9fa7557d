"""Travel times from an OSRM server over HTTP."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import RoutingError
from geo.osrm_answer import legs_through, snap_of
from geo.place import Place
from geo.travel import UNREACHABLE, TravelMatrix
from geo.travel_http import RoutingServer
from geo.travel_leg import Leg, joined
from geo.travel_road import Table, blocks, legs_along, matrix_of
from geo.travel_snap import MAX_SNAP_M, Snap

AT_ONCE = 100  # places in one request; a server's own limit is 100 unless it was raised


class OsrmServerTimes:
    """Travel times, lines and snaps from an OSRM server; satisfies `RoadTimes`.

    `profile` is the word the server was set up with ("driving" on most). Which of two roads a place is snapped to is
    the server's choice.
    """

    def __init__(self, server: RoutingServer, *, profile: str = "driving", max_snap_m: float = MAX_SNAP_M) -> None:
        self.source = f"roads by {profile}, OSRM server {server.url}"
        self._server = server
        self._profile = profile
        self._region = f"the server {server.url}"
        self._max_snap_m = max_snap_m

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        """Where each place meets the road, or why it does not."""
        snaps: list[Snap] = []
        for start in range(0, len(places), AT_ONCE):
            part = places[start : start + AT_ONCE]
            found = self._ask("table", part, "sources=0&annotations=duration")["destinations"]
            pairs = zip(part, found, strict=False)
            snaps.extend(snap_of(*pair, region=self._region, max_m=self._max_snap_m) for pair in pairs)
        return snaps

    def matrix(self, places: Sequence[Place]) -> TravelMatrix:
        """Times and distances between all places; -1 to and from a place off every road, 0 to itself."""
        return matrix_of(self, places)

    def table(self, sources: Sequence[Place], targets: Sequence[Place]) -> Table:
        """Travel between points on the road, in as many requests as the server's limit makes necessary."""
        whole = Table.blank(len(sources), len(targets))
        for rows, columns in blocks(len(sources), len(targets), side=AT_ONCE // 2, entries=AT_ONCE**2):
            starts, ends = sources[rows], targets[columns]
            first, last = ";".join(map(str, range(len(starts)))), range(len(starts), len(starts) + len(ends))
            chosen = f"sources={first}&destinations={';'.join(map(str, last))}&annotations=duration,distance"
            answer = self._ask("table", [*starts, *ends], chosen)
            whole.duration_s[rows, columns] = _whole(answer["durations"])
            whole.distance_m[rows, columns] = _whole(answer["distances"])
        return whole

    def legs(self, places: Sequence[Place]) -> tuple[Leg, ...]:
        """The way from each place to the next, one leg fewer than places."""
        return legs_along(self.snap(places), self._route)

    def route(self, places: Sequence[Place]) -> tuple[Place, ...]:
        return joined(self.legs(places), tuple(places))

    def _route(self, roads: Sequence[Place]) -> list[Leg]:
        legs: list[Leg] = []
        wanted = "steps=true&geometries=geojson&overview=false&continue_straight=false"
        for start in range(0, len(roads) - 1, AT_ONCE - 1):
            legs.extend(legs_through(roads[start : start + AT_ONCE], lambda stops: self._ask("route", stops, wanted)))
        return legs

    def _ask(self, service: str, places: Sequence[Place], wanted: str) -> Any:
        # An OSRM table of one place is refused, so a lone place is asked about in its own company.
        asked = [*places, *places] if len(places) == 1 and service == "table" else places
        points = ";".join(f"{place.lon:.6f},{place.lat:.6f}" for place in asked)
        answer = self._server.ask(f"{service}/v1/{self._profile}/{points}?{wanted}&generate_hints=false")
        if answer.get("code") != "Ok":
            said = ": ".join(str(answer[key]) for key in ("code", "message") if answer.get(key)) or answer
            raise RoutingError(f"routing server {self._server.url} refused a {service}: {said}")
        return answer


def _whole(rows: list[list[float | None]]) -> NDArray[np.int32]:
    values = np.array(rows, dtype=np.float64)
    return np.where(np.isnan(values), UNREACHABLE, np.rint(values)).astype(np.int32)
