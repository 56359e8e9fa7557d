"""From an extract or a street file to a region: roads, addresses, shops, and the routing engine's files."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from geo.address_build import build_address_index
from geo.address_record import AddressPoint, AddressRange
from geo.errors import ExtractError
from geo.osm_extract import Extract, read_extract
from geo.osm_write import write_extract
from geo.osrm_build import Engine, engine_version, prepare
from geo.osrm_travel import OsrmTimes
from geo.place import Place
from geo.region_calibration import fitted_scale
from geo.region_folder import publish, workshop
from geo.region_manifest import FORMAT, Bounds, Manifest, ProfileFacts
from geo.region_shops import write_shops
from geo.region_street_file import map_for, read_streets
from geo.region_street_map import StreetMap
from geo.road_network import RoadNetwork, build_network
from geo.road_profile import CAR, Profile

Progress = Callable[[str], None]

OSM_ATTRIBUTION = "© OpenStreetMap contributors"
ADDRESSES, SHOPS, STREETS = "addresses.sqlite", "shops.jsonl", "streets.osm.pbf"
CONTRACTION_CPU_S = 20.0
EXTRACT_ENDINGS = frozenset({".osm", ".pbf"})


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build a region.

    `contraction_cpu_s`: CPU seconds the engine may spend on contraction before multi-level Dijkstra is prepared
    instead; 0 takes that at once. `use_engine` False builds the graph alone. `streets` says how to read a
    government's street file; without it the source is an OpenStreetMap extract, or a street file of a known kind or
    with a column map beside it. `name` is the file's unless given.
    """

    profiles: Sequence[Profile] = (CAR,)
    name: str = ""
    use_engine: bool = True
    contraction_cpu_s: float = CONTRACTION_CPU_S
    streets: StreetMap | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A source that was read: what it holds, the file that the engine reads, and how a street file was understood."""

    given: Path
    name: str
    attribution: str
    found: Extract
    extract: Path
    columns: StreetMap | None = None


def build(source: Path, folder: Path, options: BuildOptions, progress: Progress) -> Manifest:
    """Build, publish, and return what the region says about itself.

    Raises:
        ExtractError: a file that cannot be read, is cut off, or holds no roads to travel on or no addresses.
        RoutingError: one of the engine's tools failed.
    """
    with workshop(folder) as bench:
        progress(f"reading {source.name}")
        read = _read(source, bench, options)
        networks = {profile.name: _network(read, profile) for profile in options.profiles}
        addresses = _write_addresses(read, bench)
        write_shops(read.found.shops, bench / SHOPS)
        profiles = {
            profile.name: _prepared(read, bench, profile, networks[profile.name], options, progress)
            for profile in options.profiles
        }
        progress(f"finishing {read.name}")
        (bench / STREETS).unlink(missing_ok=True)
        return publish(bench, _manifest(read, options, networks, profiles, addresses))


def _read(source: Path, bench: Path, options: BuildOptions) -> Source:
    if options.streets is None and EXTRACT_ENDINGS.intersection(source.suffixes):
        name = options.name or source.name.removesuffix(".pbf").removesuffix(".osm")
        return Source(source, name, OSM_ATTRIBUTION, read_extract(source, options.profiles), source)
    columns = options.streets or map_for(source)
    streets = read_streets(source, columns)
    write_extract(streets, bench / STREETS)
    roads = read_extract(bench / STREETS, options.profiles).roads
    records = [record for street in streets for record in street.records]
    name = options.name or columns.name or source.stem
    return Source(
        source, name, columns.attribution or source.name, Extract(roads, records, []), bench / STREETS, columns
    )


def _manifest(
    read: Source,
    options: BuildOptions,
    networks: Mapping[str, RoadNetwork],
    profiles: Mapping[str, ProfileFacts],
    addresses: int,
) -> Manifest:
    engine = engine_version() if options.use_engine else None
    sha256 = _sha256(read.given)
    return Manifest(
        name=read.name,
        data="",
        source=read.given.name,
        source_sha256=sha256,
        source_bytes=read.given.stat().st_size,
        source_timestamp=read.found.timestamp,
        attribution=read.attribution,
        bounds=_bounds(networks),
        profiles=profiles,
        engine=f"osrm-bindings {engine}" if engine else "graph",
        key=_key(sha256, read.columns, options.profiles, profiles, engine),
        shops=len(read.found.shops),
        addresses=addresses,
    )


def _network(read: Source, profile: Profile) -> RoadNetwork:
    roads = build_network(read.found.roads, profile)
    if not len(roads.tail):
        raise ExtractError(
            f"{read.given}: no road for {profile.name} in it; expected an extract with `highway` ways and their nodes"
        )
    return roads


def _write_addresses(read: Source, bench: Path) -> int:
    """Build the index; returns how many house numbers and ranges it was built from."""
    numbers = sum(isinstance(record, AddressPoint | AddressRange) for record in read.found.records)
    if not numbers:
        raise ExtractError(
            f"{read.given}: no addresses in it; expected objects with `addr:street` and `addr:housenumber`, or house "
            "number ranges in a street file"
        )
    version = read.found.timestamp or _sha256(read.given)[:12]
    build_address_index(read.found.records, bench / ADDRESSES, source=f"{read.name} {version}, {read.attribution}")
    return numbers


def _prepared(
    read: Source, bench: Path, profile: Profile, roads: RoadNetwork, options: BuildOptions, progress: Progress
) -> ProfileFacts:
    """Write one profile's files and say what they are."""
    facts = ProfileFacts(
        roads=f"roads-{profile.name}.npz",
        road_km=round(roads.road_km, 1),
        junctions=len(roads.lat),
        anchor=Place(float(roads.lat[0]), float(roads.lon[0])),
        scale=profile.scale,
    )
    roads.save(bench / facts.roads)
    if not options.use_engine or engine_version() is None:
        return facts
    progress(f"preparing {profile.name} routing")
    engine = prepare(
        read.extract, bench, profile.name, largest_part=len(roads.lat), contraction_cpu_s=options.contraction_cpu_s
    )
    return replace(facts, algorithm=engine.algorithm, scale=_scale(bench, engine, roads, facts))


def _scale(bench: Path, engine: Engine, roads: RoadNetwork, facts: ProfileFacts) -> float:
    times = OsrmTimes(bench, engine, anchor=facts.anchor, region="the new region", source="")
    return fitted_scale(roads, times) or facts.scale


def _bounds(networks: Mapping[str, RoadNetwork]) -> Bounds:
    lats = np.concatenate([roads.shape_lat for roads in networks.values()])
    lons = np.concatenate([roads.shape_lon for roads in networks.values()])
    return Bounds(float(lats.min()), float(lons.min()), float(lats.max()), float(lons.max()))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _key(
    sha256: str,
    columns: StreetMap | None,
    profiles: Sequence[Profile],
    facts: Mapping[str, ProfileFacts],
    engine: str | None,
) -> str:
    """One name for everything that travel times depend on."""
    speeds = {profile.name: [dict(profile.speed_kmh), asdict(profile.turn), profile.access] for profile in profiles}
    built = {name: asdict(fact) for name, fact in facts.items()}
    read_as = asdict(columns) if columns else {}
    text = json.dumps([FORMAT, sha256, speeds, built, engine, read_as], sort_keys=True, default=sorted)
    return hashlib.sha256(text.encode()).hexdigest()
