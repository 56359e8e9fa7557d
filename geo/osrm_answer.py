"""Reading what the Open Source Routing Machine answers, in this process or over HTTP: the words are the same."""

from itertools import groupby
from typing import Any

from geo.place import Place
from geo.travel_leg import Leg
from geo.travel_snap import Snap, snapped


def snap_of(place: Place, waypoint: Any, *, region: str, max_m: float) -> Snap:
    """Where the engine brought a place, unless that is too far."""
    lon, lat = waypoint["location"]
    return snapped(place, Place(lat, lon), waypoint["name"], region=region, max_m=max_m)


def leg_of(leg: Any) -> Leg:
    """A leg asked for with `steps=true&geometries=geojson`."""
    points = [Place(lat, lon) for step in leg["steps"] for lon, lat in step["geometry"]["coordinates"]]
    return Leg(round(leg["duration"]), round(leg["distance"]), tuple(place for place, _ in groupby(points)))
