"""Straight distances between points given as arrays of degrees, pair by pair."""

import numpy as np
from numpy.typing import NDArray

from geo.great_circle import EARTH_RADIUS_M

Degrees = NDArray[np.float64]


def pairwise_m(lat: Degrees, lon: Degrees, to_lat: Degrees, to_lon: Degrees) -> NDArray[np.float64]:
    """Metres over the sphere from each point to its partner (haversine formula)."""
    lat, lon, to_lat, to_lon = np.radians(lat), np.radians(lon), np.radians(to_lat), np.radians(to_lon)
    half = np.sin((to_lat - lat) / 2) ** 2 + np.cos(lat) * np.cos(to_lat) * np.sin((to_lon - lon) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1))))
