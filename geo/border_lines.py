"""Lines that borders between zones run along: rivers, boundaries, streets."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.road_lines import RoadLine

Lines = NDArray[np.object_]


def _none() -> Lines:
    return np.empty(0, dtype=object)


@dataclass(frozen=True, slots=True, eq=False)
class BorderLines:
    """Lines in EPSG:4326 for `zone_outlines`, each an array of LineStrings and MultiLineStrings.

    barriers: no zone has accounts on both sides; land beyond them goes to whoever is on its side. main: what borders
    run along wherever they can (boundaries, main roads); minor: what is tried where those part no zones (streets).
    """

    barriers: Lines = field(default_factory=_none)
    main: Lines = field(default_factory=_none)
    minor: Lines = field(default_factory=_none)

    def __bool__(self) -> bool:
        return bool(len(self.barriers) or len(self.main) or len(self.minor))

    def with_roads(self, roads: "Sequence[RoadLine]") -> "BorderLines":
        """These lines and the roads of a region: main roads first, streets where they are needed."""
        main, minor = ([road.line[:, ::-1] for road in roads if road.main is kind] for kind in (True, False))
        return BorderLines(
            self.barriers, np.concatenate([self.main, _drawn(main)]), np.concatenate([self.minor, _drawn(minor)])
        )


def _drawn(lines: "list[NDArray[np.float64]]") -> Lines:
    """Lines of their corners, (n, 2) longitude and latitude."""
    lines = [line for line in lines if len(line) > 1]
    if not lines:
        return _none()
    number = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    return np.atleast_1d(np.asarray(shapely.linestrings(np.concatenate(lines), indices=number), dtype=object))
