"""A point on the earth."""

from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True, slots=True)
class Place:
    """A WGS84 position in degrees; latitude first, always by name.

    Raises:
        ValueError: latitude outside -90…90, longitude outside -180…180, or not a number.
    """

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (isfinite(self.lat) and -90 <= self.lat <= 90):
            raise ValueError(f"lat must be between -90 and 90 degrees, got {self.lat}")
        if not (isfinite(self.lon) and -180 <= self.lon <= 180):
            raise ValueError(f"lon must be between -180 and 180 degrees, got {self.lon}")
