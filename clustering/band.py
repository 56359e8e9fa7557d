"""How much load a zone may carry."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clustering.errors import InvalidProblem

Floats = NDArray[np.float64]


class Band(Protocol):
    """Turns the totals (m,) and the zones' shares (k,) into the least and the most load of each zone, both (k, m)."""

    def limits(self, total: Floats, share: Floats) -> tuple[Floats, Floats]: ...


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Each zone's load stays within ± `share` of its part of the total; one value for all metrics or one for each."""

    share: float | tuple[float, ...] = 0.05

    def __post_init__(self) -> None:
        if not all(0 <= value < 1 for value in np.atleast_1d(self.share)):
            raise InvalidProblem(f"a tolerance must be at least 0 and below 1, got {self.share}")

    def limits(self, total: Floats, share: Floats) -> tuple[Floats, Floats]:
        width = np.atleast_1d(np.asarray(self.share, dtype=np.float64))
        if len(width) not in (1, len(total)):
            raise InvalidProblem(f"{len(width)} tolerances were given for {len(total)} metrics")
        target = np.outer(share, total)
        return target * (1 - width), target * (1 + width)


@dataclass(frozen=True, slots=True, eq=False)
class CapacityOnly:
    """No zone carries more than `capacity`, in units of load; nothing is too little.

    One number for all zones, (m,) for one per metric, or (k, m) for one per zone and metric ((k, 1) with one metric).
    """

    capacity: ArrayLike

    def limits(self, total: Floats, share: Floats) -> tuple[Floats, Floats]:
        high = spread(self.capacity, len(share), len(total), "capacity")
        return np.zeros_like(high), high


@dataclass(frozen=True, slots=True, eq=False)
class LoadBounds:
    """The least and the most load of each zone in units of load; shapes as for `CapacityOnly`."""

    low: ArrayLike
    high: ArrayLike

    def limits(self, total: Floats, share: Floats) -> tuple[Floats, Floats]:
        low = spread(self.low, len(share), len(total), "low")
        high = spread(self.high, len(share), len(total), "high")
        if (low > high).any():
            zone = int(np.argmax((low > high).any(axis=1)))
            raise InvalidProblem(f"zone {zone}: the least load {low[zone]} is above the most load {high[zone]}")
        return low, high


def spread(values: ArrayLike, zones: int, metrics: int, name: str) -> Floats:
    """`values` as a (zones, metrics) array of its own."""
    given = np.asarray(values, dtype=np.float64)
    try:
        full = np.array(np.broadcast_to(given, (zones, metrics)))
    except ValueError as error:
        shapes = f"{name} has shape {given.shape}, which does not fit {zones} zones and {metrics} metrics"
        raise InvalidProblem(shapes) from error
    if not (full >= 0).all():
        raise InvalidProblem(f"{name} must be 0 or more everywhere")
    return full
