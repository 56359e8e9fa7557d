"""A rep's day drawn: run where solvers run, since drawing loads as much as solving."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from gzip import compress
from pathlib import Path
from typing import TYPE_CHECKING

from geo.place import Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from maps.view import BaseLine

ROAD_MARGIN_DEGREES = 0.05
MOST_ROADS = 4000
"""Lines of the background."""
MAIN_ROAD_REACH = 0.3
"""A main road counts as this part of its distance from the day's places."""


@dataclass(frozen=True, slots=True)
class MapStop:
    """A stop as drawn: where, the number in its circle, what is read out for it, which visit it is."""

    place: Place
    mark: str
    name: str
    visit_id: int


@dataclass(frozen=True, slots=True)
class AskedMap:
    """A day to draw. `tiles` is an address such as https://…/{z}/{x}/{y}.png, `region` the folder of a region.

    `made` are the corners of the way that was made, where that is to be seen beside the planned one; `ground` outlines
    of territories as WKB and `others` accounts that are not in the day, both drawn faintly.
    """

    line: tuple[Place, ...]
    stops: tuple[MapStop, ...]
    attribution: str = ""
    tiles: str | None = None
    region: Path | None = None
    made: tuple[Place, ...] = ()
    ground: tuple[bytes, ...] = ()
    others: tuple[Place, ...] = ()


@lru_cache(maxsize=16)
def draw_day(asked: AskedMap) -> bytes:
    """The parts of the map (see `maps.day`) as JSON, gzipped. Deterministic: the same day gives the same bytes."""
    from maps.day import DayMap, render_day_map
    from maps.layers.routes import StopMark
    from maps.view import Tiles

    places = [*asked.line, *asked.made, *(stop.place for stop in asked.stops)]
    roads, credit = _roads(asked.region, places) if asked.region and not asked.tiles else ((), "")
    day = DayMap(
        line=corners(asked.line),
        made=corners(asked.made),
        stops=tuple(StopMark(stop.place, stop.mark, stop.name) for stop in asked.stops),
        visits=tuple(stop.visit_id for stop in asked.stops),
        roads=(*roads, *_ground(asked)),
        tiles=Tiles(asked.tiles, asked.attribution) if asked.tiles else None,
        attribution=" · ".join(dict.fromkeys(filter(None, (asked.attribution, credit)))),
    )
    return compress(render_day_map(day).encode(), compresslevel=6, mtime=0)


def _ground(asked: AskedMap) -> "list[BaseLine]":
    """Borders and accounts for the background."""
    import numpy as np
    import shapely

    from maps.view import BaseLine

    borders = [
        BaseLine(shapely.get_coordinates(ring)[:, ::-1], "border")
        for outline in asked.ground
        for piece in shapely.get_parts(shapely.from_wkb(outline)).tolist()
        for ring in (piece.exterior, *piece.interiors)
    ]
    dots = [BaseLine(np.array([(at.lat, at.lon), (at.lat + 1e-6, at.lon)]), "account") for at in asked.others]
    return [*borders, *dots]


def corners(places: Sequence[Place]) -> "NDArray[np.float64]":
    """Places as (n, 2) latitude, longitude."""
    import numpy as np

    return np.array([(place.lat, place.lon) for place in places], np.float64).reshape(-1, 2)


def _roads(region: Path, places: Sequence[Place]) -> tuple[tuple, str]:  # type: ignore[type-arg]
    """The region's roads around the places."""
    from geo.region import open_region
    from planning.map_background import roads_within

    opened = open_region(region)
    south, north = min(p.lat for p in places), max(p.lat for p in places)
    west, east = min(p.lon for p in places), max(p.lon for p in places)
    margin = max(ROAD_MARGIN_DEGREES, 0.3 * (north - south), 0.3 * (east - west))
    found = roads_within(opened, (west - margin, south - margin, east + margin, north + margin))
    return nearest(found, places), opened.attribution


def nearest(roads: "Sequence[BaseLine]", places: Sequence[Place]) -> "tuple[BaseLine, ...]":
    """So many roads as the background holds, in their order: the nearest to the places, main ones from farther off."""
    import numpy as np

    if len(roads) <= MOST_ROADS:
        return tuple(roads)
    narrow = np.cos(np.radians(places[0].lat))
    there = np.array([(place.lat, place.lon * narrow) for place in places])
    middles = np.array([road.line.mean(axis=0) for road in roads]) * (1.0, narrow)
    apart = np.full(len(roads), np.inf)
    for place in there:
        apart = np.minimum(apart, np.hypot(*(middles - place).T))
    apart[[road.kind == "road" for road in roads]] *= MAIN_ROAD_REACH
    kept = np.sort(np.argsort(apart, kind="stable")[:MOST_ROADS])
    return tuple(roads[number] for number in kept)
