"""Administrative regions (states, districts): which one a place lies in, the same one every time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

OUTSIDE = -1
TOUCH_DEGREES = 2e-5  # about 2 m: borders drawn twice are rarely the same line


@dataclass(frozen=True, slots=True)
class AdminRegion:
    """A region by its code; `parent` is the code of the one above it, empty where the file does not say.

    `outline_wkb`: a polygon or several in EPSG:4326, longitude first.
    """

    code: str
    name: str
    parent: str
    outline_wkb: bytes


@dataclass(frozen=True, slots=True, eq=False)
class RegionFinder:
    """Finds regions by place. `codes` in order, `shapes` in degrees beside them.

    A place on a border belongs to the region whose code comes first. Where two neighbours were drawn with a hair
    between them (`TOUCH_DEGREES`, about 2 m), so does a place in between.
    """

    codes: tuple[str, ...]
    shapes: NDArray[np.object_]
    _tree: shapely.STRtree = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if list(self.codes) != sorted(self.codes) or len(self.codes) != len(self.shapes):
            raise ValueError("codes must be in order, with one shape for each")
        shapely.prepare(self.shapes)
        object.__setattr__(self, "_tree", shapely.STRtree(self.shapes))

    def of_places(
        self, lat: NDArray[np.float64], lon: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """(n,) the region of each place, -1 outside of all; and (n,) whether it lies on the border of several."""
        region = np.full(len(lat), len(self.codes), dtype=np.int64)
        several = np.zeros(len(lat), dtype=np.bool_)
        place, near = self._tree.query(shapely.points(lon, lat))
        order = np.argsort(near, kind="stable")
        place, near = place[order], near[order]
        for one, rows in zip(*_runs(near, place), strict=True):
            inside = rows[shapely.intersects_xy(self.shapes[one], lon[rows], lat[rows])]
            several[inside] |= region[inside] < len(self.codes)
            region[inside] = np.minimum(region[inside], one)
        self._between(lat, lon, region, several)
        region[region == len(self.codes)] = OUTSIDE
        return region, several

    def _between(
        self,
        lat: NDArray[np.float64],
        lon: NDArray[np.float64],
        region: NDArray[np.int64],
        several: NDArray[np.bool_],
    ) -> None:
        """Places in the hair between two regions; those at the outer edge of one stay outside."""
        missed = np.flatnonzero(region == len(self.codes))
        if not len(missed):
            return
        spots = shapely.points(lon[missed], lat[missed])
        place, near = self._tree.query(spots, predicate="dwithin", distance=TOUCH_DEGREES)
        touched = np.bincount(place, minlength=len(missed))
        both = touched[place] > 1
        np.minimum.at(region, missed[place[both]], near[both])
        several[missed[touched > 1]] = True


def _runs(key: NDArray[np.int64], value: NDArray[np.int64]) -> tuple[list[int], list[NDArray[np.int64]]]:
    """The distinct keys in order, and the values of each; `key` is sorted."""
    if not len(key):
        return [], []
    keys, first = np.unique(key, return_index=True)
    return keys.tolist(), np.split(value, first[1:])


def region_finder(regions: Sequence[AdminRegion]) -> RegionFinder:
    """A finder of these regions, whatever their order."""
    in_order = sorted(regions, key=lambda region: region.code)
    shapes = np.array([shapely.from_wkb(region.outline_wkb) for region in in_order], dtype=object)
    return RegionFinder(tuple(region.code for region in in_order), shapes)
