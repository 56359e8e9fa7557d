"""The roads of the region an installation names, opened once in a process, whichever job asks for them."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from geo.travel_road import RoadTimes

if TYPE_CHECKING:
    from geo.region import Region
    from geo.travel_rush import WeekProfile


def build_of(region: Path | None) -> str:
    """Which build of the region lies in the folder: what was computed with another one is computed again.

    Raises:
        RegionMissing: there is none.
    """
    from geo.region_manifest import Manifest

    return "" if region is None else Manifest.read(region).data


def traffic_of(traffic: Path | None) -> "WeekProfile | None":
    """How much longer trips take at which hours, as the file says now; None without one.

    Raises:
        TrafficError: the file is gone, or says nothing that can be meant.
    """
    if traffic is None:
        return None
    from geo.travel_rush_file import read_traffic

    return read_traffic(traffic)


def stamp_of(profile: "WeekProfile | None") -> str:
    """What changes whenever the profile does; "" without one."""
    return "" if profile is None else f"{profile.source} {profile.factor.tolist()}"


def roads_of(region: Path | None, build: str) -> RoadTimes:
    """Travel times by car on the roads of the region, or by straight lines without one.

    Raises:
        RegionMissing: there is none, or another build than `build` by now.
    """
    if region is None:
        from geo.great_circle import GreatCircle

        return GreatCircle()
    return opened(region, build)[1]


@lru_cache(maxsize=2)
def opened(region: Path, build: str) -> "tuple[Region, RoadTimes]":
    """A build of a region with its roads.

    Raises:
        RegionMissing: there is none, or another build by now.
    """
    from geo.errors import RegionMissing
    from geo.region import open_region

    found = open_region(region)
    if found.manifest.data != build:
        raise RegionMissing(f"{region}: the region was built again meanwhile")
    return found, found.travel_times()
