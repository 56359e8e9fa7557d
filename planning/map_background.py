"""What lies under the map where no tiles are set, as the block of bytes that the page reads."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import escape

if TYPE_CHECKING:
    from geo.region import Region
    from maps.background import Bounds
    from maps.view import BaseLine

MARGIN = 0.5
"""Roads are sent as far beyond the accounts as this part of their extent."""
CITY_DEGREES = 3.0
"""Across more than this only a region's main roads are sent."""


@lru_cache(maxsize=16)
def background_block(bounds: "Bounds", region: Path | None = None) -> bytes:
    """Land and borders around west, south, east, north, and the roads of a region where it has some there.

    Run where solvers run when there is a region, since its roads take a while to find the first time. A region that is
    missing or was made by another version leaves the land.
    """
    from maps.background import land_around, packed_background
    from maps.packing import pack_bytes

    pieces, credit = land_around(bounds)
    roads, roads_credit = _roads(bounds, region) if region else ([], "")
    meta, arrays = packed_background(pieces, roads)
    credits = [*credit, *([roads_credit] if roads and roads_credit else [])]
    return pack_bytes(meta | {"credit": str(escape(" · ".join(credits)))}, arrays)


def _roads(bounds: "Bounds", folder: Path) -> "tuple[list[BaseLine], str]":
    from geo.errors import RegionMissing
    from geo.region import open_region

    west, south, east, north = bounds
    width = max(east - west, north - south, 0.01)
    wide = west - MARGIN * width, south - MARGIN * width, east + MARGIN * width, north + MARGIN * width
    try:
        region = open_region(folder)
    except RegionMissing:
        return [], ""
    near = region.bounds
    if near.west > wide[2] or near.east < wide[0] or near.south > wide[3] or near.north < wide[1]:
        return [], ""
    return roads_within(region, wide, only_main=width > CITY_DEGREES), region.attribution


def roads_within(region: "Region", bounds: "Bounds", *, only_main: bool = False) -> "list[BaseLine]":
    """A region's roads that reach into west, south, east, north, streets first."""
    from maps.view import BaseLine

    west, south, east, north = bounds

    def reaches(line: Any) -> bool:
        (low_lat, low_lon), (high_lat, high_lon) = line.min(axis=0), line.max(axis=0)
        return bool(low_lat <= north and high_lat >= south and low_lon <= east and high_lon >= west)

    lines = (road for road in region.road_lines() if road.main or not only_main)
    return [BaseLine(road.line, "road" if road.main else "street") for road in lines if reaches(road.line)]
