"""Reading what the Open Source Routing Machine answers, in this process or over HTTP: the words are the same."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from geo.errors import RoutingError
from geo.place import Place
from geo.travel_leg import Leg
from geo.travel_snap import Snap, snapped


def snap_of(place: Place, waypoint: Any, *, region: str, max_m: float) -> Snap:
    """Where the engine brought a place, unless that is too far."""
    lon, lat = waypoint["location"]
    return snapped(place, Place(lat, lon), waypoint["name"], region=region, max_m=max_m)


NO_ROUTE = "NoRoute"
PAIR = 2


def legs_through(stops: Sequence[Place], ask: Callable[[Sequence[Place]], Any]) -> list[Leg]:
    """The way through some stops; where the engine finds none between two of them, that leg alone is impossible.

    `ask` gives the engine's answer for a route, or raises a `RoutingError` with its words.
    """
    try:
        return [leg_of(leg) for leg in ask(stops)["routes"][0]["legs"]]
    except RoutingError as error:
        if NO_ROUTE not in str(error):
            raise
    if len(stops) == PAIR:
        return [Leg.impossible(stops[0], stops[1])]
    middle = len(stops) // 2
    return legs_through(stops[: middle + 1], ask) + legs_through(stops[middle:], ask)


def leg_of(leg: Any) -> Leg:
    """A leg asked for with `steps=true&geometries=geojson`."""
    points = [Place(lat, lon) for step in leg["steps"] for lon, lat in step["geometry"]["coordinates"]]
    return Leg(round(leg["duration"]), round(leg["distance"]), tuple(place for place, _ in groupby(points)))
