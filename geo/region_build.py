"""From an OpenStreetMap extract to a region: roads, addresses, shops, and the routing engine's files."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from geo.address_record import AddressPoint, AddressRange
from geo.errors import ExtractError
from geo.osm_extract import Extract, read_extract
from geo.osrm_build import Engine, engine_version, prepare
from geo.osrm_travel import OsrmTimes
from geo.place import Place
from geo.region_calibration import fitted_scale
from geo.region_folder import publish, workshop
from geo.region_manifest import FORMAT, Bounds, Manifest, ProfileFacts
from geo.region_shops import write_shops
from geo.road_network import RoadNetwork, build_network
from geo.road_profile import CAR, Profile

Progress = Callable[[str], None]

OSM_ATTRIBUTION = "© OpenStreetMap contributors"
SHOPS = "shops.jsonl"
CONTRACTION_CPU_S = 120.0


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build a region.

    `contraction_cpu_s`: CPU seconds the engine may spend on contraction before multi-level Dijkstra is prepared
    instead; 0 takes that at once. `use_engine` False builds the graph alone. `name` is the extract's unless given.
    """

    profiles: Sequence[Profile] = (CAR,)
    name: str = ""
    use_engine: bool = True
    contraction_cpu_s: float = CONTRACTION_CPU_S


def build(extract: Path, folder: Path, options: BuildOptions, progress: Progress) -> Manifest:
    """Build, publish, and return what the region says about itself.

    Raises:
        ExtractError: no OpenStreetMap file, cut off, without roads to drive on, or without addresses.
        RoutingError: one of the engine's tools failed.
    """
    name = options.name or extract.name.removesuffix(".pbf").removesuffix(".osm")
    progress(f"reading {extract.name}")
    found = read_extract(extract, options.profiles)
    networks = {profile.name: _network(extract, found, profile) for profile in options.profiles}
    addresses = _address_count(extract, found)
    with workshop(folder) as bench:
        write_shops(found.shops, bench / SHOPS)
        profiles = {
            profile.name: _prepared(extract, bench, profile, networks[profile.name], options, progress)
            for profile in options.profiles
        }
        engine = engine_version() if options.use_engine else None
        sha256 = _sha256(extract)
        manifest = Manifest(
            name=name,
            data="",
            source=extract.name,
            source_sha256=sha256,
            source_bytes=extract.stat().st_size,
            source_timestamp=found.timestamp,
            attribution=OSM_ATTRIBUTION,
            bounds=_bounds(networks),
            profiles=profiles,
            engine=f"osrm-bindings {engine}" if engine else "graph",
            key=_key(sha256, options.profiles, profiles, engine),
            shops=len(found.shops),
            addresses=addresses,
        )
        progress(f"finishing {name}")
        return publish(bench, manifest)


def _network(extract: Path, found: Extract, profile: Profile) -> RoadNetwork:
    roads = build_network(found.roads, profile)
    if not len(roads.tail):
        raise ExtractError(
            f"{extract}: no road for {profile.name} in it; expected an extract with `highway` ways and their nodes"
        )
    return roads


def _address_count(extract: Path, found: Extract) -> int:
    numbers = sum(isinstance(record, AddressPoint | AddressRange) for record in found.records)
    if not numbers:
        raise ExtractError(f"{extract}: no addresses in it; expected objects with `addr:street` and `addr:housenumber`")
    return numbers


def _prepared(
    extract: Path, bench: Path, profile: Profile, roads: RoadNetwork, options: BuildOptions, progress: Progress
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
        extract, bench, profile.name, largest_part=len(roads.lat), contraction_cpu_s=options.contraction_cpu_s
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


def _key(sha256: str, profiles: Sequence[Profile], facts: Mapping[str, ProfileFacts], engine: str | None) -> str:
    """One name for everything that travel times depend on."""
    speeds = {profile.name: [dict(profile.speed_kmh), profile.access, profile.oneway] for profile in profiles}
    built = {name: asdict(fact) for name, fact in facts.items()}
    text = json.dumps([FORMAT, sha256, speeds, built, engine], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
