"""A region: one area's roads, addresses and shops, offline, in one folder."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary
from zipfile import BadZipFile

from geo.errors import RegionMissing
from geo.geocoder import Geocoder
from geo.place import Place
from geo.region_hold import Hold
from geo.region_manifest import Bounds, Manifest, ProfileFacts
from geo.region_shops import Shop, read_shops
from geo.travel_road import RoadTimes

if TYPE_CHECKING:
    import shapely

    from geo.address_index import AddressIndex
    from geo.matrix_cache import MatrixCache
    from geo.region_build import BuildOptions, Progress
    from geo.road_lines import RoadLine
    from geo.road_travel import DijkstraTimes

ADDRESSES, SHOPS = "addresses.sqlite", "shops.jsonl"
ROAD_LINES = "road-lines-1.npz"
TRIES = 100  # a rebuild may replace what the manifest named just before; so many in a row never happen

_HELD_BY: "WeakKeyDictionary[object, Hold]" = WeakKeyDictionary()
"""What reads a region's files later on, and the hold that keeps them there for it."""


class Region:
    """A finished region, as it was when opened, and as long as it or anything opened from it is in use.

    A rebuild is seen by those who open the folder afterwards, or ask an open region for its `refreshed` self; the old
    data go when the last one lets go of them.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.data = folder / manifest.data
        self.hold = Hold(self.data)

    def __repr__(self) -> str:
        return f"Region({self.name!r}, {self.manifest.shops} shops, {self.manifest.addresses} addresses)"

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def attribution(self) -> str:
        """To be shown wherever the region's data are."""
        return self.manifest.attribution

    @property
    def bounds(self) -> Bounds:
        return self.manifest.bounds

    def refreshed(self) -> "Region":
        """This region, or the newer one if it was built again meanwhile; what is open of this one stays usable."""
        return self if Manifest.read(self.folder).data == self.manifest.data else open_region(self.folder)

    def shops(self) -> list[Shop]:
        """Every object of the extract with a `shop` tag, restaurants and cafés not among them."""
        return list(read_shops(self.data / SHOPS))

    def road_lines(self) -> "list[RoadLine]":
        """The roads by car as lines to draw under a map; kept beside the network once they were found.

        A folder that cannot be written to costs the time of finding them each time.
        """
        from geo.road_lines import load_lines, road_lines, save_lines
        from geo.road_network import RoadNetwork

        kept = self.data / ROAD_LINES
        with suppress(OSError, ValueError, KeyError, BadZipFile):
            return load_lines(kept)
        facts = self.manifest.profiles.get("car") or next(iter(self.manifest.profiles.values()))
        lines = road_lines(RoadNetwork.load(self.data / facts.roads))
        with suppress(OSError):
            save_lines(lines, kept)
        return lines

    def geocoder(self, *, towns: Geocoder | None = None) -> "AddressIndex":
        """Looks addresses up among the region's own; also answers what stands at a place (`reverse`).

        `towns`: asked about cities that the region's addresses do not name.
        """
        from geo.address_index import AddressIndex

        index = AddressIndex(self.data / ADDRESSES, towns=towns)
        _HELD_BY[index] = self.hold
        return index

    def travel_times(
        self, profile: str = "car", *, backend: str | None = None, cache: "MatrixCache | None" = None
    ) -> RoadTimes:
        """Travel times by car, bicycle or foot, as far as the region was built for them.

        `backend`: "osrm" (the default where it was prepared and is installed), "dijkstra" (the default elsewhere), or
        "shortest" (paths of the fewest metres instead of seconds). `cache`: where figures are looked up before they
        are computed.

        Raises:
            ValueError: an unknown backend, or a profile the region was not built for.
            RegionMissing: the region was built without the engine, or the engine is not installed, yet asked for.
        """
        facts = self._facts(profile)
        chosen = backend or ("osrm" if _engine_ready(facts) else "dijkstra")
        if chosen not in BACKENDS:
            raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, got {chosen!r}")
        times = BACKENDS[chosen](self, profile, facts)
        if cache is None:
            return times
        from geo.travel_cached import CachedTimes

        return CachedTimes(times, cache, f"{self.manifest.key} {profile} {chosen}")

    def isochrones(
        self, place: Place, limits_s: Sequence[float], *, profile: str = "car"
    ) -> "list[shapely.MultiPolygon]":
        """The area reached from a place within each time limit, in degrees; empty where it is off every road."""
        from geo.road_isochrone import isochrones

        return isochrones(_graph_times(self, profile, self._facts(profile)), place, limits_s)

    def _facts(self, profile: str) -> ProfileFacts:
        facts = self.manifest.profiles.get(profile)
        if facts is None:
            known = ", ".join(self.manifest.profiles)
            raise ValueError(f"region {self.name} has no roads for {profile!r}; it was built for {known}")
        return facts


class Opener(Protocol):
    """Opens a region's travel times."""

    def __call__(self, region: Region, profile: str, facts: ProfileFacts) -> RoadTimes: ...


def _open_osrm(region: Region, profile: str, facts: ProfileFacts) -> RoadTimes:
    from geo.osrm_build import Engine
    from geo.osrm_travel import OsrmTimes

    if not _engine_ready(facts):
        raise RegionMissing(f"{region.folder}: no routing engine for {profile}; build the region where it is installed")
    engine = Engine(profile, facts.algorithm)
    source = f"roads of {region.name} by {profile}, {region.manifest.engine} ({engine.title}); {region.attribution}"
    return OsrmTimes(region.data, engine, anchor=facts.anchor, region=region.name, source=source, hold=region.hold)


def _graph_times(region: Region, profile: str, facts: ProfileFacts, *, shortest: bool = False) -> "DijkstraTimes":
    from geo.road_network import RoadNetwork
    from geo.road_travel import DijkstraTimes

    roads = RoadNetwork.load(region.data / facts.roads)
    kind = "shortest" if shortest else "quickest"
    source = f"roads of {region.name} by {profile}, {kind} paths on the plain graph; {region.attribution}"
    return DijkstraTimes(roads, region=region.name, source=source, scale=facts.scale, shortest=shortest)


BACKENDS: Mapping[str, Opener] = MappingProxyType(
    {"osrm": _open_osrm, "dijkstra": _graph_times, "shortest": partial(_graph_times, shortest=True)}
)


def _engine_ready(facts: ProfileFacts) -> bool:
    from geo.osrm_build import engine_version

    return bool(facts.algorithm) and engine_version() is not None


def open_region(folder: Path) -> Region:
    """A region that was built before.

    Raises:
        RegionMissing: the folder holds none, or one of another version, or its data are gone.
    """
    folder = Path(folder)
    manifest = Manifest.read(folder)
    for _ in range(TRIES):
        try:
            return Region(folder, manifest)
        except RegionMissing:
            named_before, manifest = manifest.data, Manifest.read(folder)
            if manifest.data == named_before:
                raise
    raise RegionMissing(f"{folder}: the region is being replaced without end")


def build_region(
    extract: Path, folder: Path, *, options: "BuildOptions | None" = None, progress: "Progress | None" = None
) -> Region:
    """Build a region from an OpenStreetMap extract (.osm.pbf) or a street file, replacing `folder` in one step.

    `progress` is told in a few words what is being done.

    Raises:
        ExtractError: no extract and no street file of a known kind, cut off, without roads or without addresses.
        RoutingError: one of the routing engine's tools failed.
    """
    from geo.region_build import BuildOptions, build

    def ignore(message: str) -> None:
        del message

    folder = Path(folder)
    build(Path(extract), folder, options or BuildOptions(), progress or ignore)
    return open_region(folder)
