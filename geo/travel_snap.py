"""Bringing places to the road, and saying why where that cannot be done."""

from dataclasses import dataclass

from geo.great_circle import great_circle_m
from geo.place import Place

MAX_SNAP_M = 1_000.0
ROAD_DIGITS = 5  # decimals of a degree; a step is a metre, finer differences do not change a drive


@dataclass(frozen=True, slots=True)
class Snap:
    """Where a place meets the road; `road` is None exactly when it cannot be reached, and then `why` says so.

    `road` is rounded to 1e-5 degrees, so that it can name the place in a cache of travel times. `distance_m` is the
    straight line between the place and the nearest road, also when that is too far.
    """

    place: Place
    road: Place | None
    distance_m: float
    street: str = ""
    why: str = ""


def snapped(place: Place, nearest: Place, street: str, *, region: str, max_m: float) -> Snap:
    """The snap of `place` to its nearest point on a road, refused where that is more than `max_m` away."""
    distance_m = float(great_circle_m([place], [nearest])[0, 0])
    if distance_m <= max_m:
        road = Place(round(nearest.lat, ROAD_DIGITS), round(nearest.lon, ROAD_DIGITS))
        return Snap(place, road, distance_m, street)
    far = f"{distance_m:,.0f} m" if distance_m < 10_000 else f"{distance_m / 1000:,.0f} km"
    why = f"{far} from the nearest road of {region}, more than the {max_m:,.0f} m allowed"
    return Snap(place, None, distance_m, "", why)
