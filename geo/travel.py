"""Travel between places: the matrix and what makes one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geo.place import Place

UNREACHABLE = -1


@dataclass(frozen=True, slots=True, eq=False)
class TravelMatrix:
    """Directed travel between the same n places; row = from, column = to, -1 = unreachable.

    `source` says where the figures come from; `estimated` is True when they were not taken from a road network, and
    `typical_error` is then the share by which half of the durations were off where the estimate was fitted.
    """

    duration_s: NDArray[np.int32]
    distance_m: NDArray[np.int32]
    source: str
    estimated: bool = False
    typical_error: float | None = None

    def __post_init__(self) -> None:
        n = len(self.duration_s)
        for name in ("duration_s", "distance_m"):
            values = getattr(self, name)
            if values.shape != (n, n):
                raise ValueError(f"{name} must be square and both alike, got shape {values.shape} for {n} places")
            if values.dtype != np.int32:
                raise ValueError(f"{name} must be int32, got {values.dtype}")
            if n and values.min() < UNREACHABLE:
                raise ValueError(f"{name} must be 0 or more, or -1 where unreachable, got {values.min()}")
            values.setflags(write=False)

    def __len__(self) -> int:
        return len(self.duration_s)


class TravelTimes(Protocol):
    """A source of travel times and of the lines to draw."""

    def matrix(self, places: Sequence[Place]) -> TravelMatrix: ...

    def route(self, places: Sequence[Place]) -> tuple[Place, ...]:
        """The line along which one travels through `places` in this order, for drawing."""
        ...
