"""A flat sheet of metres around some places."""

from collections.abc import Sequence
from math import asin, atan2, cos, degrees, hypot, radians, sin
from typing import overload

import numpy as np
import pyproj
from numpy.typing import NDArray

from geo.place import Place

EARTH_RADIUS_M = 6_371_008.8
MIDDLE_DEGREES = 2  # the middle is rounded to hundredths of a degree, so that one more account rarely moves it


class LocalMetres:
    """Metres east and north of the middle of `places`, on the ground; also across the antimeridian and near a pole.

    The method is the azimuthal equidistant projection on the WGS84 ellipsoid, centred on the middle of the places'
    extent. Distances from the middle are exact everywhere; a short distance seen from the side is too long by
    c / sin c with c the angle from the middle: 0.03 % at 250 km, 0.1 % at 500 km, 0.4 % at 1,000 km, 1.7 % at 2,000 km.
    `largest_stretch` is that figure for the farthest of `places`. Built for a city or a country; not for both sides of
    the globe at once.

    Source: Snyder 1987, Map Projections: A Working Manual, USGS Professional Paper 1395, pp. 191–202.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        lat, lon = _degrees(places)
        self.middle = _middle(lat, lon)
        self._project = pyproj.Proj(proj="aeqd", lat_0=self.middle.lat, lon_0=self.middle.lon, datum="WGS84", units="m")
        farthest_m = float(np.hypot(*self.xy_m(lat, lon).T).max(initial=0.0))
        angle = farthest_m / EARTH_RADIUS_M
        self.largest_stretch = angle / sin(angle) - 1 if 0 < angle < np.pi else 0.0

    @overload
    def xy_m(self, lat: Sequence[Place]) -> NDArray[np.float64]: ...
    @overload
    def xy_m(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]: ...

    def xy_m(
        self, lat: Sequence[Place] | NDArray[np.float64], lon: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """East and north of the middle in metres, shape (n, 2): of places, or of two arrays of degrees."""
        if lon is None:
            lat, lon = _degrees(lat)  # type: ignore[arg-type]
        x, y = self._project(lon, np.asarray(lat, dtype=np.float64), errcheck=True)
        return np.column_stack([x, y])

    def places(self, xy_m: NDArray[np.float64]) -> list[Place]:
        """The places at these metres; the inverse of `xy_m` to better than a millimetre."""
        if len(xy_m) == 0:
            return []
        lon, lat = self._project(xy_m[:, 0], xy_m[:, 1], inverse=True, errcheck=True)
        return [Place(lat=float(a), lon=float(b)) for a, b in zip(lat, lon, strict=True)]


def _degrees(places: Sequence[Place]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lat = np.fromiter((p.lat for p in places), dtype=np.float64, count=len(places))
    lon = np.fromiter((p.lon for p in places), dtype=np.float64, count=len(places))
    return lat, lon


def _middle(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> Place:
    """The middle of the places' extent on the sphere; of nothing, 0° N 0° E.

    Seen from the mean direction the extent is a box in azimuthal equidistant coordinates; its middle is turned back
    into degrees. The mean itself will not do: where most accounts sit in one city the far ones would be stretched.
    """
    if len(lat) == 0:
        return Place(lat=0.0, lon=0.0)
    phi, lam = np.radians(lat), np.radians(lon)
    mean = np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)]).mean(axis=1)
    if hypot(*mean) < 1e-9:  # evenly around the globe: any middle is as good
        mean = np.array([1.0, 0.0, 0.0])
    lat_0, lon_0 = degrees(atan2(mean[2], hypot(mean[0], mean[1]))), degrees(atan2(mean[1], mean[0]))
    x, y = _spherical_aeqd(lat_0, lon_0, phi, lam)
    at = _from_spherical_aeqd(lat_0, lon_0, float(x.min() + x.max()) / 2, float(y.min() + y.max()) / 2)
    return Place(lat=round(at[0], MIDDLE_DEGREES), lon=round((at[1] + 180) % 360 - 180, MIDDLE_DEGREES))


def _spherical_aeqd(
    lat_0: float, lon_0: float, phi: NDArray[np.float64], lam: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Angles east and north of a middle, in radians (Snyder, equations 22-4, 22-5, 25-2 and 5-3)."""
    phi_0, turn = radians(lat_0), lam - radians(lon_0)
    cos_c = np.clip(sin(phi_0) * np.sin(phi) + cos(phi_0) * np.cos(phi) * np.cos(turn), -1.0, 1.0)
    c = np.arccos(cos_c)
    k = np.where(c < 1e-12, 1.0, c / np.maximum(np.sin(c), 1e-12))
    x = k * np.cos(phi) * np.sin(turn)
    y = k * (cos(phi_0) * np.sin(phi) - sin(phi_0) * np.cos(phi) * np.cos(turn))
    return x, y


def _from_spherical_aeqd(lat_0: float, lon_0: float, x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude in degrees of angles east and north of a middle (Snyder, 20-14 and 20-15)."""
    phi_0, c = radians(lat_0), hypot(x, y)
    if c < 1e-12:
        return lat_0, lon_0
    lat = asin(max(-1.0, min(1.0, cos(c) * sin(phi_0) + y * sin(c) * cos(phi_0) / c)))
    turn = atan2(x * sin(c), c * cos(phi_0) * cos(c) - y * sin(phi_0) * sin(c))
    return degrees(lat), lon_0 + degrees(turn)
