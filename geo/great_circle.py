"""Travel times where no road network is at hand: straight lines, lengthened, at speeds that grow with the distance."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geo.place import Place
from geo.travel import TravelMatrix
from geo.travel_leg import Leg

if TYPE_CHECKING:
    from geo.travel_road import Table
    from geo.travel_snap import Snap

EARTH_RADIUS_M = 6_371_008.8
NEAR_M = 1.0  # closer than this is the same place


@dataclass(frozen=True, slots=True)
class SpeedModel:
    """How long a straight line takes by road.

    `bands` are (up to this straight distance in km, speed along that part in km/h), the last one open-ended: a trip of
    12 km goes through the first bands at their speeds, so longer trips are faster on average and no trip is faster for
    being longer. Speeds are along the straight line, circuity already in them. `start_s` is added to every trip.
    `circuity` turns straight into driven metres: (up to km, factor), interpolated between, constant outside.
    """

    start_s: float
    bands: tuple[tuple[float, float], ...]
    circuity: tuple[tuple[float, float], ...]
    fitted_to: str
    typical_error: float | None = None  # share by which half of the durations were off, where it was fitted

    def __post_init__(self) -> None:
        ends = [km for km, _ in self.bands]
        if not ends or ends[0] <= 0 or any(b <= a for a, b in pairwise(ends)) or ends[-1] != float("inf"):
            raise ValueError(f"bands must end at rising distances, the last at infinity, got {ends}")
        if any(speed <= 0 for _, speed in self.bands) or self.start_s < 0:
            raise ValueError(f"speeds must be above 0 and start_s not below, got {self.bands}, {self.start_s}")
        known = [km for km, _ in self.circuity]
        if not known or any(b <= a for a, b in pairwise(known)) or any(f < 1 for _, f in self.circuity):
            raise ValueError(f"circuity must be 1 or more at rising distances, got {self.circuity}")

    def duration_s(self, straight_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds for these straight distances."""
        knots_m = [0.0, *(km * 1000 for km, _ in self.bands[:-1])]
        pace = [3.6 / speed for _, speed in self.bands]  # seconds for a metre
        at = np.concatenate([[0.0], np.cumsum(np.diff(knots_m) * pace[:-1])]) + self.start_s
        beyond = np.maximum(straight_m - knots_m[-1], 0.0) * pace[-1]
        return np.asarray(np.interp(straight_m, knots_m, at) + beyond)

    def driven_m(self, straight_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres by road for these straight distances."""
        known_m, factor = zip(*((km * 1000, factor) for km, factor in self.circuity), strict=True)
        return np.asarray(straight_m * np.interp(straight_m, known_m, factor))


# Fitted to OSRM's car times between random house numbers of Copenhagen, Helsinki and Lauf (Germany), 50 m to 7 km
# apart: half of the pairs are within 14 % (time) and 11 % (distance), nine in ten within 40 % and 35 %. In the one-way
# centre of Moscow, which was left out, half are more than 43 % off. Beyond 10 km there were no data: those speeds are
# what main roads and motorways usually allow, an assumption.
CAR = SpeedModel(
    start_s=15,
    bands=((0.5, 15.5), (1.5, 22), (3, 30), (10, 37), (30, 55), (100, 70), (float("inf"), 85)),
    circuity=((0.15, 2.0), (0.4, 1.68), (0.8, 1.55), (1.5, 1.46), (2.6, 1.37), (5, 1.29), (10, 1.25)),
    fitted_to="car times in three towns up to 7 km, assumed beyond",
    typical_error=0.14,
)


class GreatCircle:
    """Travel estimated from straight lines, the same both ways; every matrix is marked as estimated.

    Satisfies `RoadTimes` without knowing a road: every place is taken to lie on one. Good enough to see which zone a
    town belongs to; for a rep's day in a city build a region (`build_region`).
    """

    def __init__(self, speed: SpeedModel = CAR) -> None:
        self.speed = speed
        error = (
            "" if speed.typical_error is None else f"; half of the trips there are within ±{speed.typical_error:.0%}"
        )
        self.source = f"estimated: straight line with speeds fitted to {speed.fitted_to}{error}"

    def matrix(self, places: Sequence[Place]) -> TravelMatrix:
        """Seconds and metres between every two places; the same both ways."""
        found = self.table(places, places)
        return TravelMatrix(*found, source=self.source, estimated=True, typical_error=self.speed.typical_error)

    def table(self, sources: Sequence[Place], targets: Sequence[Place]) -> "Table":
        """Seconds and metres from each source to each target."""
        from geo.travel_road import Table

        straight_m = great_circle_m(sources, targets)
        apart = straight_m >= NEAR_M
        duration = np.where(apart, self.speed.duration_s(straight_m), 0.0)
        distance = np.where(apart, self.speed.driven_m(straight_m), 0.0)
        return Table(np.rint(duration).astype(np.int32), np.rint(distance).astype(np.int32))

    def snap(self, places: Sequence[Place]) -> "list[Snap]":
        """Every place itself: there is no road to bring it to."""
        from geo.travel_snap import Snap

        return [Snap(place, place, 0.0) for place in places]

    def legs(self, places: Sequence[Place]) -> tuple[Leg, ...]:
        """Straight lines from each place to the next, with the figures of the matrix."""
        return tuple(
            Leg(int(seconds[0, 0]), int(metres[0, 0]), (start, end) if start != end else (start,))
            for start, end in pairwise(places)
            for seconds, metres in [self.table([start], [end])]
        )

    def route(self, places: Sequence[Place]) -> tuple[Place, ...]:
        """The straight lines themselves: just the places."""
        return tuple(places)


def great_circle_m(places: Sequence[Place], to: Sequence[Place] | None = None) -> NDArray[np.float64]:
    """Metres over the sphere between every two places, or from each of `places` to each of `to`; shape (n, m).

    Haversine formula on a sphere of the earth's mean radius: within 0.6 % of the ellipsoid, and exact for close points.
    """
    lat, lon = _radians(places)
    lat_to, lon_to = (lat, lon) if to is None else _radians(to)
    half_lat = np.sin((lat_to[None, :] - lat[:, None]) / 2) ** 2
    half_lon = np.sin((lon_to[None, :] - lon[:, None]) / 2) ** 2
    share = half_lat + np.cos(lat)[:, None] * np.cos(lat_to)[None, :] * half_lon
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(share, 1.0))))


def _radians(places: Sequence[Place]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lat = np.fromiter((p.lat for p in places), dtype=np.float64, count=len(places))
    lon = np.fromiter((p.lon for p in places), dtype=np.float64, count=len(places))
    return np.radians(lat), np.radians(lon)
